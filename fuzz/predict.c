/* predict.c - any call of the functions that take a spectrum: bytes become a model of the seeds, an axis, counts,
 * options, companions, strides and, at times, a slip of the caller. fuzz/seeds.py writes the same bytes.
 *
 * Every call must end with a status of the header. A refused call leaves its outputs as they are; a spectrum has
 * the same bits alone, in a batch, by the stages and in a workspace with other bytes. All memory ends where the
 * header says that it may.
 */
#define _GNU_SOURCE
#include "harness.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 7, SPECTRA = 3, PATCHES = 15 };

#ifndef FUZZ_MODELS
#error "FUZZ_MODELS is the folder with the model files of the seeds"
#endif
static const char *const model_paths[MODELS] = {
    FUZZ_MODELS "/edge.json", FUZZ_MODELS "/threshold.json", FUZZ_MODELS "/absolute.json", FUZZ_MODELS "/minimal.json",
    FUZZ_MODELS "/deep.json", FUZZ_MODELS "/format-2.json", FUZZ_MODELS "/format-3.json"
};
static spectra_model *models[KERNELS][MODELS]; /* each with all instructions, which give the same bits */

/* ---------------------------------------------------------------- bytes */

typedef struct input {
    const uint8_t *data;
    size_t size;
} input;

static uint8_t byte(input *in)
{
    if (in->size == 0) return 0;
    in->size--;
    return *in->data++;
}

static uint64_t bytes(input *in, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) value |= (uint64_t)byte(in) << 8 * i;
    return value;
}

/* A number: one that is known to matter, a plausible one, or any. */
static double number(input *in)
{
    static const double known[] = {
        NAN, INFINITY, -INFINITY, 0, -0.0, 1, -1, 1e308, -1e308, 5e-324, 2.2250738585072014e-308, 1e-300, 1e30, 1.0000001e30, -1e30, 3.5e38,
        1e-45, 1e-30, 1e7, 10000000.1, -1e7, 1e-4, 9.9e-5, 100, 100.1, 0.5, 2, 0.1, 1e-9, 1e15, 535, 4503599627370497.5
    };
    uint8_t tag = byte(in);
    if (tag < 32) return known[tag];
    if (tag < 112) return (int16_t)bytes(in, 2) / 64.0;
    if (tag < 160) return (int16_t)bytes(in, 2);
    if (tag < 192) return (int16_t)bytes(in, 2) * 1e3;
    if (tag < 224) {
        uint32_t pattern = (uint32_t)bytes(in, 4);
        float value;
        memcpy(&value, &pattern, sizeof value);
        return value;
    }
    uint64_t pattern = bytes(in, 8);
    double value;
    memcpy(&value, &pattern, sizeof value);
    return value;
}

/* ---------------------------------------------------------------- a call */

typedef struct call {
    const spectra_model *model, *other; /* the same model, with other instructions */
    spectra_model_info info;
    size_t channels, low_loss_count, spectra;
    ptrdiff_t spectrum_stride, channel_stride;
    double *energy, *low_loss_energy;
    float *intensity, *low_loss, *variance; /* of the whole batch */
    spectra_options options;
    const spectra_options *given; /* &options or NULL */
    void *workspace;
    size_t workspace_size;
    char message[SPECTRA_MESSAGE_CAPACITY];
    size_t capacity;
} call;

static double *axis(input *in, size_t count)
{
    double *energy = exactly(count * sizeof *energy, 0);
    double start = number(in), width = number(in);
    for (size_t c = 0; c < count; c++) energy[c] = start + width * (double)c;
    for (int k = byte(in) % (PATCHES + 1); k > 0; k--) {
        size_t c = byte(in) % count;
        energy[c] = number(in);
    }
    return energy;
}

/* A power law, an edge on it and noise; or a peak. Then some channels are changed. */
static void shape(input *in, const double *energy, float *values, size_t count, ptrdiff_t stride)
{
    uint8_t kind = byte(in);
    double scale = number(in), edge = number(in), place = number(in);
    uint32_t noise = (uint32_t)bytes(in, 2);
    for (size_t c = 0; c < count; c++) {
        double e = energy[c], value = 0;
        if (kind & 1) value += scale * pow(e / energy[0], -(kind >> 4));
        if (kind & 2) value += e >= place ? edge * (1 + exp(-(e - place) / 3)) : 0;
        if (kind & 4) value += edge * exp(-(e - place) * (e - place) / 2);
        noise = noise * 1664525 + 1013904223;
        if (kind & 8) value += sqrt(fabs(value)) * ((noise >> 8) / 8388608.0 - 1);
        values[(ptrdiff_t)c * stride] = (float)value;
    }
    for (int k = byte(in) % (PATCHES + 1); k > 0; k--) {
        size_t c = byte(in) % count;
        values[(ptrdiff_t)c * stride] = (float)number(in);
    }
}

