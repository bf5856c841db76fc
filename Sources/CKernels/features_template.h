/* features_template.h - what is done to the features of a spectrum before the networks see them, included
 * once for each instruction set after multiply_template.h, whose macros it uses, and
 *
 *     V_SUBTRACT(x, y)  V_MULTIPLY(x, y)
 *     V_BEYOND(v, limit)       one bit for each lane: whether its magnitude exceeds the limit; NaN does
 *
 * SPDX-License-Identifier: Apache-2.0
 */

KERNEL_TARGET void KERNEL(spectra_scale_features)(size_t n, const float *features, const float *mean,
                                                  const float *inverse, float *restrict scaled)
{
    for (size_t i = 0; i < n; i++)
        scaled[i] = (features[i] - mean[i]) * inverse[i];
}

/* Written with vectors: of a plain loop the compiler makes a copy and, once more over the features, the rest. */
KERNEL_TARGET bool KERNEL(spectra_take_features)(size_t n, const float *features, float maximum,
                                                 const float *mean, const float *inverse, float *copy,
                                                 float *scaled)
{
    const VECTOR most = V_BROADCAST(maximum);
    uint32_t beyond = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const VECTOR value = V_LOAD(features + i);
        const VECTOR difference = V_SUBTRACT(value, V_LOAD(mean + i));
        V_STORE(copy + i, value);
        V_STORE(scaled + i, V_MULTIPLY(difference, V_LOAD(inverse + i)));
        beyond |= V_BEYOND(value, most);
    }
    if (i < n) {
        const MASK mask = MASK_FIRST(n - i);
        const VECTOR value = V_LOAD_MASKED(features + i, mask);
        const VECTOR difference = V_SUBTRACT(value, V_LOAD_MASKED(mean + i, mask));
        V_STORE_MASKED(copy + i, mask, value);
        V_STORE_MASKED(scaled + i, mask, V_MULTIPLY(difference, V_LOAD_MASKED(inverse + i, mask)));
        beyond |= V_BEYOND(value, most);
    }
    return beyond == 0;
}
