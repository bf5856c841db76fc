/* hostile.c - models made by someone who knows the checksums: hostile MODEL.json DATA_DIR
 *
 * Takes the model apart into JSON tokens, changes some, makes all checksums right again and loads it. Such a
 * file may load (a changed card is as good as any other), but it must not end the process, neither then nor
 * when it predicts, and what it predicts is a status or finite numbers in their order.
 */
#define _GNU_SOURCE
#include "seal.h"
#include "support.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the model and its tokens */

static unsigned char *original;
static size_t size;

typedef struct token {
    size_t start, length;
} token;

static token *tokens;
static size_t token_count;

/* Numbers, strings without their quotes, words and punctuation. Payloads and checksums are left out. */
static void take_apart(void)
{
    tokens = malloc(size * sizeof *tokens);
    for (size_t i = 0; i < size;) {
        size_t start = i;
        if (isspace(original[i])) {
            i++;
            continue;
        }
        if (original[i] == '"') {
            for (i++; i < size && original[i] != '"'; i++) i += original[i] == '\\';
            i++;
            if (i - start < 66) tokens[token_count++] = (token){ start, i - start };
        } else if (isalnum(original[i]) || original[i] == '-') {
            while (i < size && (isalnum(original[i]) || strchr("+-.", original[i]))) i++;
            tokens[token_count++] = (token){ start, i - start };
        } else {
            tokens[token_count++] = (token){ start, 1 };
            i++;
        }
    }
}

/* ---------------------------------------------------------------- what a model must stand */

static spectrum good;

static void exercise(const unsigned char *bytes, size_t length, const char *what)
{
    char message[SPECTRA_MESSAGE_CAPACITY] = "?";
    spectra_model *model = (spectra_model *)0x1234;
    unsigned char *exact = guarded(length);
    memcpy(exact, bytes, length);
    spectra_status status = spectra_model_load_memory(exact, length, &model, message, sizeof message);
    guarded_free(exact, length);
    if (status != SPECTRA_OK) {
        CHECK(status >= SPECTRA_ERROR_MODEL_SYNTAX && status <= SPECTRA_ERROR_MODEL_SELF_TEST, "%s: %s", what, spectra_status_name(status));
        CHECK(model == (spectra_model *)0x1234, "%s: the model pointer was written", what);
        CHECK(message[0] != '\0' && message[0] != '?', "%s: no message", what);
        return;
    }
    spectra_model_info info = { .struct_size = sizeof info };
    spectra_options options = quartz_options();
    spectra_result result = { .struct_size = sizeof result };
    size_t workspace_size;
    void *workspace = new_workspace(model, good.count, &workspace_size);
    CHECK(spectra_model_get_info(model, &info) == SPECTRA_OK && spectra_model_card(model) != NULL, "%s", what);
    status = spectra_predict(model, workspace, workspace_size, good.energy, good.counts, good.count, &options, &result, message, sizeof message);
    CHECK(known_status(status), "%s: %d", what, (int)status);
    if (status == SPECTRA_OK) check_result(&result, model, what);
    for (uint32_t i = 0; i < info.reference_count && i < 20; i++) {
        spectra_reference reference = { .struct_size = sizeof reference };
        if (!CHECK(spectra_model_get_reference(model, i, &reference) == SPECTRA_OK && reference.id != NULL, "%s: reference %u", what, i)) continue;
        status = spectra_predict_features(model, workspace, workspace_size, reference.features, reference.feature_count, 1, 0, &result,
                                          sizeof result, message, sizeof message);
        CHECK(status == SPECTRA_OK, "%s: reference %u: %s", what, i, message);
        if (status == SPECTRA_OK && result.status == SPECTRA_OK) check_result(&result, model, what);
    }
    guarded_free(workspace, workspace_size);
    spectra_model_free(model);
}

/* ---------------------------------------------------------------- cases */

