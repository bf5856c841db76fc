/* unusual.c - the table of docs/hostile-numbers.md, row by row: unusual MODEL_DIR DATA_DIR hostile-numbers.md
 *
 * The page says which status comes of what; the rows here say how to make it. A row of the page that is not
 * here, a row here that is not on the page, and another status are each a failure.
 */
#define _GNU_SOURCE
#include "support.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHANNELS = 901, LOW_LOSS = 400, FEATURES = 160, SPECTRA = 2, ROWS = 200, COLUMNS = 3 };
#define LARGE (SIZE_MAX / 2 + 1)

/* What a call is given; each row spoils one of it. */
typedef struct given {
    double energy[CHANNELS + 1], low_loss_energy[LOW_LOSS];
    float counts[SPECTRA * CHANNELS], low_loss[LOW_LOSS], variance[CHANNELS];
    float features[SPECTRA * FEATURES + 1];
    const double *energy_at;
    const float *counts_at, *features_at;
    size_t channels, spectra, feature_count, feature_capacity, workspace_size, result_size;
    ptrdiff_t spectrum_stride, channel_stride, feature_stride;
    spectra_options options;
    spectra_model *model;
    unsigned char *workspace;
    spectra_result *results;
    float *prepared;
    spectra_neighbor *neighbors;
    size_t neighbor_capacity, *neighbor_count;
    const void *bytes;
    size_t size;
    const char *path;
    spectra_model **place;
} given;

static given good;
static spectra_model *models[MODEL_COUNT];
static struct outputs {
    spectra_result results[SPECTRA];
    float prepared[FEATURES];
    spectra_neighbor neighbors[4];
    size_t neighbor_count;
    spectra_model *place;
} out, before;
static char message[SPECTRA_MESSAGE_CAPACITY];

/* ---------------------------------------------------------------- the rows */

#define EACH_CHANNEL for (int c = 0; c < CHANNELS; c++)
#define EACH_COUNT for (int c = 0; c < SPECTRA * CHANNELS; c++)
#define EVERY(value) EACH_COUNT g->counts[c] = (value)
/* In the same channel of each spectrum. */
#define ONE(channel, value) \
    for (int s = 0; s < SPECTRA; s++) g->counts[s * CHANNELS + (channel)] = (value)

/* Spoils *g as row number `row` says. @return the name of the row; NULL behind the last one. */
typedef const char *section_rows(given *g, int row);
#define ROW(name, ...) \
    if (row == next++) { \
        __VA_ARGS__; \
        return name; \
    }

static const char *axis_rows(given *g, int row)
{
    int next = 0;
    ROW("as it is", )
    ROW("one energy NaN", g->energy[450] = NAN)
    ROW("the first energy NaN", g->energy[0] = NAN)
    ROW("one energy infinite", g->energy[450] = INFINITY)
    ROW("the last energy infinite", g->energy[CHANNELS - 1] = INFINITY)
    ROW("the first energy -infinite", g->energy[0] = -INFINITY)
    ROW("the last energy 1e308", g->energy[CHANNELS - 1] = 1e308)
    ROW("the last energy 1.1e7", g->energy[CHANNELS - 1] = 1.1e7)
    ROW("all energies NaN", EACH_CHANNEL g->energy[c] = NAN)
    ROW("all energies 0", EACH_CHANNEL g->energy[c] = 0)
    ROW("all energies equal", EACH_CHANNEL g->energy[c] = 535)
    ROW("two energies equal", g->energy[450] = g->energy[449])
    ROW("two energies swapped", double e = g->energy[450]; g->energy[450] = g->energy[451]; g->energy[451] = e)
    ROW("energies reversed", EACH_CHANNEL g->energy[c] = good.energy[CHANNELS - 1 - c])
    ROW("energies in keV", EACH_CHANNEL g->energy[c] *= 1e-3)
    ROW("energies negative", EACH_CHANNEL g->energy[c] -= 1000)
    ROW("energies denormal apart", EACH_CHANNEL g->energy[c] = c * 5e-324)
    ROW("energies far apart", EACH_CHANNEL g->energy[c] = 1e4 * c)
    ROW("the axis ends before the edge", g->channels = 300)
    ROW("the axis ends far before the edge", g->channels = 100)
    ROW("the axis begins behind the edge", EACH_CHANNEL g->energy[c] += 200)
    return NULL;
}

