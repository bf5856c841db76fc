/* gather_template.h - the product of the way back through the networks, included once for each
 * instruction set after multiply_template.h, whose macros it uses, and
 *
 *     GATHER_VECTORS           vectors of a tile's columns
 *
 * A tile has all rows of C and stays in registers while p runs. Each p is one row of B, taken by its
 * number, so that rows of units that are not active are never read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define GATHER_ROWS SPECTRA_GRADIENT_COUNT

/* The columns of one tile; `vectors` is a constant where this is inlined. */
KERNEL_INLINE void KERNEL(gather_tile)(const size_t vectors, const gathered *t, size_t column)
{
    VECTOR sum[GATHER_ROWS][GATHER_VECTORS];
    UNROLL for (size_t i = 0; i < GATHER_ROWS; i++) {
        UNROLL for (size_t j = 0; j < vectors; j++)
            sum[i][j] = t->add ? V_LOAD(t->c + i * t->c_stride + column + j * LANES)
                               : V_BROADCAST(0.0f);
    }
    const float *a = t->a;
    for (size_t p = 0; p < t->k; p++, a += GATHER_ROWS) {
        const float *b = t->b + t->rows[p] * t->b_stride + column;
        VECTOR row[GATHER_VECTORS];
        UNROLL for (size_t j = 0; j < vectors; j++)
            row[j] = V_LOAD(b + j * LANES);
        UNROLL for (size_t i = 0; i < GATHER_ROWS; i++) {
            const VECTOR x = V_BROADCAST(a[i]);
            UNROLL for (size_t j = 0; j < vectors; j++)
                sum[i][j] = V_FMA(x, row[j], sum[i][j]);
        }
    }
    UNROLL for (size_t i = 0; i < GATHER_ROWS; i++) {
        UNROLL for (size_t j = 0; j < vectors; j++)
            V_STORE(t->c + i * t->c_stride + column + j * LANES, sum[i][j]);
    }
}

KERNEL_TARGET void KERNEL(spectra_gather)(gathered t)
{
    size_t column = 0;
    for (; column + GATHER_VECTORS * LANES <= t.n; column += GATHER_VECTORS * LANES)
        KERNEL(gather_tile)(GATHER_VECTORS, &t, column);
    for (; column < t.n; column += LANES)
        KERNEL(gather_tile)(1, &t, column);
}
