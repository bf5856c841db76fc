#define _GNU_SOURCE
#include "support.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------- checks */

/* Shared with the processes of shielded(). */
typedef struct counters {
    long passed, failed;
    long current[64]; /* the case that each process is at */
} counters;

static counters *counted(void)
{
    static counters *memory;
    if (!memory) {
        memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) abort();
    }
    return memory;
}

int check(int holds, const char *file, int line, const char *text, const char *remark, ...)
{
    counters *c = counted();
    if (holds) {
        __atomic_add_fetch(&c->passed, 1, __ATOMIC_RELAXED);
        return 1;
    }
    if (__atomic_add_fetch(&c->failed, 1, __ATOMIC_RELAXED) <= (getenv("SPECTRA_TEST_VERBOSE") ? 1000000 : 40)) {
        char line_text[1200];
        va_list arguments;
        va_start(arguments, remark);
        vsnprintf(line_text, sizeof line_text, remark, arguments);
        va_end(arguments);
        fprintf(stderr, "%s:%d: failed: %s: %s\n", file, line, text, line_text);
    }
    return 0;
}

int finish(const char *name)
{
    counters *c = counted();
    if (c->failed > 40) fprintf(stderr, "... and %ld more failures\n", c->failed - 40);
    printf("%s: %ld passed, %ld failed\n", name, c->passed, c->failed);
    return c->failed == 0 ? 0 : 1;
}

int under_valgrind(void)
{
    return getenv("SPECTRA_TEST_VALGRIND") != NULL;
}

