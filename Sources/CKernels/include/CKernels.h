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
#include <sys/mman.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The value of `errno`, which is a macro that Swift cannot import. */
static inline int spectra_errno(void)
{
    return errno;
}

/**
 * Opens a file to read from; NULL, and `errno`, where it is none. A folder is refused, and a pipe, which
 * would wait until somebody writes to it.
 */
FILE *spectra_open(const char *path);

/**
 * Asks for memory that will be written soon, so that it is in the cache by then. A hint: nothing is read or
 * written, and any address will do.
 *
 * @param size  bytes.
 */
static inline void spectra_prefetch_to_write(const void *p, size_t size)
{
    for (size_t i = 0; i < size; i += 64)
        __builtin_prefetch((const char *)p + i, 1);
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
    SPECTRA_KERNEL_BASELINE = 0, /* what every processor of the architecture has; fma() */
    SPECTRA_KERNEL_AVX2 = 1,     /* x86-64 with AVX2 and FMA: 8 floats at once */
    SPECTRA_KERNEL_AVX512 = 2,   /* x86-64 with AVX-512F and BW: 16 floats at once */
    SPECTRA_KERNEL_VNNI = 3      /* that with AVX512-VNNI: 32 products of whole numbers added at once */
} spectra_kernel;

/**
 * The fastest kernel that this processor and operating system can run.
 *
 * Asks the processor anew in each call (`cpuid`, which costs microseconds on a virtual machine):
 * call it once and keep the answer.
 */
spectra_kernel spectra_kernel_best(void);

/**
 * The kernel that the environment variable SPECTRA_KERNEL names, "baseline", "avx2", "avx512" or
 * "vnni", if it is available, else the best one. For tests: all give the same results.
 */
spectra_kernel spectra_kernel_chosen(void);

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
 * No pointer needs an alignment beyond that of float.
 */
void spectra_kernel_multiply(spectra_kernel kernel, size_t m, size_t n, size_t k,
                             const float *a, size_t a_stride, const float *b, size_t b_stride,
                             const float *bias, float *c, size_t c_stride, bool rectify);

/**
 * The product of spectra_kernel_multiply() where many inputs may be zero: the outputs of rectifiers.
 *
 * Where a quarter of them are, rows of B that a zero would be multiplied by are left out of the sum of
 * that row of A. The bits are the same (but for the sign of a zero), as long as B is finite.
 */
void spectra_kernel_multiply_sparse(spectra_kernel kernel, size_t m, size_t n, size_t k,
                                    const float *a, size_t a_stride, const float *b,
                                    size_t b_stride, const float *bias, float *c, size_t c_stride,
                                    bool rectify);

/**
 * The product of one spectrum where some inputs are zero, whose rows of B are not read:
 *
 *     c[j] = bias[j] + a[0] b[rows[0]][j] + ... + a[count-1] b[rows[count-1]][j], at least 0 if `rectify`
 *
 * for 0 <= j < n. What is left out of the sum of spectra_kernel_multiply() is finite weights times
 * zero: the bits are the same (but for the sign of a zero).
 *
 * @param n     columns of B; a multiple of 16.
 * @param rows  `count` numbers of rows, rising.
 * @param a     the inputs there.
 */
void spectra_kernel_rows(spectra_kernel kernel, size_t n, size_t count, const uint32_t *rows,
                         const float *a, const float *b, size_t b_stride, const float *bias,
                         float *c, bool rectify);

/**
 * Gathers the outputs that are not zero, in rising order.
 *
 * @param n       number of outputs; a multiple of 16.
 * @param rows    receives their numbers; has room for n + 16.
 * @param values  receives them; has room for n + 16.
 * @return how many they are.
 */
size_t spectra_kernel_compact(spectra_kernel kernel, size_t n, const float *outputs, uint32_t *rows,
                              float *values);

/** scaled[i] = (features[i] - mean[i]) inverse[i]; `scaled` must overlap none of the others. */
void spectra_kernel_scale_features(spectra_kernel kernel, size_t n, const float *features,
                                   const float *mean, const float *inverse, float *scaled);

/**
 * Scales `n` features, as above, and looks at each.
 *
 * @return whether none is NaN or above `maximum` in magnitude.
 */
bool spectra_kernel_take_features(spectra_kernel kernel, size_t n, const float *features,
                                  float maximum, const float *mean, const float *inverse,
                                  float *scaled);

/** Gradients that go back through the networks together: of the six properties. */
#define SPECTRA_GRADIENT_COUNT 6
/** Places of a unit's gradients where they lie together; the last two are unused. */
#define SPECTRA_GRADIENT_LANES 8

