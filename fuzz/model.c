/* model.c - any bytes as a model file, and every call on whatever loads.
 *
 * Beside the bytes as they come, libFuzzer is given a mutator that knows the format: it changes tokens and
 * payloads, makes the checksums right again and puts the values that the networks give into "golden", so that
 * what lies behind these checks is reached. What it makes is a whole file, so an input means the same anywhere.
 */
#define _GNU_SOURCE
#include "harness.h"
#include "seal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 48, MANY = 7 };

static spectra_status load(const uint8_t *data, size_t size, spectra_model **model, char message[SPECTRA_MESSAGE_CAPACITY])
{
    unsigned char *bytes = exactly(size, 0);
    if (size > 0) memcpy(bytes, data, size);
    memset(message, 0x5A, SPECTRA_MESSAGE_CAPACITY);
    spectra_status status = spectra_model_load_memory(bytes, size, model, message, SPECTRA_MESSAGE_CAPACITY);
    free(bytes); /* the model must not need them any more */
    return status;
}

/* ---------------------------------------------------------------- what loaded */

static void check_info(const spectra_model *model, const spectra_model_info *info)
{
    PROMISE(info->struct_size == sizeof *info && info->format_version >= 1 && info->format_version <= 3, "format %u", info->format_version);
    PROMISE(info->feature_count >= 2 && info->feature_count <= 4096, "%u features", info->feature_count);
    PROMISE(info->member_count >= 1 && info->member_count <= 64, "%u members", info->member_count);
    PROMISE(info->reference_count <= 100000, "%u references", info->reference_count);
    PROMISE(info->alignment >= 1 && info->alignment <= 3, "alignment %d", (int)info->alignment);
    PROMISE(isfinite(info->grid_start_ev) && info->grid_step_ev >= 1e-4 && info->broadening_sigma_ev >= 1e-3, "%g %g %g",
            info->grid_start_ev, info->grid_step_ev, info->broadening_sigma_ev);
    const char *card = spectra_model_card(model);
    PROMISE(card && card[0] == '{' && card[strlen(card) - 1] == '}', "card '%.40s'", card);
}

/* The results of two copies of a model, byte for byte. */
static void predict_features(spectra_model *models[2], const spectra_model_info *info, const float *features, size_t count, ptrdiff_t stride,
                             spectra_result *results)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_result *again = exactly(count * sizeof *again, 0xC3);
    for (int copy = 0; copy < 2; copy++) {
        size_t size = spectra_workspace_size(models[copy], 0);
        void *workspace = exactly(size, copy ? 0xFF : 0x00);
        spectra_status status = spectra_predict_features(models[copy], workspace, size, features, info->feature_count, count, stride,
                                                         copy ? again : results, sizeof *results, message, sizeof message);
        PROMISE(status == SPECTRA_OK, "%s: %s", spectra_status_name(status), message);
        free(workspace);
    }
    PROMISE(memcmp(results, again, count * sizeof *results) == 0, "a model that is loaded twice gives other bits");
    for (size_t s = 0; s < count; s++) promise_result(&results[s], models[0]);
    free(again);
}