void shielded(const char *what, long count, void (*one)(long))
{
    counters *c = counted();
    long processes = sysconf(_SC_NPROCESSORS_ONLN);
    long next[64]; /* first case that each process still has to do */
    pid_t children[64] = { 0 };
    if (processes > 64) processes = 64;
    if (processes > count) processes = count;
    fflush(NULL);
    for (long p = 0; p < processes; p++) next[p] = p;
    for (long running = 0;;) {
        for (long p = 0; p < processes; p++) {
            if (children[p] != 0 || next[p] >= count) continue;
            c->current[p] = next[p];
            children[p] = fork();
            if (children[p] == 0) {
                for (long i = next[p]; i < count; i += processes) {
                    c->current[p] = i;
                    alarm(under_valgrind() ? 0 : 60);
                    one(i);
                }
                c->current[p] = count;
                fflush(NULL);
                _exit(0);
            }
            running++;
        }
        if (running == 0) return;
        int status;
        pid_t ended = wait(&status);
        for (long p = 0; p < processes; p++) {
            if (children[p] != ended) continue;
            children[p] = 0;
            running--;
            if (WIFEXITED(status) && c->current[p] >= count) {
                /* It has done its cases; valgrind ends a process in which it saw an error by a status of its own. */
                CHECK(WEXITSTATUS(status) == 0, "%s: a process ended with status %d", what, WEXITSTATUS(status));
                next[p] = count;
            } else {
                CHECK(0, "%s, case %ld: the process ended by %s %d", what, c->current[p],
                      WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
                next[p] = c->current[p] + processes;
            }
        }
    }
}

/* ---------------------------------------------------------------- data */

uint32_t bits(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

double uniform(uint64_t *seed)
{
    return bits(seed) / 4294967296.0;
}

static double normal(uint64_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += uniform(seed);
    return sum;
}

spectrum quartz(const char *data, double width, size_t count, uint64_t seed)
{
    const double sigma = 0.5, range_end = 16.674;
    spectrum s = { malloc(count * sizeof(double)), calloc(count, sizeof(float)), count };
    double *edge = calloc(count, sizeof *edge);
    char path[1000], line[512];
    int row = -1, wanted = -1;

    snprintf(path, sizeof path, "%s/sites.csv", data);
    FILE *sites = fopen(path, "r");
    for (; sites && fgets(line, sizeof line, sites); row++)
        if (strncmp(line, "mp-7000/O3,", 11) == 0) wanted = row;
    if (sites) fclose(sites);
    if (!CHECK(wanted >= 0, "%s has no mp-7000/O3", path)) exit(1);

    snprintf(path, sizeof path, "%s/transitions.csv", data);
    FILE *transitions = fopen(path, "r");
    if (!CHECK(transitions != NULL, "%s cannot be opened", path)) exit(1);
    double energy, strength, last_strength = 0;
    while (fgets(line, sizeof line, transitions)) {
        if (sscanf(line, "%d,%lf,%lf", &row, &energy, &strength) != 3 || row != wanted) continue;
        if (energy > range_end - 5) last_strength += strength / 5;
        for (size_t i = 0; i < count; i++) {
            double d = (490 + width * i - QUARTZ_THRESHOLD - energy) / sigma;
            if (fabs(d) < 8) edge[i] += strength * exp(-d * d / 2) / (sigma * sqrt(2 * 3.14159265358979324));
        }
    }
    fclose(transitions);

    double peak = 0;
    for (size_t i = 0; i < count; i++) {
        /* Where the computed transitions end, their mean goes on. */
        double beyond = (490 + width * i - QUARTZ_THRESHOLD - range_end) / (sigma * sqrt(2));
        edge[i] += last_strength * 0.5 * (1 + erf(beyond));
        if (edge[i] > peak) peak = edge[i];
    }
    for (size_t i = 0; i < count; i++) {
        s.energy[i] = 490 + width * i;
        double expected = 20000 * pow(s.energy[i] / 500, -3) + 30000 * edge[i] / peak;
        if (seed != 0) expected = floor(expected + sqrt(expected) * normal(&seed) + 0.5);
        s.counts[i] = (float)expected;
    }
    free(edge);
    return s;
}

void spectrum_free(spectrum *s)
{
    free(s->energy);
    free(s->counts);
}

unsigned char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = guarded(*size);
    if (fread(bytes, 1, *size, file) != *size) bytes = NULL;
    fclose(file);
    return bytes;
}

/* ---------------------------------------------------------------- models */

const char *const model_names[MODEL_COUNT] = { "edge", "threshold", "absolute" };
const spectra_alignment model_alignments[MODEL_COUNT] = {
    SPECTRA_ALIGNMENT_EDGE, SPECTRA_ALIGNMENT_THRESHOLD, SPECTRA_ALIGNMENT_ABSOLUTE
};

const char *model_path(const char *directory, int model)
{
    static char path[1000];
    snprintf(path, sizeof path, "%s/%s.json", directory, model_names[model]);
    return path;
}

spectra_options quartz_options(void)
{
    spectra_options options;
    spectra_options_init(&options);
    options.threshold_ev = QUARTZ_THRESHOLD;
    options.energy_offset_ev = 0;
    return options;
}

spectra_model *load(const char *directory, int model)
{
    char message[SPECTRA_MESSAGE_CAPACITY] = "?";
    spectra_model *loaded = NULL;
    spectra_status status = spectra_model_load_file(model_path(directory, model), &loaded, message, sizeof message);
    CHECK(status == SPECTRA_OK, "%s: %s: %s", model_path(directory, model), spectra_status_name(status), message);
    CHECK(message[0] == '\0', "on success the message is empty, not '%s'", message);
    return loaded;
}

void *new_workspace(const spectra_model *model, size_t channels, size_t *size)
{
    *size = spectra_workspace_size(model, channels);
    CHECK(*size > 0, "workspace for %zu channels", channels);
    return guarded(*size);
}

static void check_preparation(const spectra_preparation *preparation, const char *what)
{
    CHECK(preparation->struct_size == sizeof *preparation, "%s: struct_size %u", what, preparation->struct_size);
    CHECK(isfinite(preparation->shift_ev) || preparation->alignment == 0, "%s: shift %g", what, preparation->shift_ev);
}

void check_result(const spectra_result *result, const spectra_model *model, const char *what)
{
    spectra_model_info info = { .struct_size = sizeof info };
    CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "%s", what);
    CHECK(result->struct_size == sizeof *result, "%s: struct_size %u", what, result->struct_size);
    CHECK(result->status == SPECTRA_OK, "%s: status %d", what, (int)result->status);
    CHECK(result->flags < UINT32_C(1) << 10, "%s: flags 0x%x", what, result->flags);
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *e = &result->properties[p];
        CHECK(isfinite(e->value) && isfinite(e->lower_95) && isfinite(e->upper_95), "%s: %s is %g in %g ... %g", what,
              spectra_property_name(p), e->value, e->lower_95, e->upper_95);
        CHECK(isfinite(e->standard_error) && e->standard_error > 0, "%s: %s: error %g", what, spectra_property_name(p),
              e->standard_error);
        CHECK(e->lower_95 <= e->lower_68 && e->lower_68 <= e->value && e->value <= e->upper_68 && e->upper_68 <= e->upper_95,
              "%s: %s: %g %g %g %g %g", what, spectra_property_name(p), e->lower_95, e->lower_68, e->value, e->upper_68,
              e->upper_95);
    }
    CHECK(result->novelty >= 0 && result->novelty <= 1, "%s: novelty %g", what, result->novelty);
    CHECK(result->neighbor_count <= SPECTRA_NEIGHBOR_COUNT, "%s: %u neighbours", what, result->neighbor_count);
    for (uint32_t n = 0; n < result->neighbor_count && n < SPECTRA_NEIGHBOR_COUNT; n++) {
        CHECK(result->neighbors[n].reference < info.reference_count, "%s: neighbour %u", what, result->neighbors[n].reference);
        CHECK(isfinite(result->neighbors[n].distance) && result->neighbors[n].distance >= 0, "%s: distance %g", what,
              result->neighbors[n].distance);
        CHECK(n == 0 || result->neighbors[n - 1].distance <= result->neighbors[n].distance, "%s: nearest first", what);
    }
    check_preparation(&result->preparation, what);
}

