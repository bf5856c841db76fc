/* stack.c - how deep each call goes, and all of them on a stack of 64 kB: stack MODEL_DIR DATA_DIR [FILE...]
 *
 * Each call runs on a thread whose stack was painted before; what is painted over afterwards was used. Further
 * model files are loaded too, such as one nested as deeply as the format allows.
 */
#define _GNU_SOURCE
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CHANNELS = 901,
    LOW = 1024,
    BATCH = 70, /* more than the kernels take together */
    FEATURES_MAX = 4096,
    STACK = 65536,
    PAINT = 0xC5,
    /* What docs/promises.md gives a caller to reckon with. */
    LIMIT = 48 * 1024
};

static const char *path;
static unsigned char *bytes;
static size_t byte_count;
static spectra_model *model;
static spectra_model_info info;
static spectra_options options, all_options;
static spectrum good;
static double low_energy[LOW];
static float low_loss[LOW], spoiled[CHANNELS], features[BATCH * FEATURES_MAX];
static void *workspace;
static size_t size;
static char message[SPECTRA_MESSAGE_CAPACITY];
static spectra_result result, results[BATCH];
static spectra_preparation preparation;
static spectra_neighbor neighbors[100];

/* ---------------------------------------------------------------- the calls */

static void nothing(void) {}

static void load_path(void)
{
    CHECK(spectra_model_load_file(path, &model, message, sizeof message) == SPECTRA_OK, "%s: %s", path, message);
}

static void load_bytes(void)
{
    CHECK(spectra_model_load_memory(bytes, byte_count, &model, message, sizeof message) == SPECTRA_OK, "%s: %s", path, message);
}

static void load_half(void)
{
    spectra_model *none = NULL;
    CHECK(spectra_model_load_memory(bytes, byte_count / 2, &none, message, sizeof message) != SPECTRA_OK, "half of %s", path);
}

static void predict(void)
{
    CHECK(spectra_predict(model, workspace, size, good.energy, good.counts, CHANNELS, &options, &result, message, sizeof message) == SPECTRA_OK,
          "%s", message);
}

static void predict_with_low_loss(void)
{
    CHECK(spectra_predict(model, workspace, size, good.energy, good.counts, CHANNELS, &all_options, &result, message, sizeof message)
              == SPECTRA_OK, "%s", message);
}

static void predict_spoiled(void)
{
    CHECK(spectra_predict(model, workspace, size, good.energy, spoiled, CHANNELS, &options, &result, message, sizeof message) != SPECTRA_OK,
          "NaN");
}

static void predict_batch(void)
{
    CHECK(spectra_predict_batch(model, workspace, size, good.energy, CHANNELS - BATCH, good.counts, BATCH, 1, 1, &options, results, sizeof *results,
                                message, sizeof message) == SPECTRA_OK, "%s", message);
}

static void preprocess(void)
{
    CHECK(spectra_preprocess(model, workspace, size, good.energy, good.counts, CHANNELS, &all_options, features, FEATURES_MAX, &preparation, message,
                             sizeof message) == SPECTRA_OK, "%s", message);
}

static void predict_features(void)
{
    CHECK(spectra_predict_features(model, workspace, size, features, info.feature_count, BATCH, info.feature_count, results, sizeof *results,
                                   message, sizeof message) == SPECTRA_OK, "%s", message);
}

static void find_neighbors(void)
{
    size_t count;
    CHECK(spectra_find_neighbors(model, features, info.feature_count, neighbors, 100, &count, message, sizeof message) == SPECTRA_OK, "%s",
          message);
}

static void ask_the_rest(void)
{
    spectra_reference reference = { .struct_size = sizeof reference };
    CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK && spectra_model_get_reference(model, 0, &reference) == SPECTRA_OK
              && spectra_model_card(model)[0] && spectra_status_text(SPECTRA_ERROR_AXIS)[0], "info");
}

static void release(void)
{
    spectra_model_free(model);
}

/* ---------------------------------------------------------------- the depth */

static unsigned char *stack;

static void *run(void *call)
{
    (*(void (**)(void))call)();
    return NULL;
}