static void check_references(spectra_model *models[2], const spectra_model_info *info)
{
    for (uint32_t i = 0; i < info->reference_count && i < MANY; i++) {
        spectra_reference reference = { .struct_size = sizeof reference };
        PROMISE(spectra_model_get_reference(models[0], i, &reference) == SPECTRA_OK, "reference %u", i);
        size_t length = strlen(reference.id);
        PROMISE(length >= 1 && length <= 255 && reference.feature_count == info->feature_count, "reference %u", i);
        for (int p = 0; p < SPECTRA_PROPERTY_COUNT; p++) PROMISE(!isinf(reference.properties[p]), "%g", reference.properties[p]);

        spectra_result result;
        predict_features(models, info, reference.features, 1, 0, &result);
        spectra_neighbor *neighbors = exactly(MANY * sizeof *neighbors, 0xA5);
        size_t found = 99;
        char message[SPECTRA_MESSAGE_CAPACITY];
        spectra_status status = spectra_find_neighbors(models[0], reference.features, info->feature_count, neighbors, MANY, &found, message,
                                                       sizeof message);
        if (status == SPECTRA_OK) {
            PROMISE(found == (info->reference_count < MANY ? info->reference_count : MANY), "%zu neighbours", found);
            for (uint32_t n = 0; n < result.neighbor_count; n++)
                PROMISE(memcmp(&neighbors[n], &result.neighbors[n], sizeof *neighbors) == 0, "neighbour %u differs", n);
            for (size_t n = 1; n < found; n++) PROMISE(neighbors[n - 1].distance <= neighbors[n].distance, "neighbour %zu", n);
        } else {
            PROMISE(result.status != SPECTRA_OK, "%s: %s", spectra_status_name(status), message);
        }
        free(neighbors);
    }
    spectra_reference reference = { .struct_size = sizeof reference };
    PROMISE(spectra_model_get_reference(models[0], info->reference_count, &reference) == SPECTRA_ERROR_COUNT, "one too many");
}

/* A power law in this model's window and an edge on it in this model's grid. */
static void check_spectrum(spectra_model *models[2], const spectra_model_info *info)
{
    double *energy = exactly(CHANNELS * sizeof *energy, 0);
    float *counts = exactly(2 * CHANNELS * sizeof *counts, 0);
    const int window = 16; /* channels in the window */
    const int absolute = info->alignment == SPECTRA_ALIGNMENT_ABSOLUTE, fitted = info->background == SPECTRA_BACKGROUND_POWER_LAW;
    double start = fitted ? info->background_start_ev : 500, end = fitted ? info->background_end_ev : 525;
    double edge = absolute ? info->grid_start_ev + 4 * info->grid_step_ev : end + 10, origin = absolute ? 0 : edge;
    double first = origin + info->grid_start_ev - 2 * info->grid_step_ev;
    double last = origin + info->grid_start_ev + info->grid_step_ev * (info->feature_count + 2);
    if (!(first > end)) first = end + 0.5;
    if (!(last > edge + 20)) last = edge + 20;
    if (!(last > first)) last = first + 1;
    for (int c = 0; c < CHANNELS; c++) {
        energy[c] = c < window ? start + (end - start) * c / (window - 1) : first + (last - first) * (c - window) / (CHANNELS - 1 - window);
        for (int s = 0; s < 2; s++)
            counts[s * CHANNELS + c] = (float)floor(1e4 * pow(energy[c] / energy[0], -3) + (energy[c] >= edge ? 2e4 : 0) + c * 7919 % 101 + 9 * s);
    }
    spectra_options options;
    spectra_options_init(&options);
    options.threshold_ev = edge;
    options.energy_offset_ev = 0;
    size_t size = spectra_workspace_size(models[0], CHANNELS);
    void *workspace = exactly(size, 0xA5);
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_result *alone = exactly(2 * sizeof *alone, 0xA5), *batch = exactly(2 * sizeof *batch, 0xA5), before;
    for (int s = 0; s < 2; s++) {
        alone[s].struct_size = sizeof *alone;
        before = alone[s];
        spectra_status status = spectra_predict(models[s], workspace, size, energy, counts + s * CHANNELS, CHANNELS, &options, &alone[s], message,
                                                sizeof message);
        promise_status(status);
        promise_message(status, message, sizeof message);
        if (status == SPECTRA_OK) promise_result(&alone[s], models[0]);
        else PROMISE(memcmp(&before, &alone[s], sizeof before) == 0, "a refused call wrote its result");
        alone[s].status = status;
    }
    memset(workspace, 0xFF, size);
    spectra_status status = spectra_predict_batch(models[0], workspace, size, energy, CHANNELS, counts, 2, CHANNELS, 1, &options, batch,
                                                  sizeof *batch, message, sizeof message);
    promise_status(status);
    for (int s = 0; s < 2; s++) {
        spectra_status each = status == SPECTRA_OK ? batch[s].status : status;
        PROMISE(each == alone[s].status, "alone %s, in the batch %s", spectra_status_name(alone[s].status), spectra_status_name(each));
        if (status == SPECTRA_OK) promise_result(&batch[s], models[0]);
        if (each == SPECTRA_OK) PROMISE(memcmp(&batch[s], &alone[s], sizeof *batch) == 0, "alone and in a batch differ");
    }
    free(batch);
    free(alone);
    free(workspace);
    free(counts);
    free(energy);
}

