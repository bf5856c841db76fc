/* CKernels.h - the C underneath SpectraInfer: the matrix product, and the C library.
 *
 * Swift has one target processor for a whole module, so the product that must run at full speed on
 * whatever processor there is is written in C and chosen at run time. No function here allocates,
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

/**
 * Transposes a matrix: `source` is [rows][columns], `target` receives [columns][rows], both
 * row-major and without gaps; they must not overlap. Model files and training hold the weights of a
 * layer as [outputs][inputs], the product takes them as B, [inputs][outputs].
 */
void spectra_transpose(size_t rows, size_t columns, const float *source, float *target);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_H */
