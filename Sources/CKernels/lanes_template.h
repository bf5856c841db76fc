/* lanes_template.h - eight doubles at once, and their logarithms and exponentials; included once for
 * each instruction set by channels_template.h, which says what the includer defines.
 *
 * The vectors are those of the compiler: it makes one instruction of an operation, or two, or four.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

KERNEL_INLINE lanes KERNEL(load)(const double *p)
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

KERNEL_INLINE lanes KERNEL(load_floats)(const float *p)
{
    typedef float floats __attribute__((vector_size(32)));
    floats v;
    memcpy(&v, p, sizeof v);
    return __builtin_convertvector(v, lanes);
}

/* The first `left` numbers, and `filler` behind them where these are fewer than eight. */
KERNEL_INLINE lanes KERNEL(load_some)(const double *p, size_t left, double filler)
{
    if (left >= LANES)
        return KERNEL(load)(p);
    /* One by one: of a loop over memory the compiler makes a call, and a wait until that is written. */
    lanes some = { filler, filler, filler, filler, filler, filler, filler, filler };
    UNROLL for (size_t i = 0; i + 1 < LANES; i++)
        if (i < left)
            some[i] = p[i];
    return some;
}

KERNEL_INLINE void KERNEL(store)(double *p, lanes v)
{
    memcpy(p, &v, sizeof v);
}

/* The first `left` numbers, or all eight. */
KERNEL_INLINE void KERNEL(store_some)(double *p, size_t left, lanes v)
{
    if (left >= LANES) {
        KERNEL(store)(p, v);
        return;
    }
    UNROLL for (size_t i = 0; i + 1 < LANES; i++)
        if (i < left)
            p[i] = v[i];
}

/* The eight numbers that begin with the last, or the last two, of `before`; those that begin one or two
   behind the first of `here`. */
KERNEL_INLINE lanes KERNEL(one_before)(lanes before, lanes here)
{
    return __builtin_shufflevector(before, here, 7, 8, 9, 10, 11, 12, 13, 14);
}

KERNEL_INLINE lanes KERNEL(two_before)(lanes before, lanes here)
{
    return __builtin_shufflevector(before, here, 6, 7, 8, 9, 10, 11, 12, 13);
}

KERNEL_INLINE lanes KERNEL(one_behind)(lanes here, lanes behind)
{
    return __builtin_shufflevector(here, behind, 1, 2, 3, 4, 5, 6, 7, 8);
}

KERNEL_INLINE lanes KERNEL(two_behind)(lanes here, lanes behind)
{
    return __builtin_shufflevector(here, behind, 2, 3, 4, 5, 6, 7, 8, 9);
}

/* Which of eight channels are among the first `left`. */
KERNEL_INLINE lane_bits KERNEL(first)(size_t left)
{
    const lane_bits index = { 0, 1, 2, 3, 4, 5, 6, 7 };
    return index < (int64_t)left;
}

KERNEL_INLINE lanes KERNEL(all)(double x)
{
    return (lanes){ x, x, x, x, x, x, x, x };
}

/* Lane by lane `yes` where the condition holds, else `no`. */
KERNEL_INLINE lanes KERNEL(choose)(lane_bits condition, lanes yes, lanes no)
{
    return (lanes)((condition & (lane_bits)yes) | (~condition & (lane_bits)no));
}

KERNEL_INLINE lanes KERNEL(magnitude)(lanes v)
{
    return (lanes)((lane_bits)v & INT64_MAX);
}

KERNEL_INLINE lanes KERNEL(smaller)(lanes a, lanes b)
{
    return KERNEL(choose)(a < b, a, b);
}

KERNEL_INLINE lanes KERNEL(larger)(lanes a, lanes b)
{
    return KERNEL(choose)(a > b, a, b);
}

KERNEL_INLINE bool KERNEL(any)(lane_bits condition)
{
    return __builtin_reduce_or(condition) != 0;
}