void check_empty_result(const spectra_result *result, const char *what)
{
    CHECK(result->struct_size == sizeof *result, "%s: struct_size %u", what, result->struct_size);
    CHECK(result->status != SPECTRA_OK && known_status(result->status), "%s: status %d", what, (int)result->status);
    CHECK(result->neighbor_count == 0, "%s: %u neighbours", what, result->neighbor_count);
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        const spectra_estimate *e = &result->properties[p];
        CHECK(isnan(e->value) && isnan(e->standard_error) && isnan(e->lower_68) && isnan(e->upper_68) && isnan(e->lower_95)
                  && isnan(e->upper_95) && isnan(e->measurement_error),
              "%s: %s is not NaN", what, spectra_property_name(p));
    }
    CHECK(isnan(result->novelty), "%s: novelty %g", what, result->novelty);
    for (int n = 0; n < SPECTRA_NEIGHBOR_COUNT; n++)
        CHECK(isnan(result->neighbors[n].distance), "%s: distance %g", what, result->neighbors[n].distance);
    const spectra_preparation *d = &result->preparation;
    const double numbers[] = {
        d->background_start_ev, d->background_end_ev, d->background_amplitude, d->background_amplitude_error,
        d->background_exponent, d->background_exponent_error, d->background_dispersion, d->onset_ev, d->onset_error_ev,
        d->shift_ev, d->channel_width_ev, d->area, d->negative_fraction, d->calibration_offset_ev, d->calibration_factor,
        d->zero_loss_ev, d->zero_loss_error_ev, d->zero_loss_fwhm_ev, d->resolution_fwhm_ev, d->broadening_sigma_ev,
        d->thickness, d->noise_gain, d->background_covariance, d->background_residual_slope,
        d->background_residual_significance, d->pre_edge_excess, d->pre_edge_significance, d->spike_ev
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(isnan(numbers[i]), "%s: preparation number %zu is %g", what, i, numbers[i]);
}

int known_status(spectra_status status)
{
    static const int codes[] = { 0, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 40, 41, 42, 43, 44, 45 };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == (int)status) return 1;
    return 0;
}

/* ---------------------------------------------------------------- memory */

static size_t whole_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

void *guarded(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), used = whole_pages(size);
    unsigned char *memory = mmap(NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + used, page, PROT_NONE) != 0) abort();
    memset(memory, 0xA5, used);
    return memory + used - size;
}

void guarded_free(void *memory, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), used = whole_pages(size);
    munmap((unsigned char *)memory + size - used, used + page);
}