/* Rows of a companion, and in *stride how they lie: one for all, side by side, or with a gap. */
static float *rows(input *in, const double *energy, size_t count, size_t spectra, ptrdiff_t *stride)
{
    uint8_t layout = byte(in) % 4;
    *stride = layout == 0 ? 0 : (ptrdiff_t)count + (layout == 2) - (layout == 3 && count > 1);
    size_t last = (spectra - 1) * (size_t)*stride + count;
    float *values = exactly(last * sizeof *values, 0);
    for (size_t s = 0; s < (layout == 0 ? 1 : spectra); s++) shape(in, energy, values + s * (size_t)*stride, count, 1);
    return values;
}

static void read_options(input *in, call *c)
{
    spectra_options *o = &c->options;
    spectra_options_init(o);
    PROMISE(o->struct_size == sizeof *o, "struct_size %u", o->struct_size);
    c->given = o;
    uint16_t known = (uint16_t)bytes(in, 2);
    if (known & 1) o->background = (spectra_background)(byte(in) % 4);
    if (known & 2) o->background_start_ev = number(in), o->background_end_ev = number(in);
    if (known & 4) o->threshold_ev = number(in);
    if (known & 8) o->energy_offset_ev = number(in);
    if (known & 16) o->axis_error_ev = number(in);
    if (known & 32) o->spikes = (spectra_spikes)(byte(in) % 4);
    if (known & 64) {
        o->calibration_point_count = byte(in) % 4;
        for (int i = 0; i < 2; i++) o->calibration_measured_ev[i] = number(in), o->calibration_true_ev[i] = number(in);
    }
    if (known & 128) o->resolution_fwhm_ev = number(in);
    if (known & 256) o->noise_gain = number(in);
    if (known & 512) {
        o->low_loss_use = byte(in) % 16;
        c->low_loss_count = 1 + byte(in);
        c->low_loss_energy = axis(in, c->low_loss_count);
        c->low_loss = rows(in, c->low_loss_energy, c->low_loss_count, c->spectra, &o->low_loss_stride);
        o->low_loss_energy_ev = c->low_loss_energy;
        o->low_loss_intensity = c->low_loss;
        o->low_loss_count = c->low_loss_count;
    }
    if (known & 1024) {
        c->variance = rows(in, c->energy, c->channels, c->spectra, &o->variance_stride);
        o->variance = c->variance;
    }
    if (known & 2048) c->given = NULL;
}

static void read_call(input *in, call *c)
{
    memset(c, 0, sizeof *c);
    uint8_t model = byte(in);
    c->model = models[model / MODELS % KERNELS][model % MODELS];
    c->other = models[(model / MODELS + 1) % KERNELS][model % MODELS];
    c->info.struct_size = sizeof c->info;
    PROMISE(spectra_model_get_info(c->model, &c->info) == SPECTRA_OK, "no info");
    c->channels = 1 + byte(in);
    c->spectra = 1 + byte(in) % SPECTRA;
    c->energy = axis(in, c->channels);
    /* Spectrum after spectrum, channel after channel, both with gaps, or one over the other. */
    const ptrdiff_t channels = (ptrdiff_t)c->channels, spectra = (ptrdiff_t)c->spectra;
    const ptrdiff_t layouts[][2] = { { channels, 1 }, { 1, spectra }, { channels + 3, 1 }, { 2 * channels, 2 }, { 1, 1 }, { 1, spectra + 1 } };
    const ptrdiff_t *layout = layouts[byte(in) % (sizeof layouts / sizeof *layouts)];
    c->spectrum_stride = layout[0];
    c->channel_stride = layout[1];
    size_t last = (size_t)((spectra - 1) * c->spectrum_stride + (channels - 1) * c->channel_stride);
    c->intensity = exactly((last + 1) * sizeof *c->intensity, 0);
    for (size_t s = 0; s < c->spectra; s++)
        shape(in, c->energy, c->intensity + (ptrdiff_t)s * c->spectrum_stride, c->channels, c->channel_stride);
    read_options(in, c);
    size_t longer = c->given && c->low_loss_count > c->channels ? c->low_loss_count : c->channels;
    c->workspace_size = spectra_workspace_size(c->model, longer);
    PROMISE(c->workspace_size > 0, "no workspace for %zu channels", longer);
    c->workspace = exactly(c->workspace_size, 0x7F);
    c->capacity = sizeof c->message;
}

