/* map.c - a spectrum image on two threads.
 *
 *     map MODEL.json SPECTRUM.txt [ENERGY]
 *
 * Makes an image of 32 x 32 pixels, each the spectrum with counting noise of its own, and prints the mean and
 * the spread of each property over the image. The image is stored as microscopes often do, energy slowest:
 * one plane of pixels for each channel. No copy is needed, the strides say it. ENERGY as for predict.c.
 */
#include <spectra_infer.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"

enum { PIXELS = 32 * 32, THREADS = 2 };

/* What one thread does: pixels first ... first + count - 1. Only the model and the inputs are shared. */
typedef struct part {
    const spectra_model *model;
    const spectra_options *options;
    const columns *spectrum;   /* for its axis */
    const float *image;        /* [channel][pixel] */
    spectra_result *results;   /* [pixel] */
    size_t first, count;
    spectra_status status;
    char message[SPECTRA_MESSAGE_CAPACITY];
} part;

static void *predict_part(void *argument)
{
    part *p = argument;
    size_t size = spectra_workspace_size(p->model, p->spectrum->count);
    void *workspace = malloc(size);
    p->status = spectra_predict_batch(p->model, workspace, size, p->spectrum->energy_ev, p->spectrum->count,
                                      p->image + p->first, p->count, 1, PIXELS, p->options,
                                      p->results + p->first, sizeof *p->results, p->message, sizeof p->message);
    free(workspace);
    return NULL;
}

/* A number with the mean and the variance `counts`, near enough to a Poisson distribution for an example. */
static float noisy(float counts, uint32_t *seed)
{
    double normal = -6;
    for (int i = 0; i < 12; i++) normal += (*seed = *seed * 1664525u + 1013904223u) / 4294967296.0;
    double value = counts + sqrt(counts > 0 ? counts : 0) * normal;
    return value > 0 ? (float)value : 0;
}

static float *make_image(const columns *spectrum)
{
    float *image = malloc(spectrum->count * PIXELS * sizeof *image);
    uint32_t seed = 1;
    for (size_t i = 0; image && i < spectrum->count * PIXELS; i++)
        image[i] = noisy(spectrum->counts[i / PIXELS], &seed);
    return image;
}

/* Prints the mean and the spread of each property; 0 where no pixel has a prediction. */
static int print(const spectra_result *results)
{
    int failed = 0, flagged = 0;
    for (int i = 0; i < PIXELS; i++) {
        failed += results[i].status != SPECTRA_OK;
        flagged += results[i].status == SPECTRA_OK && results[i].flags != 0;
    }
    printf("%d pixels: %d without a prediction, %d flagged\n", (int)PIXELS, failed, flagged);
    int n = PIXELS - failed;
    for (int p = 0; n > 0 && p < SPECTRA_PROPERTY_COUNT; p++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < PIXELS; i++)
            if (results[i].status == SPECTRA_OK) sum += results[i].properties[p].value;
        for (int i = 0; i < PIXELS; i++)
            if (results[i].status == SPECTRA_OK) squares += pow(results[i].properties[p].value - sum / n, 2);
        printf("%-20s mean %10.3f   spread %.3f %s\n", spectra_property_name(p), sum / n, sqrt(squares / n),
               spectra_property_unit(p));
    }
    return n > 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: %s MODEL.json SPECTRUM.txt [ENERGY]\n", argv[0]);
        return 2;
    }
    columns spectrum;
    int fine = columns_read(argv[2], &spectrum);
    float *image = fine ? make_image(&spectrum) : NULL;
    spectra_result *results = calloc(PIXELS, sizeof *results);
    spectra_options options;
    spectra_options_init(&options);
    if (argc == 4) options.threshold_ev = options.energy_offset_ev = atof(argv[3]);

    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL;
    fine = image && results;
    if (fine && spectra_model_load_file(argv[1], &model, message, sizeof message) != SPECTRA_OK) {
        fprintf(stderr, "%s\n", message);
        fine = 0;
    }
    if (fine) {
        part parts[THREADS];
        pthread_t threads[THREADS];
        int started = 0;
        for (int t = 0; t < THREADS; t++) {
            size_t first = (size_t)PIXELS * t / THREADS, end = (size_t)PIXELS * (t + 1) / THREADS;
            parts[t] = (part){ model, &options, &spectrum, image, results, first, end - first, SPECTRA_OK, "" };
            if (pthread_create(&threads[t], NULL, predict_part, &parts[t]) != 0) break;
            started++;
        }
        fine = started == THREADS;
        for (int t = 0; t < started; t++) {
            pthread_join(threads[t], NULL);
            if (parts[t].message[0] != '\0')
                fprintf(stderr, "pixels from %zu: %s\n", parts[t].first, parts[t].message);
            if (parts[t].status != SPECTRA_OK) fine = 0;
        }
        fine = fine && print(results);
    }
    spectra_model_free(model);
    free(results);
    free(image);
    columns_free(&spectrum);
    return fine ? 0 : 1;
}
