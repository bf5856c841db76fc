/* channels_template.h - the loops of CKernelsChannels.h, included once for each instruction set.
 *
 * The includer defines
 *
 *     KERNEL(name)      the name of a function of this instruction set
 *     KERNEL_TARGET     the attribute that lets a function use it, or nothing
 *     KERNEL_TOGETHER   eights that go through a polynomial together, 1, 2 or 4; what the registers hold
 *
 * and all are undefined at the end. The last few channels fill a vector in part: the rest of it
 * holds numbers that do not change the result.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "lanes_template.h"

/* ---------------------------------------------------------------- the intensities */

/* What may be NaN is compared as whole numbers: a host may trap other comparisons. */
KERNEL_TARGET static bool KERNEL(are_rising)(size_t count, const double *energies)
{
    const lanes limit = KERNEL(all)(0x1p24);
    lane_bits wrong = { 0 };
    if (count > 0 && is_between_zero_and(energies[0], limit[0]) && is_between_zero_and(energies[count - 1], limit[0])) {
        /* Bits of numbers that are not negative rise with them, and between two of these are no others. */
        for (size_t c = 0; c + 1 < count; c += LANES) {
            const size_t left = count - 1 - c;
            wrong |= (lane_bits)KERNEL(load_some)(energies + c, left, 0.0)
                     >= (lane_bits)KERNEL(load_some)(energies + c + 1, left, 1.0);
        }
        return !KERNEL(any)(wrong);
    }
    for (size_t c = 0; c < count; c += LANES) {
        const lane_bits bits = (lane_bits)KERNEL(load_some)(energies + c, count - c, 0.0);
        wrong |= (bits & INT64_MAX) >= (lane_bits)limit;
    }
    if (KERNEL(any)(wrong))
        return false;
    for (size_t c = 0; c + 1 < count; c += LANES) {
        const size_t left = count - 1 - c;
        wrong |= KERNEL(load_some)(energies + c, left, 0.0) >= KERNEL(load_some)(energies + c + 1, left, 1.0);
    }
    return !KERNEL(any)(wrong);
}

KERNEL_TARGET static bool KERNEL(are_within)(size_t count, const float *numbers, uint32_t limit)
{
    uint32_t wrong = 0;
    for (size_t c = 0; c < count; c++) {
        uint32_t bits;
        memcpy(&bits, numbers + c, sizeof bits);
        wrong |= (bits & UINT32_C(0x7fffffff)) > limit;
    }
    return !wrong;
}

KERNEL_TARGET static void KERNEL(scale_channels)(size_t count, const float *source, size_t stride,
                                                 double factor, double *target)
{
    if (stride == 1) {
        for (size_t c = 0; c < count; c++)
            target[c] = factor * (double)source[c];
    } else {
        for (size_t c = 0; c < count; c++)
            target[c] = factor * (double)source[c * stride];
    }
}

/* What is seen in eight channels at a time. */
typedef struct KERNEL(sights) {
    lanes largest, step;
    lane_bits repeats;
} KERNEL(sights);

/* Looks at eight channels, and the one and the two behind each; what is not `known` repeats nothing. */
KERNEL_INLINE void KERNEL(see)(KERNEL(sights) *sights, lanes here, lanes next, lanes behind, lane_bits known)
{
    const lanes difference = KERNEL(magnitude)(next - here);
    const lane_bits same = difference == 0.0;
    sights->step = KERNEL(smaller)(sights->step, KERNEL(choose)(same, sights->step, difference));
    sights->largest = KERNEL(larger)(sights->largest, here);
    sights->repeats |= ((same & (behind == next)) | (here == 0.0)) & known;
}

