/* CKernelsEstimates.h - from the outputs of the networks to estimates of the properties.
 *
 * The properties are the scalars of CKernelsChannels.h: arrays have a number for each, and zeros behind them.
 * Each operation has a rounding of its own, so that the bits are the same with every kernel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CKERNELS_ESTIMATES_H
#define SPECTRA_CKERNELS_ESTIMATES_H

#include "CKernelsChannels.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a model says of its properties: mean and scale in the unit of each, variances in its square. */
typedef struct spectra_estimate_rule {
    double mean[SPECTRA_SCALARS], scale[SPECTRA_SCALARS]; /* value = mean + scale x output */
    double base[SPECTRA_SCALARS];                         /* the least variance */
    double spread[SPECTRA_SCALARS];                       /* variance for each unit of that of the networks */
    double novelty[SPECTRA_SCALARS];                      /* variance for each unit of the squared distance */
} spectra_estimate_rule;

/** Quantiles of |error| / standard error at a distance to the nearest reference. */
typedef struct spectra_error_quantiles {
    double at_68[SPECTRA_SCALARS], at_95[SPECTRA_SCALARS];
    double distance, unused;
} spectra_error_quantiles;

/** What is known of one spectrum. */
typedef struct spectra_evidence {
    const float *outputs;    /* of the first network, SPECTRA_SCALARS that may be read */
    size_t networks, stride; /* their number, at least 1, and floats from the outputs of one to those of the next */
    double distance;         /* to the nearest reference, in that of prepared intensities (mean 1) */
    const double *variances; /* of the properties from the noise of the measurement, at least 0 */
} spectra_evidence;

/** Numbers of one estimate: value, standard error, half the widths of the intervals of 68 % and 95 %, and the part
    of the standard error that comes from the noise of the measurement. */
#define SPECTRA_ESTIMATE_NUMBERS 5

/**
 * Puts together what the networks say and how far to trust it. With the mean x and the variance u (n - 1) of the
 * outputs, the distance d, the quantiles q there and variances v:
 *
 *     value = mean + scale x
 *     variance of the model = base + spread u + novelty d^2
 *     standard error = sqrt(variance of the model + v)
 *     half width = sqrt(q^2 variance of the model + z^2 v), z = 1 at 68 % and 1.96 at 95 %
 *
 * The quantiles are those of the model's errors, on straight lines between the distances that have some and
 * constant beyond them; z are those of the normal distribution, which noise has.
 *
 * @param known      `known_count` quantiles, at least one, at rising distances.
 * @param estimates  receives them, one property after the other; untouched where false is returned.
 * @return whether x and u are finite.
 */
bool spectra_estimate(spectra_kernel kernel, const spectra_estimate_rule *rule, size_t known_count,
                      const spectra_error_quantiles *known, const spectra_evidence *evidence,
                      double estimates[SPECTRA_SCALARS_USED * SPECTRA_ESTIMATE_NUMBERS]);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_ESTIMATES_H */
