/* steps.c - the options of preprocessing: each one out of its range or against another, low-loss spectra and
 * variances of every bad kind, and random ones. A status each, never a trap, and nothing is read beyond what
 * was given.
 *
 *     steps MODEL_DIR DATA_DIR
 */
#define _GNU_SOURCE
#include <spectra_infer.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { CHANNELS = 901, LOW = 1100, SPECTRA = 3 };

static spectra_model *models[MODEL_COUNT];
static int current; /* model */
static spectrum good;
static double *low_energy;  /* LOW energies that end at a guard page */
static float *low_loss;     /* SPECTRA x LOW */
static float *variance;     /* SPECTRA x CHANNELS */
static float *image;        /* SPECTRA x CHANNELS */

static void restore(void)
{
    for (int i = 0; i < LOW; i++) low_energy[i] = -10 + 0.1 * i;
    for (int s = 0; s < SPECTRA; s++) {
        for (int i = 0; i < LOW; i++) {
            double e = low_energy[i], peak = 1e5 * exp(-e * e / (2 * 0.2 * 0.2));
            low_loss[s * LOW + i] = (float)(peak + 2e3 * exp(-(e - 23) * (e - 23) / 50) + 1);
        }
        for (int i = 0; i < CHANNELS; i++) variance[s * CHANNELS + i] = good.counts[i];
        memcpy(image + s * CHANNELS, good.counts, CHANNELS * sizeof *image);
    }
}

static spectra_options with_low_loss(uint32_t use)
{
    spectra_options options = quartz_options();
    options.low_loss_energy_ev = low_energy;
    options.low_loss_intensity = low_loss;
    options.low_loss_count = LOW;
    options.low_loss_use = use;
    return options;
}

/* The status of the single call, of the batch and of preprocess must be one, and it must be `expected`, if not -1. */
static spectra_status run(const spectra_options *options, size_t count, int expected, const char *what)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    size_t size;
    void *workspace = new_workspace(models[current], count < CHANNELS ? CHANNELS : count, &size);
    spectra_result result, before, results[SPECTRA];
    memset(&result, 0xA5, sizeof result);
    result.struct_size = sizeof result;
    before = result;
    spectra_status status = spectra_predict(models[current], workspace, size, good.energy, good.counts, CHANNELS, options, &result,
                                            message, sizeof message);
    CHECK(known_status(status), "%s: %d", what, (int)status);
    if (status == SPECTRA_OK) {
        check_result(&result, models[current], what);
        const spectra_preparation *did = &result.preparation;
        CHECK(did->low_loss_use == options->low_loss_use, "%s: used for %u", what, did->low_loss_use);
        CHECK(isfinite(did->calibration_offset_ev) && isfinite(did->calibration_factor), "%s", what);
    } else {
        CHECK(memcmp(&result, &before, sizeof result) == 0, "%s: an output was written", what);
        CHECK(message[0] != '\0' && message[strlen(message) - 1] == '.', "%s: message '%s'", what, message);
    }
    if (expected >= 0) CHECK((int)status == expected, "%s: %s: %s", what, spectra_status_name(status), message);

    float features[4096];
    spectra_preparation preparation = { .struct_size = sizeof preparation };
    spectra_status prepared = spectra_preprocess(models[current], workspace, size, good.energy, good.counts, CHANNELS, options, features,
                                                 4096, &preparation, message, sizeof message);
    CHECK(prepared == status, "%s: preprocess says %s, predict %s", what, spectra_status_name(prepared), spectra_status_name(status));
    if (prepared == SPECTRA_OK)
        CHECK(memcmp(&preparation, &result.preparation, sizeof preparation) == 0, "%s: other preparations", what);

    spectra_status batch = spectra_predict_batch(models[current], workspace, size, good.energy, CHANNELS, image, 1, CHANNELS, 1,
                                                 options, results, sizeof *results, message, sizeof message);
    if (batch == SPECTRA_OK) batch = results[0].status;
    CHECK(batch == status, "%s: a batch says %s, a single call %s", what, spectra_status_name(batch), spectra_status_name(status));
    if (batch == SPECTRA_OK) CHECK(memcmp(results, &result, sizeof result) == 0, "%s: batch and single differ", what);
    guarded_free(workspace, size);
    return status;
}

