/* estimates_template.h - the estimates of CKernelsEstimates.h, all properties at once; included once for each
 * instruction set by channels_template.h, with its macros and after its vectors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* What one network says. */
KERNEL_INLINE lanes KERNEL(outputs)(const spectra_evidence *e, size_t network)
{
    /* What stands behind the properties may be anything, and must not look like an overflow. */
    return KERNEL(choose)(KERNEL(first)(SPECTRA_SCALARS_USED), KERNEL(load_floats)(e->outputs + network * e->stride),
                          KERNEL(all)(0.0));
}

/* The variance of the outputs, of more than one network. */
KERNEL_INLINE lanes KERNEL(variance)(const spectra_evidence *e, lanes mean)
{
    lanes squares = { 0 };
    for (size_t network = 0; network < e->networks; network++) {
        const lanes difference = KERNEL(outputs)(e, network) - mean;
        squares += difference * difference;
    }
    return squares * (1.0 / (double)(e->networks - 1));
}

/* sqrt(size^2 + variance); where there is no variance the size itself, which the way by its square would round. */
KERNEL_INLINE lanes KERNEL(widened)(lanes size, lanes variance)
{
    return KERNEL(choose)(variance > 0.0, __builtin_elementwise_sqrt(size * size + variance), size);
}

/* Both quantiles at a distance. Each product rises with its quantile, rounded or not: the one at 95 % is nowhere
   below that at 68 %, which a + part (b - a) would not promise. */
typedef struct KERNEL(quantiles) {
    lanes at_68, at_95;
} KERNEL(quantiles);

KERNEL_INLINE KERNEL(quantiles) KERNEL(quantiles_at)(double distance, size_t count, const spectra_error_quantiles *known)
{
    /* Counted and not searched: where a search ends, the processor guesses wrong. */
    size_t nearer = 0;
    for (size_t i = 0; i < count; i++)
        nearer += known[i].distance < distance;
    const spectra_error_quantiles *below = known + (nearer > 0 ? nearer - 1 : 0);
    const spectra_error_quantiles *above = known + (nearer < count ? nearer : count - 1);
    const double part = below < above ? (distance - below->distance) / (above->distance - below->distance) : 0.0;
    const lanes near = KERNEL(all)(1.0 - part), far = KERNEL(all)(part);
    return (KERNEL(quantiles)){ near * KERNEL(load)(below->at_68) + far * KERNEL(load)(above->at_68),
                                near * KERNEL(load)(below->at_95) + far * KERNEL(load)(above->at_95) };
}

KERNEL_TARGET static bool KERNEL(estimate)(const spectra_estimate_rule *rule, size_t known_count,
                                           const spectra_error_quantiles *known, const spectra_evidence *e,
                                           double (*estimates)[SPECTRA_ESTIMATE_NUMBERS])
{
    lanes sum = { 0 };
    for (size_t network = 0; network < e->networks; network++)
        sum += KERNEL(outputs)(e, network);
    /* Divided: values are promised to the last bit (Tests/c/golden.c). */
    const lanes mean = sum / (double)e->networks;
    const lanes variance = e->networks > 1 ? KERNEL(variance)(e, mean) : KERNEL(all)(0.0);
    /* What is finite gives 0 here, all else NaN. */
    if (KERNEL(any)(mean * 0.0 + variance * 0.0 != 0.0))
        return false;

    const lanes novelty = KERNEL(load)(rule->novelty) * (e->distance * e->distance);
    const lanes of_model = KERNEL(load)(rule->base) + KERNEL(load)(rule->spread) * variance + novelty;
    lanes numbers[SPECTRA_ESTIMATE_NUMBERS] = { KERNEL(load)(rule->mean) + KERNEL(load)(rule->scale) * mean,
                                                __builtin_elementwise_sqrt(of_model) };
    const KERNEL(quantiles) quantiles = KERNEL(quantiles_at)(e->distance, known_count, known);
    numbers[2] = quantiles.at_68 * numbers[1];
    numbers[3] = quantiles.at_95 * numbers[1];
    const lanes noise = KERNEL(load)(e->variances);
    if (KERNEL(any)(noise > 0.0)) {
        const lanes both = __builtin_elementwise_sqrt(of_model + noise);
        numbers[1] = KERNEL(choose)(noise > 0.0, both, numbers[1]);
        numbers[2] = KERNEL(widened)(numbers[2], noise);
        numbers[3] = KERNEL(widened)(numbers[3], 1.96 * 1.96 * noise);
        numbers[4] = __builtin_elementwise_sqrt(noise);
    }
    UNROLL for (size_t property = 0; property < SPECTRA_SCALARS_USED; property++)
        UNROLL for (size_t i = 0; i < SPECTRA_ESTIMATE_NUMBERS; i++)
            estimates[property][i] = numbers[i][property];
    return true;
}
