/* CKernels.c - what the processor can run, and the way to the product of each instruction set.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "multiply.h"

#if defined(__x86_64__)

#include <cpuid.h>

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
    const uint32_t avx2 = UINT32_C(1) << 5, avx512f = UINT32_C(1) << 16;
    const uint32_t needed = osxsave | avx | fma;
    unsigned int eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & needed) != needed)
        return SPECTRA_KERNEL_BASELINE;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & avx2))
        return SPECTRA_KERNEL_BASELINE;
    const uint32_t states = saved_states();
    if ((ebx & avx512f) && (states & STATE_AVX512) == STATE_AVX512)
        return SPECTRA_KERNEL_AVX512;
    return (states & STATE_AVX) == STATE_AVX ? SPECTRA_KERNEL_AVX2 : SPECTRA_KERNEL_BASELINE;
}

#else

spectra_kernel spectra_kernel_best(void)
{
    return SPECTRA_KERNEL_BASELINE;
}

#endif

bool spectra_kernel_available(spectra_kernel kernel)
{
    /* Whatever has AVX-512F here has AVX2 and FMA too. */
    return (int)kernel >= SPECTRA_KERNEL_BASELINE && (int)kernel <= (int)spectra_kernel_best();
}

void spectra_kernel_multiply(spectra_kernel kernel, size_t m, size_t n, size_t k,
                             const float *a, size_t a_stride, const float *b, size_t b_stride,
                             const float *bias, float *c, size_t c_stride, bool rectify)
{
    const product whole = { m, n, k, a, a_stride, b, b_stride, bias, c, c_stride, rectify };
    switch (kernel) {
#if defined(__x86_64__)
    case SPECTRA_KERNEL_AVX512:
        spectra_multiply_avx512(whole);
        return;
    case SPECTRA_KERNEL_AVX2:
        spectra_multiply_avx2(whole);
        return;
#endif
    default:
        spectra_multiply_baseline(whole);
    }
}

void spectra_kernel_gather(spectra_kernel kernel, size_t n, size_t k, const uint32_t *rows,
                           const float *a, const float *b, size_t b_stride, bool add, float *c,
                           size_t c_stride)
{
    const gathered whole = { n, k, rows, a, b, b_stride, add, c, c_stride };
    switch (kernel) {
#if defined(__x86_64__)
    case SPECTRA_KERNEL_AVX512:
        spectra_gather_avx512(whole);
        return;
    case SPECTRA_KERNEL_AVX2:
        spectra_gather_avx2(whole);
        return;
#endif
    default:
        spectra_gather_baseline(whole);
    }
}

size_t spectra_active_units(size_t n, const float *outputs, const float *gradient,
                            size_t gradient_stride, uint32_t *rows, float *a)
{
    size_t count = 0;
    for (size_t unit = 0; unit < n; unit++) {
        /* Written in any case and kept where the unit is active: there is nothing to predict. */
        rows[count] = (uint32_t)unit;
        for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++)
            a[count * SPECTRA_GRADIENT_COUNT + i] = gradient[i * gradient_stride + unit];
        count += outputs == NULL || outputs[unit] > 0.0f;
    }
    return count;
}
