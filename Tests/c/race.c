/* race.c - sixteen threads on one model, while others load, free and fork: race MODEL_DIR DATA_DIR [ROUNDS | --plant]
 *
 * Made to be watched by ThreadSanitizer, helgrind or drd; it also compares every result with what the call gave
 * alone. With --plant two threads share a workspace, which the header forbids: the watcher must report it.
 */
#define _GNU_SOURCE
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED under_valgrind()
#endif

enum { CHANNELS = 701, SPECTRA = 8, PREDICTORS = 16, LOADERS = 4, FEATURES_MAX = 4096, NEIGHBORS = 5 };

static const char *directory;
static long rounds = 6;
static spectra_model *model;
static spectra_model_info info;
static spectra_options options;
static double energy[CHANNELS];
static float image[SPECTRA][CHANNELS]; /* one of them bad */

/* What each call gives alone. */
typedef struct answers {
    spectra_result raw[SPECTRA], batch[SPECTRA], features[2];
    spectra_preparation preparation;
    float prepared[FEATURES_MAX];
    spectra_neighbor neighbors[NEIGHBORS];
    char message[SPECTRA_MESSAGE_CAPACITY];
} answers;

static answers expected;

/* Every function that a thread may call on a shared model. */
static void ask(answers *a, void *workspace, size_t size, int first)
{
    memset(a, 0, sizeof *a);
    a->preparation.struct_size = sizeof a->preparation;
    for (int i = 0; i < SPECTRA; i++) {
        int s = (first + i) % SPECTRA;
        a->raw[s].struct_size = sizeof a->raw[s];
        spectra_status status = spectra_predict(model, workspace, size, energy, image[s], CHANNELS, &options, &a->raw[s], NULL, 0);
        a->raw[s].status = status;
    }
    CHECK(spectra_predict_batch(model, workspace, size, energy, CHANNELS, image[0], SPECTRA, CHANNELS, 1, &options, a->batch,
                                sizeof *a->batch, a->message, sizeof a->message) == SPECTRA_OK, "batch: %s", a->message);
    CHECK(spectra_preprocess(model, workspace, size, energy, image[0], CHANNELS, &options, a->prepared, FEATURES_MAX, &a->preparation,
                             NULL, 0) == SPECTRA_OK, "preprocess");
    spectra_reference reference = { .struct_size = sizeof reference };
    CHECK(spectra_model_get_reference(model, (size_t)first % info.reference_count, &reference) == SPECTRA_OK, "reference");
    for (int k = 0; k < 2; k++)
        CHECK(spectra_predict_features(model, workspace, size, a->prepared, info.feature_count, 1, 0, &a->features[k], sizeof *a->features,
                                       NULL, 0) == SPECTRA_OK, "features");
    size_t count = 0;
    CHECK(spectra_find_neighbors(model, a->prepared, info.feature_count, a->neighbors, NEIGHBORS, &count, NULL, 0) == SPECTRA_OK
              && count == NEIGHBORS, "neighbours");
    CHECK(spectra_model_card(model)[0] == '{' && spectra_workspace_size(model, CHANNELS) == size, "card, workspace");
    spectra_model_info again = { .struct_size = sizeof again };
    CHECK(spectra_model_get_info(model, &again) == SPECTRA_OK && memcmp(&again, &info, sizeof info) == 0, "info");
    CHECK(spectra_status_text(SPECTRA_ERROR_AXIS)[0] && spectra_property_name(first % 6)[0] && spectra_flag_text(1)[0], "texts");
}

static pthread_barrier_t start;
static void *shared_workspace; /* NULL: to each thread its own */

static void *predict_often(void *argument)
{
    int thread = (int)(intptr_t)argument;
    size_t size = spectra_workspace_size(model, CHANNELS);
    void *workspace = shared_workspace ? shared_workspace : malloc(size);
    answers *mine = malloc(sizeof *mine);
    pthread_barrier_wait(&start);
    for (long round = 0; round < rounds; round++) {
        ask(mine, workspace, size, thread + (int)round);
        if (!shared_workspace) CHECK(memcmp(mine, &expected, sizeof *mine) == 0, "thread %d, round %ld: other bits", thread, round);
    }
    free(mine);
    if (!shared_workspace) free(workspace);
    return NULL;
}

