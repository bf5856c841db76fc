/* peak.c - multiplies and adds in registers, as fast as the processor does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <stdlib.h>

/* As wide as a register of AVX-512; with less, the compiler takes two or four. */
typedef float lanes __attribute__((vector_size(64)));
enum { LANES = 16, SUMS = 12, STEPS = 1000 }; /* sums at once hide the latency of a multiply-add */

typedef struct sums {
    lanes sums[SUMS], factor;
} sums;

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "fma", "default")))
#endif
static void multiply_and_add(void *state)
{
    sums *s = state;
    const lanes factor = s->factor;
    lanes kept[SUMS];
    for (int i = 0; i < SUMS; i++) kept[i] = s->sums[i];
    for (int step = 0; step < STEPS; step++)
        for (int i = 0; i < SUMS; i++) kept[i] = kept[i] * factor + factor;
    for (int i = 0; i < SUMS; i++) s->sums[i] = kept[i];
}

/* A call makes bench_peak_operations() multiplications and additions of floats. */
contender *bench_peak(void)
{
    sums *s = aligned(sizeof *s);
    for (int lane = 0; lane < LANES; lane++) s->factor[lane] = 0.5f;
    for (int i = 0; i < SUMS; i++) s->sums[i] = s->factor;
    return contender_of(multiply_and_add, s, free);
}

size_t bench_peak_operations(void) { return (size_t)2 * LANES * SUMS * STEPS; }
