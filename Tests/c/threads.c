/* threads.c - one model on many threads, batches against single spectra, and fork: threads MODEL_DIR DATA_DIR */
#define _GNU_SOURCE
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 701, SPECTRA = 48, THREADS = 8 };

static spectra_model *model;
static const char *name;
static spectra_options options;
static double energy[CHANNELS];
static float *spectra[SPECTRA];             /* some of them bad */
static spectra_result expected[SPECTRA];    /* of the single call; status and nothing else where that failed */
static char messages[SPECTRA][SPECTRA_MESSAGE_CAPACITY];
static int first_bad = -1;

static void predict_alone(void)
{
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    first_bad = -1;
    for (int s = 0; s < SPECTRA; s++) {
        memset(&expected[s], 0, sizeof expected[s]);
        expected[s].struct_size = sizeof expected[s];
        spectra_status status = spectra_predict(model, workspace, size, energy, spectra[s], CHANNELS, &options, &expected[s],
                                                messages[s], sizeof messages[s]);
        expected[s].status = status;
        if (status != SPECTRA_OK && first_bad < 0) first_bad = s;
    }
    guarded_free(workspace, size);
}

static void compare(const spectra_result *result, int s, const char *what)
{
    if (expected[s].status == SPECTRA_OK) {
        CHECK(memcmp(result, &expected[s], sizeof *result) == 0, "%s, %s: spectrum %d differs from the single call", name, what, s);
    } else {
        CHECK(result->status == expected[s].status, "%s, %s: spectrum %d: %s, alone %s", name, what, s,
              spectra_status_name(result->status), spectra_status_name(expected[s].status));
        check_empty_result(result, what);
    }
}

/* ---------------------------------------------------------------- layouts */

static void test_layout(const char *what, size_t spectrum_stride, size_t channel_stride)
{
    size_t length = (SPECTRA - 1) * spectrum_stride + (CHANNELS - 1) * channel_stride + 1;
    float *image = guarded(length * sizeof *image);
    for (size_t i = 0; i < length; i++) image[i] = NAN; /* between the channels: must not be read */
    for (size_t s = 0; s < SPECTRA; s++)
        for (size_t c = 0; c < CHANNELS; c++) image[s * spectrum_stride + c * channel_stride] = spectra[s][c];
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    spectra_result *results = guarded(SPECTRA * sizeof *results);
    char message[SPECTRA_MESSAGE_CAPACITY];
    for (size_t count = 1; count <= SPECTRA; count += under_valgrind() ? 23 : 1) {
        /* The last `count` spectra, which end where the image ends. */
        size_t first = SPECTRA - count;
        memset(results, 0xA5, SPECTRA * sizeof *results);
        spectra_status status = spectra_predict_batch(model, workspace, size, energy, CHANNELS, image + first * spectrum_stride, count,
                                                      (ptrdiff_t)spectrum_stride, (ptrdiff_t)channel_stride, &options,
                                                      results + first, sizeof *results, message, sizeof message);
        if (!CHECK(status == SPECTRA_OK, "%s, %s, %zu spectra: %s: %s", name, what, count, spectra_status_name(status), message)) continue;
        int bad = -1;
        for (size_t s = first; s < SPECTRA; s++) {
            compare(&results[s], (int)s, what);
            if (expected[s].status != SPECTRA_OK && bad < 0) bad = (int)s;
        }
        CHECK((message[0] != '\0') == (bad >= 0), "%s, %s: message '%s'", name, what, message);
        for (size_t i = 0; i < first * sizeof *results; i++)
            if (((unsigned char *)results)[i] != 0xA5) { CHECK(0, "%s: a result before the first was written", what); break; }
    }
    guarded_free(results, SPECTRA * sizeof *results);
    guarded_free(workspace, size);
    guarded_free(image, length * sizeof *image);
}

/* Spectra that overlap in memory: windows that slide over one recording. The strides allow it. */
static void test_sliding_window(void)
{
    enum { WINDOWS = 5 };
    static float recording[CHANNELS + WINDOWS];
    for (int i = 0; i < CHANNELS + WINDOWS; i++) recording[i] = spectra[0][i < CHANNELS ? i : CHANNELS - 1];
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    spectra_result results[WINDOWS], alone;
    spectra_status status = spectra_predict_batch(model, workspace, size, energy, CHANNELS, recording, WINDOWS, 1, 1, &options, results,
                                                  sizeof *results, NULL, 0);
    CHECK(status == SPECTRA_OK, "%s: %s", name, spectra_status_name(status));
    for (int w = 0; status == SPECTRA_OK && w < WINDOWS; w++) {
        memset(&alone, 0, sizeof alone);
        alone.struct_size = sizeof alone;
        spectra_status one = spectra_predict(model, workspace, size, energy, recording + w, CHANNELS, &options, &alone, NULL, 0);
        CHECK(one == results[w].status, "%s, window %d", name, w);
        if (one == SPECTRA_OK) CHECK(memcmp(&alone, &results[w], sizeof alone) == 0, "%s, window %d differs", name, w);
    }
    guarded_free(workspace, size);
}

