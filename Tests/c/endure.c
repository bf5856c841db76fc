/* endure.c - calls without end: the same bits, and no memory that grows: endure MODEL_DIR DATA_DIR SECONDS
 *
 * Predicts from raw spectra, good and bad, in batches and from features, loads and frees now and then, and compares
 * every result with the first one. What the process occupies is looked at after a tenth of the time and at the end.
 */
#define _GNU_SOURCE
#include "support.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHANNELS = 701, SPECTRA = 16, FEATURES_MAX = 4096 };

static double energy[CHANNELS];
static float image[SPECTRA][CHANNELS];
static spectra_result expected[MODEL_COUNT][SPECTRA];
static spectra_model *models[MODEL_COUNT];
static void *workspace;
static size_t size;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static long resident_pages(void)
{
    long pages = 0;
    malloc_trim(0); /* what is free and only kept at hand does not count */
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm || fscanf(statm, "%*s %ld", &pages) != 1) pages = 0;
    if (statm) fclose(statm);
    return pages;
}

static void predict_one(int which, int s, spectra_result *result)
{
    const spectra_options options = quartz_options();
    memset(result, 0, sizeof *result);
    result->struct_size = sizeof *result;
    result->status = spectra_predict(models[which], workspace, size, energy, image[s], CHANNELS, &options, result, NULL, 0);
}

static long calls;

/* All spectra by one model, one by one, together, and by features. */
static int predict_all(int which)
{
    static spectra_result results[SPECTRA];
    static float features[FEATURES_MAX];
    const spectra_options options = quartz_options();
    int same = 1;
    for (int s = 0; s < SPECTRA; s++) {
        spectra_result one;
        predict_one(which, s, &one);
        same = same && memcmp(&one, &expected[which][s], sizeof one) == 0;
    }
    same = same && spectra_predict_batch(models[which], workspace, size, energy, CHANNELS, image[0], SPECTRA, CHANNELS, 1, &options, results,
                                         sizeof *results, NULL, 0) == SPECTRA_OK;
    for (int s = 0; s < SPECTRA; s++)
        same = same && (expected[which][s].status == SPECTRA_OK ? memcmp(&results[s], &expected[which][s], sizeof *results) == 0
                                                                : results[s].status == expected[which][s].status);
    spectra_model_info info = { .struct_size = sizeof info };
    spectra_neighbor neighbors[9];
    size_t count;
    same = same && spectra_model_get_info(models[which], &info) == SPECTRA_OK
           && spectra_preprocess(models[which], workspace, size, energy, image[0], CHANNELS, &options, features, FEATURES_MAX, NULL, NULL, 0)
                  == SPECTRA_OK
           && spectra_predict_features(models[which], workspace, size, features, info.feature_count, 1, 0, results, sizeof *results, NULL, 0)
                  == SPECTRA_OK
           && spectra_find_neighbors(models[which], features, info.feature_count, neighbors, 9, &count, NULL, 0) == SPECTRA_OK
           && results[0].properties[0].value == expected[which][0].properties[0].value
           && neighbors[0].reference == expected[which][0].neighbors[0].reference;
    calls += 2 * SPECTRA + 3;
    return same;
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    const double length = strtod(argv[3], NULL);
    for (int s = 0; s < SPECTRA; s++) {
        spectrum one = quartz(argv[2], 0.12, CHANNELS, (uint64_t)s + 100);
        memcpy(energy, one.energy, sizeof energy);
        memcpy(image[s], one.counts, sizeof image[s]);
        spectrum_free(&one);
    }
    memset(image[9], 0, sizeof image[9]);
    image[13][300] = NAN;
    for (int which = 0; which < MODEL_COUNT; which++) {
        models[which] = load(argv[1], which);
        if (!models[which]) return finish("endure");
        if (!workspace) workspace = new_workspace(models[which], CHANNELS, &size);
        CHECK(spectra_workspace_size(models[which], CHANNELS) <= size, "one workspace for all");
        for (int s = 0; s < SPECTRA; s++) predict_one(which, s, &expected[which][s]);
        CHECK(expected[which][0].status == SPECTRA_OK && expected[which][13].status == SPECTRA_ERROR_NOT_FINITE, "%s", model_names[which]);
    }

    long pages = 0, loads = 0, round = 0;
    size_t used = 0;
    const double begin = seconds();
    for (double now = begin; now < begin + length || round < 20; now = seconds(), round++) {
        int which = (int)(round % MODEL_COUNT);
        CHECK(predict_all(which), "%s, round %ld: other bits", model_names[which], round);
        if (round % 10 == 0) {
            char message[SPECTRA_MESSAGE_CAPACITY];
            spectra_model *mine = NULL, *none = NULL;
            CHECK(spectra_model_load_file(model_path(argv[1], which), &mine, message, sizeof message) == SPECTRA_OK, "%s", message);
            CHECK(spectra_model_load_file("/nowhere.json", &none, message, sizeof message) == SPECTRA_ERROR_FILE, "%s", message);
            spectra_model_free(mine);
            loads++;
        }
        if (pages == 0 && round >= 10 && now > begin + length / 10) {
            pages = resident_pages();
            used = mallinfo2().uordblks;
        }
    }
    CHECK(resident_pages() <= pages + 128, "resident memory grows from %ld to %ld pages", pages, resident_pages());
    /* What the allocator keeps at hand counts as used. */
    CHECK(mallinfo2().uordblks <= used + 32768, "memory grows from %zu to %zu bytes", used, mallinfo2().uordblks);
    for (int which = 0; which < MODEL_COUNT; which++) spectra_model_free(models[which]);
    guarded_free(workspace, size);
    printf("endure: note: %ld calls, %ld models loaded\n", calls, loads);
    return finish("endure");
}