KERNEL_TARGET static spectra_channel_survey KERNEL(take_channels)(size_t count,
                                                                  const float *intensities,
                                                                  size_t stride, double *signal)
{
    const double last = (double)intensities[(count - 1) * stride];
    KERNEL(sights) sights = { KERNEL(all)(last), KERNEL(all)((double)INFINITY), { 0 } };
    size_t c = 0;
    if (stride == 1) {
        for (; c + LANES + 2 <= count; c += LANES) {
            const lanes here = KERNEL(load_floats)(intensities + c);
            KERNEL(store)(signal + c, here);
            KERNEL(see)(&sights, here, KERNEL(load_floats)(intensities + c + 1),
                        KERNEL(load_floats)(intensities + c + 2), KERNEL(first)(LANES));
        }
    }
    KERNEL(scale_channels)(count - c, intensities + c * stride, stride, 1.0, signal + c);
    for (; c + 1 < count; c += LANES) {
        const size_t left = count - c;
        KERNEL(see)(&sights, KERNEL(load_some)(signal + c, left, last),
                    KERNEL(load_some)(signal + c + 1, left - 1, last),
                    KERNEL(load_some)(signal + c + 2, left > 2 ? left - 2 : 0, last),
                    KERNEL(first)(left - 1));
    }
    spectra_channel_survey survey = { sights.largest[0], sights.step[0], KERNEL(any)(sights.repeats) };
    for (size_t i = 1; i < LANES; i++) {
        survey.largest = sights.largest[i] > survey.largest ? sights.largest[i] : survey.largest;
        survey.smallest_step = sights.step[i] < survey.smallest_step ? sights.step[i] : survey.smallest_step;
    }
    return survey;
}

KERNEL_TARGET static size_t KERNEL(next_repeat)(size_t count, const double *signal, size_t from)
{
    size_t c = from;
    for (; c + LANES + 2 <= count; c += LANES) {
        const lanes here = KERNEL(load)(signal + c);
        const lane_bits same = (here == KERNEL(load)(signal + c + 1))
                               & (here == KERNEL(load)(signal + c + 2));
        if (KERNEL(any)(same | (here == 0.0)))
            break;
    }
    for (; c + 1 < count; c++)
        if (signal[c] == 0.0
            || (c + 2 < count && signal[c] == signal[c + 1] && signal[c] == signal[c + 2]))
            return c;
    return count;
}

/* Which of eight channels may be spikes, as may_be_spike() says; there are three more on either side. */
KERNEL_INLINE lane_bits KERNEL(may_be_spikes)(const double *s, double floor, double excess)
{
    const lanes left = KERNEL(load)(s - 1), here = KERNEL(load)(s), right = KERNEL(load)(s + 1);
    const lanes next = KERNEL(load)(s + 2), rise = here - left, fall = here - right;
    const lanes step = excess * KERNEL(magnitude)(left - KERNEL(load)(s - 2));
    const lanes far = excess * KERNEL(magnitude)(KERNEL(load)(s - 2) - KERNEL(load)(s - 3));
    const lanes behind = excess * KERNEL(magnitude)(KERNEL(load)(s + 3) - next);
    const lane_bits rises = (rise > floor) & (rise > step) & (rise > far) & (rise > behind);
    const lane_bits one = (fall > floor) & (fall > excess * KERNEL(magnitude)(right - left))
                          & (fall > excess * KERNEL(magnitude)(next - right));
    const lanes low = KERNEL(smaller)(here, right) - KERNEL(larger)(left, next);
    const lane_bits two = (low > floor) & (low > step) & (low > excess * KERNEL(magnitude)(next - left));
    return rises & (one | two);
}

/* From a channel on, a multiple of eight above eight, the first that may be a spike; the next eight where
   the last whole eights hold none. */
KERNEL_INLINE size_t KERNEL(spike_in_eights)(size_t count, const double *signal, size_t c, double floor,
                                             double excess)
{
    if (c + 2 * LANES > count)
        return c;
    const double *s = signal + c;
    lanes before = KERNEL(magnitude)(KERNEL(load)(s - LANES) - KERNEL(load)(s - LANES - 1)) * excess;
    lanes step = KERNEL(load)(s) - KERNEL(load)(s - 1), size = excess * KERNEL(magnitude)(step);
    const lanes lowest = KERNEL(all)(floor);
    for (; c + 2 * LANES <= count; c += LANES) {
        s = signal + c;
        const lanes step_after = KERNEL(load)(s + LANES) - KERNEL(load)(s + LANES - 1);
        const lanes after = excess * KERNEL(magnitude)(step_after);
        const lanes first = KERNEL(one_before)(before, size);
        const lanes far = KERNEL(two_before)(before, size);
        const lanes right = KERNEL(load)(s + 1);
        /* One channel falls more than what follows, two fall more than what came before. */
        const lane_bits falls = (KERNEL(load)(s) - right > KERNEL(two_behind)(size, after))
                                | (right - KERNEL(load)(s + 2) > first);
        const lanes most = KERNEL(larger)(KERNEL(larger)(first, far), lowest);
        /* Noise does it here and there: only then the rest is asked. */
        if (KERNEL(any)((step > most) & falls)) {
            const lane_bits spikes = KERNEL(may_be_spikes)(s, floor, excess);
            for (size_t i = 0; i < LANES; i++)
                if (spikes[i])
                    return c + i;
        }
        before = size;
        size = after;
        step = step_after;
    }
    return c;
}

