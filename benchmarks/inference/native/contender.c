/* contender.c - calls contenders and reads the clocks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "contender.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

contender *contender_of(void (*call)(void *), void *state, void (*end)(void *))
{
    contender *made = aligned(sizeof *made);
    *made = (contender){ call, state, end };
    return made;
}

void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

void *aligned(size_t size)
{
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    if (!memory) give_up("no memory for %zu bytes", size);
    return memory;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Makes `calls` calls. [0]: seconds that passed; [1]: seconds that all threads of the process worked. */
void bench_run(const contender *timed, size_t calls, double elapsed[2])
{
    double wall = seconds(CLOCK_MONOTONIC), work = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < calls; i++) timed->call(timed->state);
    elapsed[1] = seconds(CLOCK_PROCESS_CPUTIME_ID) - work;
    elapsed[0] = seconds(CLOCK_MONOTONIC) - wall;
}

/* Makes `calls` calls and takes down the nanoseconds of each, two readings of the clock included. */
void bench_latencies(const contender *timed, size_t calls, uint32_t *nanoseconds)
{
    struct timespec before, after;
    for (size_t i = 0; i < calls; i++) {
        clock_gettime(CLOCK_MONOTONIC, &before);
        timed->call(timed->state);
        clock_gettime(CLOCK_MONOTONIC, &after);
        int64_t passed = (after.tv_sec - before.tv_sec) * INT64_C(1000000000) + after.tv_nsec - before.tv_nsec;
        nanoseconds[i] = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
    }
}

void bench_end(contender *timed)
{
    timed->end(timed->state);
    free(timed);
}
