/* transpose.c - the transpose of a matrix, by tiles of four by four that stay in registers.
 *
 * Vectors of four floats are what every processor has that this is built for (SSE2, NEON), and the
 * transpose waits for memory rather than for wider ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernels.h"

/* Rows and columns of a block: the lines that it touches stay in the first-level cache. */
#define BLOCK ((size_t)16)
#define SIDE ((size_t)4)

typedef float four __attribute__((vector_size(16)));

static inline four load(const float *source)
{
    four value;
    memcpy(&value, source, sizeof value);
    return value;
}

static inline void store(float *target, four value)
{
    memcpy(target, &value, sizeof value);
}

/* Four rows of `source`, `columns` apart, become four columns of `target`, rows `rows` apart. */
static inline void transpose_tile(size_t rows, size_t columns, const float *source, float *target)
{
    const four a = load(source), b = load(source + columns);
    const four c = load(source + 2 * columns), d = load(source + 3 * columns);
    const four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5); /* a0 b0 a1 b1 */
    const four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store(target, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
    store(target + rows, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
    store(target + 2 * rows, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
    store(target + 3 * rows, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void spectra_transpose(size_t rows, size_t columns, const float *source, float *target)
{
    const size_t whole_rows = rows / SIDE * SIDE, whole_columns = columns / SIDE * SIDE;
    for (size_t first_row = 0; first_row < whole_rows; first_row += BLOCK) {
        const size_t end_row = smaller(whole_rows, first_row + BLOCK);
        for (size_t first_column = 0; first_column < whole_columns; first_column += BLOCK) {
            const size_t end_column = smaller(whole_columns, first_column + BLOCK);
            for (size_t column = first_column; column < end_column; column += SIDE)
                for (size_t row = first_row; row < end_row; row += SIDE)
                    transpose_tile(rows, columns, source + row * columns + column,
                                   target + column * rows + row);
        }
    }
    /* The rows and columns that fill no tile. */
    for (size_t row = 0; row < rows; row++)
        for (size_t column = row < whole_rows ? whole_columns : 0; column < columns; column++)
            target[column * rows + row] = source[row * columns + column];
}