KERNEL_TARGET static size_t KERNEL(next_spike)(size_t count, const double *signal, size_t from,
                                               double floor, double excess)
{
    size_t c = from < 2 ? 2 : from;
    while (c + 2 < count) {
        if (c % LANES == 0 && c > LANES)
            c = KERNEL(spike_in_eights)(count, signal, c, floor, excess);
        /* One by one up to the next eight. */
        do {
            if (c + 2 < count && may_be_spike(signal, count, c, floor, excess))
                return c;
        } while (++c % LANES != 0);
    }
    return count;
}

KERNEL_TARGET static double KERNEL(curvature)(size_t count, const double *signal)
{
    lanes sum = { 0 };
    for (size_t c = 0; c + 2 < count; c += LANES) {
        const size_t left = count - 2 - c;
        const lanes ends = KERNEL(load_some)(signal + c, left, 0.0) + KERNEL(load_some)(signal + c + 2, left, 0.0);
        const lanes difference = KERNEL(fused)(KERNEL(all)(-2.0), KERNEL(load_some)(signal + c + 1, left, 0.0), ends);
        sum = KERNEL(fused)(difference, difference, sum);
    }
    return KERNEL(sum)(sum);
}

/* ---------------------------------------------------------------- the background */

KERNEL_TARGET static void KERNEL(logarithms)(size_t count, const double *energies, double center,
                                             double *logarithms)
{
    const double factor = 1.0 / center;
    KERNEL(expansions) at = { .shift = shift_of_ratios(count, energies, LOGARITHM_REACH) };
    size_t c = 0;
    for (size_t some; (some = KERNEL(stretch)(count - c, at.shift)) > 0; c += some) {
        KERNEL(expand_logarithms)(energies + c, some, factor, &at);
        for (size_t i = 0; i < some; i += MANY) {
            const KERNEL(many) own = KERNEL(load_many)(energies + c + i);
            KERNEL(store_many)(logarithms + c + i, KERNEL(near_logarithms)(own, factor, &at, i));
        }
    }
    for (; c < count; c += MANY) {
        const KERNEL(many) some = KERNEL(load_some_many)(energies + c, count - c, 1.0);
        KERNEL(store_some_many)(logarithms + c, count - c, KERNEL(any_logarithm)(some, factor));
    }
}

KERNEL_TARGET static void KERNEL(line_sums)(size_t count, const double *x, const double *y,
                                            double *sums)
{
    lanes level = { 0 }, slope = { 0 };
    for (size_t c = 0; c < count; c += LANES) {
        const lanes counts = KERNEL(load_some)(y + c, count - c, 0.0);
        level += counts;
        slope = KERNEL(fused)(counts, KERNEL(load_some)(x + c, count - c, 0.0), slope);
    }
    sums[0] = KERNEL(sum)(level);
    sums[1] = KERNEL(sum)(slope);
}

/* The first `left` numbers, and 0 behind them. */
KERNEL_INLINE KERNEL(many) KERNEL(known)(KERNEL(many) numbers, size_t left)
{
    lanes eights[KERNEL_TOGETHER];
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++) {
        const lane_bits known = KERNEL(first)(left > i * LANES ? left - i * LANES : 0);
        eights[i] = KERNEL(choose)(known, KERNEL(eight)(numbers, i), KERNEL(all)(0.0));
    }
    return KERNEL(join)(eights);
}

/* Adds eight after eight to sums, in this order. */
KERNEL_INLINE void KERNEL(add_eights)(lanes *sum, KERNEL(many) terms)
{
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        *sum += KERNEL(eight)(terms, i);
}

/* Adds products likewise. */
KERNEL_INLINE void KERNEL(add_products)(lanes *sum, KERNEL(many) a, KERNEL(many) b)
{
    UNROLL for (size_t i = 0; i < KERNEL_TOGETHER; i++)
        *sum = KERNEL(fused)(KERNEL(eight)(a, i), KERNEL(eight)(b, i), *sum);
}

/* Adds terms to the sums of their products with powers of x. */
KERNEL_INLINE void KERNEL(add_moments)(lanes *sums, KERNEL(many) terms, KERNEL(many) x)
{
    UNROLL for (size_t j = 0; j < SPECTRA_MOMENT_COUNT; j++) {
        KERNEL(add_eights)(&sums[j], terms);
        terms *= x;
    }
}

