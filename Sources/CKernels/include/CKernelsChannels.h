/* CKernelsChannels.h - the loops over the channels of a spectrum.
 *
 * Each works on eight channels at once, with vectors of the instruction set that it is told. Sums
 * have eight parts, one for each channel of eight, which are added in one order at the end; a
 * multiplication and an addition have one rounding where it is written so, and nowhere else. So the bits
 * are the same with every kernel. A processor without such an operation calls fma().
 *
 * No function allocates, takes a lock, keeps state or makes a system call; each uses less than 2 KB of
 * stack. Arrays have `count` numbers, which may be 0, unless it is said otherwise. Numbers must be finite.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CKERNELS_CHANNELS_H
#define SPECTRA_CKERNELS_CHANNELS_H

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Whether numbers, which may be NaN, are between -2^24 and 2^24, and each is above the one before. */
bool spectra_are_rising(spectra_kernel kernel, size_t count, const double *energies);

/** Whether numbers, which may be NaN, are between -limit and limit, which is not below 0. */
bool spectra_are_within(spectra_kernel kernel, size_t count, const float *numbers, float limit);

/** What a first look at a spectrum tells. */
typedef struct spectra_channel_survey {
    double largest;       /* intensity */
    double smallest_step; /* of adjacent channels, 0 left out; infinity where there is none */
    bool repeats;         /* whether spectra_next_repeat() may find one */
} spectra_channel_survey;

/**
 * Copies intensities to `signal`, channel `c` from `intensities[c * stride]`, and looks at them.
 *
 * @param count  at least 2.
 */
spectra_channel_survey spectra_take_channels(spectra_kernel kernel, size_t count, const float *intensities,
                                             size_t stride, double *signal);

/** target[c] = factor * source[c * stride] */
void spectra_scale_channels(spectra_kernel kernel, size_t count, const float *source, size_t stride,
                            double factor, double *target);

/**
 * The first channel from `from` on that is 0, or equal to the two that follow it; `count` where there
 * is none. The last channel is not looked at.
 */
size_t spectra_next_repeat(spectra_kernel kernel, size_t count, const double *signal, size_t from);

/**
 * The first channel `c` from `from` on that rises above its neighbours as a spike may, or together
 * with the channel behind it; `count` where there is none.
 *
 * With s[i] for signal[c + i], and b = |s[-1] - s[-2]|: s[0] - s[-1] is larger than `floor` and
 * `excess` b; and either s[0] - s[1] is larger than `floor`, `excess` |s[1] - s[-1]| and `excess`
 * |s[2] - s[1]|, or min(s[0], s[1]) - max(s[-1], s[2]) larger than `floor`, `excess` b and `excess`
 * |s[2] - s[-1]|. And s[0] - s[-1] is larger than `excess` |s[-2] - s[-3]| and `excess` |s[3] - s[2]|,
 * where there are these channels. The first and last two channels are not looked at.
 */
size_t spectra_next_spike(spectra_kernel kernel, size_t count, const double *signal, size_t from,
                          double floor, double excess);

/** The sum of the squares of (signal[c - 1] - 2 signal[c] + signal[c + 1]), both ends left out. */
double spectra_curvature(spectra_kernel kernel, size_t count, const double *signal);

/**
 * logarithms[c] = ln(energies[c] / center), and -infinity for energies of 0 and below.
 *
 * The error is below 2e-16 + 2 units in the last place of the logarithm.
 */
void spectra_logarithms(spectra_kernel kernel, size_t count, const double *energies, double center,
                        double *logarithms);

/** Sums for a straight line: of y, and of x y. */
void spectra_line_sums(spectra_kernel kernel, size_t count, const double *x, const double *y,
                       double sums[2]);

/** Powers of x whose sums spectra_exponential_moments() makes, from 0 on. */
#define SPECTRA_MOMENT_COUNT 9

/** moments[j] = the sum of exp(slope x) x^j; the exponent is cut at -300 and 300. */
void spectra_exponential_moments(spectra_kernel kernel, size_t count, const double *x, double slope,
                                 double moments[SPECTRA_MOMENT_COUNT]);

/** What the counts `y` leave over of exp(level + slope x). */
typedef struct spectra_residuals {
    double score;       /* the sum of q (y - expected), where q = x^2 - tilt x - offset */
    double information; /* of q^2 expected */
    double pearson;     /* of (y - expected)^2 / expected */
} spectra_residuals;

/** Sums of residuals; the exponents are cut at -300 and 300. */
spectra_residuals spectra_exponential_residuals(spectra_kernel kernel, size_t count, const double *x,
                                                const double *y, double level, double slope,
                                                double offset, double tilt);

/**
 * Subtracts from signal[c] what it keeps in background[c]: exp(level + slope ln(energies[c] / center)), and 0
 * at energies of 0 and below. Energies rise. The exponent is cut at -700 and 700; the error is below 2 units
 * in the last place for each of exponential and power, and what that of the logarithm makes of the exponent.
 */
