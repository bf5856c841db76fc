/* multiply.h - what spectra_kernel_multiply(), spectra_kernel_gather() and the products of each
 * instruction set share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_MULTIPLY_H
#define SPECTRA_MULTIPLY_H

#include "CKernels.h"

/* A product C = A B, or a rectangle of one, as spectra_kernel_multiply() describes it. */
typedef struct product {
    size_t m, n, k;
    const float *a;
    size_t a_stride;
    const float *b;
    size_t b_stride;
    const float *bias; /* NULL: start from what C holds */
    float *c;
    size_t c_stride;
    bool rectify;
} product;

/* A product C = A B of some rows of B, as spectra_kernel_gather() describes it. */
typedef struct gathered {
    size_t n, k;
    const uint32_t *rows;
    const float *a;
    const float *b;
    size_t b_stride;
    bool add;
    float *c;
    size_t c_stride;
} gathered;

void spectra_multiply_baseline(product whole);
void spectra_gather_baseline(gathered whole);

#if defined(__x86_64__)
void spectra_multiply_avx2(product whole);
void spectra_multiply_avx512(product whole);
void spectra_gather_avx2(gathered whole);
void spectra_gather_avx512(gathered whole);
#endif

#endif /* SPECTRA_MULTIPLY_H */
