/* lanes_template.h - eight doubles at once, and logarithms and exponentials of several times eight;
 * included once for each instruction set by channels_template.h, which says what the includer defines.
 *
 * The vectors are those of the compiler: it makes one instruction of an operation, or two, or four. An
 * operation of a polynomial waits for the one before it: so several vectors go through one together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

/* So many eights as go through a polynomial together. */
#define MANY (KERNEL_TOGETHER * LANES)
typedef double KERNEL(many) __attribute__((vector_size(64 * KERNEL_TOGETHER)));
typedef int64_t KERNEL(many_bits) __attribute__((vector_size(64 * KERNEL_TOGETHER)));

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

/* The eight numbers that begin with the last, or the last two, of `before`; those that begin two behind the
   first of `here`. */
KERNEL_INLINE lanes KERNEL(one_before)(lanes before, lanes here)
{
    return __builtin_shufflevector(before, here, 7, 8, 9, 10, 11, 12, 13, 14);
}

KERNEL_INLINE lanes KERNEL(two_before)(lanes before, lanes here)
{
    return __builtin_shufflevector(before, here, 6, 7, 8, 9, 10, 11, 12, 13);
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

/* a b + c with one rounding. */
KERNEL_INLINE lanes KERNEL(fused)(lanes a, lanes b, lanes c)
{
    return __builtin_elementwise_fma(a, b, c);
}

KERNEL_INLINE double KERNEL(sum)(lanes v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* ---------------------------------------------------------------- several eights */

KERNEL_INLINE KERNEL(many) KERNEL(load_many)(const double *p)
{
    KERNEL(many) v;
    memcpy(&v, p, sizeof v);
    return v;
}

KERNEL_INLINE void KERNEL(store_many)(double *p, KERNEL(many) v)
{
    memcpy(p, &v, sizeof v);
}

/* Eights side by side, and one of them. */
KERNEL_INLINE KERNEL(many) KERNEL(join)(const lanes *eights)
{
    KERNEL(many) v;
    memcpy(&v, eights, sizeof v);
    return v;
}

KERNEL_INLINE lanes KERNEL(eight)(KERNEL(many) v, const size_t which)
{
    lanes eights[KERNEL_TOGETHER];
    memcpy(eights, &v, sizeof v);
    return eights[which];
}

KERNEL_INLINE KERNEL(many) KERNEL(all_many)(double x)
{
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        eights[i] = KERNEL(all)(x);
    return KERNEL(join)(eights);
}

/* a b + c with one rounding. */
KERNEL_INLINE KERNEL(many) KERNEL(fused_many)(KERNEL(many) a, KERNEL(many) b, KERNEL(many) c)
{
    return __builtin_elementwise_fma(a, b, c);
}

/* The next step of a polynomial, p x + coefficient with one rounding. */
KERNEL_INLINE KERNEL(many) KERNEL(step)(KERNEL(many) p, KERNEL(many) x, double coefficient)
{
    return KERNEL(fused_many)(p, x, KERNEL(all_many)(coefficient));
}

/* The first `left` numbers, and `filler` behind them. */
KERNEL_INLINE KERNEL(many) KERNEL(load_some_many)(const double *p, size_t left, double filler)
{
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        eights[i] = KERNEL(load_some)(p + i * LANES, left > i * LANES ? left - i * LANES : 0, filler);
    return KERNEL(join)(eights);
}

KERNEL_INLINE void KERNEL(store_some_many)(double *p, size_t left, KERNEL(many) v)
{
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        if (left > i * LANES)
            KERNEL(store_some)(p + i * LANES, left - i * LANES, KERNEL(eight)(v, i));
}

KERNEL_INLINE KERNEL(many) KERNEL(choose_many)(KERNEL(many_bits) condition, KERNEL(many) yes, KERNEL(many) no)
{
    return (KERNEL(many))((condition & (KERNEL(many_bits))yes) | (~condition & (KERNEL(many_bits))no));
}

/* Eight by eight `yes` where a size is above a limit anywhere in the eight, else `no`. */
KERNEL_INLINE KERNEL(many) KERNEL(choose_eights)(KERNEL(many) size, double limit, KERNEL(many) yes,
                                                 KERNEL(many) no)
{
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        eights[i] = KERNEL(any)(KERNEL(eight)(size, i) > limit) ? KERNEL(eight)(yes, i) : KERNEL(eight)(no, i);
    return KERNEL(join)(eights);
}

/* Whether a size is above a limit anywhere. */
KERNEL_INLINE bool KERNEL(exceeds)(KERNEL(many) size, double limit)
{
    lane_bits above = { 0 };
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        above |= KERNEL(eight)(size, i) > limit;
    return KERNEL(any)(above);
}

/* ---------------------------------------------------------------- logarithms and exponentials */

/* exp(v) for -700 <= v <= 700: 2^k exp(r) with |r| <= ln(2) / 2, or ln(2) where a host rounds otherwise.
   The polynomial is the Chebyshev interpolation of (exp(r) - 1 - r) / r^2, off by 1e-16 at most. */
KERNEL_INLINE KERNEL(many) KERNEL(exponential)(KERNEL(many) v)
{
    /* Adding 1.5 x 2^52 rounds to whole numbers, and leaves them in the lowest bits. */
    const KERNEL(many) shifted = KERNEL(step)(v, KERNEL(all_many)(0x1.71547652b82fep0), 0x1.8p52);
    const KERNEL(many) k = shifted - 0x1.8p52;
    KERNEL(many) r = KERNEL(fused_many)(k, KERNEL(all_many)(-0x1.62e42feep-1), v);
    r = KERNEL(fused_many)(k, KERNEL(all_many)(-0x1.a39ef35793c76p-33), r);
    KERNEL(many) p = KERNEL(step)(KERNEL(all_many)(2.5100494788905042e-08), r, 2.76202305675069e-07);
    p = KERNEL(step)(p, r, 2.7557268229963227e-06);
    p = KERNEL(step)(p, r, 2.4801520996825697e-05);
    p = KERNEL(step)(p, r, 0.00019841269863201828);
    p = KERNEL(step)(p, r, 0.0013888888917406447);
    p = KERNEL(step)(p, r, 0.008333333333330032);
    p = KERNEL(step)(p, r, 0.04166666666662374);
    p = KERNEL(step)(p, r, 0.16666666666666669);
    p = KERNEL(step)(p, r, 0.5);
    p = KERNEL(fused_many)(p * r, r, r) + 1.0;
    return (KERNEL(many))((KERNEL(many_bits))p + ((KERNEL(many_bits))shifted << 52));
}

/* ln(v) for normal v: k ln(2) + ln(m) with m from sqrt(1/2) to sqrt(2). With s = (m - 1) / (m + 1),
   ln(m) = 2 artanh(s); the polynomial is the Chebyshev interpolation of (2 artanh(s) / s - 2) / s^2, off
   by 4e-16 at most. */
KERNEL_INLINE KERNEL(many) KERNEL(logarithm)(KERNEL(many) v)
{
    /* The exponent is that of v / sqrt(1/2), as a number from 1 to 2046 and in the lowest bits. */
    const KERNEL(many_bits) places = ((KERNEL(many_bits))v - 0x3fe6a09e667f3bcd + (INT64_C(1023) << 52)) >> 52;
    const KERNEL(many) k = (KERNEL(many))(places | 0x4330000000000000) - (0x1p52 + 1023.0);
    const KERNEL(many) f = (KERNEL(many))((KERNEL(many_bits))v - ((places - 1023) << 52)) - 1.0;
    const KERNEL(many) s = f / (f + 2.0);
    const KERNEL(many) z = s * s;
    KERNEL(many) p = KERNEL(step)(KERNEL(all_many)(0.14616585424888623), z, 0.15331710618210773);
    p = KERNEL(step)(p, z, 0.18182889455674947);
    p = KERNEL(step)(p, z, 0.22222211130259878);
    p = KERNEL(step)(p, z, 0.2857142862600327);
    p = KERNEL(step)(p, z, 0.39999999999899444);
    p = KERNEL(step)(p, z, 0.666666666666667);
    /* 2 s = f - s f. */
    const KERNEL(many) low = KERNEL(fused_many)(k, KERNEL(all_many)(0x1.a39ef35793c76p-33), f - s * (f - p * z));
    return KERNEL(fused_many)(k, KERNEL(all_many)(0x1.62e42feep-1), low);
}

/* ln(v), of what is below the normal numbers that of the smallest of these. */
KERNEL_INLINE KERNEL(many) KERNEL(positive_logarithm)(KERNEL(many) v)
{
    return KERNEL(logarithm)(KERNEL(choose_many)(v > DBL_MIN, v, KERNEL(all_many)(DBL_MIN)));
}

/* ln(factor v), and -infinity of 0 and below. */
KERNEL_INLINE KERNEL(many) KERNEL(any_logarithm)(KERNEL(many) v, double factor)
{
    return KERNEL(choose_many)(v > 0.0, KERNEL(positive_logarithm)(factor * v),
                               KERNEL(all_many)(-(double)INFINITY));
}

/* exp(level + slope x), the exponent cut at -limit and limit. */
KERNEL_INLINE KERNEL(many) KERNEL(cut_exponential)(KERNEL(many) x, double level, double slope, double limit)
{
    const KERNEL(many) most = KERNEL(all_many)(limit), least = KERNEL(all_many)(-limit);
    KERNEL(many) exponent = KERNEL(step)(x, KERNEL(all_many)(slope), level);
    exponent = KERNEL(choose_many)(exponent < most, exponent, most);
    return KERNEL(exponential)(KERNEL(choose_many)(exponent > least, exponent, least));
}

/* ---------------------------------------------------------------- of numbers that change little */

/* Whole blocks of the numbers that are left, as many as have anchors at a time. */
KERNEL_INLINE size_t KERNEL(stretch)(size_t left, unsigned shift)
{
    const size_t whole = left / BLOCK * BLOCK, most = MANY << shift;
    return whole < most ? whole : most;
}

/* Anchors, and what is known there. */
typedef struct KERNEL(expansions) {
    unsigned shift; /* 1 << shift numbers have one */
    double anchor[MANY], inverse[MANY], base[MANY];
} KERNEL(expansions);

/* The anchors of a stretch: the number in the middle of each few side by side. Places behind the last repeat it. */
KERNEL_INLINE KERNEL(many) KERNEL(anchors)(const double *numbers, size_t count, unsigned shift)
{
    const size_t middle = (size_t)1 << (shift - 1), last = count - 2 * middle;
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++) {
        UNROLL for (size_t j = 0; j < LANES; j++) {
            const size_t first = (i * LANES + j) << shift;
            eights[i][j] = numbers[(first < last ? first : last) + middle];
        }
    }
    return KERNEL(join)(eights);
}

/* Of what is known at anchors, that for the eights from a number of the stretch on. */
KERNEL_INLINE KERNEL(many) KERNEL(spread)(const KERNEL(expansions) *at, const double *known, size_t first)
{
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        eights[i] = KERNEL(all)(known[(first + i * LANES) >> at->shift]);
    return KERNEL(join)(eights);
}

/* Takes anchors among numbers above 0, and returns them, for expansions in u = v / a - 1. */
KERNEL_INLINE KERNEL(many) KERNEL(take_anchors)(const double *numbers, size_t count, KERNEL(expansions) *at)
{
    const KERNEL(many) own = KERNEL(anchors)(numbers, count, at->shift), least = KERNEL(all_many)(1e-6);
    const KERNEL(many) anchors = KERNEL(choose_many)(own > least, own, least);
    KERNEL(store_many)(at->anchor, anchors);
    KERNEL(store_many)(at->inverse, 1.0 / anchors);
    return anchors;
}

/* u of numbers v from a number of the stretch on. */
KERNEL_INLINE KERNEL(many) KERNEL(excess)(KERNEL(many) v, const KERNEL(expansions) *at, size_t first)
{
    return (v - KERNEL(spread)(at, at->anchor, first)) * KERNEL(spread)(at, at->inverse, first);
}

/* For logarithms of numbers above 0, times `factor`. */
KERNEL_INLINE void KERNEL(expand_logarithms)(const double *numbers, size_t count, double factor,
                                             KERNEL(expansions) *at)
{
    const KERNEL(many) anchors = KERNEL(take_anchors)(numbers, count, at);
    KERNEL(store_many)(at->base, KERNEL(positive_logarithm)(factor * anchors));
}

/* Logarithms of numbers above 0 that change little from one to the next; of 0 and below, -infinity.
   Near an anchor a, ln(v) = ln(a) + ln(1 + u), of which the series ends at u^6. */
KERNEL_INLINE KERNEL(many) KERNEL(near_logarithms)(KERNEL(many) v, double factor,
                                                   const KERNEL(expansions) *at, size_t first)
{
    const KERNEL(many) base = KERNEL(spread)(at, at->base, first);
    const KERNEL(many) u = KERNEL(excess)(v, at, first);
    KERNEL(many) p = KERNEL(step)(KERNEL(all_many)(-1.0 / 6.0), u, 1.0 / 5.0);
    p = KERNEL(step)(p, u, -0.25);
    p = KERNEL(step)(p, u, 1.0 / 3.0);
    p = KERNEL(step)(p, u, -0.5);
    p = KERNEL(step)(p, u, 1.0);
    p = KERNEL(fused_many)(p, u, base);
    const KERNEL(many) distance = (KERNEL(many))((KERNEL(many_bits))u & INT64_MAX);
    if (KERNEL(exceeds)(distance, LOGARITHM_REACH))
        p = KERNEL(choose_eights)(distance, LOGARITHM_REACH, KERNEL(any_logarithm)(v, factor), p);
    return p;
}

/* For exponentials of numbers x, cut as those in sums are. */
KERNEL_INLINE void KERNEL(expand_exponentials)(const double *x, size_t count, double level, double slope,
                                               KERNEL(expansions) *at)
{
    const KERNEL(many) anchors = KERNEL(anchors)(x, count, at->shift);
    KERNEL(store_many)(at->anchor, anchors);
    KERNEL(store_many)(at->base, KERNEL(cut_exponential)(anchors, level, slope, SUM_LIMIT));
}

/* exp(level + slope x) of numbers x, finite, that change little from one to the next. Near an anchor a,
   it is exp(level + slope a) exp(d), of which the series ends at d^7. */
KERNEL_INLINE KERNEL(many) KERNEL(near_exponentials)(KERNEL(many) x, double level, double slope,
                                                     const KERNEL(expansions) *at, size_t first)
{
    const KERNEL(many) base = KERNEL(spread)(at, at->base, first);
    const KERNEL(many) d = slope * (x - KERNEL(spread)(at, at->anchor, first));
    KERNEL(many) p = KERNEL(step)(KERNEL(all_many)(1.0 / 5040.0), d, 1.0 / 720.0);
    p = KERNEL(step)(p, d, 1.0 / 120.0);
    p = KERNEL(step)(p, d, 1.0 / 24.0);
    p = KERNEL(step)(p, d, 1.0 / 6.0);
    p = KERNEL(step)(p, d, 0.5);
    p = KERNEL(step)(p, d, 1.0);
    p = KERNEL(fused_many)(base, p * d, base);
    const KERNEL(many) distance = (KERNEL(many))((KERNEL(many_bits))d & INT64_MAX);
    if (KERNEL(exceeds)(distance, EXPONENTIAL_REACH))
        p = KERNEL(choose_eights)(distance, EXPONENTIAL_REACH, KERNEL(cut_exponential)(x, level, slope, SUM_LIMIT), p);
    return p;
}

/* exp(level + slope ln(factor v)) of numbers v above 0. */
KERNEL_INLINE KERNEL(many) KERNEL(power)(KERNEL(many) v, const power_law *law)
{
    const KERNEL(many) logarithm = KERNEL(positive_logarithm)(law->factor * v);
    return KERNEL(cut_exponential)(logarithm, law->level, law->slope, 700.0);
}

/* For powers of numbers above 0. */
KERNEL_INLINE void KERNEL(expand_powers)(const double *numbers, size_t count, const power_law *law,
                                         KERNEL(expansions) *at)
{
    const KERNEL(many) anchors = KERNEL(take_anchors)(numbers, count, at);
    KERNEL(store_many)(at->base, KERNEL(power)(anchors, law));
}

/* Powers of numbers above 0 that change little from one to the next. Near an anchor a, v^slope is
   a^slope (1 + u)^slope, of which the binomial series ends at u^6. */
KERNEL_INLINE KERNEL(many) KERNEL(near_powers)(KERNEL(many) v, const power_law *law,
                                               const KERNEL(expansions) *at, size_t first)
{
    const KERNEL(many) base = KERNEL(spread)(at, at->base, first);
    const KERNEL(many) u = KERNEL(excess)(v, at, first);
    KERNEL(many) p = KERNEL(step)(KERNEL(all_many)(law->binomial[5]), u, law->binomial[4]);
    p = KERNEL(step)(p, u, law->binomial[3]);
    p = KERNEL(step)(p, u, law->binomial[2]);
    p = KERNEL(step)(p, u, law->binomial[1]);
    p = KERNEL(step)(p, u, law->binomial[0]);
    p = KERNEL(fused_many)(base, p * u, base);
    const KERNEL(many) distance = (KERNEL(many))((KERNEL(many_bits))u & INT64_MAX);
    if (KERNEL(exceeds)(distance, law->reach))
        p = KERNEL(choose_eights)(distance, law->reach, KERNEL(power)(v, law), p);
    return p;
}