/* Features in a batch: the same bits as each alone, and NaN in one spoils that one only. */
static void test_features(void)
{
    enum { COUNT = 70, STRIDE = 163 };
    spectra_model_info info = { .struct_size = sizeof info };
    spectra_reference reference = { .struct_size = sizeof reference };
    CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "info");
    size_t length = (COUNT - 1) * STRIDE + info.feature_count, size;
    float *features = guarded(length * sizeof *features);
    void *workspace = new_workspace(model, 0, &size);
    uint64_t seed = 3;
    for (size_t i = 0; i < length; i++) features[i] = NAN;
    for (size_t s = 0; s < COUNT; s++) {
        CHECK(spectra_model_get_reference(model, s % info.reference_count, &reference) == SPECTRA_OK, "reference");
        for (uint32_t k = 0; k < info.feature_count; k++)
            features[s * STRIDE + k] = reference.features[k] * (float)(0.9 + 0.2 * uniform(&seed));
    }
    features[5 * STRIDE + 7] = NAN;
    features[69 * STRIDE + 159] = INFINITY;
    static spectra_result alone[COUNT], batch[COUNT];
    for (size_t s = 0; s < COUNT; s++)
        CHECK(spectra_predict_features(model, workspace, size, features + s * STRIDE, info.feature_count, 1, 0, &alone[s], sizeof alone[s],
                                       NULL, 0) == SPECTRA_OK, "%s: features %zu", name, s);
    for (size_t count = 1; count <= COUNT; count += under_valgrind() ? 23 : 1)
        for (size_t first = 0; first < 2 && first + count <= COUNT; first++) {
            memset(batch, 0xA5, sizeof batch);
            spectra_status status = spectra_predict_features(model, workspace, size, features + first * STRIDE, info.feature_count, count,
                                                             STRIDE, batch + first, sizeof *batch, NULL, 0);
            CHECK(status == SPECTRA_OK, "%s: %zu spectra: %s", name, count, spectra_status_name(status));
            for (size_t s = first; s < first + count; s++)
                if (s == 5 || s == 69) {
                    CHECK(batch[s].status == SPECTRA_ERROR_NOT_FINITE, "%s: features %zu", name, s);
                    check_empty_result(&batch[s], "features");
                } else {
                    CHECK(memcmp(&batch[s], &alone[s], sizeof alone[s]) == 0, "%s: features %zu of %zu differ", name, s, count);
                }
        }
    guarded_free(workspace, size);
    guarded_free(features, length * sizeof *features);
}

/* ---------------------------------------------------------------- threads */

static pthread_barrier_t start;

static void *predict_often(void *argument)
{
    int thread = (int)(intptr_t)argument;
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    pthread_barrier_wait(&start);
    for (int i = 0; i < (under_valgrind() ? 2 : 20) * SPECTRA; i++) {
        int s = (i * 7 + thread * 5) % SPECTRA;
        spectra_result result;
        memset(&result, 0, sizeof result);
        result.struct_size = sizeof result;
        char message[SPECTRA_MESSAGE_CAPACITY];
        spectra_status status = spectra_predict(model, workspace, size, energy, spectra[s], CHANNELS, &options, &result, message,
                                                sizeof message);
        result.status = status;
        CHECK(memcmp(&result, &expected[s], sizeof result) == 0, "%s, thread %d: spectrum %d differs", name, thread, s);
        CHECK(strcmp(message, messages[s]) == 0, "%s, thread %d: '%s', alone '%s'", name, thread, message, messages[s]);
        spectra_reference reference = { .struct_size = sizeof reference };
        if (i % 16 == 0) CHECK(spectra_model_get_reference(model, 0, &reference) == SPECTRA_OK && spectra_model_card(model)[0] == '{', "%s", name);
    }
    guarded_free(workspace, size);
    return NULL;
}

