/* CKernels.c - what the processor can run, and the way to the loops of each instruction set.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE /* secure_getenv() */

#include "multiply.h"

#if defined(__x86_64__)

#include <cpuid.h>

/* What is the same with VNNI and without. */
#define DISPATCH(kernel, name, ...)                                     \
    ((kernel) >= SPECTRA_KERNEL_AVX512 ? name##_avx512(__VA_ARGS__)     \
     : (kernel) == SPECTRA_KERNEL_AVX2 ? name##_avx2(__VA_ARGS__)       \
                                       : name##_baseline(__VA_ARGS__))

/* What VNNI makes faster. */
#define DISPATCH_VNNI(kernel, name, ...) \
    ((kernel) == SPECTRA_KERNEL_VNNI ? name##_vnni(__VA_ARGS__) : DISPATCH(kernel, name, __VA_ARGS__))

/* State components of XCR0 that the operating system saves and restores. */
#define STATE_AVX UINT32_C(0x06)    /* the halves of the ymm registers */
#define STATE_AVX512 UINT32_C(0xe6) /* those, the masks and the rest of the zmm registers */

static uint32_t saved_states(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

spectra_kernel spectra_kernel_best(void)
{
    const uint32_t osxsave = UINT32_C(1) << 27, avx = UINT32_C(1) << 28, fma = UINT32_C(1) << 12;
    const uint32_t avx2 = UINT32_C(1) << 5;
    const uint32_t avx512 = UINT32_C(1) << 16 | UINT32_C(1) << 30; /* F and BW */
    const uint32_t vnni = UINT32_C(1) << 11;
    const uint32_t needed = osxsave | avx | fma;
    unsigned int eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & needed) != needed)
        return SPECTRA_KERNEL_BASELINE;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & avx2))
        return SPECTRA_KERNEL_BASELINE;
    const uint32_t states = saved_states();
    if ((ebx & avx512) == avx512 && (states & STATE_AVX512) == STATE_AVX512)
        return ecx & vnni ? SPECTRA_KERNEL_VNNI : SPECTRA_KERNEL_AVX512;
    return (states & STATE_AVX) == STATE_AVX ? SPECTRA_KERNEL_AVX2 : SPECTRA_KERNEL_BASELINE;
}

#else

#define DISPATCH(kernel, name, ...) ((void)(kernel), name##_baseline(__VA_ARGS__))
#define DISPATCH_VNNI DISPATCH

spectra_kernel spectra_kernel_best(void)
{
    return SPECTRA_KERNEL_BASELINE;
}

#endif

spectra_kernel spectra_kernel_chosen(void)
{
    static const char *const names[] = { "baseline", "avx2", "avx512", "vnni" };
    const char *name = secure_getenv("SPECTRA_KERNEL");
    const spectra_kernel best = spectra_kernel_best();
    for (int kernel = 0; name != NULL && kernel <= (int)best; kernel++)
        if (strcmp(name, names[kernel]) == 0)
            return (spectra_kernel)kernel;
    return best;
}

bool spectra_kernel_available(spectra_kernel kernel)
{
    /* Whatever has AVX-512 here has AVX2 and FMA too, and so on. */
    return (int)kernel >= SPECTRA_KERNEL_BASELINE && (int)kernel <= (int)spectra_kernel_best();
}

/* Computes a product of few columns, which do not fill a vector of AVX-512, if there are rows enough to hide
   the latency; false: it is not one. */
static bool multiply_narrow(spectra_kernel kernel, const product *whole)
{
#if defined(__x86_64__)
    if (kernel >= SPECTRA_KERNEL_AVX512 && whole->m >= 12 && whole->n <= 8) {
        spectra_multiply_narrow_avx512(whole);
        return true;
    }
#else
    (void)kernel, (void)whole;
#endif
    return false;
}

void spectra_kernel_multiply(spectra_kernel kernel, size_t m, size_t n, size_t k,
                             const float *a, size_t a_stride, const float *b, size_t b_stride,
                             const float *bias, float *c, size_t c_stride, bool rectify)
{
    const product whole = { m, n, k, a, a_stride, b, b_stride, bias, c, c_stride, rectify };
    if (!multiply_narrow(kernel, &whole))
        DISPATCH(kernel, spectra_multiply, &whole);
}

