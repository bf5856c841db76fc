/* contract.c - what each function promises of its arguments: contract MODEL_DIR DATA_DIR
 *
 * A `call` holds the arguments of any of the four functions that take a spectrum; a test changes one argument
 * of a good call and says which status must come back. refuse() sees that the outputs stay as they were.
 */
#define _GNU_SOURCE
#include "support.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPECTRA = 3, FEATURE_CAPACITY = 400 };

/* ---------------------------------------------------------------- calls */

typedef enum function { PREDICT, BATCH, PREPROCESS, FEATURES, FUNCTION_COUNT } function;
static const char *const function_names[] = { "predict", "predict_batch", "preprocess", "predict_features" };

typedef struct call {
    function function;
    const spectra_model *model;
    void *workspace;
    size_t workspace_size;
    const double *energy;
    const float *intensity; /* or the features */
    size_t channels, spectra;
    ptrdiff_t spectrum_stride, channel_stride;
    const spectra_options *options;
    spectra_result *results;
    size_t result_size;
    float *features;
    size_t feature_capacity;
    spectra_preparation *preparation;
    char *message;
    size_t message_capacity;
} call;

static spectra_status run(call c)
{
    switch (c.function) {
    case PREDICT:
        return spectra_predict(c.model, c.workspace, c.workspace_size, c.energy, c.intensity, c.channels, c.options,
                               c.results, c.message, c.message_capacity);
    case BATCH:
        return spectra_predict_batch(c.model, c.workspace, c.workspace_size, c.energy, c.channels, c.intensity, c.spectra,
                                     c.spectrum_stride, c.channel_stride, c.options, c.results, c.result_size,
                                     c.message, c.message_capacity);
    case PREPROCESS:
        return spectra_preprocess(c.model, c.workspace, c.workspace_size, c.energy, c.intensity, c.channels, c.options,
                                  c.features, c.feature_capacity, c.preparation, c.message, c.message_capacity);
    default:
        return spectra_predict_features(c.model, c.workspace, c.workspace_size, c.intensity, c.channels, c.spectra,
                                        c.spectrum_stride, c.results, c.result_size, c.message, c.message_capacity);
    }
}

static struct outputs {
    spectra_result results[SPECTRA];
    float features[FEATURE_CAPACITY];
    spectra_preparation preparation;
} out;

static char message[SPECTRA_MESSAGE_CAPACITY];
static call good[FUNCTION_COUNT];

static void reset_outputs(void)
{
    memset(&out, 0xA5, sizeof out);
    for (int s = 0; s < SPECTRA; s++) out.results[s].struct_size = sizeof out.results[s];
    out.preparation.struct_size = sizeof out.preparation;
    memset(message, 0x5A, sizeof message);
}

static int is_utf8(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        int more = *p < 0x80 ? 0 : *p >= 0xC2 && *p < 0xE0 ? 1 : *p >= 0xE0 && *p < 0xF0 ? 2 : *p >= 0xF0 && *p < 0xF5 ? 3 : -1;
        if (more < 0) return 0;
        for (p++; more > 0; more--, p++)
            if ((*p & 0xC0) != 0x80) return 0;
    }
    return 1;
}

/* A whole message: one sentence, terminated, UTF-8. */
static void check_message(const char *text, size_t capacity, const char *what)
{
    size_t length = strnlen(text, capacity);
    if (!CHECK(length < capacity, "%s: the message is not terminated", what)) return;
    CHECK(length > 0, "%s: the message is empty", what);
    CHECK(is_utf8(text), "%s: the message is not UTF-8", what);
    CHECK(length == 0 || text[length - 1] == '.', "%s: the message is not a sentence: '%s'", what, text);
    CHECK(strchr(text, '\n') == NULL, "%s: the message has several lines", what);
}

/* The call must give `status` (or `other`, where not 0) and leave the outputs as they are. */
static void refuse_as_it_is(call c, spectra_status status, spectra_status other, const char *what)
{
    struct outputs before;
    memcpy(&before, &out, sizeof before);
    spectra_status got = run(c);
    char remark[200];
    snprintf(remark, sizeof remark, "%s, %s: %s", function_names[c.function], what, spectra_status_name(got));
    CHECK(got == status || (other != SPECTRA_OK && got == other), "%s, expected %s", remark, spectra_status_name(status));
    if (got == SPECTRA_OK) return;
    CHECK(memcmp(&before, &out, sizeof before) == 0, "%s: an output was written", remark);
    if (c.message == message && c.message_capacity == sizeof message) check_message(message, sizeof message, remark);
}

static void refuse_or(call c, spectra_status status, spectra_status other, const char *what)
{
    reset_outputs();
    refuse_as_it_is(c, status, other, what);
}

static void refuse(call c, spectra_status status, const char *what)
{
    refuse_or(c, status, SPECTRA_OK, what);
}

static int accept(call c, const char *what)
{
    reset_outputs();
    spectra_status got = run(c);
    CHECK(got == SPECTRA_OK, "%s, %s: %s: %s", function_names[c.function], what, spectra_status_name(got), message);
    if (c.message == message && c.message_capacity > 0) CHECK(message[0] == '\0', "the message is empty, not '%s'", message);
    return got == SPECTRA_OK;
}

/* ---------------------------------------------------------------- the calls that take a spectrum */

static void test_null(void)
{
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        call c = good[f];
        c.model = NULL;
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "model NULL");
        c = good[f];
        c.workspace = NULL;
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "workspace NULL");
        c.workspace_size = 0;
        refuse_or(c, SPECTRA_ERROR_NULL_ARGUMENT, SPECTRA_ERROR_WORKSPACE, "workspace NULL of 0 bytes");
        c = good[f];
        c.intensity = NULL;
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "intensity NULL");
        if (f != FEATURES) {
            c = good[f];
            c.energy = NULL;
            refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "energy NULL");
        }
        if (f != PREPROCESS) {
            c = good[f];
            c.results = NULL;
            refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "results NULL");
        } else {
            c = good[f];
            c.features = NULL;
            refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "features NULL");
            c = good[f];
            c.preparation = NULL;
            accept(c, "preparation NULL");
        }
        /* All at once, and no message to write to. */
        c = (call){ .function = (function)f };
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "everything NULL and 0");
        c = good[f];
        c.message = NULL;
        c.message_capacity = 0;
        accept(c, "message NULL");
        c.workspace = NULL;
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "workspace and message NULL");
        c.message_capacity = sizeof message; /* a slip of the caller */
        refuse(c, SPECTRA_ERROR_NULL_ARGUMENT, "workspace and message NULL, capacity not 0");
    }
}