static const char *count_rows(given *g, int row)
{
    int next = 0;
    ROW("one intensity NaN", ONE(700, NAN))
    ROW("the last intensity NaN", ONE(CHANNELS - 1, NAN))
    ROW("all intensities NaN", EVERY(NAN))
    ROW("one intensity infinite", ONE(700, INFINITY))
    ROW("one intensity -infinite", ONE(0, -INFINITY))
    ROW("one intensity 1e308, infinite as a float", ONE(5, (float)1e308))
    ROW("one intensity 3e38", ONE(700, 3e38F))
    ROW("one intensity 1.1e30", ONE(700, 1.1e30F))
    ROW("intensities times 1e25", EACH_COUNT g->counts[c] *= 1e25F)
    ROW("intensities times 1e-25", EACH_COUNT g->counts[c] *= 1e-25F)
    ROW("intensities denormal", EACH_COUNT g->counts[c] *= 1e-44F)
    ROW("one intensity denormal", ONE(700, 1e-45F))
    ROW("intensities 0", EVERY(0))
    ROW("intensities -0", EVERY(-0.0F))
    ROW("intensities 1", EVERY(1))
    ROW("intensities 1000", EVERY(1000))
    ROW("intensities -1", EVERY(-1))
    ROW("intensities negated", EACH_COUNT g->counts[c] = -g->counts[c])
    ROW("intensities 0 before the edge", for (int s = 0; s < SPECTRA; s++) for (int c = 0; c < 450; c++) g->counts[s * CHANNELS + c] = 0)
    ROW("intensities 0 behind the window", for (int s = 0; s < SPECTRA; s++) for (int c = 450; c < CHANNELS; c++) g->counts[s * CHANNELS + c] = 0)
    ROW("intensities rise before the edge", for (int s = 0; s < SPECTRA; s++) for (int c = 0; c < 450; c++) g->counts[s * CHANNELS + c] = (float)(100 + c))
    ROW("intensities alternate 0 and 1e6", EACH_COUNT g->counts[c] = c % CHANNELS % 2 ? 1e6F : 0)
    return NULL;
}

/* A low-loss spectrum with all uses, which the rows spoil. */
static void give_low_loss(given *g)
{
    g->options.low_loss_energy_ev = g->low_loss_energy;
    g->options.low_loss_intensity = g->low_loss;
    g->options.low_loss_count = LOW_LOSS;
    g->options.low_loss_use = SPECTRA_LOW_LOSS_ALIGN;
}

