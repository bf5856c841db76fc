/* spectra.c - SpectraInfer through its C interface.
 *
 * A contender of single spectra takes a new one from `count` of them in each call, as a camera would; one
 * of batches takes the same batch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "contender.h"

#include <spectra_infer.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct spectra {
    spectra_model *model;
    const double *energy;
    const float *values;    /* the caller's, kept as long as the contender lives */
    size_t channels, count, next, batch, threads;
    void *workspace;
    size_t workspace_size;
    spectra_options options;
    spectra_result *results;
    float *features;
    spectra_neighbor neighbors[SPECTRA_NEIGHBOR_COUNT];
    char message[SPECTRA_MESSAGE_CAPACITY];
} spectra;

static void must(spectra *s, spectra_status status)
{
    if (status != SPECTRA_OK) give_up("SpectraInfer: %s", s->message);
}

static void end(void *state)
{
    spectra *s = state;
    spectra_model_free(s->model);
    free(s->workspace);
    free(s->results);
    free(s->features);
    free(s);
}

static spectra *open_model(const char *path, const double *energy, const float *values, size_t channels, size_t count)
{
    spectra *s = aligned(sizeof *s);
    memset(s, 0, sizeof *s);
    must(s, spectra_model_load_file(path, &s->model, s->message, sizeof s->message));
    s->energy = energy;
    s->values = values;
    s->channels = channels;
    s->count = count;
    s->batch = s->threads = 1;
    spectra_options_init(&s->options);
    s->workspace_size = spectra_workspace_size(s->model, channels);
    s->workspace = aligned(s->workspace_size);
    s->features = aligned(channels * sizeof *s->features + 4096 * sizeof *s->features);
    return s;
}

static void make_results(spectra *s)
{
    s->results = aligned(s->batch * sizeof *s->results);
    memset(s->results, 0, s->batch * sizeof *s->results);
    for (size_t i = 0; i < s->batch; i++) s->results[i].struct_size = sizeof *s->results;
}

static const float *next_spectrum(spectra *s)
{
    const float *values = s->values + s->next * s->channels;
    s->next = s->next + 1 == s->count ? 0 : s->next + 1;
    return values;
}

static void predict_raw(void *state)
{
    spectra *s = state;
    must(s, spectra_predict(s->model, s->workspace, s->workspace_size, s->energy, next_spectrum(s), s->channels, &s->options,
                            s->results, s->message, sizeof s->message));
}

static void preprocess(void *state)
{
    spectra *s = state;
    must(s, spectra_preprocess(s->model, s->workspace, s->workspace_size, s->energy, next_spectrum(s), s->channels, &s->options,
                               s->features, 4096, NULL, s->message, sizeof s->message));
}

static void predict_features(void *state)
{
    spectra *s = state;
    const float *values = s->batch == 1 ? next_spectrum(s) : s->values;
    must(s, spectra_predict_features(s->model, s->workspace, s->workspace_size, values, s->channels, s->batch,
                                     (ptrdiff_t)s->channels, s->results, sizeof *s->results, s->message, sizeof s->message));
}

static void find_neighbors(void *state)
{
    spectra *s = state;
    size_t found;
    must(s, spectra_find_neighbors(s->model, next_spectrum(s), s->channels, s->neighbors, SPECTRA_NEIGHBOR_COUNT, &found,
                                   s->message, sizeof s->message));
}

/* One thread's share of an image. */
typedef struct share {
    spectra *whole;
    size_t begin, end;
    pthread_t thread;
} share;

static void *predict_share(void *argument)
{
    const share *part = argument;
    const spectra *s = part->whole;
    char message[SPECTRA_MESSAGE_CAPACITY];
    void *workspace = aligned(s->workspace_size);
    spectra_status status = spectra_predict_batch(
        s->model, workspace, s->workspace_size, s->energy, s->channels, s->values + part->begin * s->channels,
        part->end - part->begin, (ptrdiff_t)s->channels, 1, &s->options, s->results + part->begin, sizeof *s->results, message,
        sizeof message);
    if (status != SPECTRA_OK || message[0]) give_up("SpectraInfer: %s", message);
    free(workspace);
    return NULL;
}

static void predict_image(void *state)
{
    spectra *s = state;
    share shares[64];
    for (size_t t = 0; t < s->threads; t++) {
        shares[t] = (share){ s, s->batch * t / s->threads, s->batch * (t + 1) / s->threads, 0 };
        if (t > 0 && pthread_create(&shares[t].thread, NULL, predict_share, &shares[t]) != 0) give_up("no thread");
    }
    predict_share(&shares[0]);
    for (size_t t = 1; t < s->threads; t++) pthread_join(shares[t].thread, NULL);
}

contender *bench_spectra_raw(const char *path, const double *energy, const float *counts, size_t channels, size_t count)
{
    spectra *s = open_model(path, energy, counts, channels, count);
    make_results(s);
    return contender_of(predict_raw, s, end);
}

contender *bench_spectra_preprocess(const char *path, const double *energy, const float *counts, size_t channels, size_t count)
{
    return contender_of(preprocess, open_model(path, energy, counts, channels, count), end);
}

/* `batch` spectra of `count` features in each call; where it is 1, one after the other of `spectra`. */
contender *bench_spectra_features(const char *path, const float *features, size_t count, size_t spectra_count, size_t batch)
{
    spectra *s = open_model(path, NULL, features, count, spectra_count);
    s->batch = batch;
    make_results(s);
    return contender_of(predict_features, s, end);
}

contender *bench_spectra_neighbors(const char *path, const float *features, size_t count, size_t spectra_count)
{
    return contender_of(find_neighbors, open_model(path, NULL, features, count, spectra_count), end);
}

/* All `count` spectra by up to 64 threads, with a range of them and a workspace for each. */
contender *bench_spectra_image(const char *path, const double *energy, const float *counts, size_t channels, size_t count,
                               size_t threads)
{
    spectra *s = open_model(path, energy, counts, channels, count);
    s->batch = count;
    s->threads = threads;
    make_results(s);
    return contender_of(predict_image, s, end);
}

/* The six values of each result of the last call. */
void bench_spectra_values(const contender *timed, double *values)
{
    const spectra *s = timed->state;
    for (size_t i = 0; i < s->batch; i++)
        for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++)
            values[i * SPECTRA_PROPERTY_COUNT + (size_t)p] = s->results[i].properties[p].value;
}

