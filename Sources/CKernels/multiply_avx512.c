/* multiply_avx512.c - the matrix product with AVX-512F, sixteen floats at a time, 32 registers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#if defined(__x86_64__)

#include <immintrin.h>

#define KERNEL(name) name##_avx512
#define KERNEL_TARGET __attribute__((target("avx512f")))
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
#define TALL_ROWS 12
#define TALL_VECTORS 2
#define MIDDLE_ROWS 4
#define MIDDLE_VECTORS 4
#define SINGLE_VECTORS 8
#define GATHER_VECTORS 2

#include "multiply_template.h"

#include "gather_template.h"

#else

typedef int spectra_no_avx512_here; /* a file of C holds at least one declaration */

#endif