static const char *option_rows(given *g, int row)
{
    int next = 0;
    spectra_options *o = &g->options;
    ROW("background 3", o->background = (spectra_background)3)
    ROW("background_start_ev NaN", o->background_start_ev = NAN; o->background_end_ev = 530)
    ROW("background_end_ev infinite", o->background_start_ev = 500; o->background_end_ev = INFINITY)
    ROW("background window reversed", o->background_start_ev = 530; o->background_end_ev = 500)
    ROW("background window of one energy", o->background_start_ev = o->background_end_ev = 510)
    ROW("background window negative", o->background_start_ev = -20; o->background_end_ev = -10)
    ROW("background window off the axis", o->background_start_ev = 100; o->background_end_ev = 200)
    ROW("background window of two channels", o->background_start_ev = 500.05; o->background_end_ev = 500.25)
    ROW("threshold_ev NaN", o->threshold_ev = NAN)
    ROW("threshold_ev infinite", o->threshold_ev = INFINITY)
    ROW("threshold_ev 1e308", o->threshold_ev = 1e308)
    ROW("threshold_ev 5000", o->threshold_ev = 5000)
    ROW("energy_offset_ev NaN", o->energy_offset_ev = NAN)
    ROW("energy_offset_ev -infinite", o->energy_offset_ev = -INFINITY)
    ROW("energy_offset_ev 1e308", o->energy_offset_ev = 1e308)
    ROW("energy_offset_ev -500", o->energy_offset_ev = -500)
    ROW("axis_error_ev NaN", o->axis_error_ev = NAN)
    ROW("axis_error_ev infinite", o->axis_error_ev = INFINITY)
    ROW("axis_error_ev -0.1", o->axis_error_ev = -0.1)
    ROW("axis_error_ev 101", o->axis_error_ev = 101)
    ROW("spikes 3", o->spikes = (spectra_spikes)3)
    ROW("calibration_point_count 3", o->calibration_point_count = 3)
    ROW("calibration_true_ev NaN", o->calibration_point_count = 1; o->calibration_true_ev[0] = NAN)
    ROW("calibration_measured_ev infinite", o->calibration_point_count = 1; o->calibration_measured_ev[0] = INFINITY)
    ROW("calibration points equal", o->calibration_point_count = 2;
        for (int i = 0; i < 2; i++) o->calibration_measured_ev[i] = o->calibration_true_ev[i] = 500)
    ROW("calibration reverses the axis", o->calibration_point_count = 2; o->calibration_measured_ev[0] = 500; o->calibration_measured_ev[1] = 550;
        o->calibration_true_ev[0] = 550; o->calibration_true_ev[1] = 500)
    ROW("calibration by 1e6 eV", o->calibration_point_count = 1; o->calibration_true_ev[0] = 1e6)
    ROW("resolution_fwhm_ev 0", o->resolution_fwhm_ev = 0)
    ROW("resolution_fwhm_ev -1", o->resolution_fwhm_ev = -1)
    ROW("resolution_fwhm_ev infinite", o->resolution_fwhm_ev = INFINITY)
    ROW("resolution_fwhm_ev denormal", o->resolution_fwhm_ev = 5e-324)
    ROW("resolution_fwhm_ev 100", o->resolution_fwhm_ev = 100)
    ROW("noise_gain 0", o->noise_gain = 0)
    ROW("noise_gain -1", o->noise_gain = -1)
    ROW("noise_gain infinite", o->noise_gain = INFINITY)
    ROW("noise_gain 1e-300", o->noise_gain = 1e-300)
    ROW("noise_gain 1e30", o->noise_gain = 1e30)
    ROW("a reserved member 1", o->reserved[3] = 1)
    ROW("reserved_use 1", o->reserved_use = 1)
    ROW("one variance NaN", o->variance = g->variance; g->variance[CHANNELS - 1] = NAN)
    ROW("one variance infinite", o->variance = g->variance; g->variance[0] = INFINITY)
    ROW("one variance -1", o->variance = g->variance; g->variance[700] = -1)
    ROW("variances 0", o->variance = g->variance; EACH_CHANNEL g->variance[c] = 0)
    ROW("variances 3e38", o->variance = g->variance; EACH_CHANNEL g->variance[c] = 3e38F)
    ROW("variances denormal", o->variance = g->variance; EACH_CHANNEL g->variance[c] = 1e-45F)
    return NULL;
}

static const char *low_loss_rows(given *g, int row)
{
    int next = 0;
    spectra_options *o = &g->options;
    give_low_loss(g);
    ROW("a low-loss spectrum", )
    ROW("low_loss_use 8", o->low_loss_use = 8)
    ROW("low_loss_use 0", o->low_loss_use = 0)
    ROW("low_loss_use without a spectrum", o->low_loss_energy_ev = NULL; o->low_loss_intensity = NULL; o->low_loss_count = 0)
    ROW("low_loss_energy_ev NULL", o->low_loss_energy_ev = NULL)
    ROW("low_loss_intensity NULL", o->low_loss_intensity = NULL)
    ROW("low_loss_count 0", o->low_loss_count = 0)
    ROW("low_loss_count 1", o->low_loss_count = 1)
    ROW("low_loss_count 2^63", o->low_loss_count = LARGE)
    ROW("low-loss and calibration points", o->calibration_point_count = 1)
    ROW("one low-loss energy NaN", g->low_loss_energy[7] = NAN)
    ROW("low-loss energies reversed", for (int i = 0; i < LOW_LOSS; i++) g->low_loss_energy[i] = -good.low_loss_energy[i])
    ROW("low-loss energies equal", for (int i = 0; i < LOW_LOSS; i++) g->low_loss_energy[i] = 1)
    ROW("one low-loss intensity NaN", g->low_loss[LOW_LOSS - 1] = NAN)
    ROW("one low-loss intensity infinite", g->low_loss[9] = INFINITY)
    ROW("low-loss intensities 0", for (int i = 0; i < LOW_LOSS; i++) g->low_loss[i] = 0)
    ROW("low-loss intensities 1", for (int i = 0; i < LOW_LOSS; i++) g->low_loss[i] = 1)
    ROW("low-loss intensities -1", for (int i = 0; i < LOW_LOSS; i++) g->low_loss[i] = -1)
    ROW("a plasmon peak, but no zero-loss peak", for (int i = 0; i < LOW_LOSS; i++) g->low_loss_energy[i] += 30; for (int i = 0; i < 110; i++) g->low_loss[i] = 0)
    ROW("deconvolution on an axis that is not uniform", o->low_loss_use = SPECTRA_LOW_LOSS_DECONVOLVE; for (int c = 300; c < CHANNELS; c++) g->energy[c] += 0.05)
    return NULL;
}

