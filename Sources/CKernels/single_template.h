/* single_template.h - the product of one spectrum alone, included once for each instruction set after
 * multiply_template.h, whose macros it uses.
 *
 * It reads only some rows of B, by their numbers: those of units that are active.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* The columns of one tile of spectra_kernel_rows(). */
KERNEL_INLINE void KERNEL(rows_tile)(const size_t vectors, const rows_product *t, size_t column)
{
    VECTOR sum[SINGLE_VECTORS];
    UNROLL for (size_t j = 0; j < vectors; j++)
        sum[j] = V_LOAD(t->bias + column + j * LANES);
    for (size_t p = 0; p < t->count; p++) {
        const float *b = t->b + t->rows[p] * t->b_stride + column;
        const VECTOR x = V_BROADCAST(t->a[p]);
        UNROLL for (size_t j = 0; j < vectors; j++)
            sum[j] = V_FMA(x, V_LOAD(b + j * LANES), sum[j]);
    }
    UNROLL for (size_t j = 0; j < vectors; j++)
        V_STORE(t->c + column + j * LANES, t->rectify ? V_RECTIFY(sum[j]) : sum[j]);
}

KERNEL_TARGET void KERNEL(spectra_rows)(const rows_product *t)
{
    size_t column = 0;
    UNROLL for (size_t vectors = SINGLE_VECTORS; vectors > 0; vectors /= 2) {
        for (; column + vectors * LANES <= t->n; column += vectors * LANES)
            KERNEL(rows_tile)(vectors, t, column);
    }
}
