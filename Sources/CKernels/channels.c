/* channels.c - the loops over the channels of a spectrum and what becomes of the properties, for each instruction
 * set, and the way to them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernelsEstimates.h"

#include <float.h>

/* A multiply-add with one rounding would give other bits than two operations with one each. */
#pragma STDC FP_CONTRACT OFF

#if defined(__clang__)
/* No vector is handed from one function to another that is not part of it. */
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define LANES ((size_t)8)
#define LANES_SHIFT 3 /* LANES is 1 << LANES_SHIFT */
#define BLOCK_SHIFT 5
#define BLOCK ((size_t)1 << BLOCK_SHIFT) /* channels that a loop over several vectors takes at a time */
#define UNROLL _Pragma("clang loop unroll(full)")
typedef double lanes __attribute__((vector_size(64)));
typedef int64_t lane_bits __attribute__((vector_size(64)));

/* Whether a number, which may be NaN, is at least 0, and not -0, and below a limit; by its bits, as a host
   may trap comparisons of NaN. */
static inline bool is_between_zero_and(double number, double limit)
{
    uint64_t bits, most;
    memcpy(&bits, &number, sizeof bits);
    memcpy(&most, &limit, sizeof most);
    return bits < most;
}

/* The last channel at or below an energy, from `channel` on; never the last of all. */
static inline size_t channel_of(const spectra_lines t, double energy, size_t channel)
{
    while (channel + 2 < t.count && t.energies[channel + 1] <= energy)
        channel++;
    return channel;
}

/* The spectrum between a channel and the next. */
static double value_at(const spectra_lines t, double energy, size_t channel)
{
    const double part = energy - t.energies[channel];
    const double width = t.energies[channel + 1] - t.energies[channel];
    return t.signal[channel] + part / width * (t.signal[channel + 1] - t.signal[channel]);
}

/* What the integral of a line between two channels has of the left and of the right one. */
typedef struct shares {
    double left, right;
} shares;

/* Of the integral from `lower` to `upper`, both between a channel and the next. */
static inline shares shares_of(const double *energies, size_t channel, double lower, double upper)
{
    const double left = energies[channel], width = upper - lower;
    const double middle = 0.5 * ((lower - left) + (upper - left));
    const double right = width * (middle / (energies[channel + 1] - left));
    return (shares){ width - right, right };
}

static double integral_at(const spectra_lines t, double energy, size_t channel)
{
    const double part = energy - t.energies[channel];
    return t.integral[channel] + part * (t.signal[channel] + t.half_slopes[channel] * part);
}

/* The averages of the channels from `first` on; `low` and `high` are channels below their ends. */
static void average(const spectra_lines t, size_t first, size_t end, double half, size_t low, size_t high,
                    double *averages)
{
    const double reciprocal = 0.5 / half;
    for (size_t c = first; c < end; c++) {
        const double lower = t.energies[c] - half, upper = t.energies[c] + half;
        low = channel_of(t, lower, low);
        high = channel_of(t, upper, high);
        averages[c] = reciprocal * (integral_at(t, upper, high) - integral_at(t, lower, low));
    }
}

/* Whether channel c, at least 2, may be a spike, as spectra_next_spike() says. */
static bool may_be_spike(const double *signal, size_t count, size_t c, double floor, double excess)
{
    const double *s = signal + c;
    const double step = excess * fabs(s[-1] - s[-2]), rise = s[0] - s[-1], fall = s[0] - s[1];
    if (!(rise > floor && rise > step))
        return false;
    if (c > 2 && !(rise > excess * fabs(s[-2] - s[-3])))
        return false;
    if (c + 3 < count && !(rise > excess * fabs(s[3] - s[2])))
        return false;
    if (fall > floor && fall > excess * fabs(s[1] - s[-1]) && fall > excess * fabs(s[2] - s[1]))
        return true;
    const double low = (s[0] < s[1] ? s[0] : s[1]) - (s[-1] > s[2] ? s[-1] : s[2]);
    return low > floor && low > step && low > excess * fabs(s[2] - s[-1]);
}

/* Expansions of ln(1 + u), to u^6, and of exp(d), to d^7, are used up to these. */
#define LOGARITHM_REACH 0.004
#define EXPONENTIAL_REACH 0.03
/* Exponents in sums are cut at this, and at its negative. */
#define SUM_LIMIT 300.0

