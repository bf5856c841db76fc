/* features_template.h - what is done to the features of a spectrum before the networks see them, included
 * once for each instruction set after multiply_template.h, whose macros it uses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

KERNEL_TARGET void KERNEL(spectra_scale_features)(size_t n, const float *features, const float *mean,
                                                  const float *inverse, float *restrict scaled)
{
    for (size_t i = 0; i < n; i++)
        scaled[i] = (features[i] - mean[i]) * inverse[i];
}

KERNEL_TARGET bool KERNEL(spectra_take_features)(size_t n, const float *features, float maximum,
                                                 const float *mean, const float *inverse,
                                                 float *restrict scaled)
{
    uint32_t beyond = 0;
    for (size_t i = 0; i < n; i++) {
        scaled[i] = (features[i] - mean[i]) * inverse[i];
        /* Written so that NaN is beyond too. */
        beyond |= !(fabsf(features[i]) <= maximum);
    }
    return beyond == 0;
}
