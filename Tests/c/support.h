/* support.h - checks, spectra and guarded memory for the C tests. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <spectra_infer.h>

#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------- checks */

/** Counts a check; a failed one prints its place, its text and the formatted remark. */
#define CHECK(condition, ...) check((condition) ? 1 : 0, __FILE__, __LINE__, #condition, __VA_ARGS__)

#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
int check(int holds, const char *file, int line, const char *text, const char *remark, ...);

/** Prints "NAME: N passed, N failed" and returns the exit status of the program. */
int finish(const char *name);

/**
 * Runs one(0) ... one(count - 1) in processes of their own kind, so that a case that ends its process, or
 * takes more than a minute, is a failed check and not the end of the tests. Checks made there count here.
 */
void shielded(const char *what, long count, void (*one)(long));

/** Whether valgrind watches, as run.sh says by the environment variable SPECTRA_TEST_VALGRIND. */
int under_valgrind(void);

/* ---------------------------------------------------------------- data */

/** A random number in 0 ... 1 (a linear congruential generator; never the same seed unseen). */
double uniform(uint64_t *seed);

/** Random bits. */
uint32_t bits(uint64_t *seed);

typedef struct spectrum {
    double *energy;
    float *counts;
    size_t count;
} spectrum;

/**
 * The O-K edge of alpha-quartz (mp-7000/O3) as DATA/transitions.csv has it, broadened by 0.5 eV, on a
 * background A E^-3, from 490 eV in steps of `width` eV, with the noise of counting if `seed` is not 0.
 */
spectrum quartz(const char *data, double width, size_t count, uint64_t seed);
void spectrum_free(spectrum *spectrum);

/** Threshold of that edge on its axis, which is the simulated one. */
#define QUARTZ_THRESHOLD 542.8411

/** A file's bytes, ending at a guard page; NULL if it cannot be read. */
unsigned char *read_file(const char *path, size_t *size);

/* ---------------------------------------------------------------- models */

#define MODEL_COUNT 3
extern const char *const model_names[MODEL_COUNT];
extern const spectra_alignment model_alignments[MODEL_COUNT];

/** DIRECTORY/NAME.json of a model, in static storage. */
const char *model_path(const char *directory, int model);

/** The options that let every model predict the quartz spectrum. */
spectra_options quartz_options(void);

/** Loads a model; a failure is a failed check and NULL. */
spectra_model *load(const char *directory, int model);

/** A workspace for `channels` channels, ending at a guard page. */
void *new_workspace(const spectra_model *model, size_t channels, size_t *size);

/** What must hold of each result with status SPECTRA_OK. */
void check_result(const spectra_result *result, const spectra_model *model, const char *what);

/** What must hold of a result of a batch that has no prediction. */
void check_empty_result(const spectra_result *result, const char *what);

/** Whether a status is one that the header lists. */
int known_status(spectra_status status);

/* ---------------------------------------------------------------- memory */

/** `size` bytes that end at a page which may not be touched. Filled with 0xA5. */
void *guarded(size_t size);
void guarded_free(void *memory, size_t size);

#endif
