#define _GNU_SOURCE
#include "seal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t rotated(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void add_block(uint32_t h[8], const unsigned char block[64])
{
    uint32_t w[64], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], last = h[7];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3)
               + (rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = last + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
        uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        last = g; g = f; f = e; e = d + t1;
        d = c; c = b; b = a; a = t1 + t2;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += last;
}

void sha256(const unsigned char *bytes, size_t size, char digits[65])
{
    uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    unsigned char end[128] = { 0 };
    size_t whole = size / 64 * 64, rest = size - whole, padded = rest < 56 ? 64 : 128;
    for (size_t at = 0; at < whole; at += 64) add_block(h, bytes + at);
    if (rest > 0) memcpy(end, bytes + whole, rest);
    end[rest] = 0x80;
    for (int i = 0; i < 8; i++) end[padded - 1 - i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
    for (size_t at = 0; at < padded; at += 64) add_block(h, end + at);
    for (int i = 0; i < 32; i++) {
        unsigned byte = h[i / 4] >> (24 - 8 * (i % 4)) & 255;
        digits[2 * i] = "0123456789abcdef"[byte >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[byte & 15];
    }
    digits[64] = '\0';
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_decode(const char *text, size_t length, unsigned char *bytes)
{
    size_t count = 0;
    for (size_t i = 0; i + 3 < length; i += 4) {
        uint32_t group = 0;
        int digits = 0;
        for (int k = 0; k < 4; k++) {
            const char *digit = text[i + k] == '=' ? NULL : memchr(alphabet, text[i + k], 64);
            digits += text[i + k] != '=';
            group = group << 6 | (digit ? (uint32_t)(digit - alphabet) : 0);
        }
        for (int k = 0; k + 1 < digits; k++) bytes[count++] = (unsigned char)(group >> (16 - 8 * k));
    }
    return count;
}

size_t base64_encode(const unsigned char *bytes, size_t size, char *text)
{
    char *start = text;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++) group = group << 8 | (i + k < size ? bytes[i + k] : 0);
        for (int k = 0; k < 4; k++) *text++ = i + (size_t)k <= size ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
    return (size_t)(text - start);
}

void seal_file(unsigned char *bytes, size_t length)
{
    char digits[65];
    if (length < 100) return;
    sha256(bytes, length - 68, digits);
    memcpy(bytes + length - 68, digits, 64);
}

/* The string value behind a name at `at`, without its quotation marks; NULL if there is none. */
static unsigned char *value_of(unsigned char *at, unsigned char *end, size_t name, size_t *length)
{
    for (at += name; at < end && (*at == ' ' || *at == ':' || *at == '\n'); at++) {}
    if (at >= end || *at++ != '"') return NULL;
    unsigned char *closing = memchr(at, '"', (size_t)(end - at));
    if (!closing) return NULL;
    *length = (size_t)(closing - at);
    return at;
}

void seal_payloads(unsigned char *bytes, size_t length)
{
    unsigned char *end = bytes + length, *at = bytes, *decoded = malloc(length + 4);
    while (decoded && (at = memmem(at, (size_t)(end - at), "\"base64\"", 8))) {
        size_t text_length, digit_count;
        unsigned char *text = value_of(at, end, 8, &text_length);
        at += 8;
        if (!text) continue;
        /* The checksum is the next one, unless another payload begins before. */
        unsigned char *after = text + text_length, *next = memmem(after, (size_t)(end - after), "\"base64\"", 8);
        unsigned char *limit = next ? next : end, *name = memmem(after, (size_t)(limit - after), "\"sha256\"", 8);
        unsigned char *digits = name ? value_of(name, limit, 8, &digit_count) : NULL;
        if (!digits || digit_count != 64) continue;
        char right[65];
        sha256(decoded, base64_decode((const char *)text, text_length, decoded), right);
        memcpy(digits, right, 64);
    }
    free(decoded);
}
