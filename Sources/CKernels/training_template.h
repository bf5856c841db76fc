/* training_template.h - the loops of CKernelsTraining.h, included once for each instruction set.
 *
 * They are plain loops, which the compiler turns into vectors of the instruction set. The includer
 * defines
 *
 *     KERNEL(name)      the name of a function of this instruction set
 *     KERNEL_TARGET     the attribute that lets a function use it, or nothing
 *
 * and both are undefined at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

KERNEL_TARGET static void KERNEL(adam)(const spectra_adam_step s, size_t count,
                                       float *restrict parameters, const float *restrict gradient,
                                       float *restrict first_moments,
                                       float *restrict second_moments)
{
    for (size_t i = 0; i < count; i++) {
        const float slope = gradient[i] + s.l2 * parameters[i];
        const float sum = s.beta1 * first_moments[i] + s.new_weight1 * slope;
        const float first = sum < FLT_MIN && sum > -FLT_MIN ? 0.0f : sum;
        const float second = s.beta2 * second_moments[i] + s.new_weight2 * (slope * slope);
        const float root = spectra_square_root(second * s.correction2);
        first_moments[i] = first;
        second_moments[i] = second;
        parameters[i] = s.kept * parameters[i]
                        - s.learning_rate * (first * s.correction1) / (root + s.epsilon);
    }
}

KERNEL_TARGET static void KERNEL(drop)(size_t m, size_t n, const uint64_t *restrict random,
                                       uint32_t threshold, float factor, float *restrict units)
{
    for (size_t i = 0; i < m; i++, random += (n + 3) / 4, units += n)
        for (size_t j = 0; j < n; j++) {
            const float kept = units[j] * factor;
            units[j] = number_in(random, j) < threshold ? 0.0f : kept;
        }
}

KERNEL_TARGET static void KERNEL(rectifier_gradient)(size_t count, const float *restrict outputs,
                                                     float factor, float *restrict derivatives)
{
    for (size_t i = 0; i < count; i++) {
        const float passed = derivatives[i] * factor;
        derivatives[i] = outputs[i] > 0.0f ? passed : 0.0f;
    }
}

#undef KERNEL
#undef KERNEL_TARGET