static const char *length_rows(given *g, int row)
{
    int next = 0;
    ROW("channel_count 0", g->channels = 0)
    ROW("channel_count 1", g->channels = 1)
    ROW("channel_count 2", g->channels = 2)
    ROW("channel_count 16777217", g->channels = SPECTRA_CHANNEL_COUNT_MAX + 1)
    ROW("channel_count 2^61", g->channels = SIZE_MAX / 8 + 1)
    ROW("channel_count 2^64 - 1", g->channels = SIZE_MAX)
    ROW("spectrum_count 0", g->spectra = 0)
    ROW("spectrum_count 2^61", g->spectra = SIZE_MAX / 8 + 1)
    ROW("spectrum_count 2^64 - 1", g->spectra = SIZE_MAX)
    ROW("spectrum_stride 0", g->spectrum_stride = 0)
    ROW("spectrum_stride -1", g->spectrum_stride = -1)
    ROW("spectrum_stride 0 of one spectrum", g->spectra = 1; g->spectrum_stride = 0)
    ROW("spectrum_stride 2^63 - 1", g->spectrum_stride = PTRDIFF_MAX)
    ROW("spectrum_stride -2^63", g->spectrum_stride = PTRDIFF_MIN)
    ROW("channel_stride 0", g->channel_stride = 0)
    ROW("channel_stride -1", g->channel_stride = -1)
    ROW("channel_stride 2^63 - 1", g->channel_stride = PTRDIFF_MAX)
    ROW("channel_stride 2^60, 901 of which overflow", g->channel_stride = PTRDIFF_MAX / 8 + 1)
    ROW("variance_stride -1", g->options.variance = g->variance; g->options.variance_stride = -1)
    ROW("variance_stride 2^63 - 1", g->options.variance = g->variance; g->options.variance_stride = PTRDIFF_MAX)
    ROW("low_loss_stride -1", give_low_loss(g); g->options.low_loss_stride = -1)
    ROW("low_loss_stride 2^63 - 1", give_low_loss(g); g->options.low_loss_stride = PTRDIFF_MAX)
    ROW("workspace_size 0", g->workspace_size = 0)
    ROW("workspace_size one too small", g->workspace_size--)
    ROW("workspace_size 2^63", g->workspace_size = LARGE)
    ROW("result_size 0", g->result_size = g->results->struct_size = 0)
    ROW("result_size one too small", g->result_size = --g->results->struct_size)
    ROW("result_size 2^63", g->result_size = LARGE)
    ROW("feature_capacity one too small", g->feature_capacity--)
    ROW("feature_capacity 2^64 - 1", g->feature_capacity = SIZE_MAX)
    ROW("struct_size of the options 0", g->options.struct_size = 0)
    ROW("energy_ev NULL", g->energy_at = NULL)
    ROW("intensity NULL", g->counts_at = NULL)
    ROW("results or features NULL", g->results = NULL; g->prepared = NULL)
    ROW("workspace NULL", g->workspace = NULL)
    ROW("model NULL", g->model = NULL)
    ROW("energy_ev misaligned", g->energy_at = (const double *)(const void *)((const char *)g->energy + 4))
    ROW("intensity misaligned", g->counts_at = (const float *)(const void *)((const char *)g->counts + 1))
    ROW("workspace misaligned", g->workspace++)
    ROW("results or features misaligned", g->results = (spectra_result *)(void *)((char *)g->results + 1); \
        g->prepared = (float *)(void *)((char *)g->prepared + 1))
    return NULL;
}

