/* hostile.c - models made by someone who knows the checksums: hostile MODEL.json DATA_DIR
 *
 * Takes the model apart into JSON tokens, changes some, makes all checksums right again and loads it. Such a
 * file may load (a changed card is as good as any other), but it must not end the process, neither then nor
 * when it predicts, and what it predicts is a status or finite numbers in their order.
 */
#define _GNU_SOURCE
#include "support.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- SHA-256 (FIPS 180-4), base64 (RFC 4648) */

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t rotated(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha256(const unsigned char *bytes, size_t size, char digits[65])
{
    uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    size_t padded = (size + 8) / 64 * 64 + 64;
    for (size_t block = 0; block < padded; block += 64) {
        uint32_t w[64], v[8];
        for (size_t i = 0; i < 64; i++) {
            size_t at = block + i;
            unsigned byte = at < size ? bytes[at] : at == size ? 0x80 : at >= padded - 8 ? (unsigned)((uint64_t)size * 8 >> 8 * (padded - 1 - at)) & 255 : 0;
            w[i / 4] = (i % 4 ? w[i / 4] << 8 : 0) | byte;
        }
        for (int i = 16; i < 64; i++)
            w[i] = w[i - 16] + w[i - 7] + (rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3)
                   + (rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10);
        memcpy(v, h, sizeof v);
        for (int i = 0; i < 64; i++) {
            uint32_t a = v[7] + (rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + round_constants[i] + w[i];
            uint32_t b = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            memmove(v + 1, v, 7 * sizeof *v);
            v[4] += a;
            v[0] = a + b;
        }
        for (int i = 0; i < 8; i++) h[i] += v[i];
    }
    for (int i = 0; i < 8; i++) sprintf(digits + 8 * i, "%08x", h[i]);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t decode(const char *text, size_t length, unsigned char *bytes)
{
    size_t count = 0;
    for (size_t i = 0; i + 3 < length; i += 4) {
        uint32_t group = 0;
        int digits = 0;
        for (int k = 0; k < 4; k++) {
            const char *digit = text[i + k] == '=' ? NULL : memchr(alphabet, text[i + k], 64);
            digits += digit != NULL;
            group = group << 6 | (digit ? (uint32_t)(digit - alphabet) : 0);
        }
        for (int k = 0; k + 1 < digits; k++) bytes[count++] = (unsigned char)(group >> (16 - 8 * k));
    }
    return count;
}

static void encode(const unsigned char *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++) group = group << 8 | (i + k < size ? bytes[i + k] : 0);
        for (int k = 0; k < 4; k++) *text++ = i + (size_t)k <= size ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
}

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

/* Writes the checksum of the whole file, where it has one as format 1 puts it. */
static void seal(unsigned char *bytes, size_t length)
{
    char digits[65];
    if (length < 100) return;
    sha256(bytes, length - 68, digits);
    memcpy(bytes + length - 68, digits, 64);
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
    seal(bytes, size);
    CHECK(memcmp(bytes, original, size) == 0, "the checksum of the model is where format 1 has it");
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
    seal(bytes, to);
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
        size_t count = decode((const char *)original + start, length, floats) / 4;
        uint64_t seed = (uint64_t)i;
        bits(&seed);
        float number = numbers[i % 12];
        for (size_t k = 0; k < count; k++)
            if (i % 2 || k == bits(&seed) % count) memcpy(floats + 4 * k, &number, 4);
        encode(floats, 4 * count, (char *)bytes + start);
        char digits[65], what[80];
        sha256(floats, 4 * count, digits);
        unsigned char *checksum = memmem(bytes + start + length, 200, "\"sha256\"", 8);
        if (CHECK(checksum != NULL, "payload %ld has a checksum behind it", payload)) {
            checksum = memchr(checksum + 8, '"', 10);
            memcpy(checksum + 1, digits, 64);
            seal(bytes, size);
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