KERNEL_TARGET static void KERNEL(exponential_moments)(size_t count, const double *x, double slope,
                                                      double *moments)
{
    lanes sums[SPECTRA_MOMENT_COUNT] = { { 0 } };
    KERNEL(expansions) at = { .shift = shift_of_steps(count, x, EXPONENTIAL_REACH / fabs(slope)) };
    size_t c = 0;
    for (size_t some; (some = KERNEL(stretch)(count - c, at.shift)) > 0; c += some) {
        KERNEL(expand_exponentials)(x + c, some, 0.0, slope, &at);
        for (size_t i = 0; i < some; i += MANY) {
            const KERNEL(many) place = KERNEL(load_many)(x + c + i);
            KERNEL(add_moments)(sums, KERNEL(near_exponentials)(place, 0.0, slope, &at, i), place);
        }
    }
    for (; c < count; c += MANY) {
        const KERNEL(many) place = KERNEL(load_some_many)(x + c, count - c, 0.0);
        const KERNEL(many) term = KERNEL(cut_exponential)(place, 0.0, slope, SUM_LIMIT);
        KERNEL(add_moments)(sums, KERNEL(known)(term, count - c), place);
    }
    for (size_t j = 0; j < SPECTRA_MOMENT_COUNT; j++)
        moments[j] = KERNEL(sum)(sums[j]);
}

/* The sums of spectra_residuals, eight parts of each. */
typedef struct KERNEL(residual_sums) {
    lanes score, information, pearson;
} KERNEL(residual_sums);

KERNEL_INLINE void KERNEL(add_residuals)(KERNEL(residual_sums) *sums, KERNEL(many) residual,
                                         KERNEL(many) expected, KERNEL(many) q)
{
    KERNEL(add_products)(&sums->score, q, residual);
    KERNEL(add_products)(&sums->information, q * q, expected);
    KERNEL(add_eights)(&sums->pearson, residual * residual / expected);
}

KERNEL_TARGET static spectra_residuals KERNEL(exponential_residuals)(size_t count, const double *x,
                                                                     const double *y, double level,
                                                                     double slope, double offset,
                                                                     double tilt)
{
    KERNEL(residual_sums) sums = { { 0 }, { 0 }, { 0 } };
    KERNEL(expansions) at = { .shift = shift_of_steps(count, x, EXPONENTIAL_REACH / fabs(slope)) };
    size_t c = 0;
    for (size_t some; (some = KERNEL(stretch)(count - c, at.shift)) > 0; c += some) {
        KERNEL(expand_exponentials)(x + c, some, level, slope, &at);
        for (size_t i = 0; i < some; i += MANY) {
            const KERNEL(many) place = KERNEL(load_many)(x + c + i);
            const KERNEL(many) expected = KERNEL(near_exponentials)(place, level, slope, &at, i);
            KERNEL(add_residuals)(&sums, KERNEL(load_many)(y + c + i) - expected, expected,
                                  (place * place - offset) - tilt * place);
        }
    }
    for (; c < count; c += MANY) {
        const size_t left = count - c;
        const KERNEL(many) place = KERNEL(load_some_many)(x + c, left, 0.0);
        const KERNEL(many) expected = KERNEL(cut_exponential)(place, level, slope, SUM_LIMIT);
        const KERNEL(many) residual = KERNEL(load_some_many)(y + c, left, 0.0) - expected;
        KERNEL(add_residuals)(&sums, KERNEL(known)(residual, left), expected,
                              KERNEL(known)((place * place - offset) - tilt * place, left));
    }
    return (spectra_residuals){ KERNEL(sum)(sums.score), KERNEL(sum)(sums.information),
                                KERNEL(sum)(sums.pearson) };
}