static const char *feature_rows(given *g, int row)
{
    int next = 0;
    ROW("as preprocess gives them", )
    ROW("one feature NaN", g->features[80] = NAN)
    ROW("the last feature NaN", g->features[FEATURES - 1] = NAN)
    ROW("one feature infinite", g->features[0] = INFINITY)
    ROW("one feature -infinite", g->features[0] = -INFINITY)
    ROW("one feature 1e308, infinite as a float", g->features[5] = (float)1e308)
    ROW("one feature 1.1e6", g->features[5] = 1.1e6F)
    ROW("one feature -1e6", g->features[5] = -1e6F)
    ROW("features 0", for (int i = 0; i < FEATURES; i++) g->features[i] = 0)
    ROW("features denormal", for (int i = 0; i < FEATURES; i++) g->features[i] = 1e-45F)
    ROW("features -1", for (int i = 0; i < FEATURES; i++) g->features[i] = -1)
    ROW("feature_count 0", g->feature_count = 0)
    ROW("feature_count one less", g->feature_count--)
    ROW("feature_count one more", g->feature_count++)
    ROW("feature_count 2^64 - 1", g->feature_count = SIZE_MAX)
    ROW("spectrum_count 0", g->spectra = 0)
    ROW("spectrum_count 2^61", g->spectra = SIZE_MAX / 8 + 1)
    ROW("spectrum_stride 0", g->feature_stride = 0)
    ROW("spectrum_stride -160", g->feature_stride = -FEATURES)
    ROW("spectrum_stride 159", g->feature_stride = FEATURES - 1)
    ROW("spectrum_stride 0 of one spectrum", g->spectra = 1; g->feature_stride = 0)
    ROW("spectrum_stride 2^63 - 1", g->feature_stride = PTRDIFF_MAX)
    ROW("neighbor_capacity 0", g->neighbor_capacity = 0)
    ROW("neighbor_capacity 1", g->neighbor_capacity = 1)
    ROW("neighbor_capacity 2^63", g->neighbor_capacity = LARGE)
    ROW("neighbor_capacity 2^64 - 1", g->neighbor_capacity = SIZE_MAX)
    ROW("result_size one too small", g->result_size--)
    ROW("workspace_size 1", g->workspace_size = 1)
    ROW("features NULL", g->features_at = NULL)
    ROW("results or neighbors NULL", g->results = NULL; g->neighbors = NULL)
    ROW("neighbor_count NULL", g->neighbor_count = NULL)
    ROW("workspace NULL", g->workspace = NULL)
    ROW("model NULL", g->model = NULL)
    ROW("results misaligned", g->results = (spectra_result *)(void *)((char *)g->results + 2))
    ROW("features misaligned", g->features_at = (const float *)(const void *)((const char *)g->features + 2))
    ROW("neighbors misaligned", g->neighbors = (spectra_neighbor *)(void *)((char *)g->neighbors + 4))
    return NULL;
}

/* A pipe that nobody writes to, in a folder of its own. */
static char pipe_folder[] = "/tmp/spectra-pipe-XXXXXX", pipe_path[sizeof pipe_folder + 5];

static void make_pipe(void)
{
    CHECK(mkdtemp(pipe_folder) != NULL, "no folder %s", pipe_folder);
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", pipe_folder);
    CHECK(mkfifo(pipe_path, 0600) == 0, "no pipe %s", pipe_path);
}

static void remove_pipe(void)
{
    unlink(pipe_path);
    rmdir(pipe_folder);
}

static const char *model_rows(given *g, int row)
{
    int next = 0;
    ROW("bytes or path NULL", g->bytes = NULL; g->path = NULL)
    ROW("model NULL", g->place = NULL)
    ROW("size 0, or an empty path", g->size = 0; g->path = "")
    ROW("size 1, or a path to nothing", g->size = 1; g->path = "/nowhere/at all")
    ROW("size 2^63, or a path to a folder", g->size = LARGE; g->path = "/")
    ROW("size 2^64 - 1, or a path to /dev/zero", g->size = SIZE_MAX; g->path = "/dev/zero")
    ROW("size 2, or a path to /proc", g->size = 2; g->path = "/proc")
    ROW("size 3, or a path to a pipe", g->size = 3; g->path = pipe_path)
    ROW("no JSON", g->bytes = "spectra"; g->size = 7; g->path = "/dev/null")
    return NULL;
}

