/* live.c - an acquisition loop: one thread measures, one predicts, a ring buffer lies between.
 *
 *     live MODEL.json SPECTRUM.txt [RATE [FRAMES]]
 *
 * The "camera" delivers RATE frames a second (10000), FRAMES in all (20000), each the spectrum with counting
 * noise. The measuring thread never waits: where the ring is full a frame is dropped, and counted. The
 * predicting thread takes what has arrived, up to a batch, and allocates nothing once it runs.
 */
#define _POSIX_C_SOURCE 200112L
#include <spectra_infer.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "columns.h"

enum {
    SLOTS = 4096,  /* of the ring: 0.4 s at 10,000 frames a second */
    BATCH = 64,    /* frames of one call at most: bounds how long the first of them waits for the last */
    PATTERNS = 64  /* noisy frames that the camera repeats */
};

/* Slots [taken, taken + count) are full. Indices only grow; a slot is index % SLOTS. */
typedef struct ring {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    size_t taken, count;
    int ended;
    size_t channels;
    float *frames;       /* [slot][channel] */
    double times[SLOTS]; /* when each was measured, s */
} ring;

typedef struct camera {
    ring *ring;
    const float *patterns; /* [pattern][channel] */
    double rate;
    size_t frames, dropped;
} camera;

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* A camera that is behind does not even ask the kernel, which may cost as much as a frame. */
static void sleep_until(double time)
{
    if (now(CLOCK_MONOTONIC) >= time) return;
    struct timespec t = { (time_t)time, (long)(1e9 * (time - floor(time))) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {}
}

/* The measuring thread. Yours calls the camera where this one copies a pattern. */
static void *measure(void *argument)
{
    camera *c = argument;
    ring *r = c->ring;
    double start = now(CLOCK_MONOTONIC);
    for (size_t i = 0; i < c->frames; i++) {
        sleep_until(start + i / c->rate);
        pthread_mutex_lock(&r->lock);
        size_t slot = (r->taken + r->count) % SLOTS;
        int full = r->count == SLOTS;
        pthread_mutex_unlock(&r->lock);
        if (full) {
            c->dropped++;
            continue;
        }
        /* Without the lock: this slot belongs to this thread until it is counted. */
        memcpy(r->frames + slot * r->channels, c->patterns + i % PATTERNS * r->channels,
               r->channels * sizeof *r->frames);
        r->times[slot] = now(CLOCK_MONOTONIC);
        pthread_mutex_lock(&r->lock);
        r->count++;
        pthread_cond_signal(&r->arrived);
        pthread_mutex_unlock(&r->lock);
    }
    pthread_mutex_lock(&r->lock);
    r->ended = 1;
    pthread_cond_signal(&r->arrived);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* Waits for frames. Returns how many lie side by side from *slot, BATCH at most; 0 at the end. */
static size_t wait_for_frames(ring *r, size_t *slot)
{
    pthread_mutex_lock(&r->lock);
    while (r->count == 0 && !r->ended) pthread_cond_wait(&r->arrived, &r->lock);
    *slot = r->taken % SLOTS;
    size_t ready = r->count;
    pthread_mutex_unlock(&r->lock);
    if (ready > BATCH) ready = BATCH;
    return ready < SLOTS - *slot ? ready : SLOTS - *slot;
}

static void give_back(ring *r, size_t frames)
{
    pthread_mutex_lock(&r->lock);
    r->taken += frames;
    r->count -= frames;
    pthread_mutex_unlock(&r->lock);
}

typedef struct summary {
    size_t predicted, failed;
    double sum[SPECTRA_PROPERTY_COUNT], squares[SPECTRA_PROPERTY_COUNT];
    double waited, longest; /* from measured to predicted, s */
    double work;            /* processor time of the predicting thread, s */
} summary;

/* The predicting loop, in the calling thread. Returns 0 and prints why where it cannot go on. */
static int predict(ring *r, const spectra_model *model, const spectra_options *options, const double *energy_ev,
                   summary *s)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    static spectra_result results[BATCH];
    size_t size = spectra_workspace_size(model, r->channels), slot, n;
    void *workspace = malloc(size);
    int fine = workspace != NULL;
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    while (fine && (n = wait_for_frames(r, &slot)) > 0) {
        if (spectra_predict_batch(model, workspace, size, energy_ev, r->channels, r->frames + slot * r->channels, n,
                                  (ptrdiff_t)r->channels, 1, options, results, sizeof *results, message,
                                  sizeof message) != SPECTRA_OK) {
            fprintf(stderr, "%s\n", message);
            fine = 0;
        }
        double done = now(CLOCK_MONOTONIC);
        for (size_t i = 0; fine && i < n; i++) {
            double waited = done - r->times[slot + i];
            s->waited += waited;
            if (waited > s->longest) s->longest = waited;
            s->predicted++;
            if (results[i].status != SPECTRA_OK) {
                if (s->failed++ == 0) fprintf(stderr, "%s\n", message);
                continue;
            }
            for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
                s->sum[p] += results[i].properties[p].value;
                s->squares[p] += results[i].properties[p].value * results[i].properties[p].value;
            }
        }
        give_back(r, n);
    }
    s->work = now(CLOCK_THREAD_CPUTIME_ID) - start;
    free(workspace);
    return fine;
}

