/* multiply_avx2.c - the matrix product with AVX2 and FMA, eight floats at a time, 16 registers.
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
#define SINGLE_VECTORS 8
#define GATHER_VECTORS 2

#include "multiply_template.h"

#include "gather_template.h"

#else

typedef int spectra_no_avx2_here; /* a file of C holds at least one declaration */

#endif
