#include "CJSONMemory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct spectra_json_memory {
    size_t size; /* of the whole block */
    size_t used; /* from its start, this struct included */
};

/* Set only while a model is being loaded by this thread. In the static part of thread-local storage,
 * because the other part is allocated at first use, which can fail in no way that could be told. */
static __thread spectra_json_memory *current __attribute__((tls_model("initial-exec")));

/* Before each piece, its size: realloc must know how much to copy. 16 bytes keep what follows aligned. */
enum { HEADER = 16 };

spectra_json_memory *spectra_json_memory_begin(size_t size)
{
    if (size > SIZE_MAX - HEADER) return NULL;
    spectra_json_memory *memory = malloc(HEADER + size);
    if (!memory) return NULL;
    memory->size = HEADER + size;
    memory->used = HEADER;
    current = memory;
    return memory;
}

void spectra_json_memory_end(spectra_json_memory *memory)
{
    current = NULL;
    free(memory);
}

static bool is_inside(const void *pointer)
{
    const char *place = pointer, *start = (const char *)current;
    return current && place > start && place < start + current->size;
}

static size_t size_of(const void *pointer)
{
    size_t size;
    memcpy(&size, (const char *)pointer - HEADER, sizeof size);
    return size;
}

void *spectra_json_malloc(size_t size)
{
    if (!current) return malloc(size);
    if (size > SIZE_MAX - 2 * HEADER) return NULL;
    size_t whole = HEADER + ((size + 15) & ~(size_t)15);
    /* The block holds whatever the scan let pass; should it not, the C library is asked as ever. */
    if (whole > current->size - current->used) return malloc(size);
    char *place = (char *)current + current->used + HEADER;
    memcpy(place - HEADER, &size, sizeof size);
    current->used += whole;
    return place;
}

void *spectra_json_calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) return NULL;
    void *place = spectra_json_malloc(count * size);
    if (place) memset(place, 0, count * size);
    return place;
}

void *spectra_json_realloc(void *pointer, size_t size)
{
    if (!pointer) return spectra_json_malloc(size);
    if (!is_inside(pointer)) return realloc(pointer, size);
    size_t old = size_of(pointer);
    if (size <= old) return pointer;
    void *place = spectra_json_malloc(size);
    if (place) memcpy(place, pointer, old);
    return place;
}

char *spectra_json_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = spectra_json_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void spectra_json_free(void *pointer)
{
    /* A piece of the block goes with the block. */
    if (!is_inside(pointer)) free(pointer);
}