KERNEL_INLINE double KERNEL(sum)(lanes v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* exp(v) for -700 <= v <= 700: 2^k exp(r) with |r| <= ln(2) / 2, or ln(2) where a host rounds otherwise.
   The polynomial is the Chebyshev interpolation of (exp(r) - 1 - r) / r^2, off by 1e-16 at most. */
KERNEL_INLINE lanes KERNEL(exponential)(lanes v)
{
    /* Adding 1.5 x 2^52 rounds to whole numbers, and leaves them in the lowest bits. */
    const lanes shifted = v * 0x1.71547652b82fep0 + 0x1.8p52;
    const lanes k = shifted - 0x1.8p52;
    const lanes r = (v - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33;
    lanes p = 2.5100494788905042e-08 * r + 2.76202305675069e-07;
    p = p * r + 2.7557268229963227e-06;
    p = p * r + 2.4801520996825697e-05;
    p = p * r + 0.00019841269863201828;
    p = p * r + 0.0013888888917406447;
    p = p * r + 0.008333333333330032;
    p = p * r + 0.04166666666662374;
    p = p * r + 0.16666666666666669;
    p = p * r + 0.5;
    p = (p * r * r + r) + 1.0;
    return (lanes)((lane_bits)p + ((lane_bits)shifted << 52));
}

/* ln(v) for normal v: k ln(2) + ln(m) with m from sqrt(1/2) to sqrt(2). With s = (m - 1) / (m + 1),
   ln(m) = 2 artanh(s); the polynomial is the Chebyshev interpolation of (2 artanh(s) / s - 2) / s^2, off
   by 4e-16 at most. */
KERNEL_INLINE lanes KERNEL(logarithm)(lanes v)
{
    /* The exponent is that of v / sqrt(1/2), as a number from 1 to 2046 and in the lowest bits. */
    const lane_bits places = ((lane_bits)v - 0x3fe6a09e667f3bcd + (INT64_C(1023) << 52)) >> 52;
    const lanes k = (lanes)(places | 0x4330000000000000) - (0x1p52 + 1023.0);
    const lanes f = (lanes)((lane_bits)v - ((places - 1023) << 52)) - 1.0;
    const lanes s = f / (f + 2.0);
    const lanes z = s * s;
    lanes p = 0.14616585424888623 * z + 0.15331710618210773;
    p = p * z + 0.18182889455674947;
    p = p * z + 0.22222211130259878;
    p = p * z + 0.2857142862600327;
    p = p * z + 0.39999999999899444;
    p = p * z + 0.666666666666667;
    /* 2 s = f - s f. */
    return k * 0x1.62e42feep-1 + ((f - s * (f - p * z)) + k * 0x1.a39ef35793c76p-33);
}

/* ln(v), of what is below the normal numbers that of the smallest of these. */
KERNEL_INLINE lanes KERNEL(positive_logarithm)(lanes v)
{
    return KERNEL(logarithm)(KERNEL(larger)(v, KERNEL(all)(DBL_MIN)));
}

/* ln(factor v), and -infinity of 0 and below. */
KERNEL_INLINE lanes KERNEL(any_logarithm)(lanes v, double factor)
{
    return KERNEL(choose)(v > 0.0, KERNEL(positive_logarithm)(factor * v),
                          KERNEL(all)(-(double)INFINITY));
}

/* One number of each of eight times eight that lie side by side, the fifth: the anchors of local
   expansions, of which each is good for its own eight. */
KERNEL_INLINE lanes KERNEL(anchors)(const double *p)
{
    return (lanes){ p[4], p[12], p[20], p[28], p[36], p[44], p[52], p[60] };
}

/* Logarithms of 64 numbers above 0 that change little from one to the next, times `factor`; of 0 and
   below, -infinity. Near an anchor a, ln(v) = ln(a) + ln(1 + u), of which the series ends at u^6. */
KERNEL_INLINE void KERNEL(near_logarithms)(const double *numbers, double factor, double *logarithms)
{
    const lanes anchors = KERNEL(larger)(KERNEL(anchors)(numbers), KERNEL(all)(1e-6));
    double anchor[LANES], inverse[LANES], base[LANES];
    KERNEL(store)(anchor, anchors);
    KERNEL(store)(inverse, 1.0 / anchors);
    KERNEL(store)(base, KERNEL(positive_logarithm)(factor * anchors));
    for (size_t i = 0; i < LANES; i++) {
        const lanes v = KERNEL(load)(numbers + i * LANES);
        const lanes u = (v - anchor[i]) * inverse[i];
        if (KERNEL(any)(KERNEL(magnitude)(u) > 0.004)) {
            KERNEL(store)(logarithms + i * LANES, KERNEL(any_logarithm)(v, factor));
            continue;
        }
        lanes p = (1.0 / 5.0) - (1.0 / 6.0) * u;
        p = -0.25 + p * u;
        p = (1.0 / 3.0) + p * u;
        p = -0.5 + p * u;
        p = 1.0 + p * u;
        KERNEL(store)(logarithms + i * LANES, base[i] + p * u);
    }
}

/* exp(level + slope x), the exponent cut at -limit and limit. */
KERNEL_INLINE lanes KERNEL(cut_exponential)(lanes x, double level, double slope, double limit)
{
    const lanes most = KERNEL(all)(limit), least = KERNEL(all)(-limit);
    const lanes exponent = KERNEL(smaller)(level + slope * x, most);
    return KERNEL(exponential)(KERNEL(larger)(exponent, least));
}

/* The same of 64 numbers x, finite, that change little from one to the next. Near an anchor a, it is
   exp(level + slope a) exp(d), of which the series ends at d^7. */
KERNEL_INLINE void KERNEL(near_exponentials)(const double *x, double level, double slope, double limit,
                                             lanes *exponentials)
{
    const lanes anchors = KERNEL(anchors)(x);
    double anchor[LANES], base[LANES];
    KERNEL(store)(anchor, anchors);
    KERNEL(store)(base, KERNEL(cut_exponential)(anchors, level, slope, limit));
    for (size_t i = 0; i < LANES; i++) {
        const lanes place = KERNEL(load)(x + i * LANES);
        const lanes d = slope * (place - anchor[i]);
        if (KERNEL(any)(KERNEL(magnitude)(d) > 0.03)) {
            exponentials[i] = KERNEL(cut_exponential)(place, level, slope, limit);
            continue;
        }
        lanes p = (1.0 / 720.0) + (1.0 / 5040.0) * d;
        p = (1.0 / 120.0) + p * d;
        p = (1.0 / 24.0) + p * d;
        p = (1.0 / 6.0) + p * d;
        p = 0.5 + p * d;
        p = 1.0 + p * d;
        exponentials[i] = base[i] + base[i] * (p * d);
    }
}