static void test_struct_size(void)
{
    static const uint32_t wrong[] = { 0, 1, 4, 8, sizeof(spectra_preparation) - 1, sizeof(spectra_result) - 1,
                                      sizeof(spectra_result) - 8, sizeof(spectra_result) - 4 };
    char what[100];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(what, sizeof what, "struct_size %u", wrong[i]);
        reset_outputs();
        out.results[0].struct_size = wrong[i];
        refuse_as_it_is(good[PREDICT], SPECTRA_ERROR_STRUCT_SIZE, SPECTRA_OK, what);
        if (wrong[i] < sizeof(spectra_preparation)) {
            reset_outputs();
            out.preparation.struct_size = wrong[i];
            refuse_as_it_is(good[PREPROCESS], SPECTRA_ERROR_STRUCT_SIZE, SPECTRA_OK, what);
        }
        for (int f = BATCH; f < FUNCTION_COUNT; f += FEATURES - BATCH) {
            call c = good[f];
            c.result_size = wrong[i];
            refuse(c, SPECTRA_ERROR_STRUCT_SIZE, what);
        }
        spectra_options options = quartz_options();
        options.struct_size = wrong[i] < sizeof options ? wrong[i] : sizeof options - 1;
        for (int f = 0; f < FEATURES; f++) {
            call c = good[f];
            c.options = &options;
            refuse(c, SPECTRA_ERROR_STRUCT_SIZE, "struct_size of the options");
        }
    }
}

/* A caller compiled with a later header has larger structs. The library may refuse them, or fill the part that it
 * knows; it writes nothing behind that part. */
static void ignore_the_rest(call c, const void *rest, size_t size, const char *what)
{
    static unsigned char before[sizeof out];
    memcpy(before, rest, size);
    spectra_status status = run(c);
    CHECK(status == SPECTRA_OK || status == SPECTRA_ERROR_STRUCT_SIZE || status == SPECTRA_ERROR_COUNT, "%s: %s", what,
          spectra_status_name(status));
    CHECK(memcmp(before, rest, size) == 0, "%s: written behind the struct that this version knows", what);
}

static void test_larger_structs(void)
{
    static const uint32_t larger[] = { 4, 8, 64, 1 << 20, UINT32_MAX - sizeof(spectra_result) };
    for (size_t i = 0; i < sizeof larger / sizeof *larger; i++) {
        reset_outputs();
        out.results[0].struct_size += larger[i];
        ignore_the_rest(good[PREDICT], &out.results[1], sizeof out - sizeof out.results[0], "a larger result");
        reset_outputs();
        out.preparation.struct_size += larger[i];
        ignore_the_rest(good[PREPROCESS], out.results, sizeof out.results, "a larger preparation");
        spectra_options options = quartz_options();
        options.struct_size += larger[i];
        call c = good[PREDICT];
        c.options = &options;
        reset_outputs();
        ignore_the_rest(c, &out.results[1], sizeof out - sizeof out.results[0], "larger options");
    }
    for (int f = BATCH; f < FUNCTION_COUNT; f += FEATURES - BATCH) {
        static const size_t sizes[] = { sizeof(spectra_result) + 1, sizeof(spectra_result) + 4, sizeof(spectra_result) + 8,
                                        sizeof(spectra_result) + 88, 1024, SIZE_MAX / 2 + 1, SIZE_MAX - 7, SIZE_MAX };
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            call c = good[f];
            c.spectra = 1;
            c.result_size = sizes[i];
            reset_outputs();
            ignore_the_rest(c, &out.results[1], sizeof out - sizeof out.results[0], "a larger result_size");
            c.spectra = 2;
            reset_outputs();
            if (sizes[i] < 2 * sizeof(spectra_result)) {
                size_t second = sizes[i] + sizeof(spectra_result);
                ignore_the_rest(c, (char *)&out + sizeof(spectra_result), sizes[i] - sizeof(spectra_result), "the gap between results");
                reset_outputs();
                ignore_the_rest(c, (char *)&out + second, sizeof out - second, "behind the second result");
            } else if (sizes[i] > sizeof out) {
                refuse_or(c, SPECTRA_ERROR_COUNT, SPECTRA_ERROR_STRUCT_SIZE, "results longer than memory");
            }
        }
    }
}

/* Arrays at addresses that a double or a float cannot have: a status, or the right answer. */
static void test_misaligned_arrays(void)
{
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        accept(good[f], "the first call");
        struct outputs expected = out;
        size_t floats = f == BATCH || f == FEATURES ? SPECTRA * good[f].channels : good[f].channels;
        unsigned char *area = malloc(floats * 8 + 16);
        for (int shift = 1; shift < 8; shift++)
            for (int of_energy = 0; of_energy < 2; of_energy++) {
                call c = good[f];
                if (of_energy && f == FEATURES) continue;
                if (of_energy) memcpy(area + shift, c.energy, c.channels * sizeof *c.energy);
                else memcpy(area + shift, c.intensity, floats * sizeof *c.intensity);
                if (of_energy) c.energy = (const double *)(void *)(area + shift);
                else c.intensity = (const float *)(void *)(area + shift);
                reset_outputs();
                struct outputs before = out;
                spectra_status status = run(c);
                CHECK(memcmp(&out, status == SPECTRA_OK ? &expected : &before, sizeof out) == 0, "%s: array shifted by %d: %s",
                      function_names[f], shift, spectra_status_name(status));
            }
        free(area);
    }
}

