/* contender.h - what is timed: a function that is called again and again, one call after the other.
 *
 * Each bench_... maker ends the program with a sentence where something fails: a time of something that
 * did not work is worth nothing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CONTENDER_H
#define CONTENDER_H

#include <stddef.h>
#include <stdint.h>

typedef struct contender {
    void (*call)(void *state);
    void *state;
    void (*end)(void *state);
} contender;

/* The contender of these; `state` is its own and is freed by `end`. */
contender *contender_of(void (*call)(void *), void *state, void (*end)(void *));

/* Ends the program with a sentence. */
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);

/* Memory that begins at a cache line; ends the program where there is none. */
void *aligned(size_t size);

#endif /* CONTENDER_H */
