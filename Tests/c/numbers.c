/* numbers.c - hostile numbers: numbers MODEL_DIR DATA_DIR
 *
 * A table of spoiled spectra with the status that each must get, and random ones, of which is only asked that
 * they get a status that the header lists, and finite numbers where that is SPECTRA_OK.
 */
#define _GNU_SOURCE
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 901 };

static spectra_model *model;
static spectra_model_info info;
static void *workspace;
static size_t workspace_size;
static spectrum clean;
static double *energy; /* [CHANNELS], ending at a guard page */
static float *counts;

/* ---------------------------------------------------------------- the table */

typedef enum spoiler {
    SPOIL_NOTHING,
    ENERGY_FIRST, ENERGY_MIDDLE, ENERGY_LAST, ENERGY_ALL, /* set to a number */
    ENERGY_SCALE, ENERGY_SHIFT, ENERGY_ARITHMETIC, ENERGY_SPAN, ENERGY_SWAP, ENERGY_DOUBLE, ENERGY_REVERSE,
    COUNTS_FIRST, COUNTS_MIDDLE, COUNTS_LAST, COUNTS_ALL,
    COUNTS_SCALE, COUNTS_BACKGROUND, COUNTS_BEFORE_EDGE, COUNTS_NEGATE, COUNTS_SPIKE, COUNTS_ALTERNATE
} spoiler;

static void spoil(spoiler how, double number)
{
    for (int i = 0; i < CHANNELS; i++) {
        switch (how) {
        case ENERGY_ALL: energy[i] = number; break;
        case ENERGY_SCALE: energy[i] *= number; break;
        case ENERGY_SHIFT: energy[i] += number; break;
        case ENERGY_ARITHMETIC: energy[i] = number * (i + 1); break;
        case ENERGY_SPAN: energy[i] = -number + i * (number / (CHANNELS / 2)); break;
        case ENERGY_REVERSE: energy[i] = clean.energy[CHANNELS - 1 - i]; break;
        case COUNTS_ALL: counts[i] = (float)number; break;
        case COUNTS_SCALE: counts[i] *= (float)number; break;
        case COUNTS_BACKGROUND: counts[i] = (float)(20000 * pow(energy[i] / 500, number)); break;
        case COUNTS_BEFORE_EDGE: if (energy[i] < 540) counts[i] = (float)number; break;
        case COUNTS_NEGATE: counts[i] = -counts[i]; break;
        case COUNTS_SPIKE: counts[i] = i == CHANNELS / 2 ? (float)number : 0; break;
        case COUNTS_ALTERNATE: counts[i] = i % 2 ? (float)number : (float)-number; break;
        default: break;
        }
    }
    if (how == ENERGY_FIRST) energy[0] = number;
    if (how == ENERGY_MIDDLE) energy[CHANNELS / 2] = number;
    if (how == ENERGY_LAST) energy[CHANNELS - 1] = number;
    if (how == ENERGY_DOUBLE) energy[CHANNELS / 2] = energy[CHANNELS / 2 - 1];
    if (how == ENERGY_SWAP) {
        energy[CHANNELS / 2] = clean.energy[CHANNELS / 2 - 1];
        energy[CHANNELS / 2 - 1] = clean.energy[CHANNELS / 2];
    }
    if (how == COUNTS_FIRST) counts[0] = (float)number;
    if (how == COUNTS_MIDDLE) counts[CHANNELS / 2] = (float)number;
    if (how == COUNTS_LAST) counts[CHANNELS - 1] = (float)number;
}

#define AXIS SPECTRA_ERROR_AXIS
#define RANGE SPECTRA_ERROR_AXIS_RANGE
#define NUMBER SPECTRA_ERROR_NOT_FINITE
#define WINDOW SPECTRA_ERROR_BACKGROUND_WINDOW
#define FIT SPECTRA_ERROR_BACKGROUND_FIT
#define NO_EDGE SPECTRA_ERROR_NO_EDGE
#define NO_SIGNAL SPECTRA_ERROR_NO_SIGNAL

