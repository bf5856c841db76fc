/* multiply.h - what the functions of CKernels.h that run on an instruction set, and their kernels,
 * share.
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

/* A product of one row, as spectra_kernel_rows() describes it. */
typedef struct rows_product {
    size_t n, count;
    const uint32_t *rows;
    const float *a;
    const float *b;
    size_t b_stride;
    const float *bias;
    float *c;
    bool rectify;
} rows_product;

/* A product on the way back, of at most SPECTRA_BACK_UNITS units, as spectra_kernel_back(). */
typedef struct back_product {
    size_t n, count;
    const uint32_t *rows;
    const int16_t *a;
    const float *scales;
    const int16_t *b;
    size_t b_stride;
    bool add;
    float *c;
    size_t c_stride;
} back_product;

/* Units whose 12-bit weights times 13-bit gradients are at most 2^31 - 1 in sum: 2047 x 4095 x 256. */
#define SPECTRA_BACK_UNITS 256

/* An address that the compiler keeps as one number, not as a start and an index: where many operations load
   from near it, processors of Intel would make two steps of each that adds an index. */
static inline __attribute__((always_inline)) const float *spectra_one_address(const float *address)
{
    __asm__("" : "+r"(address));
    return address;
}

/* Products are handed over by address: a copy would be read before its parts are all written. */
#define SPECTRA_DECLARE_KERNEL(kernel)                                                              \
    void spectra_multiply_##kernel(const product *whole);                                           \
    void spectra_multiply_sparse_##kernel(const product *whole);                                    \
    void spectra_rows_##kernel(const rows_product *whole);                                          \
    void spectra_back_##kernel(const back_product *whole);                                          \
    void spectra_distances_##kernel(size_t blocks, size_t dimensions, const float *point,           \
                                    const float *others, float *squares);                           \
    double spectra_squares_##kernel(size_t n, const float *x, const float *y, double limit);        \
    void spectra_scale_features_##kernel(size_t n, const float *features, const float *mean,        \
                                         const float *inverse, float *scaled);                      \
    bool spectra_take_features_##kernel(size_t n, const float *features, float maximum,             \
                                        const float *mean, const float *inverse, float *scaled);

SPECTRA_DECLARE_KERNEL(baseline)
#if defined(__x86_64__)
SPECTRA_DECLARE_KERNEL(avx2)
SPECTRA_DECLARE_KERNEL(avx512)
/* At most eight columns. */
void spectra_multiply_narrow_avx512(const product *whole);
void spectra_back_vnni(const back_product *whole);
size_t spectra_compact_avx512(size_t n, const float *outputs, uint32_t *rows, float *values);
#endif

#endif /* SPECTRA_MULTIPLY_H */