/* ---------------------------------------------------------------- tables */

static void numbers(long unused)
{
    static const struct { const char *what; size_t offset; double number; int expected; } table[] = {
        { "axis error below 0", offsetof(spectra_options, axis_error_ev), -1e-9, SPECTRA_ERROR_OPTION },
        { "axis error NaN", offsetof(spectra_options, axis_error_ev), NAN, SPECTRA_ERROR_OPTION },
        { "axis error infinite", offsetof(spectra_options, axis_error_ev), INFINITY, SPECTRA_ERROR_OPTION },
        { "axis error 1 keV", offsetof(spectra_options, axis_error_ev), 1000, SPECTRA_ERROR_OPTION },
        { "axis error 0.3", offsetof(spectra_options, axis_error_ev), 0.3, SPECTRA_OK },
        { "resolution 0", offsetof(spectra_options, resolution_fwhm_ev), 0, SPECTRA_ERROR_OPTION },
        { "resolution below 0", offsetof(spectra_options, resolution_fwhm_ev), -0.5, SPECTRA_ERROR_OPTION },
        { "resolution infinite", offsetof(spectra_options, resolution_fwhm_ev), INFINITY, SPECTRA_ERROR_OPTION },
        { "resolution 1e300", offsetof(spectra_options, resolution_fwhm_ev), 1e300, SPECTRA_ERROR_OPTION },
        { "resolution 5e-324", offsetof(spectra_options, resolution_fwhm_ev), 5e-324, SPECTRA_ERROR_OPTION },
        { "resolution unknown", offsetof(spectra_options, resolution_fwhm_ev), NAN, SPECTRA_OK },
        { "resolution 0.2", offsetof(spectra_options, resolution_fwhm_ev), 0.2, SPECTRA_OK },
        { "resolution 3", offsetof(spectra_options, resolution_fwhm_ev), 3, SPECTRA_OK },
        { "noise gain 0", offsetof(spectra_options, noise_gain), 0, SPECTRA_ERROR_OPTION },
        { "noise gain below 0", offsetof(spectra_options, noise_gain), -1, SPECTRA_ERROR_OPTION },
        { "noise gain infinite", offsetof(spectra_options, noise_gain), INFINITY, SPECTRA_ERROR_OPTION },
        { "noise gain 1e300", offsetof(spectra_options, noise_gain), 1e300, SPECTRA_ERROR_OPTION },
        { "noise gain unknown", offsetof(spectra_options, noise_gain), NAN, SPECTRA_OK },
        { "noise gain 1", offsetof(spectra_options, noise_gain), 1, SPECTRA_OK },
    };
    (void)unused;
    restore();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        spectra_options options = quartz_options();
        memcpy((char *)&options + table[i].offset, &table[i].number, sizeof(double));
        run(&options, CHANNELS, table[i].expected, table[i].what);
    }
    for (uint32_t i = 0; i < 6; i++) {
        spectra_options options = quartz_options();
        uint32_t spikes = i < 4 ? i : i == 4 ? 0x80000000u : UINT32_MAX;
        memcpy(&options.spikes, &spikes, sizeof spikes);
        run(&options, CHANNELS, i < 3 ? SPECTRA_OK : SPECTRA_ERROR_OPTION, "spikes");
    }
}