/* ---------------------------------------------------------------- the calls */

/* What a call that was refused must not have touched. */
static int untouched(void)
{
    return memcmp(&before, &out, sizeof out) == 0;
}

static spectra_status batch(given *g, const char *what)
{
    spectra_status status = spectra_predict_batch(g->model, g->workspace, g->workspace_size, g->energy_at, g->channels, g->counts_at, g->spectra,
                                                  g->spectrum_stride, g->channel_stride, &g->options, g->results, g->result_size, message, sizeof message);
    if (status != SPECTRA_OK) return status;
    /* What all spectra share is refused before any of them is looked at. */
    CHECK(g->results[0].status != SPECTRA_ERROR_OPTION, "%s: the call should have told it", what);
    for (size_t s = 0; s < g->spectra && s < SPECTRA; s++) {
        if (g->results[s].status == SPECTRA_OK) check_result(&g->results[s], g->model, what);
        else check_empty_result(&g->results[s], what);
        CHECK(g->results[s].status == g->results[0].status, "%s: spectrum %zu", what, s);
    }
    before = out; /* what it wrote has been looked at */
    return g->results[0].status;
}

static spectra_status single(given *g, const char *what)
{
    spectra_status status = spectra_predict(g->model, g->workspace, g->workspace_size, g->energy_at, g->counts_at, g->channels, &g->options, g->results,
                                            message, sizeof message);
    if (status == SPECTRA_OK) check_result(g->results, g->model, what);
    return status;
}

static spectra_status preprocess(given *g, const char *what)
{
    spectra_status status = spectra_preprocess(g->model, g->workspace, g->workspace_size, g->energy_at, g->counts_at, g->channels, &g->options, g->prepared,
                                               g->feature_capacity, NULL, message, sizeof message);
    double sum = 0;
    for (int i = 0; status == SPECTRA_OK && i < FEATURES; i++) sum += g->prepared[i];
    if (status == SPECTRA_OK) CHECK(fabs(sum / FEATURES - 1) < 1e-3, "%s: a mean of %g", what, sum / FEATURES);
    return status;
}

/* All three functions on a spectrum; what they agree on. */
static spectra_status on_model(given *g, int column, const char *what)
{
    g->model = models[column];
    spectra_status each = batch(g, what);
    memcpy(&out, &before, sizeof out);
    out.results[0].struct_size = sizeof *out.results;
    before = out;
    spectra_status prepared = preprocess(g, what), status = single(g, what);
    CHECK(each == status, "%s: %s in a batch, %s alone", what, spectra_status_name(each), spectra_status_name(status));
    CHECK(prepared == status, "%s: %s prepared, %s predicted", what, spectra_status_name(prepared), spectra_status_name(status));
    return status;
}

static spectra_status on_function(given *g, int column, const char *what)
{
    return column == 0 ? single(g, what) : column == 1 ? preprocess(g, what) : batch(g, what);
}