/* ANY: any status that the header lists; also OK. */
#define ANY SPECTRA_STATUS_MAX_

static const struct {
    const char *what;
    spoiler how;
    double number;
    spectra_status status[3]; /* one of these; the header leaves open which, where there are several */
} table[] = {
    { "as it is", SPOIL_NOTHING, 0, { SPECTRA_OK } },
    { "energy NaN, first", ENERGY_FIRST, NAN, { AXIS } },
    { "energy NaN, middle", ENERGY_MIDDLE, NAN, { AXIS } },
    { "energy NaN, last", ENERGY_LAST, NAN, { AXIS } },
    { "energy NaN, all", ENERGY_ALL, NAN, { AXIS } },
    { "energy -inf, first", ENERGY_FIRST, -INFINITY, { AXIS } },
    { "energy inf, middle", ENERGY_MIDDLE, INFINITY, { AXIS } },
    { "energy inf, last", ENERGY_LAST, INFINITY, { AXIS } },
    { "energy inf, all", ENERGY_ALL, INFINITY, { AXIS } },
    { "energy 1e308, last", ENERGY_LAST, 1e308, { AXIS } },
    { "energy -1e308, first", ENERGY_FIRST, -1e308, { AXIS } },
    { "energy 0, all", ENERGY_ALL, 0, { AXIS } },
    { "energy constant", ENERGY_ALL, 540, { AXIS } },
    { "energy reversed", ENERGY_REVERSE, 0, { AXIS } },
    { "two energies swapped", ENERGY_SWAP, 0, { AXIS } },
    { "an energy twice", ENERGY_DOUBLE, 0, { AXIS } },
    { "energy negated", ENERGY_SCALE, -1, { AXIS } },
    { "energies denormal", ENERGY_ARITHMETIC, 5e-324, { RANGE } },
    { "energies to 1e308", ENERGY_ARITHMETIC, 1e308 / CHANNELS, { AXIS } },
    { "energies from -1e308 to 1e308", ENERGY_SPAN, 1e308, { AXIS } },
    { "energies from -DBL_MAX to DBL_MAX", ENERGY_SPAN, DBL_MAX, { AXIS } },
    { "energies in keV", ENERGY_SCALE, 1e-3, { RANGE } },
    { "energies in meV", ENERGY_SCALE, 1e3, { AXIS, RANGE, WINDOW } },
    { "energies in J", ENERGY_SCALE, 1.602e-19, { RANGE } },
    { "another edge's axis", ENERGY_SHIFT, 200, { RANGE, WINDOW } },
    { "an axis below 0", ENERGY_SHIFT, -1000, { AXIS, RANGE, WINDOW } },
    { "channel numbers for energies", ENERGY_ARITHMETIC, 1, { RANGE, ANY } },

    { "counts NaN, first", COUNTS_FIRST, NAN, { NUMBER } },
    { "counts NaN, middle", COUNTS_MIDDLE, NAN, { NUMBER } },
    { "counts NaN, last", COUNTS_LAST, NAN, { NUMBER } },
    { "counts NaN, all", COUNTS_ALL, NAN, { NUMBER } },
    { "counts inf, first", COUNTS_FIRST, INFINITY, { NUMBER } },
    { "counts -inf, middle", COUNTS_MIDDLE, -INFINITY, { NUMBER } },
    { "counts inf, last", COUNTS_LAST, INFINITY, { NUMBER } },
    { "counts FLT_MAX, middle", COUNTS_MIDDLE, FLT_MAX, { NUMBER } },
    { "counts -FLT_MAX, last", COUNTS_LAST, -FLT_MAX, { NUMBER } },
    { "counts FLT_MAX, all", COUNTS_ALL, FLT_MAX, { NUMBER } },
    { "counts to FLT_MAX", COUNTS_SCALE, FLT_MAX / 50000, { NUMBER } },
    { "counts +-FLT_MAX in turn", COUNTS_ALTERNATE, FLT_MAX, { NUMBER } },
    { "counts 0", COUNTS_ALL, 0, { WINDOW } },
    { "counts -0", COUNTS_ALL, -0.0, { WINDOW } },
    { "counts negative", COUNTS_ALL, -100, { WINDOW } },
    { "counts negated", COUNTS_NEGATE, 0, { WINDOW } },
    { "counts denormal", COUNTS_ALL, FLT_MIN / 1024, { NO_EDGE, NO_SIGNAL, WINDOW } },
    { "a spectrum of denormal counts", COUNTS_SCALE, FLT_MIN / 1e6, { ANY } },
    { "counts constant", COUNTS_ALL, 1000, { NO_EDGE, NO_SIGNAL, FIT } },
    { "one count in all", COUNTS_SPIKE, 1, { WINDOW } },
    { "one spike in all", COUNTS_SPIKE, 1e6, { WINDOW } },
    { "a background only", COUNTS_BACKGROUND, -3, { NO_EDGE, NO_SIGNAL } },
    { "a rising background only", COUNTS_BACKGROUND, 30, { FIT, NO_EDGE, NO_SIGNAL } },
    { "a steep background only", COUNTS_BACKGROUND, -300, { FIT, NO_EDGE, NO_SIGNAL } },
    { "nothing before the edge", COUNTS_BEFORE_EDGE, 0, { WINDOW } },
    { "less than nothing before the edge", COUNTS_BEFORE_EDGE, -5, { WINDOW } },
    { "NaN before the edge", COUNTS_BEFORE_EDGE, NAN, { NUMBER } },
    { "1e20 before the edge", COUNTS_BEFORE_EDGE, 1e20, { NO_EDGE, NO_SIGNAL, FIT } },
    { "counts +-1 in turn", COUNTS_ALTERNATE, 1, { WINDOW, FIT, ANY } },
    { "counts +-1e15 in turn", COUNTS_ALTERNATE, 1e15, { WINDOW, FIT, ANY } },
};