/* Some files that loaded: what the mutator begins with half of the time, as most inputs of a corpus are refused early. */
static struct file {
    uint8_t bytes[12288];
    size_t size;
} sound[64];
static unsigned sound_count;

/* Into static memory: what is allocated in one run and not freed makes libFuzzer look for leaks. */
static void remember(const uint8_t *data, size_t size)
{
    struct file *place = &sound[sound_count % (sizeof sound / sizeof *sound)];
    if (size > sizeof place->bytes) return;
    memcpy(place->bytes, data, place->size = size);
    sound_count++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char message[SPECTRA_MESSAGE_CAPACITY];
    spectra_model *const untouched = (spectra_model *)(uintptr_t)0x1234, *models[2] = { untouched, untouched };
    spectra_status status = load(data, size, &models[0], message);
    promise_status(status);
    promise_message(status, message, sizeof message);
    if (status != SPECTRA_OK) {
        PROMISE(models[0] == untouched, "the pointer was written");
        PROMISE(status >= SPECTRA_ERROR_MODEL_SYNTAX && status <= SPECTRA_ERROR_MODEL_SELF_TEST, "%s", spectra_status_name(status));
        return 0;
    }
    PROMISE(message[0] == '\0', "'%s'", message);
    remember(data, size);
    /* The second copy is computed with other instructions, which give the same bits. */
    choose_kernel((unsigned)size);
    PROMISE(load(data, size, &models[1], message) == SPECTRA_OK && models[1] != models[0], "loads once, but not twice: %s", message);
    choose_kernel(0);

    spectra_model_info info = { .struct_size = sizeof info };
    PROMISE(spectra_model_get_info(models[0], &info) == SPECTRA_OK, "no info");
    check_info(models[0], &info);
    check_references(models, &info);
    /* A flat spectrum, a step and the largest features there may be. */
    size_t count = info.feature_count;
    float *features = exactly(3 * count * sizeof *features, 0);
    for (size_t i = 0; i < count; i++) {
        features[i] = 1;
        features[count + i] = 2.0F * (i >= count / 2);
        features[2 * count + i] = i % 2 ? 1e6F : -1e6F;
    }
    spectra_result results[3];
    predict_features(models, &info, features, 3, (ptrdiff_t)count, results);
    free(features);
    check_spectrum(models, &info);
    spectra_model_free(models[0]);
    spectra_model_free(models[1]);
    return 0;
}

/* ---------------------------------------------------------------- the mutator */

#ifdef FUZZING
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static uint64_t state;

static uint32_t any(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % below);
}

static const char *const words[] = {
    "0", "-1", "1", "2", "3", "4", "7", "15", "16", "17", "64", "65", "160", "16.0", "1e0", "4096", "4097", "8192", "8193", "1e308", "-1e308",
    "1e-320", "1e999", "-1e999", "NaN", "-Infinity", "2147483647", "2147483648", "-2147483649", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551616", "1e40", "-0.0", "0.0001", "0.001", "0.01", "0.1", "0.5", "0.99", "1e-9", "1e6", "1e9",
    "1000000", "-1000000", "520", "530", "545", "null", "true", "false", "[]", "{}", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"",
    "\"bond_length\"", "\"AAAA\"", "\"AAAAAA==\"", "\"relu\"", "\"linear\"", "\"none\"", "\"power_law\"", "\"edge\"", "\"threshold\"",
    "\"absolute\"", "[[[[[[[[]]]]]]]]", "[1,2]", "[510,525]", "{\"rule\":\"none\"}", "[null,null,null,null,null,null]", "", "]"
};

