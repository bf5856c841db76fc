/* back_template.h - the product of one layer on the way back, included once for each instruction set after
 * multiply_template.h, of which it uses KERNEL(name) and KERNEL_TARGET, and
 *
 *     INTEGERS, SHORTS         a vector of 32-bit sums; how many 16-bit numbers fill one
 *     I_ZERO                   sums of 0
 *     I_LOAD(p)                SHORTS numbers
 *     I_LOW(x, y) I_HIGH(x, y) two rows' numbers side by side: column by column, x before y; half of the
 *                              columns each
 *     I_PAIR(p)                the two numbers at p in all places
 *     I_DOT(sum, x, y)         adds x[2i] y[2i] + x[2i + 1] y[2i + 1] to each sum
 *     I_STORE(p, low, high, factor, add)
 *                              factor times the sums, in the order of the columns, to SHORTS floats
 *     BACK_VECTORS             vectors of columns of a tile
 *
 * It reads only some rows of B, by their numbers: those of units that are active.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* The columns of one tile of spectra_kernel_back(). */
KERNEL_INLINE void KERNEL(back_tile)(const size_t vectors, const back_product *t, size_t column)
{
    INTEGERS sum[SPECTRA_GRADIENT_COUNT][2 * BACK_VECTORS];
    UNROLL for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
        UNROLL for (size_t j = 0; j < 2 * vectors; j++)
            sum[i][j] = I_ZERO;
    }
    const int16_t *a = t->a;
    for (size_t p = 0; p < t->count; p += 2, a += 2 * SPECTRA_GRADIENT_LANES) {
        const int16_t *one = t->b + t->rows[p] * t->b_stride + column;
        const int16_t *other = t->b + t->rows[p + 1] * t->b_stride + column;
        INTEGERS row[2 * BACK_VECTORS];
        UNROLL for (size_t j = 0; j < vectors; j++) {
            const INTEGERS x = I_LOAD(one + j * SHORTS), y = I_LOAD(other + j * SHORTS);
            row[2 * j] = I_LOW(x, y);
            row[2 * j + 1] = I_HIGH(x, y);
        }
        UNROLL for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
            const INTEGERS pair = I_PAIR(a + 2 * i);
            UNROLL for (size_t j = 0; j < 2 * vectors; j++)
                sum[i][j] = I_DOT(sum[i][j], pair, row[j]);
        }
    }
    UNROLL for (size_t i = 0; i < SPECTRA_GRADIENT_COUNT; i++) {
        float *c = t->c + i * t->c_stride + column;
        UNROLL for (size_t j = 0; j < vectors; j++)
            I_STORE(c + j * SHORTS, sum[i][2 * j], sum[i][2 * j + 1], t->scales[i], t->add);
    }
}

KERNEL_TARGET void KERNEL(spectra_back)(const back_product *t)
{
    size_t column = 0;
    UNROLL for (size_t vectors = BACK_VECTORS; vectors > 0; vectors /= 2) {
        for (; column + vectors * SHORTS <= t->n; column += vectors * SHORTS)
            KERNEL(back_tile)(vectors, t, column);
    }
}
