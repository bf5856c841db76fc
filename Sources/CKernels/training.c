/* training.c - the loops of training, for each instruction set, and the way to them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernelsTraining.h"

#include <float.h>

/* A multiply-add with one rounding would give other bits than two operations with one each. */
#pragma STDC FP_CONTRACT OFF

/* Number j of 16 bits, the lowest bits of a word first. Said in terms of memory, as loops over it
   become loads of vectors. */
static inline uint32_t number_in(const uint64_t *random, size_t j)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    j ^= 3;
#endif
    uint16_t number;
    memcpy(&number, (const char *)random + j * sizeof number, sizeof number);
    return number;
}

#define KERNEL(name) name##_baseline
#define KERNEL_TARGET
#include "training_template.h"

#if defined(__x86_64__)

#define KERNEL(name) name##_avx2
#define KERNEL_TARGET __attribute__((target("avx2")))
#include "training_template.h"

#define KERNEL(name) name##_avx512
#define KERNEL_TARGET __attribute__((target("avx512f")))
#include "training_template.h"

#define DISPATCH(kernel, name, ...)       \
    switch (kernel) {                     \
    case SPECTRA_KERNEL_VNNI:             \
    case SPECTRA_KERNEL_AVX512:           \
        name##_avx512(__VA_ARGS__);       \
        return;                           \
    case SPECTRA_KERNEL_AVX2:             \
        name##_avx2(__VA_ARGS__);         \
        return;                           \
    default:                              \
        name##_baseline(__VA_ARGS__);     \
    }

#else

#define DISPATCH(kernel, name, ...) ((void)(kernel), name##_baseline(__VA_ARGS__))

#endif

void spectra_kernel_adam(spectra_kernel kernel, const spectra_adam_step *step, size_t count,
                         float *parameters, const float *gradient, float *first_moments,
                         float *second_moments)
{
    DISPATCH(kernel, adam, *step, count, parameters, gradient, first_moments, second_moments);
}

void spectra_kernel_drop(spectra_kernel kernel, size_t m, size_t n, const uint64_t *random,
                         uint32_t threshold, float factor, float *units)
{
    DISPATCH(kernel, drop, m, n, random, threshold, factor, units);
}

void spectra_kernel_rectifier_gradient(spectra_kernel kernel, size_t count, const float *outputs,
                                       float factor, float *derivatives)
{
    DISPATCH(kernel, rectifier_gradient, count, outputs, factor, derivatives);
}
