#define _GNU_SOURCE
#include "harness.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void broken(const char *file, int line, const char *text, const char *remark, ...)
{
    va_list arguments;
    fprintf(stderr, "%s:%d: broken promise: %s: ", file, line, text);
    va_start(arguments, remark);
    vfprintf(stderr, remark, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

void promise_status(spectra_status status)
{
    static int verbose = -1;
    if (verbose < 0) verbose = getenv("SPECTRA_FUZZ_VERBOSE") != NULL;
    if (verbose) fprintf(stderr, "  %s\n", spectra_status_name(status));
    static const int codes[] = { 0, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 40, 41, 42, 43, 44, 45 };
    int known = 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) known |= codes[i] == (int)status;
    PROMISE(known, "status %d", (int)status);
    PROMISE(strncmp(spectra_status_name(status), "SPECTRA_", 8) == 0 && spectra_status_text(status)[0] != '\0', "status %d",
            (int)status);
}

void promise_message(spectra_status status, const char *message, size_t capacity)
{
    if (capacity == 0) return;
    size_t length = strnlen(message, capacity);
    PROMISE(length < capacity, "the message is not closed");
    if (status == SPECTRA_OK) return;
    for (size_t i = 0; i < length; i++) PROMISE(message[i] >= ' ' && message[i] <= '~', "byte 0x%02x", (unsigned char)message[i]);
    if (capacity < SPECTRA_MESSAGE_CAPACITY) return;
    PROMISE(length > 10 && message[length - 1] == '.', "'%s' is no sentence", message);
}

static void check_prediction(const spectra_result *result, uint32_t reference_count)
{
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *e = &result->properties[p];
        PROMISE(isfinite(e->value) && isfinite(e->standard_error) && isfinite(e->lower_95) && isfinite(e->upper_95)
                    && isfinite(e->measurement_error),
                "%s: %g +- %g in %g ... %g", spectra_property_name(p), e->value, e->standard_error, e->lower_95, e->upper_95);
        PROMISE(e->standard_error >= 0 && e->measurement_error >= 0, "%g, %g", e->standard_error, e->measurement_error);
        PROMISE(e->lower_95 <= e->lower_68 && e->lower_68 <= e->value && e->value <= e->upper_68 && e->upper_68 <= e->upper_95,
                "%g %g %g %g %g", e->lower_95, e->lower_68, e->value, e->upper_68, e->upper_95);
    }
    PROMISE(result->neighbor_count <= SPECTRA_NEIGHBOR_COUNT && result->neighbor_count <= reference_count, "%u neighbours",
            result->neighbor_count);
    PROMISE(result->neighbor_count == SPECTRA_NEIGHBOR_COUNT || result->neighbor_count == reference_count, "%u neighbours",
            result->neighbor_count);
    PROMISE(result->neighbor_count == 0 ? isnan(result->novelty) : result->novelty >= 0 && result->novelty <= 1, "novelty %g",
            result->novelty);
    for (uint32_t n = 0; n < result->neighbor_count; n++) {
        const spectra_neighbor *neighbor = &result->neighbors[n];
        PROMISE(neighbor->reference < reference_count && neighbor->distance >= 0, "neighbour %u", neighbor->reference);
        PROMISE(n == 0 || neighbor[-1].distance <= neighbor->distance, "%g before %g", neighbor[-1].distance, neighbor->distance);
    }
}

void promise_result(const spectra_result *result, const spectra_model *model)
{
    spectra_model_info info = { .struct_size = sizeof info };
    PROMISE(spectra_model_get_info(model, &info) == SPECTRA_OK, "no info");
    PROMISE(result->struct_size == sizeof *result && result->preparation.struct_size == sizeof result->preparation, "struct_size %u, %u",
            result->struct_size, result->preparation.struct_size);
    PROMISE(result->flags < UINT32_C(1) << 10, "flags 0x%x", result->flags);
    promise_status(result->status);
    if (result->status == SPECTRA_OK) {
        check_prediction(result, info.reference_count);
        return;
    }
    PROMISE(result->neighbor_count == 0 && isnan(result->novelty) && isnan(result->preparation.area), "a result without a prediction");
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++)
        PROMISE(isnan(result->properties[p].value) && isnan(result->properties[p].lower_95), "%s is a number", spectra_property_name(p));
}

void choose_kernel(unsigned kernel)
{
    static const char *const names[KERNELS] = { NULL, "baseline", "avx2", "avx512" };
    if (names[kernel % KERNELS]) setenv("SPECTRA_KERNEL", names[kernel % KERNELS], 1);
    else unsetenv("SPECTRA_KERNEL");
}

void *exactly(size_t size, int fill)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (!memory) abort();
    if (size > 0) memset(memory, fill, size);
    return memory;
}