/* A number with the mean and the variance `counts`, near enough to a Poisson distribution for an example. */
static float noisy(float counts, uint32_t *seed)
{
    double normal = -6;
    for (int i = 0; i < 12; i++) normal += (*seed = *seed * 1664525u + 1013904223u) / 4294967296.0;
    double value = counts + sqrt(counts > 0 ? counts : 0) * normal;
    return value > 0 ? (float)value : 0;
}

static float *make_patterns(const columns *spectrum)
{
    float *patterns = malloc(spectrum->count * PATTERNS * sizeof *patterns);
    uint32_t seed = 1;
    for (size_t i = 0; patterns && i < spectrum->count * PATTERNS; i++)
        patterns[i] = noisy(spectrum->counts[i % spectrum->count], &seed);
    return patterns;
}

static void print(const camera *c, const summary *s)
{
    printf("%zu frames at %.0f a second: %zu predicted, %zu dropped, %zu without a prediction\n", c->frames, c->rate,
           s->predicted, c->dropped, s->failed);
    if (s->predicted > 0)
        printf("from measured to predicted: mean %.2f ms, longest %.2f ms\n"
               "processor time: %.1f us a frame, which is %.0f %% of one core at this rate\n",
               1e3 * s->waited / s->predicted, 1e3 * s->longest, 1e6 * s->work / s->predicted,
               100 * s->work / s->predicted * c->rate);
    double n = (double)(s->predicted - s->failed);
    for (int p = 0; n > 0 && p < SPECTRA_PROPERTY_COUNT; p++) {
        double mean = s->sum[p] / n, variance = s->squares[p] / n - mean * mean;
        printf("%-20s mean %10.3f   spread %.3f %s\n", spectra_property_name(p), mean,
               sqrt(variance > 0 ? variance : 0), spectra_property_unit(p));
    }
}

int main(int argc, char **argv)
{
    camera c = { NULL, NULL, 10000, 20000, 0 };
    if (argc > 3) c.rate = atof(argv[3]);
    if (argc > 4) c.frames = strtoul(argv[4], NULL, 10);
    if (argc < 3 || argc > 5 || !(c.rate > 0) || c.frames == 0) {
        fprintf(stderr, "usage: %s MODEL.json SPECTRUM.txt [RATE [FRAMES]]\n", argv[0]);
        return 2;
    }
    static ring r = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0, 0, NULL, { 0 } };
    columns spectrum;
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *model = NULL;
    float *patterns = NULL;
    summary s = { 0 };
    int fine = columns_read(argv[2], &spectrum);
    if (fine) {
        /* Everything that allocates comes before the first frame. */
        r.channels = spectrum.count;
        r.frames = malloc(SLOTS * spectrum.count * sizeof *r.frames);
        patterns = make_patterns(&spectrum);
        fine = r.frames && patterns;
    }
    if (fine && spectra_model_load_file(argv[1], &model, message, sizeof message) != SPECTRA_OK) {
        fprintf(stderr, "%s\n", message);
        fine = 0;
    }
    pthread_t thread;
    c.ring = &r;
    c.patterns = patterns;
    if (fine && pthread_create(&thread, NULL, measure, &c) == 0) {
        fine = predict(&r, model, NULL, spectrum.energy_ev, &s);
        pthread_join(thread, NULL);
        print(&c, &s);
        fine = fine && s.predicted > s.failed;
    } else {
        fine = 0;
    }
    spectra_model_free(model);
    free(patterns);
    free(r.frames);
    columns_free(&spectrum);
    return fine ? 0 : 1;
}