/* 1 << shift numbers that rise share the anchor of a local expansion, which is good up to `reach` from it: a
   whole block where it reaches so far from the middle, else eight. What lies farther is computed by itself:
   this is for speed. */
static unsigned shift_of_steps(size_t count, const double *numbers, double reach)
{
    const double range = count > BLOCK ? numbers[count - 1] - numbers[0] : 0.0;
    return 0.5 * BLOCK * range <= reach * (double)count ? BLOCK_SHIFT : LANES_SHIFT;
}

/* The same for numbers above 0, where it is the ratio less 1 that is at most `reach`. */
static unsigned shift_of_ratios(size_t count, const double *numbers, double reach)
{
    return shift_of_steps(count, numbers, count > 0 ? reach * numbers[0] : 0.0);
}

/* A power law exp(level + slope ln(factor E)), and its expansion in steps u = E / a - 1 from an energy a. */
typedef struct power_law {
    double factor, level, slope;
    double binomial[6]; /* of (1 + u)^slope - 1, from u on */
    double reach;       /* |u| up to which they leave out no more than 5e-17 of it */
} power_law;

static power_law power_law_of(double factor, double level, double slope)
{
    power_law law = { factor, level, slope, { slope }, 0.0157 / (fabs(slope) + 3.0) };
    for (int k = 1; k < 6; k++)
        law.binomial[k] = law.binomial[k - 1] * (slope - k) / (k + 1);
    return law;
}

#define KERNEL(name) name##_baseline
#define KERNEL_TARGET
#define KERNEL_TOGETHER 1
#include "channels_template.h"

#if defined(__x86_64__)

#define KERNEL(name) name##_avx2
#define KERNEL_TARGET __attribute__((target("avx2,fma")))
#define KERNEL_TOGETHER 2
#include "channels_template.h"

#define KERNEL(name) name##_avx512
#define KERNEL_TARGET __attribute__((target("avx512f")))
#define KERNEL_TOGETHER 4
#include "channels_template.h"