static void test_counts(const spectra_model_info *info)
{
    static const size_t large[] = { (size_t)SPECTRA_CHANNEL_COUNT_MAX + 1, UINT32_MAX, (size_t)UINT32_MAX + 1,
                                    SIZE_MAX / 8, SIZE_MAX / 8 + 1, SIZE_MAX / 4 + 1, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX };
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        call c = good[f];
        c.channels = 0;
        refuse(c, SPECTRA_ERROR_COUNT, "no channels");
        for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
            c.channels = large[i];
            c.workspace_size = good[f].workspace_size;
            refuse(c, SPECTRA_ERROR_COUNT, "too many channels");
            c.workspace_size = SIZE_MAX;
            refuse(c, SPECTRA_ERROR_COUNT, "too many channels and a workspace of SIZE_MAX");
        }
    }
    for (size_t n = 1; n < 4; n++)
        for (int f = 0; f < FEATURES; f++) {
            call c = good[f];
            c.channels = n;
            if (f == BATCH) c.spectra = 1;
            reset_outputs();
            struct outputs before = out;
            spectra_status status = run(c);
            if (f == BATCH && status == SPECTRA_OK) status = out.results[0].status;
            else CHECK(memcmp(&before, &out, sizeof out) == 0, "%zu channels: an output was written", n);
            CHECK(status == SPECTRA_ERROR_AXIS_RANGE || status == SPECTRA_ERROR_COUNT || status == SPECTRA_ERROR_AXIS
                      || status == SPECTRA_ERROR_BACKGROUND_WINDOW,
                  "%s, %zu channels: %s", function_names[f], n, spectra_status_name(status));
        }
    static const size_t spectra[] = { SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(spectra_result) + 1, SIZE_MAX / 4 + 1,
                                      SIZE_MAX / sizeof(spectra_result) / 2 + 2 };
    for (int f = BATCH; f < FUNCTION_COUNT; f += FEATURES - BATCH) {
        call c = good[f];
        c.spectra = 0;
        refuse(c, SPECTRA_ERROR_COUNT, "no spectra");
        for (size_t i = 0; i < sizeof spectra / sizeof *spectra; i++) {
            c.spectra = spectra[i];
            refuse(c, SPECTRA_ERROR_COUNT, "a product that overflows");
        }
        static const ptrdiff_t strides[] = { 0, -1, PTRDIFF_MIN, PTRDIFF_MIN + 1, PTRDIFF_MAX, PTRDIFF_MAX / 2,
                                             PTRDIFF_MAX / 4 + 1, PTRDIFF_MAX / 8 + 1 };
        for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
            c = good[f];
            c.spectrum_stride = strides[i];
            refuse(c, SPECTRA_ERROR_COUNT, "spectrum_stride");
            c.spectra = 1;
            accept(c, "spectrum_stride of one spectrum");
            if (f == FEATURES) continue;
            c = good[f];
            c.channel_stride = strides[i];
            refuse(c, SPECTRA_ERROR_COUNT, "channel_stride");
            c.spectra = 1;
            refuse(c, SPECTRA_ERROR_COUNT, "channel_stride of one spectrum");
        }
    }
    call c = good[FEATURES];
    for (int less = 0; less < 2; less++) {
        c.channels = info->feature_count + (less ? -1 : 1);
        refuse(c, SPECTRA_ERROR_COUNT, "not the model's feature_count");
    }
    c.channels = info->feature_count;
    c.spectrum_stride = (ptrdiff_t)info->feature_count - 1;
    refuse(c, SPECTRA_ERROR_COUNT, "spectrum_stride below feature_count");
    c = good[PREPROCESS];
    c.feature_capacity = info->feature_count;
    accept(c, "feature_capacity is just enough");
    for (size_t i = info->feature_count; i < FEATURE_CAPACITY; i++) {
        uint32_t pattern;
        memcpy(&pattern, &out.features[i], sizeof pattern);
        CHECK(pattern == 0xA5A5A5A5, "feature %zu was written", i);
    }
    c.feature_capacity--;
    refuse(c, SPECTRA_ERROR_COUNT, "feature_capacity is one too small");
    c.feature_capacity = 0;
    refuse(c, SPECTRA_ERROR_COUNT, "feature_capacity 0");
    c.feature_capacity = SIZE_MAX;
    accept(c, "feature_capacity SIZE_MAX");
}

static void test_workspace(const spectra_model *model)
{
    CHECK(spectra_workspace_size(NULL, 0) == 0 && spectra_workspace_size(NULL, 100) == 0, "no model");
    CHECK(spectra_workspace_size(model, (size_t)SPECTRA_CHANNEL_COUNT_MAX + 1) == 0, "one channel too many");
    CHECK(spectra_workspace_size(model, SIZE_MAX) == 0, "SIZE_MAX channels");
    CHECK(spectra_workspace_size(model, SPECTRA_CHANNEL_COUNT_MAX) > 0, "the most channels");
    CHECK(spectra_workspace_size(model, 0) > 0, "from features only");
    for (size_t n = 1, last = spectra_workspace_size(model, 0); n < SPECTRA_CHANNEL_COUNT_MAX; n = n * 3 / 2 + 1) {
        size_t size = spectra_workspace_size(model, n);
        CHECK(size >= last, "%zu channels need %zu bytes, fewer need %zu", n, size, last);
        last = size;
    }
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        call c = good[f];
        c.workspace_size = spectra_workspace_size(model, f == FEATURES ? 0 : c.channels) - 1;
        refuse(c, SPECTRA_ERROR_WORKSPACE, "one byte too small");
        c.workspace_size = 0;
        refuse(c, SPECTRA_ERROR_WORKSPACE, "0 bytes");
        c.workspace_size = 1;
        refuse(c, SPECTRA_ERROR_WORKSPACE, "1 byte");

        /* The same bits at every alignment, whatever the bytes were before, and none written outside. */
        c = good[f];
        accept(c, "the first call");
        struct outputs expected = out;
        size_t size = spectra_workspace_size(model, f == FEATURES ? 0 : c.channels);
        unsigned char *area = guarded(size + 64);
        for (size_t shift = 0; shift <= 64; shift++) {
            const int fill = (int[]){ 0xA5, 0x00, 0xFF }[shift % 3];
            memset(area, fill, size + 64);
            c.workspace = area + shift;
            c.workspace_size = size;
            accept(c, "misaligned workspace");
            CHECK(memcmp(&out, &expected, sizeof out) == 0, "%s: other bits, workspace shifted by %zu", function_names[f], shift);
            size_t touched = 0;
            for (size_t i = 0; i < size + 64; i++)
                if ((i < shift || i >= shift + size) && area[i] != fill) touched++;
            CHECK(touched == 0, "%s: %zu bytes outside the workspace were written", function_names[f], touched);
        }
        guarded_free(area, size + 64);

        /* A workspace for more channels serves for fewer. */
        size_t large_size;
        c.workspace = new_workspace(model, 5000, &large_size);
        c.workspace_size = large_size;
        accept(c, "large workspace");
        CHECK(memcmp(&out, &expected, sizeof out) == 0, "%s: other bits in a large workspace", function_names[f]);
        guarded_free(c.workspace, large_size);
    }
}