KERNEL_TARGET static void KERNEL(subtract_power_law)(size_t count, const double *energies,
                                                     double center, double level, double slope,
                                                     double *signal, double *background)
{
    const power_law law = power_law_of(1.0 / center, level, slope);
    size_t c = 0;
    for (; c < count && !(energies[c] > 0.0); c++)
        background[c] = 0.0;
    KERNEL(expansions) at = { .shift = shift_of_ratios(count - c, energies + c, law.reach) };
    for (size_t some; (some = KERNEL(stretch)(count - c, at.shift)) > 0; c += some) {
        KERNEL(expand_powers)(energies + c, some, &law, &at);
        for (size_t i = 0; i < some; i += MANY) {
            const KERNEL(many) own = KERNEL(load_many)(energies + c + i);
            const KERNEL(many) expected = KERNEL(near_powers)(own, &law, &at, i);
            KERNEL(store_many)(background + c + i, expected);
            KERNEL(store_many)(signal + c + i, KERNEL(load_many)(signal + c + i) - expected);
        }
    }
    for (; c < count; c += MANY) {
        const size_t left = count - c;
        const KERNEL(many) expected = KERNEL(power)(KERNEL(load_some_many)(energies + c, left, 1.0), &law);
        const KERNEL(many) counts = KERNEL(load_some_many)(signal + c, left, 0.0);
        KERNEL(store_some_many)(background + c, left, expected);
        KERNEL(store_some_many)(signal + c, left, counts - expected);
    }
}

/* ---------------------------------------------------------------- integrals */

KERNEL_TARGET static void KERNEL(integrate)(size_t count, const double *energies, const double *signal,
                                            double *integral, double *half_slopes)
{
    const lanes none = { 0 };
    lanes before = none; /* the integral up to channel c in all lanes */
    size_t c = 0;
    if (count > 0)
        integral[0] = half_slopes[count - 1] = 0.0;
    for (; c + LANES + 1 <= count; c += LANES) {
        const lanes width = KERNEL(load)(energies + c + 1) - KERNEL(load)(energies + c);
        const lanes here = KERNEL(load)(signal + c), next = KERNEL(load)(signal + c + 1);
        KERNEL(store)(half_slopes + c, 0.5 * (next - here) / width);
        lanes sum = width * (next + here) * 0.5;
        sum += __builtin_shufflevector(sum, none, 8, 0, 1, 2, 3, 4, 5, 6);
        sum += __builtin_shufflevector(sum, none, 8, 9, 0, 1, 2, 3, 4, 5);
        sum += __builtin_shufflevector(sum, none, 8, 9, 10, 11, 0, 1, 2, 3);
        KERNEL(store)(integral + c + 1, before + sum);
        before += __builtin_shufflevector(sum, sum, 7, 7, 7, 7, 7, 7, 7, 7);
    }
    for (; c + 1 < count; c++) {
        const double width = energies[c + 1] - energies[c];
        half_slopes[c] = 0.5 * (signal[c + 1] - signal[c]) / width;
        integral[c + 1] = integral[c] + width * (signal[c + 1] + signal[c]) * 0.5;
    }
}

/* How far eight energies lie above channels that follow each other; where they do not lie between these and
   the next, false. */
KERNEL_INLINE bool KERNEL(find_parts)(lanes energy, const double *channel, lanes *part)
{
    const lanes left = KERNEL(load)(channel), width = KERNEL(load)(channel + 1) - left;
    *part = energy - left;
    /* At a channel, either side of it gives the same integral. */
    const lanes slack = 1e-6 * width;
    return !KERNEL(any)((*part < -slack) | (*part - width > slack));
}

/* The integrals from eight channels to energies so far above them. */
KERNEL_INLINE lanes KERNEL(behind)(const spectra_lines t, size_t channel, lanes part)
{
    return part * KERNEL(fused)(KERNEL(load)(t.half_slopes + channel), part, KERNEL(load)(t.signal + channel));
}

KERNEL_TARGET static void KERNEL(running_averages)(const spectra_lines t, size_t first, size_t end,
                                                   double half, double *averages)
{
    const double reciprocal = 0.5 / half;
    size_t low = 0, high = first, c = first;
    lanes lower, upper;
    for (; c + LANES <= end; c += LANES) {
        /* Where channels are even, the ends move as far as the channels: tried before it is searched. */
        const lanes energy = KERNEL(load)(t.energies + c);
        bool even = high + LANES < t.count && KERNEL(find_parts)(energy - half, t.energies + low, &lower)
                    && KERNEL(find_parts)(energy + half, t.energies + high, &upper);
        if (!even) {
            /* Where two channels nearly meet, the lower ends have gone too far. */
            const double end = t.energies[c] - half;
            low = channel_of(t, end, low < c && t.energies[low] <= end ? low : 0);
            high = channel_of(t, t.energies[c] + half, c);
            even = high + LANES < t.count
                   && KERNEL(find_parts)(energy - half, t.energies + low, &lower)
                   && KERNEL(find_parts)(energy + half, t.energies + high, &upper);
        }
        if (even) {
            const lanes whole = KERNEL(load)(t.integral + high) - KERNEL(load)(t.integral + low);
            const lanes ends = KERNEL(behind)(t, high, upper) - KERNEL(behind)(t, low, lower);
            KERNEL(store)(averages + c, reciprocal * (whole + ends));
            low += LANES;
            high += LANES;
        } else {
            average(t, c, c + LANES, half, low, high, averages);
        }
    }
    average(t, c, end, half, 0, c, averages);
}

