/* CJSONMemory.h - memory for json-c that is asked for once, before it parses.
 *
 * json-c 0.16 does not look at every allocation: a refused copy of a name crashes it, others give half a
 * document without an error. In the shipped library its calls of malloc and its kin are renamed to the
 * functions below (scripts/build-library.sh), which serve them from one block of a size that no text of
 * the counted values can exceed. Whether memory is refused is then known before json-c begins.
 *
 * Where json-c is an ordinary shared library (tests, training), it keeps its own malloc, and a block
 * that was begun merely stays unused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SPECTRA_CJSONMEMORY_H
#define SPECTRA_CJSONMEMORY_H

#include <stddef.h>

/** One block, with its bookkeeping at its start. */
typedef struct spectra_json_memory spectra_json_memory;

/**
 * Allocates a block for `size` bytes and gives json-c's allocations of this thread to it, until
 * spectra_json_memory_end() on the same thread.
 * @return NULL where the allocation is refused; then nothing was begun.
 */
spectra_json_memory *spectra_json_memory_begin(size_t size);

/** Frees the block, and with it all that json-c allocated. */
void spectra_json_memory_end(spectra_json_memory *memory);

/* What json-c's malloc, calloc, realloc, strdup and free are renamed to. Outside of begin and end they are
 * the C library's. */
void *spectra_json_malloc(size_t size);
void *spectra_json_calloc(size_t count, size_t size);
void *spectra_json_realloc(void *pointer, size_t size);
char *spectra_json_strdup(const char *text);
void spectra_json_free(void *pointer);

#endif