static void test_messages(void)
{
    static const float zeros[2000];
    for (int f = 0; f < FUNCTION_COUNT; f++) {
        char whole[SPECTRA_MESSAGE_CAPACITY];
        call c = good[f];
        c.workspace_size = 1;
        reset_outputs();
        spectra_status status = run(c);
        memcpy(whole, message, sizeof whole);
        for (size_t capacity = 0; capacity <= strlen(whole) + 2; capacity++) {
            char *small = guarded(capacity);
            c.message = small;
            c.message_capacity = capacity;
            CHECK(run(c) == status, "capacity %zu", capacity);
            if (capacity > 0) {
                CHECK(memchr(small, 0, capacity) != NULL, "capacity %zu: not terminated", capacity);
                CHECK(is_utf8(small), "capacity %zu: cut inside of a character", capacity);
                CHECK(strncmp(small, whole, strlen(small)) == 0, "capacity %zu: '%s'", capacity, small);
                CHECK(strlen(small) + 4 >= capacity || strlen(small) == strlen(whole), "capacity %zu: cut short: '%s'",
                      capacity, small);
            }
            guarded_free(small, capacity);
        }
        c = good[f];
        c.message_capacity = 0;
        reset_outputs();
        CHECK(run(c) == SPECTRA_OK && message[0] == 0x5A, "capacity 0: a message was written");
        c.workspace_size = 1;
        CHECK(run(c) != SPECTRA_OK && message[0] == 0x5A, "capacity 0: a message was written");
        c = good[f];
        c.message_capacity = 1;
        accept(c, "capacity 1");
        c.message_capacity = SIZE_MAX; /* of a caller who knows that it suffices */
        c.workspace_size = 1;
        refuse(c, SPECTRA_ERROR_WORKSPACE, "capacity SIZE_MAX");
        check_message(message, sizeof message, "capacity SIZE_MAX");
    }
    /* A batch whose first spectrum fails says so. */
    call c = good[BATCH];
    c.intensity = zeros;
    c.channel_stride = 1;
    c.spectrum_stride = 1;
    reset_outputs();
    spectra_status status = run(c);
    CHECK(status == SPECTRA_OK, "a batch of zeros: %s", spectra_status_name(status));
    check_message(message, sizeof message, "a batch of zeros");
    for (int s = 0; s < SPECTRA; s++) check_empty_result(&out.results[s], "a batch of zeros");
}

