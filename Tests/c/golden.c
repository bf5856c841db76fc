/* golden.c - what the golden models answer, now and for ever: golden FOLDER [--write]
 *
 * FOLDER is Tests/Fixtures/golden-models; its generate.py says what is in it.
 *
 *     values.txt  six values of each vector of features: computed by generate.py; the bits must be these
 *     trust.txt   what stands beside the values: errors, intervals, novelty, neighbours, flags
 *     raw.txt     all that a raw spectrum gives
 *
 * The last two were written by this program with --write, and are compared to 5 digits: the order of sums in them is
 * not promised, nor are the last bits of exp() and log() of the C library. Whether even the bits are equal is said
 * in a note. They are written anew where a release means to change them, and the change is told in CHANGELOG.md.
 */
#define _GNU_SOURCE
#include "support.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VECTORS = 5, SPECTRA = 6, FEATURES_MAX = 160, CHANNELS_MAX = 400 };
static const char *const names[] = { "edge-1", "edge-5", "threshold-1", "threshold-5", "absolute-1", "absolute-5", "edge-160",
                                     "format2-edge-5", "format2-absolute-1", "format3-edge-5", "format3-absolute-1" };
enum { MODELS = sizeof names / sizeof *names };

typedef struct asked { char name[20]; size_t count; double energy[CHANNELS_MAX]; float counts[CHANNELS_MAX]; } asked;

static const char *folder;
static float vectors[VECTORS][FEATURES_MAX];
static asked spectra[SPECTRA];
static char *answers; /* of one file, as text */
static size_t length, capacity;

/* ---------------------------------------------------------------- text */

static void say(const char *format, ...)
{
    if (capacity - length < 4096) answers = realloc(answers, capacity += 1 << 16);
    va_list arguments;
    va_start(arguments, format);
    length += (size_t)vsnprintf(answers + length, capacity - length, format, arguments);
    va_end(arguments);
}

static void say_number(double number)
{
    if (isnan(number)) say(" nan"); /* of either sign */
    else say(" %a", number);
}

static char *read_text(const char *name)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!CHECK(file != NULL, "%s cannot be opened", path)) return NULL;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    if (fread(text, 1, size, file) != size) size = 0;
    text[size] = '\0';
    fclose(file);
    return text;
}

/* ---------------------------------------------------------------- what is asked */

static int read_vectors(uint32_t count)
{
    char name[40];
    snprintf(name, sizeof name, "features-%u.txt", count);
    char *text = read_text(name), *at = text;
    for (int v = 0; text && v < VECTORS; v++)
        for (uint32_t i = 0; i < count; i++) vectors[v][i] = strtof(at, &at);
    int whole = text && strspn(at, "\n") == strlen(at);
    free(text);
    return CHECK(whole, "%s", name);
}

static int read_spectra(void)
{
    char *text = read_text("spectra.txt"), *at = text;
    for (int s = 0; text && s < SPECTRA; s++) {
        int used = 0;
        double start, step;
        if (!CHECK(sscanf(at, "%19s %zu %lf %lf%n", spectra[s].name, &spectra[s].count, &start, &step, &used) == 4
                       && spectra[s].count <= CHANNELS_MAX, "spectrum %d", s)) return 0;
        at += used;
        for (size_t c = 0; c < spectra[s].count; c++) {
            spectra[s].energy[c] = start + step * (double)c;
            spectra[s].counts[c] = strtof(at, &at);
        }
    }
    int whole = text && strspn(at, "\n") == strlen(at);
    free(text);
    return CHECK(whole, "spectra.txt");
}

/* ---------------------------------------------------------------- what is answered */

static spectra_model *load_golden(int which)
{
    char path[1000], message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL;
    snprintf(path, sizeof path, "%s/%s.json", folder, names[which]);
    CHECK(spectra_model_load_file(path, &model, message, sizeof message) == SPECTRA_OK, "%s: %s", path, message);
    return model;
}

static void say_trust(const spectra_result *result)
{
    say(" flags %x novelty", result->flags);
    say_number(result->novelty);
    for (uint32_t n = 0; n < result->neighbor_count; n++) {
        say(" neighbor %u", result->neighbors[n].reference);
        say_number(result->neighbors[n].distance);
    }
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *e = &result->properties[p];
        const double numbers[] = { e->standard_error, e->lower_68, e->upper_68, e->lower_95, e->upper_95, e->measurement_error };
        say(" %s", spectra_property_name(p));
        for (int i = 0; i < 6; i++) say_number(numbers[i]);
    }
}

static void answer_features(int which, int trust)
{
    spectra_model *model = load_golden(which);
    spectra_model_info info = { .struct_size = sizeof info };
    if (!model || !CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "info") || !read_vectors(info.feature_count)) return;
    size_t size;
    void *workspace = new_workspace(model, 0, &size);
    for (int v = 0; v < VECTORS; v++) {
        spectra_result result = { .struct_size = sizeof result };
        char message[SPECTRA_MESSAGE_CAPACITY];
        CHECK(spectra_predict_features(model, workspace, size, vectors[v], info.feature_count, 1, 0, &result, sizeof result, message,
                                       sizeof message) == SPECTRA_OK, "%s, vector %d: %s", names[which], v, message);
        say("%s %d", names[which], v);
        if (trust) say_trust(&result);
        else for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) say_number(result.properties[p].value);
        say("\n");
    }
    guarded_free(workspace, size);
    spectra_model_free(model);
}

