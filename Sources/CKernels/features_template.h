/* features_template.h - what is done to the features of a spectrum before the networks see them, included
 * once for each instruction set after multiply_template.h. The loops are plain: the compiler makes vectors
 * of them, as wide as the instruction set has.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

KERNEL_TARGET bool KERNEL(spectra_copy_features)(size_t n, const float *restrict features, float maximum,
                                                 float *restrict copy)
{
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        const float value = features[i];
        copy[i] = value;
        bad |= !(fabsf(value) <= maximum); /* NaN too */
    }
    return !bad;
}

KERNEL_TARGET void KERNEL(spectra_scale_features)(size_t n, const float *features, const float *mean,
                                                  const float *inverse, float *restrict scaled)
{
    for (size_t i = 0; i < n; i++)
        scaled[i] = (features[i] - mean[i]) * inverse[i];
}