enum { CASES = sizeof table / sizeof *table };

static void restore(void)
{
    memcpy(energy, clean.energy, CHANNELS * sizeof *energy);
    memcpy(counts, clean.counts, CHANNELS * sizeof *counts);
}

/* Runs the single call and the batch; both must say the same, and write nothing on an error. */
static spectra_status both(const spectra_options *options, size_t channels, const char *what)
{
    char message[SPECTRA_MESSAGE_CAPACITY], batch_message[SPECTRA_MESSAGE_CAPACITY];
    spectra_result result, batch[2], before;
    memset(&result, 0xA5, sizeof result);
    memset(batch, 0xA5, sizeof batch);
    result.struct_size = sizeof result;
    before = result;
    spectra_status status = spectra_predict(model, workspace, workspace_size, energy, counts, channels, options, &result, message,
                                            sizeof message);
    CHECK(known_status(status), "%s: %d", what, (int)status);
    if (status == SPECTRA_OK) {
        check_result(&result, model, what);
        CHECK(message[0] == '\0', "%s: '%s'", what, message);
    } else {
        CHECK(memcmp(&result, &before, sizeof result) == 0, "%s: an output was written", what);
        CHECK(message[0] != '\0', "%s: no message", what);
    }

    spectra_status each = spectra_predict_batch(model, workspace, workspace_size, energy, channels, counts, 1, 0, 1, options, batch,
                                                sizeof *batch, batch_message, sizeof batch_message);
    if (each == SPECTRA_OK) {
        each = batch[0].status;
        if (each == SPECTRA_OK) CHECK(memcmp(batch, &result, sizeof result) == 0, "%s: batch and single differ", what);
        else check_empty_result(batch, what);
    } else {
        CHECK(memcmp(batch, (char *)batch + sizeof *batch, sizeof *batch) == 0, "%s: an output was written", what);
    }
    /* A batch looks at the options before it looks at any spectrum. */
    CHECK(each == status || (each == SPECTRA_ERROR_OPTION && status != SPECTRA_OK), "%s: a batch says %s, a single call %s", what,
          spectra_status_name(each), spectra_status_name(status));
    CHECK((batch_message[0] == '\0') == (each == SPECTRA_OK), "%s: the batch's message is '%s'", what, batch_message);
    return status;
}

