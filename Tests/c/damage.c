/* damage.c - damaged and made-up model files: damage MODEL.json
 *
 * No damaged file may load, and none may end the process. Truncation: at every length in the first and last
 * 4 kB, at every 997th between. Bits: each bit of the first and last 4 kB, sampled between. Under valgrind: fewer.
 */
#define _GNU_SOURCE
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { END = 4096 };

static unsigned char *original;
static size_t size;
static long end_step = 1, middle_step = 997;
static char message[SPECTRA_MESSAGE_CAPACITY];

/* Loads bytes that are not a model, from memory that ends where they end. */
static spectra_status refused(const void *bytes, size_t length, const char *what)
{
    unsigned char *exact = guarded(length);
    memcpy(exact, bytes, length);
    spectra_model *model = (spectra_model *)0x1234;
    memset(message, 0x5A, sizeof message);
    spectra_status status = spectra_model_load_memory(exact, length, &model, message, sizeof message);
    guarded_free(exact, length);
    CHECK(status >= SPECTRA_ERROR_MODEL_SYNTAX && status <= SPECTRA_ERROR_MODEL_SELF_TEST, "%s: %s", what, spectra_status_name(status));
    if (status == SPECTRA_OK) {
        spectra_model_free(model);
    } else {
        CHECK(model == (spectra_model *)0x1234, "%s: the model pointer was written", what);
        CHECK(message[0] != '\0' && message[0] != 0x5A && memchr(message, 0, sizeof message), "%s: no message", what);
    }
    return status;
}

static long lengths[40000], length_count;

static void truncate_at(long i)
{
    char what[80];
    snprintf(what, sizeof what, "the first %ld of %zu bytes", lengths[i], size);
    refused(original, (size_t)lengths[i], what);
}

/* Copies of the model in this process, with one bit after the other turned. */
static long flips[200000], flip_count;
static unsigned char *spoiled;

static void flip_bit(long i)
{
    size_t byte = (size_t)flips[i] / 8;
    int bit = (int)(flips[i] % 8);
    char what[120];
    snprintf(what, sizeof what, "bit %d of byte %zu turned, '%c' to 0x%02x after '%.20s'", bit, byte, original[byte],
             original[byte] ^ 1 << bit, byte >= 20 ? (const char *)original + byte - 20 : "");
    for (char *c = what; *c; c++)
        if (*c == '\n') *c = ' ';
    spoiled[byte] = original[byte] ^ (unsigned char)(1 << bit);
    refused(spoiled, size, what);
    spoiled[byte] = original[byte];
}

/* ---------------------------------------------------------------- made-up files */

static char *repeated(const char *piece, size_t count, const char *end)
{
    char *text = malloc(strlen(piece) * count + strlen(end) + 1), *at = text;
    for (size_t i = 0; i < count; i++) at = stpcpy(at, piece);
    strcpy(at, end);
    return text;
}

/* The model with `old` (its first occurrence) replaced. */
static int replaced(const char *old, const char *new, unsigned char **bytes, size_t *length)
{
    unsigned char *at = memmem(original, size, old, strlen(old));
    if (!at) return 0;
    size_t before = (size_t)(at - original), after = size - before - strlen(old);
    *length = before + strlen(new) + after;
    *bytes = malloc(*length);
    memcpy(*bytes, original, before);
    memcpy(*bytes + before, new, strlen(new));
    memcpy(*bytes + before + strlen(new), at + strlen(old), after);
    return 1;
}

