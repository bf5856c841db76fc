/* harness.h - what the fuzz targets of the C library share.
 *
 * Each target is a LLVMFuzzerTestOneInput(). libFuzzer calls it (fuzz/build.sh); Tests/c/replay.c calls it with
 * the inputs that are kept, as a plain test. A promise that does not hold ends the process.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <spectra_infer.h>

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Ends the process, with the place, where a promise of the header does not hold. */
#define PROMISE(condition, ...) \
    do { \
        if (!(condition)) broken(__FILE__, __LINE__, #condition, __VA_ARGS__); \
    } while (0)

__attribute__((format(printf, 4, 5), noreturn)) void broken(const char *file, int line, const char *text, const char *remark, ...);

/** Whether a status is one that the header lists, with its name and its sentence. */
void promise_status(spectra_status status);

/** The message of a call: one closed sentence after an error, empty after a success. */
void promise_message(spectra_status status, const char *message, size_t capacity);

/** A result with a prediction, or one of a batch without. */
void promise_result(const spectra_result *result, const spectra_model *model);

enum { KERNELS = 4 };

/** Lets the models that are loaded next be computed with a kernel, 0 ... KERNELS - 1: the best, or one by its name. */
void choose_kernel(unsigned kernel);

/** `size` bytes of exactly that size, so that the first byte behind is poisoned; filled with `fill`. */
void *exactly(size_t size, int fill);

#endif