/**
 * Rounds weights to 12 bits with a common scale: weights[i * stride] is about scale * quantized[i].
 *
 * @return the scale: the largest magnitude over 2047; 0 below 1e-30, where all count as 0.
 */
float spectra_quantize_weights(size_t n, const float *weights, size_t stride, int16_t *quantized);

/**
 * Rounds the gradients at the units of a layer to 13 bits, and lays those of active units in pairs.
 *
 * @param n                number of units.
 * @param scales           the scale of each unit's weights, with which its gradients are multiplied.
 * @param gradient         [SPECTRA_GRADIENT_COUNT][n], `stride` floats from row to row; overwritten.
 * @param count            number of active units.
 * @param rows             their numbers; has room for one more.
 * @param a                receives [(count + 1) / 2][SPECTRA_GRADIENT_LANES][2].
 * @param gradient_scales  receives a scale for each gradient: the largest magnitude over 4095; NaN
 *                         where one is not finite.
 */
void spectra_quantize_gradient(spectra_kernel kernel, size_t n, const float *scales, float *gradient,
                               size_t stride, size_t count, uint32_t *rows, int16_t *a,
                               float *gradient_scales);

/** Lays gradients that were rounded before, [unit][SPECTRA_GRADIENT_LANES], in pairs, as
    spectra_quantize_gradient(). */
void spectra_pair_gradient(const int16_t *table, size_t count, uint32_t *rows, int16_t *a);

/**
 * The product of one layer on the way back (reverse-mode differentiation), of some rows of B:
 *
 *     c[i][j] = start + scales[i] (a[0][i] b[rows[0]][j] + ... + a[count-1][i] b[rows[count-1]][j])
 *
 * for 0 <= i < SPECTRA_GRADIENT_COUNT and 0 <= j < n. `start` is c[i][j] itself where `add` is true, else
 * 0. The sum is one of whole numbers, 256 terms at a time, and exact: the bits are the same with every
 * kernel.
 *
 * @param n        columns of B and C; a multiple of 32.
 * @param a        pairs, as spectra_quantize_gradient() lays them.
 * @param b        weights of 12 bits; element (p, j) is b[p * b_stride + j].
 * @param c        must overlap none of the others.
 */
void spectra_kernel_back(spectra_kernel kernel, size_t n, size_t count, const uint32_t *rows,
                         const int16_t *a, const float *scales, const int16_t *b, size_t b_stride,
                         bool add, float *c, size_t c_stride);

/** The two numbers at `p` as one of 32 bits, as they lie in memory. */
static inline int32_t spectra_pair(const int16_t *p)
{
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return pair;
}

/** Spectra whose numbers lie together for spectra_kernel_distances(). */
#define SPECTRA_DISTANCE_BLOCK 16

/**
 * Squared distances of a point from others, in float:
 *
 *     squares[16 g + l] = sum over d of (point[d] - others[g][d][l])^2
 *
 * The terms are added in the order of d, each by one fused multiply-add: the bits are the same with
 * every kernel.
 *
 * @param others   [blocks][dimensions][16].
 * @param squares  receives [blocks][16].
 */
void spectra_kernel_distances(spectra_kernel kernel, size_t blocks, size_t dimensions,
                              const float *point, const float *others, float *squares);

/**
 * The squared distance of two points in double precision, the same bits with every kernel; any number
 * above `limit` where it is above that.
 */
double spectra_kernel_squares(spectra_kernel kernel, size_t n, const float *x, const float *y,
                              double limit);

/**
 * The numbers of the values that are not above `highest`, in rising order.
 *
 * @param numbers  has room for count + 1.
 * @return how many they are.
 */
size_t spectra_select(size_t count, const float *values, float highest, uint32_t *numbers);

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
 * @param fast  sixteen digits at a time; only where spectra_sha256_is_fast() says so, as the processors
 *              with instructions for SHA-256 have those for it too.
 * @return how many groups are all digits: less than `count` where the next one holds another character.
 */
size_t spectra_base64_groups(bool fast, size_t count, const uint8_t *text, uint8_t *bytes);

/**
 * Brings floats that lie in memory as little-endian IEEE 754 to the order of this processor.
 *
 * @return the index of the first one that is not finite; `count` where all are.
 */
size_t spectra_little_endian_floats(size_t count, float *values);

/** How many of the first `count` bytes of `text` are ASCII from the space on, but for '"' and '\'. */
size_t spectra_plain_length(size_t count, const uint8_t *text);

#ifdef __cplusplus
}
#endif

#endif /* SPECTRA_CKERNELS_H */