static const char *models_directory;

static void *load_often(void *argument)
{
    pthread_barrier_wait(&start);
    for (int i = 0; i < 4; i++) {
        char path[1000], message[SPECTRA_MESSAGE_CAPACITY];
        spectra_model *mine = NULL;
        snprintf(path, sizeof path, "%s/%s.json", models_directory, model_names[((intptr_t)argument + i) % MODEL_COUNT]);
        CHECK(spectra_model_load_file(path, &mine, message, sizeof message) == SPECTRA_OK, "%s", message);
        spectra_model_free(mine);
    }
    return NULL;
}

static void on_threads(void *(*work)(void *))
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (intptr_t t = 0; t < THREADS; t++) CHECK(pthread_create(&threads[t], NULL, work, (void *)t) == 0, "thread %d", (int)t);
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    pthread_barrier_destroy(&start);
}

/* A thread of an acquisition program may have a small stack. */
static void *predict_once(void *workspace)
{
    spectra_result result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    result.status = spectra_predict(model, workspace, spectra_workspace_size(model, CHANNELS), energy, spectra[0], CHANNELS, &options,
                                    &result, NULL, 0);
    CHECK(memcmp(&result, &expected[0], sizeof result) == 0, "%s: on a stack of 64 kB", name);
    return NULL;
}

static void test_small_stack(long unused)
{
    (void)unused;
    pthread_attr_t attributes;
    pthread_t thread;
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    pthread_attr_init(&attributes);
    CHECK(pthread_attr_setstacksize(&attributes, 65536) == 0, "64 kB");
    CHECK(pthread_create(&thread, &attributes, predict_once, workspace) == 0, "thread");
    pthread_join(thread, NULL);
}

/* ---------------------------------------------------------------- fork */

static void in_child(long which)
{
    size_t size;
    void *workspace = new_workspace(model, CHANNELS, &size);
    for (int s = 0; s < SPECTRA; s++) {
        spectra_result result;
        memset(&result, 0, sizeof result);
        result.struct_size = sizeof result;
        result.status = spectra_predict(model, workspace, size, energy, spectra[s], CHANNELS, &options, &result, NULL, 0);
        CHECK(memcmp(&result, &expected[s], sizeof result) == 0, "%s: spectrum %d differs in the child", name, s);
    }
    spectra_model *mine = load(models_directory, (int)which % MODEL_COUNT);
    spectra_model_free(mine);
    spectra_model_free(model); /* the child's copy */
    _exit(0);
}

static void test_fork(void)
{
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) in_child(i);
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: child: %d", name, status);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    models_directory = argv[1];
    options = quartz_options();
    for (int s = 0; s < SPECTRA; s++) {
        spectrum one = quartz(argv[2], 0.12, CHANNELS, (uint64_t)s + 1);
        memcpy(energy, one.energy, sizeof energy);
        spectra[s] = one.counts;
        free(one.energy);
        if (s == 3) spectra[s][400] = NAN;
        if (s == 11) memset(spectra[s], 0, CHANNELS * sizeof(float));
        if (s == 12) for (int c = 0; c < CHANNELS; c++) spectra[s][c] = (float)(20000 * pow(energy[c] / 500, -3));
        if (s == 47) spectra[s][CHANNELS - 1] = INFINITY;
        if (s % 5 == 0) for (int c = 0; c < CHANNELS; c++) spectra[s][c] *= 0.1f; /* of other scales */
    }
    for (int which = 0; which < MODEL_COUNT; which++) {
        name = model_names[which];
        model = load(argv[1], which);
        if (!model) continue;
        predict_alone();
        CHECK(expected[0].status == SPECTRA_OK && expected[3].status == SPECTRA_ERROR_NOT_FINITE && first_bad == 3,
              "%s: spectrum 0: %s, %s", name, spectra_status_name(expected[0].status), messages[0]);
        test_layout("spectrum-major", CHANNELS, 1);
        test_layout("channel-major", 1, SPECTRA);
        test_layout("spectrum-major with gaps", CHANNELS * 2 + 9, 2);
        test_layout("channel-major with gaps", 3, SPECTRA * 3 + 1);
        test_sliding_window();
        test_features();
        on_threads(predict_often);
        if (!under_valgrind()) shielded("a small stack", 1, test_small_stack);
        test_fork();
        spectra_model_free(model);
    }
    on_threads(load_often);
    for (int s = 0; s < SPECTRA; s++) free(spectra[s]);
    return finish("threads");
}