static void nothing(long unused)
{
    (void)unused;
    char digits[65];
    sha256((const unsigned char *)"abc", 3, digits);
    CHECK(strcmp(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") == 0, "%s", digits);
    unsigned char *bytes = malloc(size);
    memcpy(bytes, original, size);
    seal_file(bytes, size);
    CHECK(memcmp(bytes, original, size) == 0, "the checksum of the model is where its format has it");
    free(bytes);
}

static void change_tokens(long i)
{
    static const char *const words[] = {
        "0", "-1", "1", "2", "3", "7", "161", "160.0", "4097", "8193", "1e308", "-1e308", "1e-320", "1e999", "-1e999", "NaN", "-Infinity", "2147483647",
        "2147483648", "-2147483649", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e40", "-0.0",
        "0.1", "null", "true", "[]", "{}", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"bond_length\"", "\"AAAA\"", "\"AAAAAA==\"", "[[[[[[[[]]]]]]]]",
        "[1,2]", "{\"shape\":[1],\"base64\":\"AACAPw==\",\"sha256\":\"\"}", "", ",", ":", "]", "}"
    };
    uint64_t seed = (uint64_t)i * 977 + 5;
    for (int k = 0; k < 4; k++) bits(&seed);
    char what[200];
    int length = snprintf(what, sizeof what, "hostile %ld", i);
    unsigned char *bytes = malloc(2 * size + 5000);
    size_t from = 0, to = 0;
    int changes = 1 + (int)(bits(&seed) % 2);
    size_t places[2];
    for (int k = 0; k < changes; k++) places[k] = bits(&seed) % token_count;
    if (changes == 2 && places[0] > places[1]) {
        size_t swap = places[0];
        places[0] = places[1];
        places[1] = swap;
    }
    for (int k = 0; k < changes; k++) {
        token t = tokens[places[k]];
        if (t.start < from) continue;
        memcpy(bytes + to, original + from, t.start - from);
        to += t.start - from;
        const char *word;
        token other = tokens[bits(&seed) % token_count];
        switch (bits(&seed) % 4) {
        case 0: /* another token of the file */
            memcpy(bytes + to, original + other.start, other.length);
            to += other.length;
            length += snprintf(what + length, sizeof what - (size_t)length, ", byte %zu: %.*s", t.start, (int)(other.length > 40 ? 40 : other.length),
                               (const char *)original + other.start);
            break;
        default:
            word = words[bits(&seed) % (sizeof words / sizeof *words)];
            memcpy(bytes + to, word, strlen(word));
            to += strlen(word);
            length += snprintf(what + length, sizeof what - (size_t)length, ", byte %zu: %s", t.start, word);
        }
        from = t.start + t.length;
    }
    memcpy(bytes + to, original + from, size - from);
    to += size - from;
    seal_file(bytes, to);
    exercise(bytes, to, what);
    free(bytes);
}

/* Each payload in turn: numbers that are no weights, with the right checksums. */
static void change_payload(long i)
{
    static const float numbers[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e30f, -1e30f, 1e-42f, 0, -1, 1e10f, 3 };
    long payload = i / 12;
    const unsigned char *at = original;
    unsigned char *bytes = malloc(size);
    memcpy(bytes, original, size);
    for (long k = 0; at && k <= payload; k++) {
        at = memmem(at, size - (size_t)(at - original), "\"base64\"", 8);
        if (at) at += 8;
    }
    if (at) {
        size_t start = (size_t)((const unsigned char *)memchr(at, '"', 40) + 1 - original);
        size_t length = (size_t)((const unsigned char *)memchr(original + start, '"', size - start) - original) - start;
        unsigned char *floats = malloc(length);
        size_t count = base64_decode((const char *)original + start, length, floats) / 4;
        uint64_t seed = (uint64_t)i;
        bits(&seed);
        float number = numbers[i % 12];
        for (size_t k = 0; k < count; k++)
            if (i % 2 || k == bits(&seed) % count) memcpy(floats + 4 * k, &number, 4);
        base64_encode(floats, 4 * count, (char *)bytes + start);
        char digits[65], what[80];
        sha256(floats, 4 * count, digits);
        unsigned char *checksum = memmem(bytes + start + length, 200, "\"sha256\"", 8);
        if (CHECK(checksum != NULL, "payload %ld has a checksum behind it", payload)) {
            checksum = memchr(checksum + 8, '"', 10);
            memcpy(checksum + 1, digits, 64);
            seal_file(bytes, size);
            snprintf(what, sizeof what, "payload %ld with %s%g", payload, i % 2 ? "nothing but " : "", number);
            exercise(bytes, size, what);
        }
        free(floats);
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    original = read_file(argv[1], &size);
    if (!CHECK(original != NULL, "%s cannot be read", argv[1])) return finish("hostile");
    good = quartz(argv[2], 0.1, 901, 5);
    take_apart();
    long payloads = 0;
    for (const unsigned char *at = original; (at = memmem(at, size - (size_t)(at - original), "\"base64\"", 8)); at += 8) payloads++;
    shielded("the model as it is", 1, nothing);
    shielded("changed tokens", under_valgrind() ? 40 : 2000, change_tokens);
    shielded("changed payloads", under_valgrind() ? 12 : 12 * payloads, change_payload);
    printf("hostile: %zu tokens, %ld payloads\n", token_count, payloads);
    spectrum_free(&good);
    free(tokens);
    guarded_free(original, size);
    return finish("hostile");
}
