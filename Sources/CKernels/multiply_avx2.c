/* multiply_avx2.c - the products with AVX2 and FMA, eight floats at a time, 16 registers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#if defined(__x86_64__)

#include <immintrin.h>

#define KERNEL(name) name##_avx2
#define KERNEL_TARGET __attribute__((target("avx2,fma")))
#define VECTOR __m256
#define LANES ((size_t)8)
#define MASK __m256i
#define MASK_FIRST(count) \
    _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define V_LOAD(p) _mm256_loadu_ps(p)
#define V_STORE(p, v) _mm256_storeu_ps(p, v)
#define V_LOAD_MASKED(p, mask) _mm256_maskload_ps(p, mask)
#define V_STORE_MASKED(p, mask, v) _mm256_maskstore_ps(p, mask, v)
#define V_BROADCAST(x) _mm256_set1_ps(x)
#define V_FMA(x, y, z) _mm256_fmadd_ps(x, y, z)
#define V_RECTIFY(v) _mm256_max_ps(_mm256_setzero_ps(), v) /* of 0 and NaN the second */
#define TALL_ROWS 6
#define TALL_VECTORS 2
#define MIDDLE_ROWS 2
#define MIDDLE_VECTORS 4
#define PAIR_VECTORS 8
#define SINGLE_VECTORS 8
#define V_ACTIVE(v) \
    ((uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(v, _mm256_setzero_ps(), _CMP_NEQ_UQ)))
#define V_SUBTRACT(x, y) _mm256_sub_ps(x, y)
#define INTEGERS __m256i
#define SHORTS ((size_t)16)
#define I_ZERO _mm256_setzero_si256()
#define I_LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define I_LOW(x, y) _mm256_unpacklo_epi16(x, y)
#define I_HIGH(x, y) _mm256_unpackhi_epi16(x, y)
#define I_PAIR(p) _mm256_set1_epi32(spectra_pair(p))
#define I_DOT(sum, x, y) _mm256_add_epi32(sum, _mm256_madd_epi16(x, y))
#define I_STORE(p, low, high, factor, add) store_avx2(p, low, high, factor, add)
#define BACK_VECTORS 1

#include "multiply_template.h"

#include "sparse_template.h"

/* The low halves hold columns 0-3 and 8-11, the high ones those between. */
KERNEL_INLINE void store_avx2(float *p, __m256i low, __m256i high, float factor, bool add)
{
    const __m256 a = _mm256_cvtepi32_ps(_mm256_permute2x128_si256(low, high, 0x20));
    const __m256 b = _mm256_cvtepi32_ps(_mm256_permute2x128_si256(low, high, 0x31));
    const __m256 zero = _mm256_setzero_ps(), scale = _mm256_set1_ps(factor);
    _mm256_storeu_ps(p, _mm256_fmadd_ps(scale, a, add ? _mm256_loadu_ps(p) : zero));
    _mm256_storeu_ps(p + 8, _mm256_fmadd_ps(scale, b, add ? _mm256_loadu_ps(p + 8) : zero));
}

#include "single_template.h"

#include "back_template.h"

#include "distance_template.h"

#include "features_template.h"

#else

typedef int spectra_no_avx2_here; /* a file of C holds at least one declaration */

#endif