static void test_options(const spectra_model_info *info)
{
    accept(good[PREDICT], "the first call");
    struct outputs expected = out;
    const int edge = info->alignment == SPECTRA_ALIGNMENT_EDGE, threshold = info->alignment == SPECTRA_ALIGNMENT_THRESHOLD;

    /* Where the model needs to be told, it says so; where not, the default options are the NULL options. */
    for (int f = 0; f < FEATURES; f++) {
        spectra_options options;
        spectra_options_init(&options);
        for (int given = 0; given < 2; given++) {
            call c = good[f];
            c.options = given ? &options : NULL;
            if (edge) {
                accept(c, "default options");
                if (f == PREDICT) CHECK(memcmp(&out, &expected, sizeof out) == 0, "other bits with default options %d", given);
            } else if (f != BATCH) {
                refuse(c, SPECTRA_ERROR_ALIGNMENT, "default options");
            } else { /* a matter of the call or of each spectrum */
                reset_outputs();
                spectra_status status = run(c);
                for (int s = 0; s < SPECTRA; s++)
                    CHECK((status == SPECTRA_OK ? out.results[s].status : status) == SPECTRA_ERROR_ALIGNMENT, "batch, default options: %s",
                          spectra_status_name(status));
            }
        }
    }
    struct {
        const char *what;
        int background;
        double start, end, threshold, offset;
        spectra_status status, other;
    } cases[] = {
        { "background -1", -1, 0, 0, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "background 3", 3, 0, 0, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "background 2^31-1", INT_MAX, 0, 0, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "background -2^31", INT_MIN, 0, 0, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window start NaN", 0, NAN, 530, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window end NaN", 0, 500, NAN, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window NaN", 0, NAN, NAN, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window to infinity", 0, 500, INFINITY, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window from -infinity", 0, -INFINITY, 530, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window reversed", 0, 530, 500, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window empty", 0, 510, 510, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_OPTION, 0 },
        { "window outside of the axis", 0, 100, 200, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_BACKGROUND_WINDOW, SPECTRA_ERROR_OPTION },
        { "window of two channels", 0, 500, 500.1, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_BACKGROUND_WINDOW, 0 },
        { "window between two channels", 0, 500.03, 500.07, QUARTZ_THRESHOLD, 0, SPECTRA_ERROR_BACKGROUND_WINDOW, 0 },
        { "threshold infinite", 0, 0, 0, INFINITY, 0, threshold ? SPECTRA_ERROR_OPTION : SPECTRA_OK, 0 },
        { "threshold -infinite", 0, 0, 0, -INFINITY, 0, threshold ? SPECTRA_ERROR_OPTION : SPECTRA_OK, 0 },
        { "threshold 1e308", 0, 0, 0, 1e308, 0, threshold ? SPECTRA_ERROR_OPTION : SPECTRA_OK, SPECTRA_ERROR_AXIS_RANGE },
        { "threshold off the axis", 0, 0, 0, 5000, 0, threshold ? SPECTRA_ERROR_AXIS_RANGE : SPECTRA_OK, 0 },
        { "threshold unknown", 0, 0, 0, NAN, 0, threshold ? SPECTRA_ERROR_ALIGNMENT : SPECTRA_OK, 0 },
        { "offset infinite", 0, 0, 0, QUARTZ_THRESHOLD, INFINITY, edge || threshold ? SPECTRA_OK : SPECTRA_ERROR_OPTION, 0 },
        { "offset 1e308", 0, 0, 0, QUARTZ_THRESHOLD, 1e308, edge || threshold ? SPECTRA_OK : SPECTRA_ERROR_OPTION, SPECTRA_ERROR_AXIS_RANGE },
        { "offset off the grid", 0, 0, 0, QUARTZ_THRESHOLD, -500, edge || threshold ? SPECTRA_OK : SPECTRA_ERROR_AXIS_RANGE, 0 },
        { "offset unknown", 0, 0, 0, QUARTZ_THRESHOLD, NAN, edge || threshold ? SPECTRA_OK : SPECTRA_ERROR_ALIGNMENT, 0 },
        { "power law", 2, 0, 0, QUARTZ_THRESHOLD, 0, SPECTRA_OK, 0 },
        { "a window of the caller's", 2, 495, 530, QUARTZ_THRESHOLD, 0, SPECTRA_OK, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int f = 0; f < FEATURES; f++) {
            spectra_options options = quartz_options();
            memcpy(&options.background, &cases[i].background, sizeof options.background);
            options.background_start_ev = cases[i].start;
            options.background_end_ev = cases[i].end;
            options.threshold_ev = cases[i].threshold;
            options.energy_offset_ev = cases[i].offset;
            call c = good[f];
            c.options = &options;
            if (cases[i].status == SPECTRA_OK) {
                accept(c, cases[i].what);
                if (f == PREDICT && cases[i].background == 0)
                    CHECK(memcmp(&out, &expected, sizeof out) == 0, "%s: other bits", cases[i].what);
                if (f == PREPROCESS && cases[i].start != 0)
                    CHECK(out.preparation.background_start_ev >= cases[i].start && out.preparation.background_end_ev <= cases[i].end,
                          "%s: used %g ... %g", cases[i].what, out.preparation.background_start_ev, out.preparation.background_end_ev);
            } else if (f == BATCH) {
                /* On the one axis of a batch this may be a matter of the call or of each spectrum. */
                reset_outputs();
                struct outputs before = out;
                spectra_status status = run(c);
                if (status != SPECTRA_OK) CHECK(memcmp(&before, &out, sizeof out) == 0, "%s: an output was written", cases[i].what);
                for (int s = 0; s < SPECTRA; s++) {
                    spectra_status each = status == SPECTRA_OK ? out.results[s].status : status;
                    CHECK(each == cases[i].status || (cases[i].other && each == cases[i].other), "batch, %s: %s", cases[i].what,
                          spectra_status_name(each));
                    if (status == SPECTRA_OK) check_empty_result(&out.results[s], cases[i].what);
                }
            } else {
                refuse_or(c, cases[i].status, cases[i].other, cases[i].what);
            }
        }

    /* Without a background there is none to report. */
    spectra_options options = quartz_options();
    options.background = SPECTRA_BACKGROUND_NONE;
    call c = good[PREPROCESS];
    c.options = &options;
    reset_outputs();
    spectra_status status = run(c);
    if (status == SPECTRA_OK) {
        CHECK(out.preparation.background == SPECTRA_BACKGROUND_NONE, "%d", (int)out.preparation.background);
        CHECK(isnan(out.preparation.background_amplitude) && isnan(out.preparation.background_exponent)
                  && isnan(out.preparation.background_exponent_error) && isnan(out.preparation.background_dispersion),
              "quantities that do not apply are NaN");
    } else {
        CHECK(edge && status == SPECTRA_ERROR_NO_EDGE, "no background: %s: %s", spectra_status_name(status), message);
    }
}

/* What the stages give apart is what they give together, for predict writes nothing but the result. */
static void test_stages(const spectra_model *model, const spectra_model_info *info)
{
    accept(good[PREDICT], "the first call");
    spectra_result whole = out.results[0];
    check_result(&whole, model, "predict");
    CHECK(memcmp(&out.results[1], &out.results[2], sizeof whole - 4) == 0, "only the result is written");

    accept(good[PREPROCESS], "preprocess");
    CHECK(memcmp(&out.preparation, &whole.preparation, sizeof out.preparation) == 0, "preprocess and predict differ");
    float *features = guarded(info->feature_count * sizeof *features);
    memcpy(features, out.features, info->feature_count * sizeof *features);
    double sum = 0;
    for (uint32_t i = 0; i < info->feature_count; i++) sum += features[i];
    CHECK(fabs(sum / info->feature_count - 1) < 1e-4, "the mean of the features is %g", sum / info->feature_count);

    const spectra_preparation *did = &whole.preparation;
    CHECK(did->alignment == info->alignment, "alignment %d", (int)did->alignment);
    CHECK(did->background == SPECTRA_BACKGROUND_POWER_LAW || did->background == SPECTRA_BACKGROUND_NONE, "%d", (int)did->background);
    if (did->background == SPECTRA_BACKGROUND_POWER_LAW) {
        CHECK(fabs(did->background_exponent - 3) < 5 * did->background_exponent_error && did->background_exponent_error < 1,
              "r = %g +- %g, simulated with 3", did->background_exponent, did->background_exponent_error);
        CHECK(did->background_channels > 2, "%u", did->background_channels);
        CHECK(did->background_dispersion > 0.3 && did->background_dispersion < 3, "%g, simulated with 1", did->background_dispersion);
        CHECK(did->background_start_ev >= 490 && did->background_end_ev > did->background_start_ev, "%g ... %g",
              did->background_start_ev, did->background_end_ev);
    }
    CHECK(fabs(did->channel_width_ev - 0.1) < 1e-6, "channel width %g", did->channel_width_ev);
    if (info->alignment == SPECTRA_ALIGNMENT_EDGE) {
        CHECK(fabs(did->onset_ev - QUARTZ_THRESHOLD) < 4 && did->onset_error_ev >= 0 && did->onset_error_ev < 1, "onset %g +- %g",
              did->onset_ev, did->onset_error_ev);
        CHECK(did->shift_ev == -did->onset_ev, "shift %g, onset %g", did->shift_ev, did->onset_ev);
    } else {
        CHECK(did->shift_ev == (info->alignment == SPECTRA_ALIGNMENT_THRESHOLD ? -QUARTZ_THRESHOLD : 0), "shift %g", did->shift_ev);
    }

    call c = good[FEATURES];
    c.intensity = features;
    c.spectra = 1;
    accept(c, "features of preprocess");
    for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) {
        /* The same value; of the noise, by which the whole is more uncertain, features tell nothing. */
        const spectra_estimate *stage = &out.results[0].properties[p], *all = &whole.properties[p];
        CHECK(memcmp(&stage->value, &all->value, sizeof stage->value) == 0, "the stages differ");
        CHECK(stage->measurement_error == 0 && all->measurement_error > 0, "noise %g", all->measurement_error);
        double together = hypot(stage->standard_error, all->measurement_error);
        CHECK(fabs(all->standard_error / together - 1) < 1e-9, "%g, %g with the noise", together, all->standard_error);
        CHECK(all->upper_95 > stage->upper_95 && all->lower_68 < stage->lower_68, "intervals are wider with noise");
    }
    CHECK(memcmp(out.results[0].neighbors, whole.neighbors, sizeof whole.neighbors) == 0, "the stages differ");
    CHECK(memcmp(&out.results[0].novelty, &whole.novelty, sizeof whole.novelty) == 0, "the stages differ");
    CHECK(isnan(out.results[0].preparation.background_exponent) && isnan(out.results[0].preparation.onset_ev)
              && isnan(out.results[0].preparation.shift_ev) && isnan(out.results[0].preparation.area),
          "there was no preparation");
    guarded_free(features, info->feature_count * sizeof *features);

    /* Intensities are in any unit: 2^-20 and 2^20 times the counts give the same features, but for rounding. */
    for (int power = -20; power <= 20; power += 40) {
        float *scaled = guarded(good[PREDICT].channels * sizeof *scaled);
        for (size_t i = 0; i < good[PREDICT].channels; i++) scaled[i] = ldexpf(good[PREDICT].intensity[i], power);
        c = good[PREDICT];
        c.intensity = scaled;
        int accepted = accept(c, "another unit of intensity");
        for (int p = 0; accepted && p < SPECTRA_PROPERTY_COUNT; p++)
            CHECK(fabs(out.results[0].properties[p].value - whole.properties[p].value) < 0.02 * whole.properties[p].standard_error,
                  "2^%d: %s is %g, not %g", power, spectra_property_name(p), out.results[0].properties[p].value, whole.properties[p].value);
        guarded_free(scaled, good[PREDICT].channels * sizeof *scaled);
    }

    /* The result of one call is the result of the next. */
    accept(good[PREDICT], "once more");
    CHECK(memcmp(&out.results[0], &whole, sizeof whole) == 0, "a second call gives other bits");
}

static void test_references(const spectra_model *model, const spectra_model_info *info)
{
    spectra_reference reference = { .struct_size = sizeof reference };
    size_t size;
    void *workspace = new_workspace(model, 0, &size);
    size_t itself = 0;
    for (uint32_t i = 0; i < info->reference_count; i++) {
        if (!CHECK(spectra_model_get_reference(model, i, &reference) == SPECTRA_OK, "reference %u", i)) continue;
        CHECK(reference.struct_size == sizeof reference && reference.feature_count == info->feature_count, "reference %u", i);
        CHECK(reference.id != NULL && reference.id[0] != '\0', "reference %u has no id", i);
        double sum = 0;
        int finite = 1;
        for (uint32_t k = 0; k < reference.feature_count; k++) {
            sum += reference.features[k];
            finite = finite && isfinite(reference.features[k]);
        }
        CHECK(finite && fabs(sum / reference.feature_count - 1) < 1e-3, "%s: mean %g", reference.id, sum / reference.feature_count);
        for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) CHECK(!isinf(reference.properties[p]), "%s", reference.id);

        spectra_result result = { .struct_size = sizeof result };
        spectra_status status = spectra_predict_features(model, workspace, size, reference.features, reference.feature_count, 1, 0,
                                                         &result, sizeof result, message, sizeof message);
        CHECK(status == SPECTRA_OK, "%s: %s", reference.id, message);
        if (status != SPECTRA_OK) continue;
        check_result(&result, model, reference.id);
        itself += result.neighbors[0].distance == 0;
    }
    CHECK(itself == info->reference_count, "%zu of %u references are their own nearest", itself, info->reference_count);
    guarded_free(workspace, size);

    static const size_t beyond[] = { 0, 1, 1000000, SIZE_MAX / 160, SIZE_MAX };
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        size_t index = i < 2 ? info->reference_count + beyond[i] : beyond[i];
        spectra_reference before;
        memset(&reference, 0xA5, sizeof reference);
        reference.struct_size = sizeof reference;
        before = reference;
        CHECK(spectra_model_get_reference(model, index, &reference) == SPECTRA_ERROR_COUNT, "reference %zu", index);
        CHECK(memcmp(&before, &reference, sizeof before) == 0, "reference %zu was written", index);
    }
    static const uint32_t sizes[] = { 0, 4, 64, sizeof reference - 4, sizeof reference - 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        reference.struct_size = sizes[i];
        CHECK(spectra_model_get_reference(model, 0, &reference) == SPECTRA_ERROR_STRUCT_SIZE, "struct_size %u", sizes[i]);
        spectra_model_info other = { .struct_size = sizes[i] };
        CHECK(spectra_model_get_info(model, &other) == SPECTRA_ERROR_STRUCT_SIZE, "struct_size %u", sizes[i]);
        CHECK(other.feature_count == 0 && other.struct_size == sizes[i], "an output was written");
    }
    reference.struct_size = sizeof reference;
    CHECK(spectra_model_get_reference(NULL, 0, &reference) == SPECTRA_ERROR_NULL_ARGUMENT, "model NULL");
    CHECK(spectra_model_get_reference(model, 0, NULL) == SPECTRA_ERROR_NULL_ARGUMENT, "reference NULL");
    spectra_model_info other = { .struct_size = sizeof other };
    CHECK(spectra_model_get_info(NULL, &other) == SPECTRA_ERROR_NULL_ARGUMENT, "model NULL");
    CHECK(spectra_model_get_info(model, NULL) == SPECTRA_ERROR_NULL_ARGUMENT, "info NULL");
}