static const struct { const char *text; spectra_status status; } small[] = { /* 0: any status of a model */
    { " ", SPECTRA_ERROR_MODEL_SYNTAX }, { "\n\n", SPECTRA_ERROR_MODEL_SYNTAX }, { "{", SPECTRA_ERROR_MODEL_SYNTAX },
    { "{}", SPECTRA_ERROR_MODEL_FORMAT }, { "[]", SPECTRA_ERROR_MODEL_FORMAT }, { "null", 0 },
    { "0", 0 }, { "\"text\"", SPECTRA_ERROR_MODEL_FORMAT }, { "true", 0 },
    { "NaN", 0 }, { "Infinity", 0 }, { "-", 0 }, { "1e999999999", 0 },
    { "{\"format\":", SPECTRA_ERROR_MODEL_SYNTAX }, { "{\"a\" 1}", SPECTRA_ERROR_MODEL_SYNTAX }, { "{'a':1}", 0 },
    { "{\"a\":1,}", SPECTRA_ERROR_MODEL_SYNTAX }, { "{\"a\":\"\xff\xfe\"}", 0 }, { "{\"a\":\"\\ud800\"}", 0 }, { "\xef\xbb\xbf{}", 0 },
    { "{} {}", 0 }, { "{}x", 0 }, { "/* */{}", 0 },
    { "{\"format\":null}", 0 }, { "{\"format\":{}}", 0 }, { "{\"format\":\"\"}", SPECTRA_ERROR_MODEL_FORMAT },
    { "{\"format\":\"spectra-infer model\"}", 0 }, { "{\"format\":\"spectra-infer model\",\"format_version\":4}", SPECTRA_ERROR_MODEL_FORMAT },
    { "{\"format\":\"spectra-infer model\",\"format_version\":0}", 0 }, { "{\"format\":\"spectra-infer model\",\"format_version\":-1}", 0 },
    { "{\"format\":\"spectra-infer model\",\"format_version\":9223372036854775807}", SPECTRA_ERROR_MODEL_FORMAT },
    { "{\"format\":\"spectra-infer model\",\"format_version\":99999999999999999999999}", 0 },
    { "{\"format\":\"spectra-infer model\",\"format_version\":1.5}", 0 }, { "{\"format\":\"spectra-infer model\",\"format_version\":\"1\"}", 0 },
    { "{\"format\":\"spectra-infer model\",\"format_version\":1}", 0 }, { "{\"format\":\"spectra-infer model\",\"format_version\":2}", 0 },
    { "{\"format\":\"spectra-infer model\",\"format_version\":3}", 0 },
};
enum { SMALL = sizeof small / sizeof *small };

static void small_file(long i)
{
    spectra_status status = refused(small[i].text, strlen(small[i].text), small[i].text);
    if (small[i].status != SPECTRA_OK) CHECK(status == small[i].status, "%s: %s", small[i].text, spectra_status_name(status));
}

static void large_file(long i)
{
    static const struct { const char *piece; size_t count; const char *end, *what; } files[] = {
        { "[", 1000000, "", "a million opening brackets" },
        { "[", 40, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "forty nested arrays" },
        { "{\"a\":", 500000, "", "half a million nested objects" },
        { " ", 5000000, "", "five million spaces" },
        { " ", 5000000, "{}", "five million spaces and an object" },
        { "1", 1000000, "", "a number of a million digits" },
        { "\"aaaaaaa", 1000000, "", "a million strings without end" },
        { "\\\"", 1000000, "", "a million quotes" },
        { "\xff", 1000000, "", "a million bytes 0xFF" },
    };
    char *text = repeated(files[i].piece, files[i].count, files[i].end);
    refused(text, strlen(text), files[i].what);
    free(text);
}

static void edited_file(long i)
{
    static const struct { const char *old, *new; } edits[] = {
        { "\"format_version\" : 1", "\"format_version\" : 2" }, { "\"format_version\" : 1", "\"format_version\" : 3" },
        { "\"format_version\" : 1", "\"format_version\" : 4" }, { "\"format_version\" : 2", "\"format_version\" : 1" },
        { "\"format_version\" : 2", "\"format_version\" : 3" }, { "\"format_version\" : 2", "\"format_version\" : 4" },
        { "\"format_version\" : 3", "\"format_version\" : 1" }, { "\"format_version\" : 3", "\"format_version\" : 2" },
        { "\"format_version\" : 3", "\"format_version\" : 4" }, { "\"domain\"", "\"Domain\"" }, { "\"level\"", "\"flag_level\"" },
        { "spectra-infer model", "spectra-infer mobel" }, { "\"format\"", "\"Format\"" }, { "{", "{\"format\":\"other\"," },
        { "{", "[" }, { "{", "" }, { "bond_length", "bond_angle" }, { "bond_angle", "" }, { "160", "161" }, { "160", "1600000000" },
        { "160", "-160" }, { "160", "1e999" }, { "160", "NaN" }, { "160", "\"160\"" }, { "160", "160.5" }, { "0.5", "0.50001" },
        { "sha256", "sha255" }, { "edge", "absolute" }, { "\"edge\"", "\"threshold\"" }, { ":", ": " "null, \"x\":" },
    };
    unsigned char *bytes;
    size_t length;
    char what[120];
    snprintf(what, sizeof what, "%s replaced by %s", edits[i].old, edits[i].new);
    if (!replaced(edits[i].old, edits[i].new, &bytes, &length)) return; /* this model does not have it */
    refused(bytes, length, what);
    free(bytes);
}

