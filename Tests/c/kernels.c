/* kernels.c - that all kernels give the same bits: kernels MODEL_DIR DATA_DIR [--as-it-is]
 *
 * The environment variable SPECTRA_KERNEL says at loading which instructions a model is computed with; a name
 * that is unknown, or that the processor lacks, leaves the choice to the library. Each model is loaded once with
 * each name, and everything it predicts is compared. (That batches and threads change nothing is what threads.c
 * says, which run.sh runs with each name.) With --as-it-is, the variable is left alone, and one model predicts a
 * few spectra: run.sh counts how many instructions that takes.
 */
#define _GNU_SOURCE
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 701, RAW = 24, PREPARED = 67, FEATURES_MAX = 512, NEIGHBORS = 10 };

static const char *const kernels[] = { "baseline", "avx2", "avx512", "vnni", "", "unknown", NULL };
static spectrum spectra[RAW];

/* All that a model says of the spectra. */
typedef struct outcome {
    spectra_result raw[RAW], prepared[PREPARED], alone[PREPARED];
    float features[RAW][FEATURES_MAX];
    spectra_neighbor neighbors[RAW][NEIGHBORS];
} outcome;

static void predict_raw(const spectra_model *model, size_t feature_count, outcome *all, const char *what)
{
    const spectra_options options = quartz_options();
    size_t size, found;
    void *workspace = new_workspace(model, CHANNELS, &size);
    for (int s = 0; s < RAW; s++) {
        all->raw[s].struct_size = sizeof all->raw[s];
        CHECK(spectra_predict(model, workspace, size, spectra[s].energy, spectra[s].counts, CHANNELS, &options, &all->raw[s], NULL, 0)
                  == SPECTRA_OK, "%s: spectrum %d", what, s);
        CHECK(spectra_preprocess(model, workspace, size, spectra[s].energy, spectra[s].counts, CHANNELS, &options, all->features[s],
                                 FEATURES_MAX, NULL, NULL, 0) == SPECTRA_OK, "%s: spectrum %d", what, s);
        CHECK(spectra_find_neighbors(model, all->features[s], feature_count, all->neighbors[s], NEIGHBORS, &found, NULL, 0)
                  == SPECTRA_OK, "%s: spectrum %d", what, s);
    }
    guarded_free(workspace, size);
}

/* The references, each a little changed, in one batch and one by one. */
static void predict_prepared(const spectra_model *model, size_t feature_count, outcome *all, const char *what)
{
    static float features[PREPARED * FEATURES_MAX];
    uint64_t seed = 5;
    for (size_t s = 0; s < PREPARED; s++) {
        spectra_reference reference = { .struct_size = sizeof reference };
        CHECK(spectra_model_get_reference(model, s, &reference) == SPECTRA_OK, "%s: reference %zu", what, s);
        for (size_t i = 0; i < feature_count; i++)
            features[s * feature_count + i] = reference.features[i] * (float)(0.9 + 0.2 * uniform(&seed));
    }
    size_t size;
    void *workspace = new_workspace(model, 0, &size);
    CHECK(spectra_predict_features(model, workspace, size, features, feature_count, PREPARED, (ptrdiff_t)feature_count, all->prepared,
                                   sizeof *all->prepared, NULL, 0) == SPECTRA_OK, "%s: prepared", what);
    for (size_t s = 0; s < PREPARED; s++)
        CHECK(spectra_predict_features(model, workspace, size, features + s * feature_count, feature_count, 1, 0, &all->alone[s],
                                       sizeof *all->alone, NULL, 0) == SPECTRA_OK, "%s: prepared %zu", what, s);
    guarded_free(workspace, size);
}

static void predict_all(const spectra_model *model, outcome *all, const char *what)
{
    spectra_model_info info = { .struct_size = sizeof info };
    memset(all, 0, sizeof *all);
    if (!CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK && info.feature_count <= FEATURES_MAX, "%s", what)) return;
    if (spectra[0].energy) predict_raw(model, info.feature_count, all, what);
    predict_prepared(model, info.feature_count, all, what);
}

static void test_kernels(const char *directory, int which)
{
    static outcome first, other;
    for (int k = 0; k < (int)(sizeof kernels / sizeof *kernels); k++) {
        char what[100];
        snprintf(what, sizeof what, "%s, SPECTRA_KERNEL %s", model_names[which], kernels[k] ? kernels[k] : "not set");
        if (kernels[k]) setenv("SPECTRA_KERNEL", kernels[k], 1);
        else unsetenv("SPECTRA_KERNEL");
        spectra_model *model = load(directory, which);
        if (!model) continue;
        predict_all(model, k == 0 ? &first : &other, what);
        spectra_model_free(model);
        if (k == 0) continue;
        for (int s = 0; s < RAW; s++) {
            CHECK(memcmp(&first.raw[s], &other.raw[s], sizeof *first.raw) == 0, "%s: raw spectrum %d differs", what, s);
            CHECK(memcmp(first.features[s], other.features[s], sizeof *first.features) == 0, "%s: features %d differ", what, s);
            CHECK(memcmp(first.neighbors[s], other.neighbors[s], sizeof *first.neighbors) == 0, "%s: neighbours %d differ", what, s);
        }
        for (int s = 0; s < PREPARED; s++) {
            CHECK(memcmp(&first.prepared[s], &other.prepared[s], sizeof *first.prepared) == 0, "%s: prepared %d differs", what, s);
            CHECK(memcmp(&first.prepared[s], &other.alone[s], sizeof *first.prepared) == 0, "%s: prepared %d alone differs", what, s);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    if (argc > 3) { /* from features only: what makes the spectra is not to be counted */
        static outcome all;
        spectra_model *model = load(argv[1], 0);
        if (model) predict_all(model, &all, "as it is");
        spectra_model_free(model);
        return finish("kernels");
    }
    for (int s = 0; s < RAW; s++) spectra[s] = quartz(argv[2], 0.12 + 0.005 * (s % 5), CHANNELS, (uint64_t)s + 1);
    for (int which = 0; which < MODEL_COUNT; which++) test_kernels(argv[1], which);
    for (int s = 0; s < RAW; s++) spectrum_free(&spectra[s]);
    return finish("kernels");
}