KERNEL_TARGET static size_t KERNEL(largest)(size_t count, const double *numbers)
{
    size_t c = 0;
    lanes most = KERNEL(all)(count > 0 ? numbers[0] : 0.0);
    for (; c + LANES <= count; c += LANES)
        most = KERNEL(larger)(most, KERNEL(load)(numbers + c));
    double largest = most[0];
    for (size_t i = 1; i < LANES; i++)
        largest = most[i] > largest ? most[i] : largest;
    for (; c < count; c++)
        largest = numbers[c] > largest ? numbers[c] : largest;
    for (c = 0; c + LANES <= count; c += LANES)
        if (KERNEL(any)(KERNEL(load)(numbers + c) == largest))
            break;
    while (c < count && numbers[c] != largest)
        c++;
    return c < count ? c : 0;
}

KERNEL_TARGET static size_t KERNEL(first_from)(size_t count, const double *numbers, double limit)
{
    size_t c = 0;
    while (c + LANES <= count && !KERNEL(any)(KERNEL(load)(numbers + c) >= limit))
        c += LANES;
    while (c < count && !(numbers[c] >= limit))
        c++;
    return c;
}

/* ---------------------------------------------------------------- the grid */

KERNEL_TARGET static void KERNEL(take_cells)(const spectra_lines t, size_t channel, size_t cells, double lower,
                                             double step, double last, float *means)
{
    for (size_t start = 0; start < cells; start += BLOCK) {
        /* Each border is computed once, so that nothing is counted twice or left out. */
        double integrals[BLOCK + 1];
        const size_t some = cells - start < BLOCK ? cells - start : BLOCK;
        for (size_t i = 0; i <= some; i++) {
            const double border = lower + (double)(start + i) * step;
            const double energy = border < last ? border : last;
            channel = channel_of(t, energy, channel);
            integrals[i] = integral_at(t, energy, channel);
        }
        for (size_t i = 0; i < some; i++)
            means[start + i] = (float)((integrals[i + 1] - integrals[i]) / step);
    }
}

KERNEL_TARGET static spectra_feature_sums KERNEL(sum_features)(size_t count, const float *features)
{
    double sums[LANES] = { 0 }, magnitudes[LANES] = { 0 };
    size_t c = 0;
    for (; c + LANES <= count; c += LANES)
        for (size_t i = 0; i < LANES; i++) {
            sums[i] += (double)features[c + i];
            magnitudes[i] += (double)fabsf(features[c + i]);
        }
    for (size_t i = 0; c + i < count; i++) {
        sums[i] += (double)features[c + i];
        magnitudes[i] += (double)fabsf(features[c + i]);
    }
    return (spectra_feature_sums){ KERNEL(sum)(KERNEL(load)(sums)),
                                   KERNEL(sum)(KERNEL(load)(magnitudes)) };
}

KERNEL_TARGET static void KERNEL(divide_features)(size_t count, double divisor, float *features)
{
    for (size_t c = 0; c < count; c++)
        features[c] = (float)((double)features[c] / divisor);
}

/* ---------------------------------------------------------------- noise */

KERNEL_TARGET static void KERNEL(weigh_area)(const spectra_lines t, size_t channel, double lower, double upper,
                                             double factor, double *restrict weights)
{
    const double *restrict energies = t.energies;
    const size_t first = channel_of(t, lower, channel);
    size_t end = first;
    while (end + 2 < t.count && energies[end + 1] < upper)
        end++;
    const double last = end == first ? upper : energies[first + 1];
    const shares begin = shares_of(energies, first, lower, last);
    weights[first] += factor * begin.left;
    weights[first + 1] += factor * begin.right;
    if (end == first)
        return;
    /* Between whole channels, each has half of the integral. */
    const double half = 0.5 * factor;
    if (first + 1 < end) {
        weights[first + 1] += half * (energies[first + 2] - energies[first + 1]);
        for (size_t c = first + 2; c < end; c++)
            weights[c] += half * (energies[c + 1] - energies[c - 1]);
        weights[end] += half * (energies[end] - energies[end - 1]);
    }
    const shares rest = shares_of(energies, end, energies[end], upper);
    weights[end] += factor * rest.left;
    weights[end + 1] += factor * rest.right;
}