/* ---------------------------------------------------------------- one model */

static void test_model(const char *models, const char *data, int which)
{
    spectra_model *model = load(models, which);
    if (!model) return;
    spectra_model_info info = { .struct_size = sizeof info };
    CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK, "info");
    CHECK(info.struct_size == sizeof info && info.reserved == 0, "struct_size %u, reserved %u", info.struct_size, info.reserved);
    CHECK(info.format_version >= 1 && info.format_version <= spectra_model_format_max(), "format %u", info.format_version);
    CHECK(info.alignment == model_alignments[which], "%s has alignment %d", model_names[which], (int)info.alignment);
    CHECK(info.feature_count == 160, "%u features", info.feature_count);
    CHECK(info.member_count > 0 && info.reference_count > 0, "%u members, %u references", info.member_count, info.reference_count);
    CHECK(fabs(info.grid_step_ev - 0.1) < 1e-12 && isfinite(info.grid_start_ev), "grid %g, step %g", info.grid_start_ev, info.grid_step_ev);
    CHECK(info.broadening_sigma_ev > 0, "sigma %g", info.broadening_sigma_ev);
    CHECK(strlen(spectra_model_card(model)) > 0 && spectra_model_card(model)[0] == '{', "the card is JSON");
    CHECK(is_utf8(spectra_model_card(model)), "the card is UTF-8");

    /* All inputs end at guard pages: a kernel that reads a vector too far ends here. */
    spectrum s = quartz(data, 0.1, 901, 1);
    double *energy = guarded(s.count * sizeof *energy);
    float *counts = guarded(s.count * sizeof *counts);
    float *image = guarded(SPECTRA * s.count * sizeof *image); /* channel-major */
    float *features = guarded(SPECTRA * info.feature_count * sizeof *features);
    memcpy(energy, s.energy, s.count * sizeof *energy);
    memcpy(counts, s.counts, s.count * sizeof *counts);
    for (size_t i = 0; i < SPECTRA * s.count; i++) image[i] = s.counts[i / SPECTRA] + (float)(i % SPECTRA);
    spectra_reference reference = { .struct_size = sizeof reference };
    CHECK(spectra_model_get_reference(model, 0, &reference) == SPECTRA_OK, "reference 0");
    for (uint32_t i = 0; i < SPECTRA * info.feature_count; i++) features[i] = reference.features[i % info.feature_count];
    static spectra_options options;
    options = quartz_options();
    size_t size;
    void *workspace = new_workspace(model, s.count, &size);

    for (int f = 0; f < FUNCTION_COUNT; f++) {
        good[f] = (call){ (function)f, model, workspace, size, energy, counts, s.count, SPECTRA, 1, SPECTRA, &options,
                          out.results, sizeof(spectra_result), out.features, FEATURE_CAPACITY, &out.preparation,
                          message, sizeof message };
        if (f == BATCH) good[f].intensity = image;
        if (f == FEATURES) {
            good[f].intensity = features;
            good[f].channels = info.feature_count;
            good[f].spectrum_stride = info.feature_count;
        }
        accept(good[f], "the good call");
    }
    test_null();
    test_struct_size();
    test_larger_structs();
    test_misaligned_arrays();
    test_counts(&info);
    test_workspace(model);
    test_messages();
    test_options(&info);
    test_stages(model, &info);
    test_references(model, &info);

    guarded_free(workspace, size);
    guarded_free(features, SPECTRA * info.feature_count * sizeof *features);
    guarded_free(image, SPECTRA * s.count * sizeof *image);
    guarded_free(counts, s.count * sizeof *counts);
    guarded_free(energy, s.count * sizeof *energy);
    spectrum_free(&s);
    spectra_model_free(model);
}