static void table_case(long i)
{
    restore();
    spoil(table[i].how, table[i].number);
    spectra_options options = quartz_options();
    spectra_status status = both(&options, CHANNELS, table[i].what);
    int expected = 0;
    for (int k = 0; k < 3; k++) {
        if (k > 0 && table[i].status[k] == SPECTRA_OK) break;
        expected = expected || status == table[i].status[k] || table[i].status[k] == ANY;
    }
    /* Models that are told the energy do not look for an edge, so that noise may pass for a signal. */
    if (info.alignment != SPECTRA_ALIGNMENT_EDGE && table[i].status[0] == NO_EDGE && status == SPECTRA_OK) expected = 1;
    CHECK(expected, "%s model, %s: %s, expected %s", info.alignment == SPECTRA_ALIGNMENT_EDGE ? "edge" :
          info.alignment == SPECTRA_ALIGNMENT_THRESHOLD ? "threshold" : "absolute", table[i].what, spectra_status_name(status),
          spectra_status_name(table[i].status[0]));
}

/* ---------------------------------------------------------------- axes that end too soon */

/* Last energy of the grid, on the axis of the quartz spectrum; an onset is not found before the threshold. */
static double grid_end(void)
{
    double end = info.grid_start_ev + info.grid_step_ev * (info.feature_count - 1);
    return info.alignment == SPECTRA_ALIGNMENT_ABSOLUTE ? end : end + QUARTZ_THRESHOLD;
}

static void short_axis(long channels)
{
    restore();
    spectra_options options = quartz_options();
    char what[40];
    snprintf(what, sizeof what, "the first %ld channels", channels + 1);
    spectra_status status = both(&options, (size_t)channels + 1, what);
    CHECK(energy[channels] >= grid_end() || status != SPECTRA_OK, "%s: OK, though the grid ends at %g eV", what, grid_end());
    CHECK(status != SPECTRA_ERROR_NOT_FINITE && status != SPECTRA_ERROR_AXIS, "%s: %s", what, spectra_status_name(status));

    restore();
    size_t left = CHANNELS - (size_t)channels;
    memmove(energy, energy + channels, left * sizeof *energy);
    memmove(counts, counts + channels, left * sizeof *counts);
    snprintf(what, sizeof what, "without the first %ld channels", channels);
    status = both(&options, left, what);
    CHECK(energy[0] < grid_end() - 15 || status != SPECTRA_OK, "%s: OK, though the axis starts at %g eV", what, energy[0]);
}

/* ---------------------------------------------------------------- random numbers */

static double nasty(uint64_t *seed)
{
    static const double numbers[] = { 0, -0.0, 1, -1, NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, -5e-324, FLT_MAX,
                                      1e30, 1e20, 1e15, -1e15, 1e-30, 1e-45, 4294967296.0, 9.3e18, -9.3e18, 538, 0.1 };
    uint64_t pattern;
    double number;
    switch (bits(seed) % 3) {
    case 0: return numbers[bits(seed) % (sizeof numbers / sizeof *numbers)];
    case 1:
        pattern = (uint64_t)bits(seed) << 32 | bits(seed);
        memcpy(&number, &pattern, sizeof number);
        return number;
    default: return ldexp(uniform(seed) - 0.5, (int)(bits(seed) % 140) - 60);
    }
}