static void calibrations(long unused)
{
    static const struct { const char *what; uint32_t count; double measured[2], truth[2]; int expected; } table[] = {
        { "no points", 0, { NAN, NAN }, { NAN, NAN }, SPECTRA_OK },
        { "the axis itself", 2, { 500, 560 }, { 500, 560 }, SPECTRA_OK },
        { "one point, the other is not looked at", 1, { 540, NAN }, { 540.2, NAN }, SPECTRA_OK },
        { "three points", 3, { 500, 560 }, { 500, 560 }, SPECTRA_ERROR_OPTION },
        { "very many points", UINT32_MAX, { 500, 560 }, { 500, 560 }, SPECTRA_ERROR_OPTION },
        { "two points that are one", 2, { 500, 500 }, { 500, 560 }, SPECTRA_ERROR_OPTION },
        { "two points that are one and the same", 2, { 500, 500 }, { 500, 500 }, SPECTRA_ERROR_OPTION },
        { "a reversed axis", 2, { 500, 560 }, { 560, 500 }, SPECTRA_ERROR_OPTION },
        { "no dispersion", 2, { 500, 560 }, { 500, 500 }, SPECTRA_ERROR_OPTION },
        { "ten times the dispersion", 2, { 500, 560 }, { 500, 1100 }, SPECTRA_ERROR_OPTION },
        { "a point that is NaN", 1, { NAN, 0 }, { 500, 0 }, SPECTRA_ERROR_OPTION },
        { "a true energy that is infinite", 1, { 500, 0 }, { INFINITY, 0 }, SPECTRA_ERROR_OPTION },
        { "the second point is NaN", 2, { 500, NAN }, { 500, 560 }, SPECTRA_ERROR_OPTION },
        { "points of 1e308", 2, { -1e308, 1e308 }, { -1e308, 1e308 }, SPECTRA_ERROR_OPTION },
        { "an offset of 9 MeV", 1, { 0, 0 }, { 9e6, 0 }, -1 },
    };
    (void)unused;
    restore();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        spectra_options options = quartz_options();
        options.calibration_point_count = table[i].count;
        memcpy(options.calibration_measured_ev, table[i].measured, sizeof table[i].measured);
        memcpy(options.calibration_true_ev, table[i].truth, sizeof table[i].truth);
        run(&options, CHANNELS, table[i].expected, table[i].what);
    }
    spectra_options options = with_low_loss(SPECTRA_LOW_LOSS_ALIGN);
    options.calibration_point_count = 1;
    run(&options, LOW, SPECTRA_ERROR_OPTION, "calibration and zero-loss alignment");
}