/* Eight rows become columns. */
KERNEL_INLINE void KERNEL(turn)(lanes rows[LANES])
{
    lanes pairs[LANES], fours[LANES];
    UNROLL for (size_t i = 0; i < LANES; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    UNROLL for (size_t i = 0; i < LANES; i++) {
        const size_t one = i / 4 * 4 + i % 2;
        fours[i] = i % 4 < 2 ? __builtin_shufflevector(pairs[one], pairs[one + 2], 0, 1, 8, 9, 4, 5, 12, 13)
                             : __builtin_shufflevector(pairs[one], pairs[one + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    UNROLL for (size_t i = 0; i < LANES / 2; i++) {
        rows[i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

KERNEL_TARGET static void KERNEL(gather_slopes)(size_t points, const double *factors,
                                                const float *gradients, size_t stride,
                                                const float *scales, double *slopes)
{
    size_t p = 0;
    for (; p + LANES <= points; p += LANES) {
        const lanes scale = KERNEL(load_floats)(scales + p);
        lanes rows[LANES] = { { 0 } };
        UNROLL for (size_t s = 0; s < SPECTRA_SCALARS_USED; s++)
            rows[s] = factors[s] * KERNEL(load_floats)(gradients + s * stride + p) * scale;
        KERNEL(turn)(rows);
        UNROLL for (size_t i = 0; i < LANES; i++)
            KERNEL(store)(slopes + (p + i) * LANES, rows[i]);
    }
    for (; p < points; p++) {
        for (size_t s = 0; s < LANES; s++)
            slopes[p * LANES + s] =
                s < SPECTRA_SCALARS_USED ? factors[s] * (double)gradients[s * stride + p] * (double)scales[p] : 0.0;
    }
}

KERNEL_TARGET static void KERNEL(undivide_slopes)(size_t points, const float *features, double factor,
                                                  double *slopes)
{
    /* Four sums: alone, each would wait for the addition before. */
    lanes sums[4] = { { 0 } };
    size_t p = 0;
    for (; p + 4 <= points; p += 4) {
        UNROLL for (size_t i = 0; i < 4; i++)
            sums[i] = KERNEL(fused)(KERNEL(load)(slopes + (p + i) * LANES), KERNEL(all)((double)features[p + i]),
                                    sums[i]);
    }
    for (; p < points; p++)
        sums[0] = KERNEL(fused)(KERNEL(load)(slopes + p * LANES), KERNEL(all)((double)features[p]), sums[0]);
    const lanes mean = ((sums[0] + sums[1]) + (sums[2] + sums[3])) / (double)points;
    for (p = 0; p < points; p++) {
        double *own = slopes + p * LANES;
        KERNEL(store)(own, (KERNEL(load)(own) - mean) * factor);
    }
}

KERNEL_TARGET static void KERNEL(weigh_cells)(const spectra_lines t, size_t channel, size_t cells, double lower,
                                              double step, const double *factors, double *weights,
                                              double *differences)
{
    const double start = lower, last = t.energies[t.count - 1];
    lower = lower < last ? lower : last;
    channel = channel_of(t, lower, channel);
    double below = value_at(t, lower, channel);
    lanes sum = { 0 };
    /* What the channel has so far, which is kept in a register as long as cells add to it. */
    lanes own = KERNEL(load)(weights + channel * LANES), next = KERNEL(load)(weights + (channel + 1) * LANES);
    for (size_t i = 0; i < cells; i++) {
        const double border = start + (double)(int64_t)(i + 1) * step;
        const double upper = border < last ? border : last;
        const lanes factor = KERNEL(load)(factors + i * LANES);
        const size_t end = channel_of(t, upper, channel);
        const double part = upper - t.energies[end], ratio = part / (t.energies[end + 1] - t.energies[end]);
        const double above = t.signal[end] + ratio * (t.signal[end + 1] - t.signal[end]);
        if (end == channel) {
            const shares whole = shares_of(t.energies, channel, lower, upper);
            own = KERNEL(fused)(factor, KERNEL(all)(whole.left), own);
            next = KERNEL(fused)(factor, KERNEL(all)(whole.right), next);
        } else {
            const shares first = shares_of(t.energies, channel, lower, t.energies[channel + 1]);
            KERNEL(store)(weights + channel * LANES, KERNEL(fused)(factor, KERNEL(all)(first.left), own));
            /* Between whole channels, each has half of the integral. */
            double share = first.right;
            for (channel++; channel < end; channel++) {
                const double half = 0.5 * (t.energies[channel + 1] - t.energies[channel]);
                KERNEL(store)(weights + channel * LANES, KERNEL(fused)(factor, KERNEL(all)(share + half), next));
                next = KERNEL(load)(weights + (channel + 1) * LANES);
                share = half;
            }
            /* As shares_of() from the channel to the border; a half is exact. */
            const double right = part * (0.5 * ratio);
            own = KERNEL(fused)(factor, KERNEL(all)(share + (part - right)), next);
            next = KERNEL(fused)(factor, KERNEL(all)(right), KERNEL(load)(weights + (end + 1) * LANES));
        }
        sum = KERNEL(fused)(factor, KERNEL(all)(above - below), sum);
        lower = upper;
        below = above;
    }
    KERNEL(store)(weights + channel * LANES, own);
    KERNEL(store)(weights + (channel + 1) * LANES, next);
    KERNEL(store)(differences, sum);
}

/* Logarithms, and 0 in place of -infinity. */
KERNEL_INLINE lanes KERNEL(finite)(lanes logarithms)
{
    return KERNEL(choose)(logarithms > -(double)INFINITY, logarithms, KERNEL(all)(0.0));
}

KERNEL_TARGET static spectra_noise_sums KERNEL(sum_noise)(size_t count, const double *weights,
                                                          const double *variances,
                                                          const double *background,
                                                          const double *logarithms)
{
    lanes noise = { 0 }, level = { 0 }, slope = { 0 };
    for (size_t c = 0; c < count; c += LANES) {
        const size_t left = count - c;
        const lanes weight = KERNEL(load_some)(weights + c, left, 0.0);
        const lanes variance = KERNEL(load_some)(variances + c, left, 0.0);
        const lanes expected = KERNEL(load_some)(background + c, left, 0.0);
        const lanes x = KERNEL(finite)(KERNEL(load_some)(logarithms + c, left, 0.0));
        const lanes term = weight * expected;
        noise = KERNEL(fused)(weight * weight, variance, noise);
        level += term;
        slope = KERNEL(fused)(term, x, slope);
    }
    return (spectra_noise_sums){ KERNEL(sum)(noise), KERNEL(sum)(level), KERNEL(sum)(slope) };
}

/* Adds a channel to the sums of noise, level and slope. */
KERNEL_INLINE void KERNEL(add_noise)(lanes sums[3], const double *weights, double variance,
                                     double background, double x)
{
    const lanes weight = KERNEL(load)(weights);
    const lanes term = weight * background;
    sums[0] = KERNEL(fused)(weight * weight, KERNEL(all)(variance), sums[0]);
    sums[1] += term;
    sums[2] = KERNEL(fused)(term, KERNEL(all)(x), sums[2]);
}

KERNEL_TARGET static void KERNEL(sum_noise_of_scalars)(size_t count, const double *weights,
                                                       const double *variances,
                                                       const double *background,
                                                       const double *logarithms, double *sums)
{
    /* Every second channel has sums of its own: alone, each would wait for the addition before. */
    lanes even[3] = { { 0 } }, odd[3] = { { 0 } };
    for (size_t c = 0; c < count; c += LANES, weights += LANES * LANES) {
        const size_t left = count - c;
        double x[LANES];
        KERNEL(store)(x, KERNEL(finite)(KERNEL(load_some)(logarithms + c, left, 0.0)));
        UNROLL for (size_t i = 0; i < LANES; i++)
            if (i < left)
                KERNEL(add_noise)(i % 2 == 0 ? even : odd, weights + i * LANES, variances[c + i], background[c + i],
                                  x[i]);
    }
    for (size_t i = 0; i < 3; i++)
        KERNEL(store)(sums + i * LANES, even[i] + odd[i]);
}

/* ---------------------------------------------------------------- the properties */

#include "estimates_template.h"

#undef KERNEL_INLINE
#undef KERNEL
#undef KERNEL_TARGET
#undef KERNEL_TOGETHER
#undef MANY
