/* sha256.c - the compression function of SHA-256 (FIPS 180-4, section 6.2), with the instructions for
 * it where the processor has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernels.h"

#define BLOCK_BYTES 64
#define ROUNDS 64

static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate(uint32_t word, int count)
{
    return word >> count | word << (32 - count);
}

static inline uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void blocks_portable(uint32_t state[8], size_t count, const uint8_t *data)
{
    for (; count > 0; count--, data += BLOCK_BYTES) {
        uint32_t schedule[ROUNDS];
        for (int i = 0; i < 16; i++)
            schedule[i] = big_endian(data + 4 * i);
        for (int i = 16; i < ROUNDS; i++) {
            const uint32_t early = schedule[i - 15], late = schedule[i - 2];
            schedule[i] = schedule[i - 16] + (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3)
                          + schedule[i - 7] + (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
        }
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < ROUNDS; i++) {
            const uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25))
                                   + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
            const uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22))
                                    + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

bool spectra_sha256_is_fast(void)
{
    const uint32_t ssse3 = UINT32_C(1) << 9, sse41 = UINT32_C(1) << 19, sha = UINT32_C(1) << 29;
    unsigned int eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & (ssse3 | sse41)) != (ssse3 | sse41))
        return false;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & sha);
}

#define FAST __attribute__((target("sha,sse4.1,ssse3")))

/* Four rounds: the instruction does two with the lower half of its last argument. */
FAST static inline __attribute__((always_inline)) void
four_rounds(__m128i *abef, __m128i *cdgh, __m128i words, int round)
{
    const __m128i sums =
        _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)(constants + round)));
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sums);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sums, 0x0e));
}

/* The next four words of the schedule from the sixteen before, the earliest first. */
FAST static inline __attribute__((always_inline)) __m128i
next_words(__m128i first, __m128i second, __m128i third, __m128i fourth)
{
    const __m128i sums = _mm_add_epi32(_mm_sha256msg1_epu32(first, second),
                                       _mm_alignr_epi8(fourth, third, 4));
    return _mm_sha256msg2_epu32(sums, fourth);
}

FAST static void blocks_fast(uint32_t state[8], size_t count, const uint8_t *data)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    /* The instructions want the words in the order f e b a and h g d c, the lowest first. */
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (; count > 0; count--, data += BLOCK_BYTES) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i words[4];
        for (int i = 0; i < 4; i++)
            words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), swap);
        for (int round = 0; round < ROUNDS; round += 16) {
            for (int i = 0; i < 4; i++) {
                four_rounds(&abef, &cdgh, words[i], round + 4 * i);
                if (round + 16 < ROUNDS)
                    words[i] = next_words(words[i], words[(i + 1) % 4], words[(i + 2) % 4],
                                          words[(i + 3) % 4]);
            }
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool spectra_sha256_is_fast(void)
{
    return false;
}

#define blocks_fast blocks_portable

#endif

void spectra_sha256_blocks(bool fast, uint32_t state[8], size_t count, const uint8_t *data)
{
    if (fast)
        blocks_fast(state, count, data);
    else
        blocks_portable(state, count, data);
}
