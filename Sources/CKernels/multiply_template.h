/* multiply_template.h - the blocked matrix product, included once for each instruction set.
 *
 * C is cut into tiles that stay in registers while k runs: for each p, one row of a tile's columns
 * of B is loaded, and each of the tile's rows multiplies it by one element of A. A tile is
 *
 *     tall     TALL_ROWS x TALL_VECTORS      for the bulk of a batch
 *     middle   MIDDLE_ROWS x MIDDLE_VECTORS  for the rows that are left
 *     few      3 x MIDDLE_VECTORS,
 *              2 x PAIR_VECTORS              for three or two of these: B is read once for them
 *     single   1 x SINGLE_VECTORS            for one spectrum: rows of B are read from end to end
 *
 * and narrower by halves where few columns are left, down to one vector with lanes masked off.
 *
 * k is cut too, into pieces whose part of B fits in the cache. The sum continues from C with the
 * next piece: a float stored and loaded again is the same float, so that the order of the additions
 * and with it each bit of the result stays what it is.
 *
 * The includer defines
 *
 *     KERNEL(name)             the name of a function of this instruction set
 *     KERNEL_TARGET            the attribute that lets a function use it, or nothing
 *     VECTOR, LANES            a vector of floats, and how many it holds
 *     MASK, MASK_FIRST(count)  which lanes are in use; the first `count`, 0 < count < LANES
 *     V_LOAD(p)  V_STORE(p, v)  V_LOAD_MASKED(p, mask)  V_STORE_MASKED(p, mask, v)
 *     V_BROADCAST(x)           the float x in all lanes
 *     V_FMA(x, y, z)           x y + z with one rounding
 *     V_RECTIFY(v)             max(0, v); NaN stays NaN
 *     TALL_ROWS  TALL_VECTORS  MIDDLE_ROWS  MIDDLE_VECTORS  PAIR_VECTORS  SINGLE_VECTORS
 *                              the sizes of the tiles; vectors are powers of 2
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "multiply.h"

/* A multiply-add with one rounding would give other bits than two operations with one each. */
#pragma STDC FP_CONTRACT OFF

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

#define MAXIMUM_ROWS (TALL_ROWS > MIDDLE_ROWS ? TALL_ROWS : MIDDLE_ROWS)
#define MAXIMUM_VECTORS (SINGLE_VECTORS)

/* Depth of a piece of k. */
#define PIECE 256

/* One tile of rows x vectors; `rows`, `vectors` and `partial` are constants where this is inlined.
   `partial`: the last vector has only the lanes of `mask`. */
KERNEL_INLINE void KERNEL(tile)(const size_t rows, const size_t vectors, const bool partial,
                                const MASK mask, const product *t)
{
    const size_t last = vectors - 1;
    VECTOR sum[MAXIMUM_ROWS][MAXIMUM_VECTORS];
    UNROLL for (size_t i = 0; i < rows; i++) {
        const float *start = t->bias ? t->bias : t->c + i * t->c_stride;
        UNROLL for (size_t j = 0; j < vectors; j++)
            sum[i][j] = partial && j == last ? V_LOAD_MASKED(start + j * LANES, mask)
                                             : V_LOAD(start + j * LANES);
    }
    const size_t k = t->k, a_stride = t->a_stride, b_stride = t->b_stride;
    const float *a = t->a, *b = t->b;
    for (size_t p = 0; p < k; p++, a++, b += b_stride) {
        VECTOR row[MAXIMUM_VECTORS];
        UNROLL for (size_t j = 0; j < vectors; j++)
            row[j] = partial && j == last ? V_LOAD_MASKED(b + j * LANES, mask)
                                          : V_LOAD(b + j * LANES);
        UNROLL for (size_t i = 0; i < rows; i++) {
            const VECTOR x = V_BROADCAST(a[i * a_stride]);
            UNROLL for (size_t j = 0; j < vectors; j++)
                sum[i][j] = V_FMA(x, row[j], sum[i][j]);
        }
    }
    UNROLL for (size_t i = 0; i < rows; i++) {
        float *c = t->c + i * t->c_stride;
        UNROLL for (size_t j = 0; j < vectors; j++) {
            const VECTOR value = t->rectify ? V_RECTIFY(sum[i][j]) : sum[i][j];
            if (partial && j == last)
                V_STORE_MASKED(c + j * LANES, mask, value);
            else
                V_STORE(c + j * LANES, value);
        }
    }
}