static void free_call(call *c)
{
    free(c->workspace);
    free(c->energy);
    free(c->intensity);
    free(c->low_loss_energy);
    free(c->low_loss);
    free(c->variance);
}

static void check_call(const call *c, spectra_status status)
{
    promise_status(status);
    promise_message(status, c->message, c->capacity);
    PROMISE(status < SPECTRA_ERROR_FILE && status != SPECTRA_ERROR_MEMORY, "%s", spectra_status_name(status));
}

/* Spectrum s of the batch by itself: its intensities side by side, its companions, its result. */
static spectra_status alone(call *c, size_t s, float *intensity, spectra_options *own, spectra_result *result)
{
    for (size_t i = 0; i < c->channels; i++)
        intensity[i] = c->intensity[(ptrdiff_t)s * c->spectrum_stride + (ptrdiff_t)i * c->channel_stride];
    *own = c->options;
    if (own->low_loss_intensity) own->low_loss_intensity += (ptrdiff_t)s * own->low_loss_stride;
    if (own->variance) own->variance += (ptrdiff_t)s * own->variance_stride;
    memset(result, 0xA5, sizeof *result);
    result->struct_size = sizeof *result;
    const spectra_result before = *result;
    spectra_status status = spectra_predict(c->other, c->workspace, c->workspace_size, c->energy, intensity, c->channels, c->given ? own : NULL,
                                            result, c->message, c->capacity);
    check_call(c, status);
    if (status == SPECTRA_OK) {
        PROMISE(c->message[0] == '\0', "'%s'", c->message);
        PROMISE(result->status == SPECTRA_OK, "%s", spectra_status_name(result->status));
        promise_result(result, c->model);
    } else {
        PROMISE(memcmp(&before, result, sizeof before) == 0, "a refused call wrote its result");
    }
    return status;
}

/* The stages apart: the same preparation, values and neighbours. */
static void check_stages(call *c, const float *intensity, const spectra_options *own, spectra_status whole, const spectra_result *result)
{
    size_t count = c->info.feature_count;
    float *features = exactly(count * sizeof *features, 0xA5), *before = exactly(count * sizeof *features, 0xA5);
    spectra_preparation did, untouched;
    memset(&did, 0xA5, sizeof did);
    did.struct_size = sizeof did;
    untouched = did;
    spectra_status status = spectra_preprocess(c->model, c->workspace, c->workspace_size, c->energy, intensity, c->channels,
                                               c->given ? own : NULL, features, count, &did, c->message, c->capacity);
    check_call(c, status);
    if (status != SPECTRA_OK) {
        PROMISE(whole == status, "predict gives %s, preprocess %s", spectra_status_name(whole), spectra_status_name(status));
        PROMISE(memcmp(features, before, count * sizeof *features) == 0 && memcmp(&did, &untouched, sizeof did) == 0, "an output was written");
    } else {
        double sum = 0;
        for (size_t i = 0; i < count; i++) sum += features[i];
        PROMISE(fabs(sum / (double)count - 1) < 1e-3, "the mean of the features is %g", sum / (double)count);
        PROMISE(whole == SPECTRA_OK || whole == SPECTRA_ERROR_NOT_FINITE, "predict gives %s", spectra_status_name(whole));
        if (whole == SPECTRA_OK) PROMISE(memcmp(&did, &result->preparation, sizeof did) == 0, "another preparation");
        spectra_result staged;
        spectra_status second = spectra_predict_features(c->model, c->workspace, c->workspace_size, features, count, 1, 0, &staged, sizeof staged,
                                                         c->message, c->capacity);
        PROMISE(second == SPECTRA_OK, "%s: %s", spectra_status_name(second), c->message);
        promise_result(&staged, c->model);
        for (int p = 0; whole == SPECTRA_OK && p < SPECTRA_PROPERTY_COUNT; p++)
            PROMISE(memcmp(&staged.properties[p].value, &result->properties[p].value, sizeof(double)) == 0, "%g and %g",
                    staged.properties[p].value, result->properties[p].value);
        spectra_neighbor neighbors[SPECTRA_NEIGHBOR_COUNT];
        size_t found = 99;
        second = spectra_find_neighbors(c->model, features, count, neighbors, SPECTRA_NEIGHBOR_COUNT, &found, c->message, c->capacity);
        PROMISE(second == (staged.status == SPECTRA_OK ? SPECTRA_OK : second), "%s", spectra_status_name(second));
        if (second == SPECTRA_OK && whole == SPECTRA_OK)
            PROMISE(found == result->neighbor_count && memcmp(neighbors, result->neighbors, found * sizeof *neighbors) == 0, "%zu neighbours", found);
    }
    free(before);
    free(features);
}