/* A constant kernel for each call of the function that is wanted. */
#define CALL(kernel, name, ...)                                                  \
    ((kernel) >= SPECTRA_KERNEL_AVX512 ? name##_avx512(__VA_ARGS__)              \
     : (kernel) == SPECTRA_KERNEL_AVX2 ? name##_avx2(__VA_ARGS__)                \
                                       : name##_baseline(__VA_ARGS__))

#else

#define CALL(kernel, name, ...) ((void)(kernel), name##_baseline(__VA_ARGS__))

#endif

bool spectra_are_rising(spectra_kernel kernel, size_t count, const double *energies)
{
    return CALL(kernel, are_rising, count, energies);
}

bool spectra_are_within(spectra_kernel kernel, size_t count, const float *numbers, float limit)
{
    uint32_t bits;
    memcpy(&bits, &limit, sizeof bits);
    return CALL(kernel, are_within, count, numbers, bits);
}

spectra_channel_survey spectra_take_channels(spectra_kernel kernel, size_t count, const float *intensities,
                                             size_t stride, double *signal)
{
    return CALL(kernel, take_channels, count, intensities, stride, signal);
}

void spectra_scale_channels(spectra_kernel kernel, size_t count, const float *source, size_t stride,
                            double factor, double *target)
{
    CALL(kernel, scale_channels, count, source, stride, factor, target);
}

size_t spectra_next_repeat(spectra_kernel kernel, size_t count, const double *signal, size_t from)
{
    return CALL(kernel, next_repeat, count, signal, from);
}

size_t spectra_next_spike(spectra_kernel kernel, size_t count, const double *signal, size_t from,
                          double floor, double excess)
{
    return CALL(kernel, next_spike, count, signal, from, floor, excess);
}

double spectra_curvature(spectra_kernel kernel, size_t count, const double *signal)
{
    return CALL(kernel, curvature, count, signal);
}

void spectra_logarithms(spectra_kernel kernel, size_t count, const double *energies, double center,
                        double *logarithms)
{
    CALL(kernel, logarithms, count, energies, center, logarithms);
}

void spectra_line_sums(spectra_kernel kernel, size_t count, const double *x, const double *y,
                       double sums[2])
{
    CALL(kernel, line_sums, count, x, y, sums);
}

void spectra_exponential_moments(spectra_kernel kernel, size_t count, const double *x, double slope,
                                 double moments[SPECTRA_MOMENT_COUNT])
{
    CALL(kernel, exponential_moments, count, x, slope, moments);
}

spectra_residuals spectra_exponential_residuals(spectra_kernel kernel, size_t count, const double *x,
                                                const double *y, double level, double slope,
                                                double offset, double tilt)
{
    return CALL(kernel, exponential_residuals, count, x, y, level, slope, offset, tilt);
}

void spectra_subtract_power_law(spectra_kernel kernel, size_t count, const double *energies,
                                double center, double level, double slope, double *signal,
                                double *background)
{
    CALL(kernel, subtract_power_law, count, energies, center, level, slope, signal, background);
}

void spectra_integrate(spectra_kernel kernel, size_t count, const double *energies, const double *signal,
                       double *integral, double *half_slopes)
{
    CALL(kernel, integrate, count, energies, signal, integral, half_slopes);
}

void spectra_running_averages(spectra_kernel kernel, const spectra_lines *lines, size_t first, size_t end,
                              double half, double *averages)
{
    CALL(kernel, running_averages, *lines, first, end, half, averages);
}

size_t spectra_largest(spectra_kernel kernel, size_t count, const double *numbers)
{
    return CALL(kernel, largest, count, numbers);
}

size_t spectra_first_from(spectra_kernel kernel, size_t count, const double *numbers, double limit)
{
    return CALL(kernel, first_from, count, numbers, limit);
}

void spectra_take_cells(spectra_kernel kernel, const spectra_lines *lines, size_t channel, size_t cells,
                        double lower, double step, float *means)
{
    CALL(kernel, take_cells, *lines, channel, cells, lower, step, lines->energies[lines->count - 1], means);
}

spectra_feature_sums spectra_sum_features(spectra_kernel kernel, size_t count, const float *features)
{
    return CALL(kernel, sum_features, count, features);
}

void spectra_divide_features(spectra_kernel kernel, size_t count, double divisor, float *features)
{
    CALL(kernel, divide_features, count, divisor, features);
}

void spectra_weigh_area(spectra_kernel kernel, size_t count, const double *energies, size_t channel,
                        double lower, double upper, double factor, double *weights)
{
    if (!(lower < upper))
        return;
    const spectra_lines whole = { count, energies, NULL, NULL, NULL };
    CALL(kernel, weigh_area, whole, channel, lower, upper, factor, weights);
}

void spectra_gather_slopes(spectra_kernel kernel, size_t points, const double factors[SPECTRA_SCALARS],
                           const float *gradients, size_t stride, const float *scales, double *slopes)
{
    CALL(kernel, gather_slopes, points, factors, gradients, stride, scales, slopes);
}

void spectra_undivide_slopes(spectra_kernel kernel, size_t points, const float *features, double factor,
                             double *slopes)
{
    CALL(kernel, undivide_slopes, points, features, factor, slopes);
}

void spectra_weigh_cells(spectra_kernel kernel, size_t count, const double *energies,
                         const double *signal, size_t channel, size_t cells, double lower, double step,
                         const double *factors, double *weights, double differences[SPECTRA_SCALARS])
{
    const spectra_lines whole = { count, energies, signal, NULL, NULL };
    CALL(kernel, weigh_cells, whole, channel, cells, lower, step, factors, weights, differences);
}

spectra_noise_sums spectra_sum_noise(spectra_kernel kernel, size_t count, const double *weights,
                                     const double *variances, const double *background,
                                     const double *logarithms)
{
    return CALL(kernel, sum_noise, count, weights, variances, background, logarithms);
}

void spectra_sum_noise_of_scalars(spectra_kernel kernel, size_t count, const double *weights,
                                  const double *variances, const double *background,
                                  const double *logarithms, double sums[3 * SPECTRA_SCALARS])
{
    CALL(kernel, sum_noise_of_scalars, count, weights, variances, background, logarithms, sums);
}

bool spectra_estimate(spectra_kernel kernel, const spectra_estimate_rule *rule, size_t known_count,
                      const spectra_error_quantiles *known, const spectra_evidence *evidence,
                      double estimates[SPECTRA_SCALARS_USED * SPECTRA_ESTIMATE_NUMBERS])
{
    double(*const each)[SPECTRA_ESTIMATE_NUMBERS] = (double(*)[SPECTRA_ESTIMATE_NUMBERS])estimates;
    return CALL(kernel, estimate, rule, known_count, known, evidence, each);
}