void spectra_subtract_power_law(spectra_kernel kernel, size_t count, const double *energies,
                                double center, double level, double slope, double *signal,
                                double *background);

/**
 * integral[c] = the integral from the first channel to channel c of the lines between the channels, and
 * half_slopes[c] = half of the slope from channel c to the next; 0 for the last.
 */
void spectra_integrate(spectra_kernel kernel, size_t count, const double *energies, const double *signal,
                       double *integral, double *half_slopes);

/** Straight lines between channels, and the integral under them that spectra_integrate() made. */
typedef struct spectra_lines {
    size_t count;
    const double *energies, *signal, *integral, *half_slopes;
} spectra_lines;

/** The averages over energies[c] - half ... energies[c] + half, for first <= c < end; all on the axis. */
void spectra_running_averages(spectra_kernel kernel, const spectra_lines *lines, size_t first, size_t end,
                              double half, double *averages);

/** The index of the largest number, the first of several; some index below `count` where there is NaN. */
size_t spectra_largest(spectra_kernel kernel, size_t count, const double *numbers);

/** The index of the first number of at least `limit`; `count` where there is none. */
size_t spectra_first_from(spectra_kernel kernel, size_t count, const double *numbers, double limit);

/**
 * The means of the spectrum over cells of width `step` side by side from `lower` on; what lies above the last
 * channel counts as 0.
 *
 * @param channel  a channel at or below `lower`.
 */
void spectra_take_cells(spectra_kernel kernel, const spectra_lines *lines, size_t channel, size_t cells,
                        double lower, double step, float *means);

/** Sums of features and of their magnitudes. */
typedef struct spectra_feature_sums {
    double sum, magnitudes;
} spectra_feature_sums;

/** Sums of features. */
spectra_feature_sums spectra_sum_features(spectra_kernel kernel, size_t count, const float *features);

/** Divides features, in double precision. */
void spectra_divide_features(spectra_kernel kernel, size_t count, double divisor, float *features);

/**
 * Adds how `factor` times the integral of the spectrum from `lower` to `upper` depends on the channels. What
 * lies beyond the ends of the axis follows the line between the two channels there.
 *
 * @param channel  a channel at or below `lower`, or 0.
 * @param weights  added to: [count].
 */
void spectra_weigh_area(spectra_kernel kernel, size_t count, const double *energies, size_t channel,
                        double lower, double upper, double factor, double *weights);

/** Scalars whose dependence on the channels is followed at once: that of a channel is so many numbers. */
#define SPECTRA_SCALARS 8

/** Those of them that are of use; the others are 0. */
#define SPECTRA_SCALARS_USED 6

/**
 * Brings gradients by scaled features, a row for each scalar, to those by features, point by point:
 * factors[scalar] gradients[scalar][point] scales[point].
 *
 * @param factors    one for each scalar.
 * @param gradients  SPECTRA_SCALARS_USED rows of `points` numbers, `stride` apart.
 * @param slopes     receives [points][SPECTRA_SCALARS].
 */
void spectra_gather_slopes(spectra_kernel kernel, size_t points, const double factors[SPECTRA_SCALARS],
                           const float *gradients, size_t stride, const float *scales, double *slopes);

/**
 * Takes slopes by features, which were divided by their mean, to those by what they were before, all
 * times `factor`: from each point's, the mean of slope times feature is subtracted.
 *
 * @param slopes  [points][SPECTRA_SCALARS], changed in place.
 */
void spectra_undivide_slopes(spectra_kernel kernel, size_t points, const float *features, double factor,
                             double *slopes);

/**
 * Adds how scalars depend on the channels. Each is a sum over cells of width `step` side by side, from
 * `lower` on: of the cell's factor times the integral of the spectrum over the cell. What lies above the
 * last channel counts as 0.
 *
 * @param channel      a channel at or below `lower`.
 * @param factors      [cells][SPECTRA_SCALARS].
 * @param weights      added to: [count][SPECTRA_SCALARS].
 * @param differences  receives the sum of the factors times what the spectrum rises over their cells.
 */
void spectra_weigh_cells(spectra_kernel kernel, size_t count, const double *energies,
                         const double *signal, size_t channel, size_t cells, double lower, double step,
                         const double *factors, double *weights, double differences[SPECTRA_SCALARS]);

/** Sums of weights w over channels. */
typedef struct spectra_noise_sums {
    double noise; /* of w^2 variance */
    double level; /* of w background */
    double slope; /* of w background logarithm; where the background is 0, the logarithm may be infinite */
} spectra_noise_sums;

/** Sums of weights. */
spectra_noise_sums spectra_sum_noise(spectra_kernel kernel, size_t count, const double *weights,
                                     const double *variances, const double *background,
                                     const double *logarithms);

/** The same of scalars, weights [count][SPECTRA_SCALARS], one sum after the other. */
void spectra_sum_noise_of_scalars(spectra_kernel kernel, size_t count, const double *weights,
                                  const double *variances, const double *background,
                                  const double *logarithms, double sums[3 * SPECTRA_SCALARS]);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_CHANNELS_H */