/* ---------------------------------------------------------------- names, texts, versions, loading */

static void test_names(void)
{
    CHECK(spectra_version_number() == SPECTRA_VERSION_NUMBER, "%u", spectra_version_number());
    char version[40];
    snprintf(version, sizeof version, "%d.%d.%d", SPECTRA_VERSION_MAJOR, SPECTRA_VERSION_MINOR, SPECTRA_VERSION_PATCH);
    CHECK(strcmp(spectra_version_string(), version) == 0, "'%s'", spectra_version_string());
    CHECK(spectra_model_format_max() == 3, "%u", spectra_model_format_max());

    static const struct { int code; const char *name; } listed[] = {
        { 0, "SPECTRA_OK" }, { 10, "SPECTRA_ERROR_NULL_ARGUMENT" }, { 11, "SPECTRA_ERROR_STRUCT_SIZE" },
        { 12, "SPECTRA_ERROR_COUNT" }, { 13, "SPECTRA_ERROR_WORKSPACE" }, { 14, "SPECTRA_ERROR_OPTION" },
        { 15, "SPECTRA_ERROR_MEMORY" }, { 20, "SPECTRA_ERROR_AXIS" }, { 21, "SPECTRA_ERROR_AXIS_RANGE" },
        { 22, "SPECTRA_ERROR_NOT_FINITE" }, { 23, "SPECTRA_ERROR_BACKGROUND_WINDOW" }, { 24, "SPECTRA_ERROR_BACKGROUND_FIT" },
        { 25, "SPECTRA_ERROR_NO_EDGE" }, { 26, "SPECTRA_ERROR_NO_SIGNAL" }, { 27, "SPECTRA_ERROR_ALIGNMENT" },
        { 28, "SPECTRA_ERROR_LOW_LOSS" }, { 29, "SPECTRA_ERROR_DECONVOLUTION" }, { 30, "SPECTRA_ERROR_UNCERTAIN_ONSET" },
        { 40, "SPECTRA_ERROR_FILE" }, { 41, "SPECTRA_ERROR_MODEL_SYNTAX" }, { 42, "SPECTRA_ERROR_MODEL_FORMAT" },
        { 43, "SPECTRA_ERROR_MODEL_CHECKSUM" }, { 44, "SPECTRA_ERROR_MODEL_CONTENT" }, { 45, "SPECTRA_ERROR_MODEL_SELF_TEST" },
    };
    const char *unknown = spectra_status_name((spectra_status)999);
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
        spectra_status status = (spectra_status)listed[i].code;
        CHECK(strcmp(spectra_status_name(status), listed[i].name) == 0, "%d is '%s'", listed[i].code, spectra_status_name(status));
        const char *text = spectra_status_text(status);
        CHECK(text[0] != '\0' && text[strlen(text) - 1] == '.', "%s: '%s'", listed[i].name, text);
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(text, spectra_status_text((spectra_status)listed[k].code)) != 0, "'%s' twice", text);
    }
    static const char *const properties[] = { "bond_length", "bond_angle", "voronoi_volume", "overlap_population",
                                              "mulliken_charge", "excitation_energy" };
    static const char *const units[] = { "angstrom", "degree", "angstrom^3", "electron", "electron", "eV" };
    int numbers[2003] = { INT_MIN, INT_MAX };
    for (int i = 0; i <= 2000; i++) numbers[2 + i] = i - 1000;
    for (int i = 0; i < 2003; i++) {
        int n = numbers[i];
        spectra_status status;
        memcpy(&status, &n, sizeof status);
        const char *name = spectra_status_name(status), *text = spectra_status_text(status);
        if (CHECK(name != NULL && text != NULL, "status %d", n)) {
            CHECK(name[0] != '\0' && text[0] != '\0', "status %d has no name or text", n);
            if (!known_status(status)) CHECK(strcmp(name, unknown) == 0, "status %d is '%s'", n, name);
            CHECK(name == spectra_status_name(status), "static storage");
        }
        const char *property = spectra_property_name(n), *unit = spectra_property_unit(n);
        if (CHECK(property != NULL && unit != NULL, "property %d", n)) {
            int in = n >= 0 && n < SPECTRA_PROPERTY_COUNT;
            CHECK(strcmp(property, in ? properties[n] : "") == 0, "property %d is '%s'", n, property);
            CHECK(strcmp(unit, in ? units[n] : "") == 0, "the unit of property %d is '%s'", n, unit);
        }
        const char *flag = spectra_flag_text((uint32_t)n);
        int one = n > 0 && n < 1 << 10 && (n & (n - 1)) == 0;
        if (CHECK(flag != NULL, "flag %d", n)) CHECK((flag[0] != '\0') == one, "flag %d is '%s'", n, flag);
        if (one && flag[0]) CHECK(flag[strlen(flag) - 1] == '.', "not a sentence: '%s'", flag);
    }
    for (int bit = 0; bit < 32; bit++)
        CHECK((spectra_flag_text(UINT32_C(1) << bit)[0] != '\0') == (bit < 10), "flag 1 << %d", bit);

    CHECK(strcmp(spectra_model_card(NULL), "") == 0, "the card of NULL is empty");
    spectra_model_free(NULL);
    spectra_options_init(NULL);
    spectra_options *options = guarded(sizeof *options);
    spectra_options_init(options);
    CHECK(options->struct_size == sizeof *options && options->background == SPECTRA_BACKGROUND_RECIPE
              && options->background_start_ev == 0 && options->background_end_ev == 0 && isnan(options->threshold_ev)
              && isnan(options->energy_offset_ev) && options->axis_error_ev == 0 && options->spikes == SPECTRA_SPIKES_REPORT
              && options->calibration_point_count == 0 && options->low_loss_energy_ev == NULL && options->low_loss_intensity == NULL
              && options->low_loss_count == 0 && options->low_loss_stride == 0 && options->low_loss_use == 0
              && isnan(options->resolution_fwhm_ev) && isnan(options->noise_gain) && options->variance == NULL
              && options->variance_stride == 0,
          "the defaults of the options");
    guarded_free(options, sizeof *options);
}

static void check_load(spectra_status got, spectra_status status, spectra_status other, const spectra_model *model, const char *what)
{
    CHECK(got == status || (other && got == other), "%s: %s: %s", what, spectra_status_name(got), message);
    CHECK(model == (spectra_model *)0x1234, "%s: the model pointer was written", what);
    check_message(message, sizeof message, what);
}