static void answer_raw(int which, const asked *spectrum, int careful)
{
    spectra_model *model = load_golden(which);
    if (!model) return;
    size_t size;
    void *workspace = new_workspace(model, spectrum->count, &size);
    spectra_options options;
    spectra_options_init(&options);
    options.threshold_ev = 537.5;
    options.energy_offset_ev = 0.25;
    if (careful) {
        options.axis_error_ev = 0.125;
        options.resolution_fwhm_ev = 0.875;
        options.noise_gain = 1;
        options.spikes = SPECTRA_SPIKES_REPLACE;
        options.calibration_point_count = 2;
        options.calibration_measured_ev[0] = 500;
        options.calibration_measured_ev[1] = 550;
        options.calibration_true_ev[0] = 500.25;
        options.calibration_true_ev[1] = 550.5;
    }
    spectra_result result = { .struct_size = sizeof result };
    spectra_status status = spectra_predict(model, workspace, size, spectrum->energy, spectrum->counts, spectrum->count, &options, &result,
                                            NULL, 0);
    say("%s %s%s %s", names[which], spectrum->name, careful ? ",careful" : "", spectra_status_name(status));
    if (status == SPECTRA_OK) {
        const spectra_preparation *d = &result.preparation;
        const double numbers[] = {
            d->background_start_ev, d->background_end_ev, d->background_amplitude, d->background_amplitude_error,
            d->background_exponent, d->background_exponent_error, d->background_dispersion, d->onset_ev, d->onset_error_ev,
            d->shift_ev, d->channel_width_ev, d->area, d->negative_fraction, d->calibration_offset_ev, d->calibration_factor,
            d->zero_loss_ev, d->zero_loss_error_ev, d->zero_loss_fwhm_ev, d->resolution_fwhm_ev, d->broadening_sigma_ev,
            d->thickness, d->noise_gain, d->background_covariance, d->background_residual_slope,
            d->background_residual_significance, d->pre_edge_excess, d->pre_edge_significance, d->spike_ev
        };
        say(" values");
        for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) say_number(result.properties[p].value);
        say_trust(&result);
        say(" preparation %d %d %u %u %u %u %x", (int)d->alignment, (int)d->background, d->background_channels, d->spike_count,
            d->saturated_channels, d->constant_channels, d->low_loss_use);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) say_number(numbers[i]);
    }
    say("\n");
    guarded_free(workspace, size);
    spectra_model_free(model);
}

/* ---------------------------------------------------------------- comparison */

static int is_number(const char *word)
{
    return strstr(word, "0x") != NULL && strpbrk(word, "pP") != NULL;
}

/* Whether two words are the same, or numbers that differ by no more than `tolerance`; keeps the largest difference. */
static int alike(const char *expected, const char *found, double tolerance, double *largest)
{
    if (strcmp(expected, found) == 0) return 1;
    if (tolerance == 0 || !is_number(expected) || !is_number(found)) return 0;
    double x = strtod(expected, NULL), difference = fabs(x - strtod(found, NULL)) / (fabs(x) + 0.01);
    if (difference > *largest) *largest = difference;
    return difference <= tolerance;
}

/* Compares line by line, word by word; numbers within `tolerance` of the expected, 0: equal as text. */
static void compare(const char *name, double tolerance)
{
    char *expected = read_text(name), *line_end, *found_end;
    long lines = 0, other_bits = 0;
    double largest = 0;
    char *a = expected, *b = answers;
    while (a && *a && b && *b) {
        line_end = strchr(a, '\n');
        found_end = strchr(b, '\n');
        if (!CHECK(line_end && found_end, "%s ends within line %ld", name, lines + 1)) break;
        *line_end = *found_end = '\0';
        if (strcmp(a, b) != 0) {
            other_bits++;
            char what[80], *rest_a = NULL, *rest_b = NULL, *word_a = strtok_r(a, " ", &rest_a), *word_b = strtok_r(b, " ", &rest_b);
            snprintf(what, sizeof what, "%s %.30s", word_a, rest_a ? rest_a : "");
            while (word_a && word_b && alike(word_a, word_b, tolerance, &largest)) {
                word_a = strtok_r(NULL, " ", &rest_a);
                word_b = strtok_r(NULL, " ", &rest_b);
            }
            CHECK(!word_a && !word_b, "%s, line %ld: %s: expected %s, found %s", name, lines + 1, what, word_a ? word_a : "less",
                  word_b ? word_b : "less");
        } else {
            CHECK(1, "%s", name);
        }
        a = line_end + 1;
        b = found_end + 1;
        lines++;
    }
    CHECK(lines > 0 && *a == '\0' && *b == '\0', "%s has %s lines than %ld", name, a && *a ? "more" : "fewer", lines);
    if (other_bits) printf("golden: note: %s: %ld of %ld lines have other bits; the largest difference is %.1g\n", name, other_bits, lines, largest);
    free(expected);
}

static void settle(const char *name, int write, double tolerance)
{
    if (write && tolerance > 0) {
        char path[1000];
        snprintf(path, sizeof path, "%s/%s", folder, name);
        FILE *file = fopen(path, "wb");
        CHECK(file && fwrite(answers, 1, length, file) == length && fclose(file) == 0, "%s cannot be written", path);
    }
    compare(name, tolerance);
    length = 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    folder = argv[1];
    const int write = argc > 2 && strcmp(argv[2], "--write") == 0;
    if (!read_spectra()) return finish("golden");
    for (int m = 0; m < MODELS; m++) answer_features(m, 0);
    settle("values.txt", write, 0);
    for (int m = 0; m < MODELS; m++) answer_features(m, 1);
    settle("trust.txt", write, 1e-5);
    for (int m = 0; m < MODELS; m++)
        for (int s = 0; s < SPECTRA; s++)
            for (int careful = 0; careful < 2; careful++) answer_raw(m, &spectra[s], careful);
    settle("raw.txt", write, 1e-5);
    free(answers);
    return finish("golden");
}
