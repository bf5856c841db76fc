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

#if defined(__x86_64__)

#include <immintrin.h>

/* As many groups as can be decoded four at a time, each time writing four bytes too many. The sums and
 * tables by the halves of a character are those of W. Mula and D. Lemire, ACM Trans. Web 12 (2018) 20. */
__attribute__((target("ssse3"))) static size_t decode_fours(size_t count, const uint8_t *text,
                                                            uint8_t *bytes)
{
    const __m128i half = _mm_set1_epi8(0x0f), slash = _mm_set1_epi8('/');
    /* A bit for each high half, and for each low half those of the high ones with which it is no digit. */
    const __m128i of_high = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10,
                                          0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m128i of_low = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                         0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
    /* What leads from a digit to its value, by its high half; "/" has the place below. */
    const __m128i steps = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    size_t group = 0;
    for (; group + 6 <= count; group += 4, text += 16, bytes += 12) {
        const __m128i digit = _mm_loadu_si128((const __m128i *)text);
        const __m128i high = _mm_and_si128(_mm_srli_epi32(digit, 4), half);
        const __m128i low = _mm_and_si128(digit, half);
        const __m128i foreign = _mm_and_si128(_mm_shuffle_epi8(of_high, high),
                                              _mm_shuffle_epi8(of_low, low));
        if (_mm_movemask_epi8(_mm_cmpgt_epi8(foreign, _mm_setzero_si128())))
            break;
        const __m128i place = _mm_add_epi8(high, _mm_cmpeq_epi8(digit, slash));
        const __m128i value = _mm_add_epi8(digit, _mm_shuffle_epi8(steps, place));
        /* Pairs of six bits to twelve, and pairs of these to 24. */
        const __m128i twelve = _mm_maddubs_epi16(value, _mm_set1_epi32(0x01400140));
        const __m128i whole = _mm_madd_epi16(twelve, _mm_set1_epi32(0x00011000));
        _mm_storeu_si128((__m128i *)bytes, _mm_shuffle_epi8(whole, order));
    }
    return group;
}

#else

#define decode_fours(count, text, bytes) ((size_t)0)

#endif

size_t spectra_base64_groups(bool fast, size_t count, const uint8_t *text, uint8_t *bytes)
{
    const size_t fours = fast ? decode_fours(count, text, bytes) : 0;
    text += 4 * fours;
    bytes += 3 * fours;
    for (size_t group = fours; group < count; group++, text += 4, bytes += 3) {
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
