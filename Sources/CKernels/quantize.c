/* quantize.c - the numbers of few bits in which gradients go back through the networks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "multiply.h"

/* A multiply-add with one rounding would give other bits than two operations with one each. */
#pragma STDC FP_CONTRACT OFF

#define LANES SPECTRA_GRADIENT_LANES
#define WEIGHT_MAXIMUM 2047.0f
#define GRADIENT_MAXIMUM 4095.0f
/* Below this all numbers count as 0, so that no scale over- or underflows. */
#define SMALLEST 1e-30f
#define INFINITE INT32_C(0x7f800000)
/* Adding it rounds numbers below 2^22 to whole ones. */
#define WHOLE 0x1.8p23f

/* The bits of |x|, which rise with it, infinity and NaN last. */
static inline int32_t magnitude_bits(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & INT32_C(0x7fffffff);
}

static inline float from_bits(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* What the numbers up to `largest` are multiplied by, and their scale: NaN where one is not finite. */
static float factor(int32_t largest, float maximum, float *scale)
{
    *scale = 0.0f;
    if (largest >= INFINITE) {
        *scale = NAN;
        return 0.0f;
    }
    const float size = from_bits(largest);
    if (size < SMALLEST)
        return 0.0f;
    *scale = size / maximum;
    return maximum / size;
}

static inline int16_t rounded(float x)
{
    return (int16_t)lrintf(x);
}

float spectra_quantize_weights(size_t n, const float *weights, size_t stride, int16_t *quantized)
{
    int32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t bits = magnitude_bits(weights[i * stride]);
        largest = bits > largest ? bits : largest;
    }
    float scale;
    const float by = factor(largest, WEIGHT_MAXIMUM, &scale);
    for (size_t i = 0; i < n; i++)
        quantized[i] = rounded(weights[i * stride] * by);
    return scale;
}

/* The whole number that adding WHOLE has left in the lowest bits. */
static inline int16_t whole(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (int16_t)(bits & INT32_C(0xffff));
}

/* The arguments of spectra_quantize_gradient(), and its loops: compiled for each instruction set. */
#define ARGUMENTS                                                                                   \
    size_t n, const float *restrict scales, float *restrict gradient, size_t stride, size_t count, \
        uint32_t *restrict rows, int16_t *restrict a, float *restrict gradient_scales
#define PASSED n, scales, gradient, stride, count, rows, a, gradient_scales

static inline __attribute__((always_inline)) void quantize(ARGUMENTS)
{
    for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
        float *own = gradient + i * stride;
        int32_t largest = 0;
        for (size_t unit = 0; unit < n; unit++) {
            const float scaled = own[unit] * scales[unit];
            const int32_t bits = magnitude_bits(scaled);
            own[unit] = scaled;
            largest = bits > largest ? bits : largest;
        }
        const float by = factor(largest, GRADIENT_MAXIMUM, gradient_scales + i);
        /* The scale says where one is not finite; of these no whole numbers can be made. */
        const bool isFinite = largest < INFINITE;
        for (size_t unit = 0; unit < n; unit++)
            own[unit] = isFinite ? own[unit] * by + WHOLE : WHOLE;
    }
    for (size_t place = 0; place < count; place += 2, a += 2 * LANES) {
        const bool isPair = place + 1 < count;
        if (!isPair)
            rows[count] = 0;
        const float *one = gradient + rows[place], *other = gradient + rows[place + 1];
        for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
            a[2 * i] = whole(one[i * stride]);
            a[2 * i + 1] = isPair ? whole(other[i * stride]) : 0;
        }
    }
}

#if defined(__x86_64__)

__attribute__((target("avx512f,avx512bw"))) static void quantize_avx512(ARGUMENTS)
{
    quantize(PASSED);
}

__attribute__((target("avx2"))) static void quantize_avx2(ARGUMENTS)
{
    quantize(PASSED);
}

#endif

void spectra_quantize_gradient(spectra_kernel kernel, ARGUMENTS)
{
#if defined(__x86_64__)
    if (kernel >= SPECTRA_KERNEL_AVX512)
        quantize_avx512(PASSED);
    else if (kernel == SPECTRA_KERNEL_AVX2)
        quantize_avx2(PASSED);
    else
        quantize(PASSED);
#else
    (void)kernel;
    quantize(PASSED);
#endif
}

void spectra_pair_gradient(const int16_t *restrict table, size_t count, uint32_t *rows,
                           int16_t *restrict a)
{
    static const int16_t none[LANES] = { 0 };
    if (count % 2 == 1)
        rows[count] = 0;
    for (size_t place = 0; place < count; place += 2, a += 2 * LANES) {
        const int16_t *one = table + rows[place] * LANES;
        const int16_t *other = place + 1 < count ? table + rows[place + 1] * LANES : none;
        for (size_t i = 0; i < LANES; i++) {
            a[2 * i] = one[i];
            a[2 * i + 1] = other[i];
        }
    }
}
