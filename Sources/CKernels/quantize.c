/* quantize.c - the numbers of few bits in which gradients go back through the networks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "multiply.h"

#define LANES SPECTRA_GRADIENT_LANES
#define WEIGHT_MAXIMUM 2047.0f
#define GRADIENT_MAXIMUM 4095.0f
/* Below this all numbers count as 0, so that no scale over- or underflows. */
#define SMALLEST 1e-30f
#define INFINITE UINT32_C(0x7f800000)

/* The bits of |x|, which rise with it, infinity and NaN last. */
static inline uint32_t magnitude_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & UINT32_C(0x7fffffff);
}

static inline float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* What the numbers up to `largest` are multiplied by, and their scale: NaN where one is not finite. */
static float factor(uint32_t largest, float maximum, float *scale)
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
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = magnitude_bits(weights[i * stride]);
        largest = bits > largest ? bits : largest;
    }
    float scale;
    const float by = factor(largest, WEIGHT_MAXIMUM, &scale);
    for (size_t i = 0; i < n; i++)
        quantized[i] = rounded(weights[i * stride] * by);
    return scale;
}

void spectra_quantize_gradient(size_t n, const float *scales, float *gradient, size_t stride,
                               size_t count, uint32_t *rows, int16_t *a, float *gradient_scales)
{
    for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
        float *own = gradient + i * stride;
        uint32_t largest = 0;
        for (size_t unit = 0; unit < n; unit++) {
            own[unit] *= scales[unit];
            const uint32_t bits = magnitude_bits(own[unit]);
            largest = bits > largest ? bits : largest;
        }
        const float by = factor(largest, GRADIENT_MAXIMUM, gradient_scales + i);
        if (largest >= INFINITE) { /* the scale says so; of these no whole numbers can be made */
            for (size_t place = 0; place < count; place++)
                a[place / 2 * 2 * LANES + 2 * i + place % 2] = 0;
            continue;
        }
        for (size_t place = 0; place < count; place++)
            a[place / 2 * 2 * LANES + 2 * i + place % 2] = rounded(own[rows[place]] * by);
    }
    if (count % 2 == 0)
        return;
    /* A pair's second half without a unit. */
    rows[count] = 0;
    for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++)
        a[count / 2 * 2 * LANES + 2 * i + 1] = 0;
}

void spectra_pair_gradient(const int16_t *table, size_t count, uint32_t *rows, int16_t *a)
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
