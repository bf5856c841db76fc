/* CKernelsTraining.h - the loops of training over all parameters or all units of a batch.
 *
 * Each takes the instruction set as spectra_kernel_multiply() does, and gives the same bits with
 * each: every element is computed alone, by operations that round once each, and no compiler may
 * fuse two of them. No function here allocates, takes a lock, keeps state or makes a system call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CKERNELS_TRAINING_H
#define SPECTRA_CKERNELS_TRAINING_H

#include "CKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The numbers of one step of Adam that are the same for all parameters. */
typedef struct spectra_adam_step {
    float beta1, new_weight1; /* m = beta1 m + new_weight1 g */
    float beta2, new_weight2; /* v = beta2 v + new_weight2 g^2 */
    float correction1, correction2; /* what m and v are multiplied by: 1 / (1 - beta^t) */
    float learning_rate, epsilon;
    float l2;   /* added to the gradient, times the parameter */
    float kept; /* what decoupled weight decay leaves of the parameter */
} spectra_adam_step;

/**
 * One step of Adam for `count` parameters p with gradients g and moments m and v:
 *
 *     s = g + l2 p        m = beta1 m + new_weight1 s        v = beta2 v + new_weight2 s^2
 *     p = kept p - learning_rate (correction1 m) / (sqrt(correction2 v) + epsilon)
 *
 * An m below the smallest normal float becomes 0. So small a moment moves no parameter, but weights
 * that have no gradient for a thousand steps would all come there, and stay: multiplied by 0.9, the
 * smallest floats round to themselves. Some processors take a hundred times longer over them.
 *
 * The arrays must not overlap.
 */
void spectra_kernel_adam(spectra_kernel kernel, const spectra_adam_step *step, size_t count,
                         float *parameters, const float *gradient, float *first_moments,
                         float *second_moments);

/**
 * Dropout: sets an element of `units`, [m][n], to zero where its random number is below `threshold`,
 * and multiplies it by `factor` elsewhere.
 *
 * The random number of element (i, j) is 16 bits of `random`, [m][(n + 3) / 4]: bits 16 (j % 4) and
 * up of word (i, j / 4). A threshold of 0 drops nothing, one of 65536 everything.
 */
void spectra_kernel_drop(spectra_kernel kernel, size_t m, size_t n, const uint64_t *random,
                         uint32_t threshold, float factor, float *units);

/**
 * The way back through rectifier and dropout: multiplies the derivative by each of `count` outputs
 * by `factor` where the output is above zero, and sets it to zero elsewhere (where the unit was
 * rectified or dropped, or is NaN).
 */
void spectra_kernel_rectifier_gradient(spectra_kernel kernel, size_t count, const float *outputs,
                                       float factor, float *derivatives);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_TRAINING_H */