/* All of t's rows, a multiple of `rows`, by tiles of one width. */
KERNEL_INLINE void KERNEL(column)(const size_t rows, const size_t vectors, const bool partial,
                                  const MASK mask, product t)
{
    for (size_t i = 0; i < t.m; i += rows) {
        KERNEL(tile)(rows, vectors, partial, mask, &t);
        t.a += rows * t.a_stride;
        t.c += rows * t.c_stride;
    }
}

/* Goes on to the columns of t from `width` on. */
KERNEL_INLINE void KERNEL(skip_columns)(size_t width, product *t)
{
    t->n -= width;
    t->b += width;
    t->bias = t->bias ? t->bias + width : NULL;
    t->c += width;
}

/* All of t's rows, a multiple of `rows`, and all its columns, by tiles at most `widest` wide. */
KERNEL_INLINE void KERNEL(band)(const size_t rows, const size_t widest, product t)
{
    UNROLL for (size_t vectors = widest; vectors > 0; vectors /= 2) {
        const size_t width = vectors * LANES;
        while (t.n >= width) {
            KERNEL(column)(rows, vectors, false, MASK_FIRST(1), t);
            KERNEL(skip_columns)(width, &t);
        }
    }
    if (t.n > 0)
        KERNEL(column)(rows, 1, true, MASK_FIRST(t.n), t);
}

/* The rows from `*done` on that fill whole tiles of `rows`. */
KERNEL_INLINE void KERNEL(bands)(const size_t rows, const size_t widest, product t, size_t *done)
{
    const size_t count = (t.m - *done) / rows * rows;
    if (count == 0)
        return;
    t.m = count;
    t.a += *done * t.a_stride;
    t.c += *done * t.c_stride;
    KERNEL(band)(rows, widest, t);
    *done += count;
}

/* The terms of `whole` from `begin` on, `most` of them or what is left: the first ones start from the
   bias, the last ones rectify. */
KERNEL_INLINE product KERNEL(depth)(const product *whole, size_t begin, size_t most)
{
    product piece = *whole;
    const size_t left = whole->k - begin;
    piece.k = left < most ? left : most;
    piece.a += begin;
    piece.b += begin * whole->b_stride;
    if (begin > 0)
        piece.bias = NULL;
    piece.rectify = whole->rectify && piece.k == left;
    return piece;
}

/* Of so many rows, those that are not for tall tiles. One row or two alone read all of B again: where these
   would be left, the rows of one more tall tile go with them, and middle tiles and three rows take all. */
KERNEL_INLINE size_t KERNEL(short_rows)(size_t rows)
{
    const size_t left = rows % TALL_ROWS, alone = left % MIDDLE_ROWS;
    const bool are_alone = MIDDLE_ROWS > 3 && (alone == 1 || alone == 2);
    return are_alone && rows > TALL_ROWS ? left + TALL_ROWS : left;
}

/* All of t, at most PIECE deep. */
KERNEL_TARGET static void KERNEL(dense_piece)(const product *t)
{
    product tall = *t;
    tall.m -= KERNEL(short_rows)(t->m);
    size_t done = 0;
    KERNEL(bands)(TALL_ROWS, TALL_VECTORS, tall, &done);
    KERNEL(bands)(MIDDLE_ROWS, MIDDLE_VECTORS, *t, &done);
    if (MIDDLE_ROWS > 3) {
        KERNEL(bands)(3, MIDDLE_VECTORS, *t, &done);
        KERNEL(bands)(2, PAIR_VECTORS, *t, &done);
    }
    KERNEL(bands)(1, SINGLE_VECTORS, *t, &done);
}

KERNEL_TARGET void KERNEL(spectra_multiply)(const product *whole)
{
    size_t begin = 0;
    do {
        const product piece = KERNEL(depth)(whole, begin, PIECE);
        KERNEL(dense_piece)(&piece);
        begin += PIECE;
    } while (begin < whole->k);
}