static void check_batch(call *c)
{
    float *intensity = exactly(c->channels * sizeof *intensity, 0);
    spectra_result *batch = exactly(c->spectra * sizeof *batch, 0xA5), *before = exactly(c->spectra * sizeof *batch, 0xA5), result;
    spectra_status status = spectra_predict_batch(c->model, c->workspace, c->workspace_size, c->energy, c->channels, c->intensity, c->spectra,
                                                  c->spectrum_stride, c->channel_stride, c->given, batch, sizeof *batch, c->message,
                                                  c->capacity);
    check_call(c, status);
    if (status != SPECTRA_OK) PROMISE(memcmp(batch, before, c->spectra * sizeof *batch) == 0, "a refused batch wrote its results");
    memset(c->workspace, 0xFF, c->workspace_size);
    for (size_t s = 0; s < c->spectra; s++) {
        spectra_options own;
        spectra_status single = alone(c, s, intensity, &own, &result);
        if (status != SPECTRA_OK) {
            PROMISE(single != SPECTRA_OK, "the batch is refused with %s, spectrum %zu alone is not", spectra_status_name(status), s);
        } else {
            promise_result(&batch[s], c->model);
            PROMISE(batch[s].status == single, "alone %s, in the batch %s", spectra_status_name(single), spectra_status_name(batch[s].status));
            if (single == SPECTRA_OK) PROMISE(memcmp(&batch[s], &result, sizeof result) == 0, "alone and in a batch differ");
        }
        if (s == 0) check_stages(c, intensity, &own, single, &result);
    }
    free(before);
    free(batch);
    free(intensity);
}

/* ---------------------------------------------------------------- slips of the caller */