static void *load_often(void *argument)
{
    int thread = (int)(intptr_t)argument;
    pthread_barrier_wait(&start);
    for (long round = 0; round < (rounds + 3) / 4; round++) {
        char path[1000], message[SPECTRA_MESSAGE_CAPACITY];
        spectra_model *mine = NULL;
        snprintf(path, sizeof path, "%s/%s.json", directory, model_names[(thread + round) % MODEL_COUNT]);
        if (round % 2 == 0) {
            CHECK(spectra_model_load_file(path, &mine, message, sizeof message) == SPECTRA_OK, "%s", message);
        } else {
            size_t size;
            unsigned char *bytes = read_file(path, &size);
            CHECK(bytes && spectra_model_load_memory(bytes, size, &mine, message, sizeof message) == SPECTRA_OK, "%s", message);
            spectra_model *none = NULL;
            CHECK(spectra_model_load_memory(bytes, size / 2, &none, message, sizeof message) != SPECTRA_OK, "half a model");
            guarded_free(bytes, size);
        }
        spectra_model_free(mine);
    }
    return NULL;
}

/* A fork while all others are busy: whatever they hold, the child predicts, loads, frees and ends. */
static void fork_once(long round)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        size_t size = spectra_workspace_size(model, CHANNELS);
        void *workspace = malloc(size);
        answers *mine = malloc(sizeof *mine);
        ask(mine, workspace, size, (int)round);
        CHECK(memcmp(mine, &expected, sizeof *mine) == 0, "child %ld: other bits", round);
        spectra_model_free(load(directory, (int)round % MODEL_COUNT));
        spectra_model_free(model); /* the child's copy */
        _exit(0);
    }
    int status = 0;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %ld: %x", round, status);
}

static void run(int predictors, int loaders)
{
    pthread_t threads[PREDICTORS + LOADERS];
    pthread_barrier_init(&start, NULL, (unsigned)(predictors + loaders));
    for (int t = 0; t < predictors + loaders; t++)
        CHECK(pthread_create(&threads[t], NULL, t < predictors ? predict_often : load_often, (void *)(intptr_t)t) == 0, "thread %d", t);
    for (long round = 0; loaders > 0 && !WATCHED && round < rounds; round++) fork_once(round);
    for (int t = 0; t < predictors + loaders; t++) pthread_join(threads[t], NULL);
    pthread_barrier_destroy(&start);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    const int plant = argc > 3 && strcmp(argv[3], "--plant") == 0;
    directory = argv[1];
    if (argc > 3 && !plant) rounds = strtol(argv[3], NULL, 10);
    /* On a busy machine one thread may come to its end before the other begins: not in so many rounds. */
    if (plant) rounds = 1000;
    options = quartz_options();
    for (int s = 0; s < SPECTRA; s++) {
        spectrum one = quartz(argv[2], 0.12, CHANNELS, (uint64_t)s + 1);
        memcpy(energy, one.energy, sizeof energy);
        memcpy(image[s], one.counts, sizeof image[s]);
        spectrum_free(&one);
    }
    memset(image[5], 0, sizeof image[5]);
    for (int which = 0; which < (plant ? 1 : MODEL_COUNT); which++) {
        model = load(argv[1], which);
        if (!model) continue;
        info.struct_size = sizeof info;
        CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "info");
        size_t size = spectra_workspace_size(model, CHANNELS);
        void *workspace = malloc(size);
        ask(&expected, workspace, size, 0);
        CHECK(expected.raw[0].status == SPECTRA_OK && expected.raw[5].status != SPECTRA_OK && expected.message[0], "alone");
        if (plant) shared_workspace = workspace;
        if (plant) run(2, 0);
        else run(PREDICTORS, LOADERS);
        free(workspace);
        spectra_model_free(model);
    }
    return finish("race");
}