static void random_case(long i)
{
    uint64_t seed = (uint64_t)i + 1;
    bits(&seed);
    restore();
    size_t channels = bits(&seed) % 4 ? CHANNELS : 1 + bits(&seed) % CHANNELS;
    int spoiled = bits(&seed) % 8 ? (int)(bits(&seed) % 5) : CHANNELS;
    int wild_energy = bits(&seed) % 2 == 0, wild_counts = bits(&seed) % 4 != 0;
    for (int k = 0; k < spoiled; k++) {
        size_t at = spoiled == CHANNELS ? (size_t)k : bits(&seed) % channels;
        if (wild_energy) energy[at] = spoiled == CHANNELS ? (k ? energy[k - 1] : 0) + fabs(nasty(&seed)) : nasty(&seed);
        if (wild_counts) {
            double number = nasty(&seed); /* a float cannot hold all of them */
            counts[at] = number > FLT_MAX ? INFINITY : number < -FLT_MAX ? -INFINITY : (float)number;
        }
    }
    if (bits(&seed) % 4 == 0) /* a coarser axis, or one of channels that grow */
        for (size_t k = 0; k < channels; k++) energy[k] = 490 + pow((double)k, 1 + uniform(&seed) * 1e-9) * 0.3;
    spectra_options options = quartz_options();
    if (bits(&seed) % 4 == 0) options.background = (spectra_background)(bits(&seed) % 4);
    if (bits(&seed) % 4 == 0) options.background_start_ev = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.background_end_ev = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.threshold_ev = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.energy_offset_ev = nasty(&seed);
    char what[40];
    snprintf(what, sizeof what, "random spectrum %ld", i);
    both(&options, channels, what);
}

static void random_features(long i)
{
    uint64_t seed = (uint64_t)i + 1;
    bits(&seed);
    size_t size = info.feature_count * sizeof(float);
    float *features = guarded(size);
    int finite = 1, absurd = 0;
    for (uint32_t k = 0; k < info.feature_count; k++) {
        features[k] = 1;
        if (bits(&seed) % info.feature_count < (uint32_t)(i % 4)) {
            double number = nasty(&seed);
            features[k] = number > FLT_MAX ? INFINITY : number < -FLT_MAX ? -INFINITY : (float)number;
        }
        finite = finite && isfinite(features[k]);
        absurd = absurd || fabsf(features[k]) > 1e6f;
    }
    spectra_result result;
    char message[SPECTRA_MESSAGE_CAPACITY], what[40];
    snprintf(what, sizeof what, "random features %ld", i);
    spectra_status status = spectra_predict_features(model, workspace, workspace_size, features, info.feature_count, 1, 0, &result,
                                                     sizeof result, message, sizeof message);
    CHECK(status == SPECTRA_OK, "%s: %s", what, spectra_status_name(status));
    if (status == SPECTRA_OK && result.status == SPECTRA_OK) check_result(&result, model, what);
    else check_empty_result(&result, what);
    CHECK((message[0] == '\0') == (result.status == SPECTRA_OK), "%s: '%s'", what, message);
    if (!finite) CHECK(result.status == SPECTRA_ERROR_NOT_FINITE, "%s: %s", what, spectra_status_name(result.status));
    if (finite && !absurd) CHECK(result.status == SPECTRA_OK, "%s: %s: %s", what, spectra_status_name(result.status), message);
    guarded_free(features, size);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    long random = under_valgrind() ? 100 : 10000;
    clean = quartz(argv[2], 0.1, CHANNELS, 2);
    energy = guarded(CHANNELS * sizeof *energy);
    counts = guarded(CHANNELS * sizeof *counts);
    for (int which = 0; which < MODEL_COUNT; which++) {
        model = load(argv[1], which);
        if (!model) continue;
        info.struct_size = sizeof info;
        CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "info");
        workspace = new_workspace(model, CHANNELS, &workspace_size);
        shielded("the table", CASES, table_case);
        if (!under_valgrind()) shielded("short axes", CHANNELS, short_axis);
        shielded("random spectra", random, random_case);
        shielded("random features", random, random_features);
        guarded_free(workspace, workspace_size);
        spectra_model_free(model);
    }
    guarded_free(counts, CHANNELS * sizeof *counts);
    guarded_free(energy, CHANNELS * sizeof *energy);
    spectrum_free(&clean);
    return finish("numbers");
}