/* Where a value that begins at `at` ends: of a list or an object, behind what closes it. */
static size_t value_end(const uint8_t *data, size_t size, size_t at)
{
    if (data[at] == '[' || data[at] == '{') {
        int depth = 0;
        for (; at < size; at++) {
            depth += (data[at] == '[' || data[at] == '{') - (data[at] == ']' || data[at] == '}');
            if (depth == 0) return at + 1;
        }
        return size;
    }
    if (data[at] == '"') {
        for (at++; at < size && data[at] != '"'; at++) at += data[at] == '\\';
        return at < size ? at + 1 : size;
    }
    while (at < size && !strchr(",]}: \n", data[at])) at++;
    return at;
}

/* A place where a value begins: behind one of the characters that come before values, and not a name. */
static size_t any_value(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    for (size_t at = any((uint32_t)size), steps = 0; steps < size; steps++, at = (at + 1) % size)
        if (strchr("[:,{", data[at]) && data[at] != '\0') {
            size_t value = at + 1;
            while (value < size && (data[value] == ' ' || data[value] == '\n')) value++;
            if (value >= size) continue;
            size_t end = value_end(data, size, value);
            if (data[value] == '"' && end < size && data[end] == ':') value = end + 1;
            if (value < size) return value;
        }
    return 0;
}

/* Where the member of an object begins whose value begins at `at`; `at` itself in a list. */
static size_t member_start(const uint8_t *data, size_t at)
{
    if (at < 3 || data[at - 1] != ':') return at;
    size_t name = at - 2;
    while (name > 0 && data[name - 1] != '"') name--;
    return name > 0 ? name - 1 : at;
}

/* Puts `length` bytes in the place of those from `start` to `end`. */
static size_t replace(uint8_t *data, size_t size, size_t max_size, size_t start, size_t end, const void *bytes, size_t length)
{
    if (size - (end - start) + length > max_size) return size;
    memmove(data + start + length, data + end, size - end);
    memcpy(data + start, bytes, length);
    return size - (end - start) + length;
}

static size_t change_payload(uint8_t *data, size_t size, size_t max_size)
{
    static const float numbers[] = { NAN, INFINITY, -INFINITY, 3.4e38F, -3.4e38F, 1e30F, -1e30F, 1e-42F, 0, -1, 1e10F, 3, 1e-9F, 1, 0.5F };
    size_t places = 0;
    uint8_t *at = data, *end = data + size;
    while ((at = memmem(at, (size_t)(end - at), "\"base64\"", 8))) places++, at += 8;
    if (places == 0) return size;
    size_t wanted = any((uint32_t)places);
    at = data;
    for (size_t i = 0; i <= wanted; i++) at = (uint8_t *)memmem(at, (size_t)(end - at), "\"base64\"", 8) + 8;
    uint8_t *text = memchr(at, '"', (size_t)(end - at));
    uint8_t *closing = text ? memchr(text + 1, '"', (size_t)(end - text - 1)) : NULL;
    if (!closing) return size;
    text++;
    unsigned char *floats = malloc((size_t)(closing - text) + 64);
    size_t count = base64_decode((char *)text, (size_t)(closing - text), floats) / 4;
    float number = numbers[any(sizeof numbers / sizeof *numbers)];
    if (count == 0 || any(8) == 0) { /* one number more or less */
        memcpy(floats + 4 * count, &number, 4);
        count = any(2) && count > 0 ? count - 1 : count + 1;
    } else if (any(4) == 0) {
        LLVMFuzzerMutate(floats, 4 * count, 4 * count);
    } else if (any(6) == 0) {
        for (size_t i = 0; i < count; i++) memcpy(floats + 4 * i, &number, 4);
    } else {
        for (uint32_t k = 1 + any(3); k > 0; k--) memcpy(floats + 4 * any((uint32_t)count), &number, 4);
    }
    char *encoded = malloc(8 * count + 16);
    size_t length = base64_encode(floats, 4 * count, encoded);
    size = replace(data, size, max_size, (size_t)(text - data), (size_t)(closing - data), encoded, length);
    free(encoded);
    free(floats);
    return size;
}