static void low_losses(long unused)
{
    (void)unused;
    restore();
    for (uint32_t use = 1; use < 8; use++) {
        spectra_options options = with_low_loss(use);
        spectra_status status = run(&options, LOW, -1, "low loss");
        CHECK(status == SPECTRA_OK, "use %u: %s", use, spectra_status_name(status));
    }
    static const uint32_t unknown[] = { 8, 9, 0x80000000u, UINT32_MAX };
    for (size_t i = 0; i < 4; i++) {
        spectra_options options = with_low_loss(unknown[i]);
        run(&options, LOW, SPECTRA_ERROR_OPTION, "an unknown use");
    }
    spectra_options options = with_low_loss(0);
    run(&options, LOW, SPECTRA_ERROR_OPTION, "a low loss of no use");
    options = quartz_options();
    options.low_loss_use = SPECTRA_LOW_LOSS_ALIGN;
    run(&options, LOW, SPECTRA_ERROR_OPTION, "a use without a low loss");
    options = with_low_loss(SPECTRA_LOW_LOSS_RESOLUTION);
    options.resolution_fwhm_ev = 0.5;
    run(&options, LOW, SPECTRA_ERROR_OPTION, "two resolutions");

    options = with_low_loss(7);
    options.low_loss_energy_ev = NULL;
    run(&options, LOW, SPECTRA_ERROR_NULL_ARGUMENT, "energies NULL with a count");
    options = with_low_loss(7);
    options.low_loss_intensity = NULL;
    run(&options, LOW, SPECTRA_ERROR_NULL_ARGUMENT, "intensities NULL with a count");
    static const size_t counts[] = { 0, 1, SPECTRA_CHANNEL_COUNT_MAX + 1, SIZE_MAX / 16, SIZE_MAX / 8 + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1,
                                     SIZE_MAX };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        options = with_low_loss(7);
        options.low_loss_count = counts[i];
        run(&options, LOW, SPECTRA_ERROR_COUNT, "a count out of range");
    }
    options = with_low_loss(7);
    options.low_loss_energy_ev = (const double *)((const char *)low_energy + 1);
    options.low_loss_count = LOW - 1;
    run(&options, LOW, SPECTRA_ERROR_COUNT, "misaligned energies");
    /* A workspace for the spectrum alone is too small. */
    options = with_low_loss(7);
    run(&options, CHANNELS, SPECTRA_ERROR_WORKSPACE, "a workspace for the shorter one");

    static const struct { const char *what; double energy; double intensity; int at; int expected; } table[] = {
        { "an energy that is NaN", NAN, 0, 500, SPECTRA_ERROR_AXIS }, { "an energy that falls", -20, 0, 500, SPECTRA_ERROR_AXIS },
        { "an energy twice", 39.9, 0, 500, SPECTRA_ERROR_AXIS },      { "an infinite energy", INFINITY, 0, LOW - 1, SPECTRA_ERROR_AXIS },
        { "an intensity that is NaN", 0, NAN, 500, SPECTRA_ERROR_NOT_FINITE },
        { "an infinite intensity", 0, INFINITY, 500, SPECTRA_ERROR_NOT_FINITE },
        { "an absurd intensity", 0, 2e30, 500, SPECTRA_ERROR_NOT_FINITE },
        { "the largest intensity at the first channel", 0, 1e9, 0, SPECTRA_ERROR_LOW_LOSS },
        { "the largest intensity at the last channel", 0, 1e9, LOW - 1, SPECTRA_ERROR_LOW_LOSS },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        restore();
        if (table[i].energy != 0) low_energy[table[i].at] = table[i].energy;
        if (table[i].intensity != 0) low_loss[table[i].at] = (float)table[i].intensity;
        options = with_low_loss(7);
        run(&options, LOW, table[i].expected, table[i].what);
    }
    static const float constants[] = { 0, 1, -1, 1e30f, -1e30f, 1e-45f };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        restore();
        for (int k = 0; k < LOW; k++) low_loss[k] = constants[i];
        options = with_low_loss(7);
        run(&options, LOW, SPECTRA_ERROR_LOW_LOSS, "a constant low loss");
    }
    restore();
    for (int k = 0; k < LOW; k++) low_energy[k] = -1e-3 + 1e-5 * k;
    options = with_low_loss(7);
    run(&options, LOW, -1, "a low loss of 11 meV");
    for (int k = 0; k < LOW; k++) low_energy[k] = -1e5 + 1e4 * k;
    run(&options, LOW, -1, "a low loss of 10 MeV");
}

/* Axes that no core-loss spectrum has: each step must refuse them or end soon. */
static void axes(long unused)
{
    (void)unused;
    restore();
    double *kept = good.energy;
    double *other = guarded(CHANNELS * sizeof *other);
    good.energy = other;
    static const double steps[] = { 5e-324, 1e-300, 1e-12, 1e-7, 1e-4, 1, 1e4 };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (int uniform_axis = 0; uniform_axis < 2; uniform_axis++)
            for (uint32_t use = 0; use < 8; use++) {
                double start = steps[i] < 1e-4 ? 0 : 500;
                for (int k = 0; k < CHANNELS; k++) other[k] = start + steps[i] * (k + (uniform_axis ? 0 : 0.1 * k * k));
                spectra_options options = use ? with_low_loss(use) : quartz_options();
                if (!(use & SPECTRA_LOW_LOSS_RESOLUTION)) options.resolution_fwhm_ev = 0.2;
                options.background = SPECTRA_BACKGROUND_NONE;
                run(&options, LOW, -1, "an axis of strange steps");
            }
    good.energy = kept;
    guarded_free(other, CHANNELS * sizeof *other);
}