void spectra_kernel_multiply_sparse(spectra_kernel kernel, size_t m, size_t n, size_t k,
                                    const float *a, size_t a_stride, const float *b,
                                    size_t b_stride, const float *bias, float *c, size_t c_stride,
                                    bool rectify)
{
    const product whole = { m, n, k, a, a_stride, b, b_stride, bias, c, c_stride, rectify };
    if (!multiply_narrow(kernel, &whole))
        DISPATCH(kernel, spectra_multiply_sparse, &whole);
}

void spectra_kernel_scale_features(spectra_kernel kernel, size_t n, const float *features,
                                   const float *mean, const float *inverse, float *scaled)
{
    DISPATCH(kernel, spectra_scale_features, n, features, mean, inverse, scaled);
}

bool spectra_kernel_take_features(spectra_kernel kernel, size_t n, const float *features,
                                  float maximum, const float *mean, const float *inverse,
                                  float *scaled)
{
    return DISPATCH(kernel, spectra_take_features, n, features, maximum, mean, inverse, scaled);
}

void spectra_kernel_rows(spectra_kernel kernel, size_t n, size_t count, const uint32_t *rows,
                         const float *a, const float *b, size_t b_stride, const float *bias,
                         float *c, bool rectify)
{
    const rows_product whole = { n, count, rows, a, b, b_stride, bias, c, rectify };
    DISPATCH(kernel, spectra_rows, &whole);
}

size_t spectra_kernel_compact(spectra_kernel kernel, size_t n, const float *outputs, uint32_t *rows,
                              float *values)
{
#if defined(__x86_64__)
    if (kernel >= SPECTRA_KERNEL_AVX512)
        return spectra_compact_avx512(n, outputs, rows, values);
#else
    (void)kernel;
#endif
    size_t count = 0;
    for (size_t unit = 0; unit < n; unit++) {
        /* Written in any case and kept where the unit is active: there is nothing to predict. */
        rows[count] = (uint32_t)unit;
        values[count] = outputs[unit];
        count += outputs[unit] != 0.0f;
    }
    return count;
}

void spectra_kernel_back(spectra_kernel kernel, size_t n, size_t count, const uint32_t *rows,
                         const int16_t *a, const float *scales, const int16_t *b, size_t b_stride,
                         bool add, float *c, size_t c_stride)
{
    back_product piece = { n, 0, rows, a, scales, b, b_stride, add, c, c_stride };
    do {
        piece.count = count < SPECTRA_BACK_UNITS ? count : SPECTRA_BACK_UNITS;
        DISPATCH_VNNI(kernel, spectra_back, &piece);
        count -= piece.count;
        piece.rows += piece.count;
        piece.a += piece.count * SPECTRA_GRADIENT_LANES;
        piece.add = true;
    } while (count > 0);
}

void spectra_kernel_distances(spectra_kernel kernel, size_t blocks, size_t dimensions,
                              const float *point, const float *others, float *squares)
{
    DISPATCH(kernel, spectra_distances, blocks, dimensions, point, others, squares);
}

double spectra_kernel_squares(spectra_kernel kernel, size_t n, const float *x, const float *y,
                              double limit)
{
    return DISPATCH(kernel, spectra_squares, n, x, y, limit);
}

size_t spectra_select(size_t count, const float *values, float highest, uint32_t *numbers)
{
    size_t found = 0, i = 0;
    /* Few are low enough: sixteen are passed at a time. */
    for (; i + 16 <= count; i += 16) {
        int low = 0;
        for (size_t j = 0; j < 16; j++)
            low |= !(values[i + j] > highest);
        if (!low)
            continue;
        for (size_t j = i; j < i + 16; j++) {
            numbers[found] = (uint32_t)j;
            found += !(values[j] > highest);
        }
    }
    for (; i < count; i++)
        if (!(values[i] > highest))
            numbers[found++] = (uint32_t)i;
    return found;
}
