/* text.c - the loops over the text of a model file, and over the numbers in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernels.h"

/* The value of each digit of base64, RFC 4648 section 4; others have the highest bit. */
#define NONE 0x80
#define NONE_16 NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE
static const uint8_t digits[256] = {
    NONE_16, NONE_16, /* control characters */
    NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 62, NONE, NONE, NONE, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NONE, NONE, NONE, NONE, NONE, NONE,
    NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NONE, NONE, NONE, NONE, NONE,
    NONE, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NONE, NONE, NONE, NONE, NONE,
    NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, /* above ASCII */
};

size_t spectra_base64_groups(size_t count, const uint8_t *text, uint8_t *bytes)
{
    for (size_t group = 0; group < count; group++, text += 4, bytes += 3) {
        const uint32_t a = digits[text[0]], b = digits[text[1]];
        const uint32_t c = digits[text[2]], d = digits[text[3]];
        if ((a | b | c | d) & NONE)
            return group;
        const uint32_t bits = a << 18 | b << 12 | c << 6 | d;
        bytes[0] = (uint8_t)(bits >> 16);
        bytes[1] = (uint8_t)(bits >> 8);
        bytes[2] = (uint8_t)bits;
    }
    return count;
}

static inline bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

size_t spectra_plain_length(size_t count, const uint8_t *text)
{
    /* Blocks without a way out of them become vectors. */
    enum { BLOCK = 64 };
    size_t length = 0;
    for (; length + BLOCK <= count; length += BLOCK) {
        uint8_t special = 0;
        for (size_t i = 0; i < BLOCK; i++)
            special |= (uint8_t)!is_plain(text[length + i]);
        if (special)
            break;
    }
    while (length < count && is_plain(text[length]))
        length++;
    return length;
}

size_t spectra_little_endian_floats(size_t count, float *values)
{
    const uint32_t exponent = UINT32_C(0x7f800000);
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + i, sizeof bits);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        bits = __builtin_bswap32(bits);
        memcpy(values + i, &bits, sizeof bits);
#endif
        bad |= (uint32_t)((bits & exponent) == exponent);
    }
    if (!bad)
        return count;
    size_t i = 0;
    while (isfinite(values[i]))
        i++;
    return i;
}