static void variances(long unused)
{
    static const struct { const char *what; float number; int expected; } table[] = {
        { "a variance below 0", -1, SPECTRA_ERROR_NOT_FINITE }, { "a variance that is NaN", NAN, SPECTRA_ERROR_NOT_FINITE },
        { "an infinite variance", INFINITY, SPECTRA_ERROR_NOT_FINITE }, { "a variance of 0", 0, SPECTRA_OK },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int at = 0; at < CHANNELS; at += CHANNELS - 1) {
            restore();
            variance[at] = table[i].number;
            spectra_options options = quartz_options();
            options.variance = variance;
            run(&options, CHANNELS, table[i].expected, table[i].what);
        }
    restore();
    for (int i = 0; i < CHANNELS; i++) variance[i] = FLT_MAX;
    spectra_options options = quartz_options();
    options.variance = variance;
    run(&options, CHANNELS, -1, "the largest variances");
    options.variance = (const float *)((const char *)variance + 1);
    run(&options, CHANNELS, SPECTRA_ERROR_COUNT, "misaligned variances");
}

static void strides(long unused)
{
    static const struct { const char *what; ptrdiff_t low, variance; int expected; } table[] = {
        { "one for all", 0, 0, SPECTRA_OK }, { "one for each", LOW, CHANNELS, SPECTRA_OK },
        { "a negative stride", -1, 0, SPECTRA_ERROR_COUNT }, { "a negative stride of the variances", 0, -CHANNELS, SPECTRA_ERROR_COUNT },
        { "the largest stride", PTRDIFF_MAX, 0, SPECTRA_ERROR_COUNT }, { "the smallest stride", PTRDIFF_MIN, 0, SPECTRA_ERROR_COUNT },
        { "the largest stride of the variances", 0, PTRDIFF_MAX / 2, SPECTRA_ERROR_COUNT },
    };
    (void)unused;
    restore();
    /* The low loss of spectrum 1 has its peak elsewhere; that of spectrum 2 has none. */
    memmove(low_loss + LOW + 5, low_loss + LOW, (LOW - 5) * sizeof *low_loss);
    for (int i = 0; i < LOW; i++) low_loss[2 * LOW + i] = 7;
    size_t size;
    void *workspace = new_workspace(models[current], LOW, &size);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char message[SPECTRA_MESSAGE_CAPACITY];
        spectra_result results[SPECTRA];
        spectra_options options = with_low_loss(7);
        options.low_loss_stride = table[i].low;
        options.variance = variance;
        options.variance_stride = table[i].variance;
        spectra_status status = spectra_predict_batch(models[current], workspace, size, good.energy, CHANNELS, image, SPECTRA, CHANNELS, 1,
                                                      &options, results, sizeof *results, message, sizeof message);
        CHECK((int)status == table[i].expected, "%s: %s: %s", table[i].what, spectra_status_name(status), message);
        if (status != SPECTRA_OK) continue;
        CHECK(results[0].status == SPECTRA_OK && results[1].status == SPECTRA_OK, "%s: %s", table[i].what, message);
        double moved = results[1].preparation.zero_loss_ev - results[0].preparation.zero_loss_ev;
        CHECK(fabs(moved - (table[i].low ? 0.5 : 0)) < 1e-3, "%s: the peak moved by %g", table[i].what, moved);
        CHECK(results[2].status == (table[i].low ? SPECTRA_ERROR_LOW_LOSS : SPECTRA_OK), "%s: %s", table[i].what,
              spectra_status_name(results[2].status));
        if (table[i].low) CHECK(strncmp(message, "spectra[2]: ", 12) == 0, "%s: '%s'", table[i].what, message);
    }
    guarded_free(workspace, size);
}

/* ---------------------------------------------------------------- random */

static double nasty(uint64_t *seed)
{
    static const double numbers[] = { 0, 1, -1, NAN, INFINITY, -INFINITY, DBL_MAX, 5e-324, FLT_MAX, 1e30, 1e20, 1e-30, 0.1, 0.5, 538 };
    if (bits(seed) % 2) return numbers[bits(seed) % (sizeof numbers / sizeof *numbers)];
    return ldexp(uniform(seed) - 0.5, (int)(bits(seed) % 60) - 30);
}

