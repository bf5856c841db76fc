/* cache.c - reads memory as fast as the processor does: the floor of what a network of that size takes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <stdlib.h>
#include <string.h>

/* As wide as a register of AVX-512; with less, the compiler takes two or four. */
typedef uint64_t line __attribute__((vector_size(64)));
enum { LINES = 8 }; /* at once */

typedef struct reader {
    line *memory, sum;
    size_t count;
} reader;

#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static void read_all(void *state)
{
    reader *r = state;
    line sums[LINES] = { 0 };
    for (size_t i = 0; i < r->count; i += LINES)
        for (size_t j = 0; j < LINES; j++) sums[j] |= r->memory[i + j];
    for (size_t j = 1; j < LINES; j++) sums[0] |= sums[j];
    r->sum = sums[0];
}

static void end(void *state)
{
    reader *r = state;
    free(r->memory);
    free(r);
}

/* Reads `size` bytes, rounded up to 512, once a call. */
contender *bench_read(size_t size)
{
    reader *r = aligned(sizeof *r);
    r->count = (size + sizeof(line) * LINES - 1) / (sizeof(line) * LINES) * LINES;
    r->memory = aligned(r->count * sizeof(line));
    memset(r->memory, 1, r->count * sizeof(line));
    return contender_of(read_all, r, end);
}
