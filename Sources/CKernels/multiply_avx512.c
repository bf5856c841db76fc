/* multiply_avx512.c - the products with AVX-512 (F and BW), sixteen floats at a time, 32 registers; and
 * one of whole numbers with VNNI.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#if defined(__x86_64__)

#include <immintrin.h>

#define KERNEL(name) name##_avx512
#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw")))
#define VECTOR __m512
#define LANES ((size_t)16)
#define MASK __mmask16
#define MASK_FIRST(count) ((__mmask16)((1u << (count)) - 1u))
#define V_LOAD(p) _mm512_loadu_ps(p)
#define V_STORE(p, v) _mm512_storeu_ps(p, v)
#define V_LOAD_MASKED(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define V_STORE_MASKED(p, mask, v) _mm512_mask_storeu_ps(p, mask, v)
#define V_BROADCAST(x) _mm512_set1_ps(x)
#define V_FMA(x, y, z) _mm512_fmadd_ps(x, y, z)
#define V_RECTIFY(v) _mm512_max_ps(_mm512_setzero_ps(), v) /* of 0 and NaN the second */
#define TALL_ROWS 6
#define TALL_VECTORS 4
#define MIDDLE_ROWS 4
#define MIDDLE_VECTORS 4
#define PAIR_VECTORS 8
#define SINGLE_VECTORS 16
#define V_ACTIVE(v) _mm512_cmp_ps_mask(v, _mm512_setzero_ps(), _CMP_NEQ_UQ)
#define V_SUBTRACT(x, y) _mm512_sub_ps(x, y)
#define INTEGERS __m512i
#define SHORTS ((size_t)32)
#define I_ZERO _mm512_setzero_si512()
#define I_LOAD(p) _mm512_loadu_si512(p)
#define I_LOW(x, y) _mm512_unpacklo_epi16(x, y)
#define I_HIGH(x, y) _mm512_unpackhi_epi16(x, y)
#define I_PAIR(p) _mm512_set1_epi32(spectra_pair(p))
#define I_DOT(sum, x, y) _mm512_add_epi32(sum, _mm512_madd_epi16(x, y))
#define I_STORE(p, low, high, factor, add) store_avx512(p, low, high, factor, add)
#define BACK_VECTORS 2

#include "multiply_template.h"

#include "narrow_avx512.h"

#include "sparse_template.h"

/* The low halves hold columns 0-3, 8-11, 16-19, 24-27, the high ones those between. */
KERNEL_INLINE void store_avx512(float *p, __m512i low, __m512i high, float factor, bool add)
{
    const __m512i first = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const __m512i second =
        _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const __m512 a = _mm512_cvtepi32_ps(_mm512_permutex2var_epi32(low, first, high));
    const __m512 b = _mm512_cvtepi32_ps(_mm512_permutex2var_epi32(low, second, high));
    const __m512 zero = _mm512_setzero_ps(), scale = _mm512_set1_ps(factor);
    _mm512_storeu_ps(p, _mm512_fmadd_ps(scale, a, add ? _mm512_loadu_ps(p) : zero));
    _mm512_storeu_ps(p + 16, _mm512_fmadd_ps(scale, b, add ? _mm512_loadu_ps(p + 16) : zero));
}

#include "single_template.h"

#include "back_template.h"

#include "distance_template.h"

#include "features_template.h"

KERNEL_TARGET size_t spectra_compact_avx512(size_t n, const float *outputs, uint32_t *rows,
                                            float *values)
{
    __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t count = 0;
    for (size_t unit = 0; unit < n; unit += 16) {
        const __m512 output = _mm512_loadu_ps(outputs + unit);
        const __mmask16 active = _mm512_cmp_ps_mask(output, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        _mm512_storeu_si512(rows + count, _mm512_maskz_compress_epi32(active, numbers));
        _mm512_storeu_ps(values + count, _mm512_maskz_compress_ps(active, output));
        count += (size_t)__builtin_popcount(active);
        numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(16));
    }
    return count;
}

/* ---------------------------------------------------------------- with VNNI */

#undef KERNEL
#undef KERNEL_TARGET
#undef I_DOT
#define KERNEL(name) name##_vnni
#define KERNEL_TARGET __attribute__((target("avx512f,avx512bw,avx512vnni")))
/* One instruction in place of two; the sums do not saturate. */
#define I_DOT(sum, x, y) _mm512_dpwssd_epi32(sum, x, y)

#include "back_template.h"

#else

typedef int spectra_no_avx512_here; /* a file of C holds at least one declaration */

#endif