static size_t change_value(uint8_t *data, size_t size, size_t max_size)
{
    size_t start = any_value(data, size), end = value_end(data, size, start);
    char text[40];
    const char *word = words[any(sizeof words / sizeof *words)];
    switch (any(6)) {
    case 0: /* another value of the file */
    case 1: {
        size_t other = any_value(data, size), other_end = value_end(data, size, other);
        unsigned char *copy = exactly(other_end - other, 0);
        memcpy(copy, data + other, other_end - other);
        size = replace(data, size, max_size, start, end, copy, other_end - other);
        free(copy);
        return size;
    }
    case 2: { /* the same once more, or not at all */
        start = member_start(data, start);
        if (any(2)) {
            if (end < size && data[end] == ',') end++;
            else if (start > 0 && data[start - 1] == ',') start--;
            return replace(data, size, max_size, start, end, "", 0);
        }
        unsigned char *copy = exactly(end - start + 1, ',');
        memcpy(copy, data + start, end - start);
        size = replace(data, size, max_size, start, start, copy, end - start + 1);
        free(copy);
        return size;
    }
    case 3:
        snprintf(text, sizeof text, any(2) ? "%d" : "%d.5e-2", (int)any(2000) - 500);
        word = text;
        break;
    default:
        break;
    }
    return replace(data, size, max_size, start, end, word, strlen(word));
}

static void seal(uint8_t *data, size_t size)
{
    seal_payloads(data, size);
    seal_file(data, size);
}

/* Puts the values that the networks give into "golden": the message of the refusal has them. */
static size_t mend_golden(uint8_t *data, size_t size, size_t max_size)
{
    for (int tries = 0; tries < SPECTRA_PROPERTY_COUNT; tries++) {
        char message[SPECTRA_MESSAGE_CAPACITY], found[40];
        spectra_model *model = NULL;
        spectra_status status = load(data, size, &model, message);
        if (status == SPECTRA_OK) spectra_model_free(model);
        int index;
        if (status != SPECTRA_ERROR_MODEL_SELF_TEST || sscanf(message, "golden.values[%d]", &index) != 1) return size;
        const char *value = strstr(message, "(found ");
        if (!value || sscanf(value, "(found %39[-0-9.e]", found) != 1) return size;
        uint8_t *golden = memmem(data, size, "\"golden\"", 8), *end = data + size;
        uint8_t *at = golden ? memmem(golden, (size_t)(end - golden), "\"values\"", 8) : NULL;
        at = at ? memchr(at, '[', (size_t)(end - at)) : NULL;
        for (int i = 0; at && i < index; i++) at = memchr(at + 1, ',', (size_t)(end - at - 1));
        if (!at) return size;
        size_t start = (size_t)(at + 1 - data);
        size = replace(data, size, max_size, start, value_end(data, size, start), found, strlen(found));
        seal_file(data, size);
    }
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    state = seed;
    any(2);
    if (any(16) == 0 || (size < 100 && sound_count == 0)) return LLVMFuzzerMutate(data, size, max_size);
    if (any(2) && sound_count > 0) {
        unsigned kept = sizeof sound / sizeof *sound;
        const struct file *file = &sound[any(sound_count < kept ? sound_count : kept)];
        if (file->size <= max_size) memcpy(data, file->bytes, size = file->size);
    }
    /* The last line but one is the seal's. */
    size_t end = size > 68 ? 68 : 0;
    uint8_t closing[68];
    memcpy(closing, data + size - end, end);
    size_t body = size - end, room = max_size - end;
    for (uint32_t k = any(4) ? 1 : 1 + any(4); k > 0; k--) {
        switch (any(16)) {
        case 0: body = LLVMFuzzerMutate(data, body, room); break;
        case 1: case 2: case 3: body = change_payload(data, body, room); break;
        default: body = change_value(data, body, room);
        }
    }
    memcpy(data + body, closing, end);
    size = body + end;
    seal(data, size);
    return any(2) ? mend_golden(data, size, max_size) : size;
}
#endif