/* One argument that cannot be right, and only such as the function must see before it trusts them. */
static void check_slip(input *in, call *c)
{
    enum { NULL_MODEL, NULL_WORKSPACE, SMALL_WORKSPACE, NULL_ENERGY, NULL_INTENSITY, CHANNELS, RESULTS, STRIDE, OPTIONS, MISALIGNED, COUNT, SLIPS };
    static const size_t sizes[] = { 0, SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1, SPECTRA_CHANNEL_COUNT_MAX + 1 };
    static const ptrdiff_t strides[] = { 0, -1, PTRDIFF_MIN, PTRDIFF_MIN + 1, PTRDIFF_MAX, PTRDIFF_MAX / 2, PTRDIFF_MAX / 4 + 1, -48 };
    const spectra_model *model = c->model;
    const double *energy = c->energy;
    const float *intensity = c->intensity;
    void *workspace = c->workspace;
    size_t channels = c->channels, workspace_size = c->workspace_size, spectra = c->spectra, result_size = sizeof(spectra_result);
    ptrdiff_t spectrum_stride = c->spectrum_stride, channel_stride = c->channel_stride;
    spectra_options options = c->options;
    const spectra_options *given = c->given;
    spectra_result *batch = exactly(c->spectra * sizeof *batch, 0xA5), *before = exactly(c->spectra * sizeof *batch, 0xA5), *results = batch;
    uint8_t which = byte(in), detail = byte(in);
    int only_batch = 0, features_too = 1;
    batch[0].struct_size = before[0].struct_size = sizeof *batch;
    switch (which % SLIPS) {
    case NULL_MODEL: model = NULL; break;
    case NULL_WORKSPACE: workspace = NULL; break;
    case SMALL_WORKSPACE: workspace_size = detail % 2 ? detail % 16 : (size_t)INT64_MIN; break;
    case NULL_ENERGY: energy = NULL, features_too = 0; break;
    case NULL_INTENSITY: intensity = NULL; break;
    case CHANNELS: channels = sizes[detail % (sizeof sizes / sizeof *sizes)]; break;
    case RESULTS:
        results = detail % 3 ? batch : NULL;
        result_size = detail % 3 == 1 ? detail : sizeof *batch - 1;
        batch[0].struct_size = before[0].struct_size = (uint32_t)result_size;
        break;
    case STRIDE:
        channel_stride = strides[detail % (sizeof strides / sizeof *strides)];
        if (channels == 1 && channel_stride > 0) channel_stride = -channel_stride;
        only_batch = 1;
        break;
    case OPTIONS:
        options.struct_size = detail % 2 ? detail % 128 : sizeof options - 1;
        given = &options;
        features_too = 0;
        break;
    case MISALIGNED:
        if (detail % 2) intensity = (const float *)(const void *)((const char *)intensity + 1 + detail / 2 % 3);
        else energy = (const double *)(const void *)((const char *)energy + 1 + detail / 2 % 7), features_too = 0;
        break;
    default:
        spectra = sizes[detail % (sizeof sizes / sizeof *sizes - 1)];
        only_batch = 1;
    }
    spectra_status status = spectra_predict_batch(model, workspace, workspace_size, energy, channels, intensity, spectra, spectrum_stride, channel_stride,
                                                  given, results, result_size, c->message, c->capacity);
    PROMISE(status != SPECTRA_OK, "slip %d, %u passed in a batch", which % SLIPS, detail);
    check_call(c, status);
    if (!only_batch) {
        status = spectra_predict(model, workspace, workspace_size, energy, intensity, channels, given, results, c->message, c->capacity);
        PROMISE(status != SPECTRA_OK, "slip %d, %u passed", which % SLIPS, detail);
        check_call(c, status);
        float *features = exactly(c->info.feature_count * sizeof *features, 0xA5);
        if (which % SLIPS != RESULTS) {
            status = spectra_preprocess(model, workspace, workspace_size, energy, intensity, channels, given, features, c->info.feature_count, NULL,
                                        c->message, c->capacity);
            PROMISE(status != SPECTRA_OK, "slip %d, %u passed in preprocess", which % SLIPS, detail);
            check_call(c, status);
        }
        if (features_too && (which % SLIPS != CHANNELS || channels != c->info.feature_count)) {
            const float *prepared = which % SLIPS == MISALIGNED ? (const float *)(const void *)((const char *)features + 1)
                                    : intensity == NULL         ? NULL
                                                                : features;
            size_t count = which % SLIPS == CHANNELS ? channels : c->info.feature_count;
            status = spectra_predict_features(model, workspace, workspace_size, prepared, count, 1, 0, results, result_size, c->message, c->capacity);
            PROMISE(status != SPECTRA_OK, "slip %d, %u passed in predict_features", which % SLIPS, detail);
            check_call(c, status);
        }
        spectra_neighbor neighbors[2];
        size_t found = 99;
        if (which % SLIPS == NULL_MODEL || which % SLIPS == CHANNELS || which % SLIPS == NULL_INTENSITY) {
            status = spectra_find_neighbors(model, intensity ? features : NULL, which % SLIPS == CHANNELS ? channels : c->info.feature_count, neighbors,
                                            2, &found, c->message, c->capacity);
            PROMISE(status != SPECTRA_OK && found == 99, "slip %d, %u passed in find_neighbors", which % SLIPS, detail);
            check_call(c, status);
        }
        free(features);
    }
    PROMISE(memcmp(batch, before, c->spectra * sizeof *batch) == 0, "a refused call wrote its results");
    free(before);
    free(batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (unsigned k = 0; k < KERNELS && !models[k][MODELS - 1]; k++) {
        choose_kernel(k);
        for (int m = 0; m < MODELS; m++) {
            char message[SPECTRA_MESSAGE_CAPACITY];
            PROMISE(spectra_model_load_file(model_paths[m], &models[k][m], message, sizeof message) == SPECTRA_OK, "%s: %s", model_paths[m], message);
        }
    }
    input in = { data, size };
    call c;
    uint8_t slip = byte(&in);
    read_call(&in, &c);
    if (slip >= 240) c.capacity = slip - 240;
    if (slip % 16 == 15) check_slip(&in, &c);
    else check_batch(&c);
    free_call(&c);
    return 0;
}