static spectra_status on_features(given *g, int column, const char *what)
{
    if (column == 0) {
        spectra_status status = spectra_predict_features(g->model, g->workspace, g->workspace_size, g->features_at, g->feature_count, g->spectra,
                                                         g->feature_stride, g->results, g->result_size, message, sizeof message);
        if (status != SPECTRA_OK) return status;
        for (size_t s = 0; s < g->spectra; s++) {
            if (g->results[s].status == SPECTRA_OK) check_result(&g->results[s], g->model, what);
            else check_empty_result(&g->results[s], what);
        }
        CHECK(g->spectra < 2 || g->results[1].status == SPECTRA_OK, "%s: the other spectrum: %s", what, spectra_status_name(g->results[1].status));
        before = out;
        return g->results[0].status;
    }
    /* More neighbours than memory holds are asked for only where they are refused or are all there are. */
    static spectra_neighbor all[20000];
    int large = g->neighbor_capacity > 4;
    spectra_status status = spectra_find_neighbors(g->model, g->features_at, g->feature_count, large && g->neighbors ? all : g->neighbors,
                                                   g->neighbor_capacity, g->neighbor_count, message, sizeof message);
    if (status == SPECTRA_OK) {
        spectra_model_info info = { .struct_size = sizeof info };
        CHECK(spectra_model_get_info(g->model, &info) == SPECTRA_OK && out.neighbor_count == (large ? info.reference_count : g->neighbor_capacity),
              "%s: %zu neighbours", what, out.neighbor_count);
        for (size_t n = 0; n < out.neighbor_count; n++) {
            const spectra_neighbor *neighbor = large ? &all[n] : &out.neighbors[n];
            CHECK(neighbor->reference < info.reference_count && isfinite(neighbor->distance) && neighbor->distance >= 0, "%s: %zu", what, n);
            CHECK(n == 0 || neighbor[-1].distance <= neighbor->distance, "%s: nearest first", what);
        }
        CHECK(large || memcmp(&before.neighbors[out.neighbor_count], &out.neighbors[out.neighbor_count],
                              sizeof out.neighbors - out.neighbor_count * sizeof *out.neighbors) == 0, "%s: written beyond", what);
    }
    return status;
}

static spectra_status on_file(given *g, int column, const char *what)
{
    (void)what;
    return column == 0 ? spectra_model_load_memory(g->bytes, g->size, g->place, message, sizeof message)
                       : spectra_model_load_file(g->path, g->place, message, sizeof message);
}

/* ---------------------------------------------------------------- the page */

static const struct section {
    const char *heading;
    section_rows *rows;
    spectra_status (*run)(given *, int, const char *);
    int columns;
} sections[] = {
    { "Energies", axis_rows, on_model, MODEL_COUNT },
    { "Intensities", count_rows, on_model, MODEL_COUNT },
    { "Options", option_rows, on_model, MODEL_COUNT },
    { "The low-loss spectrum", low_loss_rows, on_model, MODEL_COUNT },
    { "Lengths, strides and pointers", length_rows, on_function, 3 },
    { "Prepared spectra", feature_rows, on_features, 2 },
    { "Model files", model_rows, on_file, 2 },
};

typedef struct page_row {
    char section[80], name[120], cells[COLUMNS][60];
    int seen;
} page_row;

static page_row page[ROWS * 2];
static int page_count;

/* Copies what stands between two bars, without spaces around it and without backquotes. */
static const char *cell(const char *at, char *text, size_t room)
{
    size_t length = 0;
    while (*at == ' ' || *at == '|') at++;
    for (; *at && *at != '|' && *at != '\n'; at++)
        if (*at != '`' && length + 1 < room) text[length++] = *at;
    while (length > 0 && text[length - 1] == ' ') length--;
    text[length] = '\0';
    return at;
}

static void read_page(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!CHECK(file != NULL, "%s cannot be opened", path)) return;
    char line[400], heading[80] = "";
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "## ", 3) == 0) snprintf(heading, sizeof heading, "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
        if (line[0] != '|' || strncmp(line, "|---", 4) == 0 || strncmp(line, "| what ", 7) == 0) continue;
        if (!CHECK(page_count < 2 * ROWS, "%d rows", page_count)) break;
        page_row *row = &page[page_count++];
        snprintf(row->section, sizeof row->section, "%s", heading);
        const char *at = cell(line, row->name, sizeof row->name);
        for (int c = 0; c < COLUMNS && *at == '|' && at[1] != '\n'; c++) at = cell(at, row->cells[c], sizeof row->cells[c]);
    }
    fclose(file);
}