static const char *the_models;

/* Files that are no models; each in a process of its own, since a pipe or /dev/zero might hang. */
static void load_odd_file(long i)
{
    static const struct { const char *path; spectra_status status, other; } cases[] = {
        { "", SPECTRA_ERROR_FILE, 0 },
        { "/", SPECTRA_ERROR_FILE, 0 },
        { "/nonexistent/model.json", SPECTRA_ERROR_FILE, 0 },
        { "/proc/self/mem", SPECTRA_ERROR_FILE, SPECTRA_ERROR_MODEL_SYNTAX },
        { "/dev/null", SPECTRA_ERROR_MODEL_SYNTAX, 0 },
        { "/proc/self/cmdline", SPECTRA_ERROR_MODEL_SYNTAX, SPECTRA_ERROR_MODEL_FORMAT },
        { "/proc/self/exe", SPECTRA_ERROR_MODEL_SYNTAX, SPECTRA_ERROR_MODEL_FORMAT },
        { "/dev/zero", SPECTRA_ERROR_FILE, SPECTRA_ERROR_MODEL_SYNTAX },
    };
    spectra_model *model = (spectra_model *)0x1234;
    spectra_status status = spectra_model_load_file(cases[i].path, &model, message, sizeof message);
    check_load(status, cases[i].status, cases[i].other, model, cases[i].path);
}

/* Sizes that are not the bytes'. */
static void load_odd_size(long i)
{
    static const size_t sizes[] = { SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, (size_t)UINT32_MAX + 1, UINT32_MAX, INT32_MAX };
    size_t size;
    unsigned char *bytes = read_file(model_path(the_models, 0), &size);
    spectra_model *model = (spectra_model *)0x1234;
    /* No such array can exist (half of the address space), or it is over any sensible limit. */
    spectra_status status = spectra_model_load_memory(bytes, sizes[i], &model, message, sizeof message);
    CHECK(status != SPECTRA_OK, "%zu bytes", sizes[i]);
    check_load(status, status, 0, model, "odd size");
}

static void test_loading(const char *models)
{
    spectra_model *model = (spectra_model *)0x1234;
    size_t size;
    unsigned char *bytes = read_file(model_path(models, 0), &size);
    if (!CHECK(bytes != NULL, "%s", model_path(models, 0))) return;
    spectra_status status = spectra_model_load_file(NULL, &model, message, sizeof message);
    check_load(status, SPECTRA_ERROR_NULL_ARGUMENT, 0, model, "path NULL");
    status = spectra_model_load_file(model_path(models, 0), NULL, message, sizeof message);
    check_load(status, SPECTRA_ERROR_NULL_ARGUMENT, 0, model, "model NULL");
    status = spectra_model_load_memory(NULL, size, &model, message, sizeof message);
    check_load(status, SPECTRA_ERROR_NULL_ARGUMENT, 0, model, "bytes NULL");
    status = spectra_model_load_memory(NULL, 0, &model, message, sizeof message);
    check_load(status, SPECTRA_ERROR_NULL_ARGUMENT, 0, model, "bytes NULL, size 0");
    status = spectra_model_load_memory(bytes, size, NULL, message, sizeof message);
    check_load(status, SPECTRA_ERROR_NULL_ARGUMENT, 0, model, "model NULL");
    status = spectra_model_load_memory(bytes, 0, &model, message, sizeof message);
    check_load(status, SPECTRA_ERROR_MODEL_SYNTAX, SPECTRA_ERROR_COUNT, model, "size 0");
    CHECK(spectra_model_load_file(NULL, NULL, NULL, 0) == SPECTRA_ERROR_NULL_ARGUMENT, "everything NULL");
    CHECK(spectra_model_load_memory(NULL, 0, NULL, NULL, 0) == SPECTRA_ERROR_NULL_ARGUMENT, "everything NULL");
    CHECK(spectra_model_load_file("/nonexistent", &model, NULL, sizeof message) == SPECTRA_ERROR_FILE, "message NULL");

    /* A name longer than the message, of characters of two, three and four bytes. */
    char path[1500] = "/nonexistent/";
    while (strlen(path) < 1400) strcat(path, "Ångström–€𝛼");
    status = spectra_model_load_file(path, &model, message, sizeof message);
    CHECK(status == SPECTRA_ERROR_FILE && model == (spectra_model *)0x1234, "%s", spectra_status_name(status));
    for (size_t capacity = 0; capacity <= SPECTRA_MESSAGE_CAPACITY; capacity++) {
        char *small = guarded(capacity);
        CHECK(spectra_model_load_file(path, &model, small, capacity) == SPECTRA_ERROR_FILE, "capacity %zu", capacity);
        if (capacity > 0) {
            CHECK(memchr(small, 0, capacity) != NULL && is_utf8(small), "capacity %zu: '%.*s'", capacity, (int)capacity, small);
            CHECK(strncmp(small, message, strlen(small)) == 0, "capacity %zu: '%s'", capacity, small);
        }
        guarded_free(small, capacity);
    }
    status = spectra_model_load_file("/nonexistent/\xff\xfe\x80.json", &model, message, sizeof message);
    CHECK(status == SPECTRA_ERROR_FILE && is_utf8(message), "a name that is not UTF-8: '%s'", message);

    the_models = models;
    shielded("odd files", 8, load_odd_file);
    if (!under_valgrind()) shielded("odd sizes", 6, load_odd_size);

    /* From memory as from the file, at any address, and nothing of the bytes is kept. */
    unsigned char *copy = guarded(size + 8);
    for (int shift = 0; shift < 9; shift += 4) {
        memcpy(copy + shift, bytes, size);
        model = NULL;
        status = spectra_model_load_memory(copy + shift, size, &model, message, sizeof message);
        CHECK(status == SPECTRA_OK && message[0] == '\0', "%s", message);
        memset(copy, 0xEE, size + 8);
        if (status != SPECTRA_OK) continue;
        spectra_model *other = load(models, 0);
        CHECK(strcmp(spectra_model_card(model), spectra_model_card(other)) == 0, "another card");
        spectra_reference a = { .struct_size = sizeof a }, b = { .struct_size = sizeof b };
        CHECK(spectra_model_get_reference(model, 0, &a) == SPECTRA_OK && spectra_model_get_reference(other, 0, &b) == SPECTRA_OK
                  && memcmp(a.features, b.features, a.feature_count * sizeof(float)) == 0 && strcmp(a.id, b.id) == 0,
              "another reference");
        spectra_model_free(model);
        spectra_model_free(other);
    }
    guarded_free(copy, size + 8);
    guarded_free(bytes, size);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    test_names();
    test_loading(argv[1]);
    for (int which = 0; which < MODEL_COUNT; which++) test_model(argv[1], argv[2], which);
    return finish("contract");
}
