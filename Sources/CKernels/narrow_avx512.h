/* narrow_avx512.h - products of eight columns with AVX-512, included after multiply_template.h.
 *
 * Eight columns do not fill a vector. So sixteen rows of A are transposed, sixteen elements at a time, and
 * each lane holds a row: a multiply-add then takes one element of B to all of them. Each sum has the terms
 * and the order that it has elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define NARROW_ROWS ((size_t)16)
#define NARROW_COLUMNS ((size_t)8)

/* Rows become columns: within 128 bits four by four, and then the 128 bits among each other. */
KERNEL_INLINE void transpose_avx512(__m512 rows[NARROW_ROWS])
{
    __m512 pairs[NARROW_ROWS], fours[NARROW_ROWS];
    UNROLL for (size_t i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    UNROLL for (size_t i = 0; i < 16; i += 4) {
        fours[i] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        fours[i + 1] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        fours[i + 2] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        fours[i + 3] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    UNROLL for (size_t i = 0; i < 4; i++) {
        const __m512 even = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0x88);
        const __m512 odd = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0xdd);
        const __m512 far_even = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0x88);
        const __m512 far_odd = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0xdd);
        rows[i] = _mm512_shuffle_f32x4(even, far_even, 0x88);
        rows[i + 4] = _mm512_shuffle_f32x4(odd, far_odd, 0x88);
        rows[i + 8] = _mm512_shuffle_f32x4(even, far_even, 0xdd);
        rows[i + 12] = _mm512_shuffle_f32x4(odd, far_odd, 0xdd);
    }
}

/* Adds the terms of `depth` elements of A, at most sixteen; a constant where this is inlined, so that the
   elements stay in registers. */
KERNEL_INLINE void narrow_terms_avx512(const size_t depth, const __mmask16 there, const float *a, size_t a_stride,
                                       const float *b, size_t b_stride, __m512 sum[NARROW_ROWS])
{
    __m512 x[NARROW_ROWS];
    UNROLL for (size_t i = 0; i < NARROW_ROWS; i++)
        x[i] = _mm512_maskz_loadu_ps(there, a + i * a_stride);
    transpose_avx512(x);
    UNROLL for (size_t p = 0; p < 16; p++) {
        UNROLL for (size_t j = 0; j < NARROW_COLUMNS && p < depth; j++)
            sum[j] = V_FMA(x[p], V_BROADCAST(b[p * b_stride + j]), sum[j]);
    }
}

/* Sixteen rows of t. */
KERNEL_TARGET static void narrow_rows_avx512(product t)
{
    const __mmask16 columns = MASK_FIRST(NARROW_COLUMNS);
    __m512 sum[NARROW_ROWS]; /* a row of C each at first and in the end, a column between */
    UNROLL for (size_t i = 0; i < NARROW_ROWS; i++)
        sum[i] = _mm512_maskz_loadu_ps(columns, t.bias ? t.bias : t.c + i * t.c_stride);
    transpose_avx512(sum);
    for (; t.k >= 16; t.k -= 16, t.a += 16, t.b += 16 * t.b_stride)
        narrow_terms_avx512(16, 0xffff, t.a, t.a_stride, t.b, t.b_stride, sum);
    if (t.k > 0)
        narrow_terms_avx512(t.k, MASK_FIRST(t.k), t.a, t.a_stride, t.b, t.b_stride, sum);
    transpose_avx512(sum);
    UNROLL for (size_t i = 0; i < NARROW_ROWS; i++)
        _mm512_mask_storeu_ps(t.c + i * t.c_stride, columns, t.rectify ? V_RECTIFY(sum[i]) : sum[i]);
}

/* Rows that fill no sixteen, and fewer columns, fill vectors of eight. */
KERNEL_TARGET void spectra_multiply_narrow_avx512(const product *whole)
{
    product t = *whole;
    for (; t.m >= NARROW_ROWS && t.n == NARROW_COLUMNS; t.m -= NARROW_ROWS) {
        narrow_rows_avx512(t);
        t.a += NARROW_ROWS * t.a_stride;
        t.c += NARROW_ROWS * t.c_stride;
    }
    spectra_multiply_avx2(&t);
}