static void run_row(const struct section *section, int number, const page_row *row)
{
    static given g;
    for (int column = 0; column < section->columns; column++) {
        const char *expected = row->cells[column];
        if (strcmp(expected, "-") == 0) continue;
        char what[300];
        g = good;
        memset(&out, 0xA5, sizeof out);
        memset(message, 0x5A, sizeof message);
        g.results = out.results;
        g.prepared = out.prepared;
        g.neighbors = out.neighbors;
        g.neighbor_count = &out.neighbor_count;
        g.place = &out.place;
        g.energy_at = g.energy;
        g.counts_at = g.counts;
        g.features_at = g.features;
        out.results[0].struct_size = sizeof *out.results;
        section->rows(&g, number);
        before = out;
        snprintf(what, sizeof what, "%s: %s, column %d", section->heading, row->name, column + 1);
        const char *found = spectra_status_name(section->run(&g, column, what));
        found += strncmp(found, "SPECTRA_ERROR_", 14) == 0 ? 14 : 8;
        CHECK(strcmp(found, expected) == 0, "%s: %s, not %s: %s", what, found, expected, message);
        if (strcmp(found, "OK") == 0) continue;
        CHECK(untouched(), "%s: an output was written", what);
        CHECK(strlen(message) > 10 && message[strlen(message) - 1] == '.', "%s: '%s'", what, message);
    }
}

static void run_section(long s)
{
    const struct section *section = &sections[s];
    for (int number = 0;; number++) {
        static given scratch;
        scratch = good;
        scratch.results = out.results;
        const char *name = section->rows(&scratch, number);
        if (!name) break;
        page_row *row = NULL;
        for (int i = 0; i < page_count; i++)
            if (strcmp(page[i].section, section->heading) == 0 && strcmp(page[i].name, name) == 0) row = &page[i];
        if (!CHECK(row != NULL, "%s: the page has no row '%s'", section->heading, name)) continue;
        CHECK(!row->seen, "%s: two rows '%s'", section->heading, name);
        row->seen = 1;
        run_row(section, number, row);
    }
    for (int i = 0; i < page_count; i++)
        if (strcmp(page[i].section, section->heading) == 0) CHECK(page[i].seen, "%s: '%s' is on the page alone", section->heading, page[i].name);
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    read_page(argv[3]);
    spectrum quartz_spectrum = quartz(argv[2], 0.1, CHANNELS, 5);
    size_t largest = 0;
    for (int m = 0; m < MODEL_COUNT; m++) {
        models[m] = load(argv[1], m);
        if (!models[m]) return finish("unusual");
        size_t size = spectra_workspace_size(models[m], CHANNELS);
        if (size > largest) largest = size;
    }
    memcpy(good.energy, quartz_spectrum.energy, CHANNELS * sizeof *good.energy);
    for (int s = 0; s < SPECTRA; s++) memcpy(good.counts + s * CHANNELS, quartz_spectrum.counts, CHANNELS * sizeof *good.counts);
    for (int i = 0; i < LOW_LOSS; i++) {
        double e = good.low_loss_energy[i] = -10 + 0.1 * i;
        good.low_loss[i] = (float)(1e5 * exp(-e * e / 0.1) + 200 * exp(-(e - 22) * (e - 22) / 20));
    }
    for (int c = 0; c < CHANNELS; c++) good.variance[c] = good.counts[c];
    good.model = models[0];
    good.workspace_size = spectra_workspace_size(models[0], CHANNELS);
    good.workspace = malloc(largest + 8);
    good.channels = CHANNELS;
    good.spectra = SPECTRA;
    good.spectrum_stride = CHANNELS;
    good.channel_stride = 1;
    good.feature_count = good.feature_capacity = good.feature_stride = FEATURES;
    good.result_size = sizeof(spectra_result);
    good.neighbor_capacity = 3;
    good.options = quartz_options();
    good.bytes = "{}";
    good.size = 2;
    good.path = argv[2];
    for (int s = 0; s < SPECTRA; s++)
        CHECK(spectra_preprocess(models[0], good.workspace, largest, good.energy, good.counts, CHANNELS, &good.options, good.features + s * FEATURES, FEATURES, NULL,
                                 message, sizeof message) == SPECTRA_OK, "%s", message);
    make_pipe();
    shielded("unusual", sizeof sections / sizeof *sections, run_section);
    for (int i = 0; i < page_count; i++) {
        int known = 0;
        for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) known |= strcmp(page[i].section, sections[s].heading) == 0;
        CHECK(known, "'%s' is on the page below the heading '%s'", page[i].name, page[i].section);
    }
    remove_pipe();
    free(good.workspace);
    for (int m = 0; m < MODEL_COUNT; m++) spectra_model_free(models[m]);
    spectrum_free(&quartz_spectrum);
    return finish("unusual");
}
