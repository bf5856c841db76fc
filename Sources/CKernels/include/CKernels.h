/* CKernels.h - the C underneath SpectraInfer: its innermost loops, and the C library.
 *
 * Swift has one target processor for a whole module, so the loops that must run at full speed on
 * whatever processor there is are written in C and chosen at run time. No function here allocates,
 * takes a lock, keeps state or makes a system call.
 *
 * The inference core is compiled as Embedded Swift too, where Glibc is no module that can be
 * imported. The headers of the C library that it needs are therefore included here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CKERNELS_H
#define SPECTRA_CKERNELS_H

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The value of `errno`, which is a macro that Swift cannot import. */
static inline int spectra_errno(void)
{
    return errno;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define SPECTRA_SQRT(x) __builtin_elementwise_sqrt(x)
#endif
#endif
#ifndef SPECTRA_SQRT
#define SPECTRA_SQRT(x) sqrtf(x)
#endif

/**
 * The square root of `x`, correctly rounded, NaN below zero. It sets no `errno`, which sqrtf() and
 * Swift's squareRoot() may do: a loop over it becomes one of vectors.
 */
static inline float spectra_square_root(float x)
{
    return SPECTRA_SQRT(x);
}

#undef SPECTRA_SQRT

/** The instruction set that a product is computed with. The result is the same with each. */
typedef enum spectra_kernel {
    SPECTRA_KERNEL_BASELINE = 0, /* what every processor of the architecture has; fmaf() */
    SPECTRA_KERNEL_AVX2 = 1,     /* x86-64 with AVX2 and FMA: 8 floats at once */
    SPECTRA_KERNEL_AVX512 = 2    /* x86-64 with AVX-512F: 16 floats at once */
} spectra_kernel;

/**
 * The fastest kernel that this processor and operating system can run.
 *
 * Asks the processor anew in each call (`cpuid`, which costs microseconds on a virtual machine):
 * call it once and keep the answer.
 */
spectra_kernel spectra_kernel_best(void);

/** Whether this processor and operating system can run `kernel`; false for an unknown number. */
bool spectra_kernel_available(spectra_kernel kernel);

/**
 * Matrix product with a bias and an optional rectifier, C = max(0, A B + bias), all row-major:
 *
 *     c[i][j] = start + a[i][0] b[0][j] + a[i][1] b[1][j] + ... + a[i][k-1] b[k-1][j]
 *
 * for 0 <= i < m and 0 <= j < n. `start` is bias[j], or c[i][j] itself where `bias` is NULL. The
 * terms are added one after the other in the order written, each by one fused multiply-add (one
 * rounding to float). An element of C therefore depends on nothing but its row of A and its column
 * of B: it has the same bits with every kernel, for every m, n and stride, and for one row as for a
 * batch. (Where a NaN comes out, it is a NaN everywhere; its payload is not specified.)
 *
 * @param kernel    must be available, see spectra_kernel_available().
 * @param m         rows of A and C (spectra).
 * @param n         columns of B and C (outputs).
 * @param k         columns of A, rows of B (inputs); 0 leaves `start`.
 * @param a         A, [m][k]; element (i, p) is a[i * a_stride + p].
 * @param a_stride  floats from one row of A to the next.
 * @param b         B, [k][n]; element (p, j) is b[p * b_stride + j].
 * @param b_stride  floats from one row of B to the next.
 * @param bias      n floats to start from, or NULL to add to what C holds.
 * @param c         C, [m][n]; must overlap none of the others.
 * @param c_stride  floats from one row of C to the next; what lies between rows is untouched.
 * @param rectify   sets negative results to 0 at the end; NaN stays NaN.
 *
 * No pointer needs an alignment beyond that of float. Uses at most 40 KB of stack.
 */
void spectra_kernel_multiply(spectra_kernel kernel, size_t m, size_t n, size_t k,
                             const float *a, size_t a_stride, const float *b, size_t b_stride,
                             const float *bias, float *c, size_t c_stride, bool rectify);

/** Gradients that go back through the networks together: of the six properties. */
#define SPECTRA_GRADIENT_COUNT 6

/**
 * The product of one layer on the way back (reverse-mode differentiation), of some rows of B:
 *
 *     c[i][j] = start + a[0][i] b[rows[0]][j] + ... + a[k-1][i] b[rows[k-1]][j]
 *
 * for 0 <= i < SPECTRA_GRADIENT_COUNT and 0 <= j < n. `start` is c[i][j] itself where `add` is true, else
 * 0. Terms are added in the order written, each by one fused multiply-add, so that the bits are the
 * same with every kernel. (Where a NaN comes out, its payload is not specified.)
 *
 * @param kernel    must be available, see spectra_kernel_available().
 * @param n         columns of B and C; a multiple of 16.
 * @param k         number of rows of B that are taken; 0 leaves `start`.
 * @param rows      their numbers.
 * @param a         [k][SPECTRA_GRADIENT_COUNT].
 * @param b         B; element (p, j) is b[p * b_stride + j].
 * @param c         [SPECTRA_GRADIENT_COUNT][n]; must overlap none of the others.
 */
void spectra_kernel_gather(spectra_kernel kernel, size_t n, size_t k, const uint32_t *rows,
                           const float *a, const float *b, size_t b_stride, bool add, float *c,
                           size_t c_stride);

/**
 * The way back through a rectifier: gathers the gradients of the units whose output is above zero,
 * in rising order; of all units where `outputs` is NULL (no rectifier).
 *
 * @param n         number of units.
 * @param gradient  [SPECTRA_GRADIENT_COUNT][n], with `gradient_stride` floats from row to row.
 * @param rows      receives the numbers of the active units; has room for n.
 * @param a         receives their gradients, [active][SPECTRA_GRADIENT_COUNT]; has room for n.
 * @return the number of active units.
 */
size_t spectra_active_units(size_t n, const float *outputs, const float *gradient,
                            size_t gradient_stride, uint32_t *rows, float *a);

/**
 * A bound from below of sum (x[i] - y[i])^2 over the first `count` / 4 * 4 numbers, where each is known but
 * for a millionth of itself. Rounded by less than a hundred-thousandth. NaN where a number is infinite.
 */
static inline float spectra_squares_bound(size_t count, const float *x, const float *y)
{
    float sums[4] = { 0, 0, 0, 0 };
    for (size_t i = 0; i + 4 <= count; i += 4) {
        for (size_t j = 0; j < 4; j++) {
            const float a = x[i + j], b = y[i + j];
            const float certain = fabsf(a - b) - 1e-6f * (fabsf(a) + fabsf(b));
            const float size = certain < 0.0f ? 0.0f : certain;
            sums[j] += size * size;
        }
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/**
 * Transposes a matrix: `source` is [rows][columns], `target` receives [columns][rows], both
 * row-major and without gaps; they must not overlap. Model files and training hold the weights of a
 * layer as [outputs][inputs], the product takes them as B, [inputs][outputs].
 */
void spectra_transpose(size_t rows, size_t columns, const float *source, float *target);

/** Whether this processor has instructions for SHA-256; asks the processor, as spectra_kernel_best(). */
bool spectra_sha256_is_fast(void);

/**
 * Takes `count` blocks of 64 bytes into the state of a SHA-256 (FIPS 180-4, section 6.2).
 *
 * @param fast  with the instructions for it; only where spectra_sha256_is_fast() says so.
 */
void spectra_sha256_blocks(bool fast, uint32_t state[8], size_t count, const uint8_t *data);

/**
 * Decodes groups of four digits of base64 to three bytes each.
 *
 * @return how many groups are all digits: less than `count` where the next one holds another character.
 */
size_t spectra_base64_groups(size_t count, const uint8_t *text, uint8_t *bytes);

/** How many of the first `count` bytes of `text` are ASCII from the space on, but for '"' and '\'. */
size_t spectra_plain_length(size_t count, const uint8_t *text);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_H */