/* Bytes of stack that a call needs, the C library's own thread data and this program's frames among them. */
static size_t depth(void (*call)(void))
{
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, PAINT, STACK);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, stack, STACK) != 0 || pthread_create(&thread, &attributes, run, &call) != 0) {
        CHECK(0, "no thread of 64 kB");
        return 0;
    }
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    size_t untouched = 0;
    while (untouched < STACK && stack[untouched] == PAINT) untouched++;
    return STACK - untouched;
}

static size_t deepest;

static void measure(const char *name, void (*call)(void), size_t empty)
{
    size_t used = depth(call);
    used = used > empty ? used - empty : 0;
    if (used > deepest) deepest = used;
    CHECK(used <= LIMIT, "%s needs %zu bytes of stack", name, used);
    if (getenv("SPECTRA_TEST_VERBOSE")) printf("stack: note: %-32s %6zu bytes\n", name, used);
}

static void measure_all(const char *name, size_t empty)
{
    bytes = read_file(path, &byte_count);
    if (!CHECK(bytes != NULL, "%s", path)) return;
    model = NULL;
    measure("spectra_model_load_memory", load_bytes, empty);
    if (!model) return;
    spectra_model_free(model);
    measure("spectra_model_load_memory, half", load_half, empty);
    guarded_free(bytes, byte_count);
    measure("spectra_model_load_file", load_path, empty);
    info.struct_size = sizeof info;
    measure("spectra_model_get_info and others", ask_the_rest, empty);
    if (name) {
        workspace = new_workspace(model, LOW, &size);
        result.struct_size = sizeof result;
        preparation.struct_size = sizeof preparation;
        measure("spectra_preprocess", preprocess, empty);
        for (int s = 1; s < BATCH; s++) memcpy(features + (size_t)s * info.feature_count, features, info.feature_count * sizeof *features);
        measure("spectra_predict", predict, empty);
        measure("spectra_predict, low loss", predict_with_low_loss, empty);
        measure("spectra_predict, NaN", predict_spoiled, empty);
        measure("spectra_predict_batch", predict_batch, empty);
        measure("spectra_predict_features", predict_features, empty);
        measure("spectra_find_neighbors", find_neighbors, empty);
        guarded_free(workspace, size);
    }
    measure("spectra_model_free", release, empty);
}

/* A process of its own: a stack that runs over ends it by a signal. */
static const char *const *files;

static void on_small_stacks(long unused)
{
    (void)unused;
    /* Below the stack lies a page that may not be touched. */
    stack = (unsigned char *)mmap(NULL, 4096 + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + 4096;
    if (!CHECK(mprotect(stack - 4096, 4096, PROT_NONE) == 0, "no guard page")) return;
    depth(nothing); /* what the first thread sets up */
    size_t empty = depth(nothing);
    for (int which = 0; which < MODEL_COUNT; which++) {
        path = model_path(files[0], which);
        measure_all(model_names[which], empty);
    }
    for (int i = 2; files[i]; i++) {
        path = files[i];
        measure_all(NULL, empty);
    }
    printf("stack: note: the deepest call needs %zu bytes; a thread of its own %zu more\n", deepest, empty);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    files = (const char *const *)argv + 1;
    good = quartz(argv[2], 0.1, CHANNELS, 3);
    memcpy(spoiled, good.counts, sizeof spoiled);
    spoiled[CHANNELS / 2] = NAN;
    for (int i = 0; i < LOW; i++) {
        low_energy[i] = -10 + 0.1 * i;
        double d = low_energy[i] / 0.3, p = (low_energy[i] - 23) / 6;
        low_loss[i] = (float)(1e6 * (d * d < 100 ? 1 / (1 + d * d * d * d) : 0) + 2e4 / (1 + p * p));
    }
    options = all_options = quartz_options();
    all_options.low_loss_energy_ev = low_energy;
    all_options.low_loss_intensity = low_loss;
    all_options.low_loss_count = LOW;
    all_options.low_loss_use = SPECTRA_LOW_LOSS_ALIGN | SPECTRA_LOW_LOSS_RESOLUTION | SPECTRA_LOW_LOSS_DECONVOLVE;
    shielded("stacks of 64 kB", 1, on_small_stacks);
    spectrum_free(&good);
    return finish("stack");
}