static void appended_file(long i)
{
    static const struct { const char *bytes; size_t count; } tails[] = {
        { "x", 1 }, { "}", 1 }, { "{}", 2 }, { "\0", 1 }, { "\0\0\0\0", 4 }, { "\0{}", 3 }, { ",", 1 }, { "\xff", 1 },
    };
    unsigned char *bytes = malloc(size + 4);
    memcpy(bytes, original, size);
    memcpy(bytes + size, tails[i].bytes, tails[i].count);
    refused(bytes, size + tails[i].count, "bytes after the end");
    if (i == 0) { /* the model twice, and after a byte order mark */
        bytes = realloc(bytes, 2 * size + 3);
        memcpy(bytes + size, original, size);
        refused(bytes, 2 * size, "the model twice");
        memcpy(bytes, "\xef\xbb\xbf", 3);
        memcpy(bytes + 3, original, size);
        refused(bytes, size + 3, "a byte order mark");
    }
    free(bytes);
}

static void swapped_halves(long i)
{
    size_t cut = size / 16 * (size_t)(i + 1);
    unsigned char *bytes = malloc(size);
    memcpy(bytes, original + cut, size - cut);
    memcpy(bytes + size - cut, original, cut);
    refused(bytes, size, "the end before the beginning");
    memcpy(bytes, original, size);
    memset(bytes + cut, 0, size / 32);
    refused(bytes, size, "a stretch of zeros");
    memcpy(bytes, original, size);
    memmove(bytes + cut, bytes + cut + 512, size - cut - 512);
    refused(bytes, size - 512, "a sector lost");
    free(bytes);
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    original = read_file(argv[1], &size);
    if (!CHECK(original != NULL, "%s cannot be read", argv[1])) return finish("damage");
    if (under_valgrind()) {
        end_step = 211;
        middle_step = (long)size / 20 + 1;
    }
    spectra_model *model = NULL;
    CHECK(spectra_model_load_memory(original, size, &model, message, sizeof message) == SPECTRA_OK, "untouched: %s", message);
    spectra_model_free(model);

    long length = 0;
    while (length < (long)size) {
        lengths[length_count++] = length;
        length += length < END || length >= (long)size - END ? end_step : middle_step;
        if (length_count > 1 && lengths[length_count - 1] < (long)size - END && length > (long)size - END) length = (long)size - END;
    }
    uint64_t seed = 1;
    for (long byte = 0; byte < (long)size;) {
        int at_end = byte < END || byte >= (long)size - END;
        for (int bit = 0; bit < 8; bit++)
            if (at_end && !under_valgrind()) flips[flip_count++] = byte * 8 + bit;
        if (!at_end || under_valgrind()) flips[flip_count++] = byte * 8 + bits(&seed) % 8;
        long next = byte + (at_end ? end_step : middle_step);
        byte = byte < (long)size - END && next > (long)size - END ? (long)size - END : next;
    }
    spoiled = malloc(size);
    memcpy(spoiled, original, size);

    shielded("small files", SMALL, small_file);
    shielded("large files", 9, large_file);
    shielded("edited files", 30, edited_file);
    shielded("bytes after the end", 8, appended_file);
    shielded("swapped halves", 15, swapped_halves);
    shielded("truncation", length_count, truncate_at);
    shielded("turned bits", flip_count, flip_bit);
    printf("damage: %ld truncations and %ld turned bits of %zu bytes\n", length_count, flip_count, size);
    free(spoiled);
    guarded_free(original, size);
    return finish("damage");
}