static float narrow(double number)
{
    return number > FLT_MAX ? INFINITY : number < -FLT_MAX ? -INFINITY : (float)number;
}

static void random_case(long i)
{
    uint64_t seed = (uint64_t)i + 1;
    bits(&seed);
    restore();
    current = (int)(bits(&seed) % MODEL_COUNT);
    spectra_options options = bits(&seed) % 2 ? with_low_loss(1 + bits(&seed) % 7) : quartz_options();
    int spoiled = (int)(bits(&seed) % 4);
    for (int k = 0; k < spoiled; k++) {
        if (bits(&seed) % 2) low_loss[bits(&seed) % LOW] = narrow(nasty(&seed));
        if (bits(&seed) % 4 == 0) low_energy[bits(&seed) % LOW] = nasty(&seed);
        variance[bits(&seed) % CHANNELS] = narrow(fabs(nasty(&seed)));
    }
    if (bits(&seed) % 8 == 0)
        for (int k = 0; k < LOW; k++) low_loss[k] = narrow(nasty(&seed));
    if (bits(&seed) % 8 == 0)
        for (int k = 0; k < LOW; k++) low_energy[k] = (k ? low_energy[k - 1] : -10) + fabs(nasty(&seed));
    if (bits(&seed) % 4 == 0) options.low_loss_count = options.low_loss_energy_ev ? bits(&seed) % (LOW + 1) : 0;
    if (bits(&seed) % 4 == 0) options.variance = variance;
    if (bits(&seed) % 4 == 0) options.axis_error_ev = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.resolution_fwhm_ev = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.noise_gain = nasty(&seed);
    if (bits(&seed) % 4 == 0) options.background = SPECTRA_BACKGROUND_NONE;
    if (bits(&seed) % 4 == 0) options.spikes = (spectra_spikes)(bits(&seed) % 4);
    if (bits(&seed) % 4 == 0) {
        options.calibration_point_count = bits(&seed) % 4;
        for (int k = 0; k < 2; k++) {
            options.calibration_measured_ev[k] = bits(&seed) % 2 ? 500 + 60 * k : nasty(&seed);
            options.calibration_true_ev[k] = bits(&seed) % 2 ? 500 + 60 * k + uniform(&seed) : nasty(&seed);
        }
    }
    char what[40];
    snprintf(what, sizeof what, "random options %ld", i);
    run(&options, LOW, -1, what);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    for (int m = 0; m < MODEL_COUNT; m++) models[m] = load(argv[1], m);
    good = quartz(argv[2], 0.1, CHANNELS, 5);
    low_energy = guarded(LOW * sizeof *low_energy);
    low_loss = guarded(SPECTRA * LOW * sizeof *low_loss);
    variance = guarded(SPECTRA * CHANNELS * sizeof *variance);
    image = guarded(SPECTRA * CHANNELS * sizeof *image);
    for (current = 0; current < MODEL_COUNT; current++) {
        shielded("numbers", 1, numbers);
        shielded("calibration points", 1, calibrations);
        shielded("low-loss spectra", 1, low_losses);
        shielded("axes", 1, axes);
        shielded("variances", 1, variances);
        shielded("strides", 1, strides);
    }
    shielded("random options", under_valgrind() ? 60 : 3000, random_case);
    guarded_free(low_energy, LOW * sizeof *low_energy);
    guarded_free(low_loss, SPECTRA * LOW * sizeof *low_loss);
    guarded_free(variance, SPECTRA * CHANNELS * sizeof *variance);
    guarded_free(image, SPECTRA * CHANNELS * sizeof *image);
    for (int m = 0; m < MODEL_COUNT; m++) spectra_model_free(models[m]);
    spectrum_free(&good);
    return finish("steps");
}
