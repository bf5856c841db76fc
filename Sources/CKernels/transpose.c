/* transpose.c - the transpose of a matrix, by tiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "CKernels.h"

/* Rows and columns of a tile: the lines that it touches stay in the first-level cache. */
#define TILE ((size_t)16)

void spectra_transpose(size_t rows, size_t columns, const float *source, float *target)
{
    for (size_t first_row = 0; first_row < rows; first_row += TILE) {
        const size_t end_row = rows - first_row < TILE ? rows : first_row + TILE;
        for (size_t first_column = 0; first_column < columns; first_column += TILE) {
            const size_t left = columns - first_column;
            const size_t end_column = left < TILE ? columns : first_column + TILE;
            for (size_t column = first_column; column < end_column; column++)
                for (size_t row = first_row; row < end_row; row++)
                    target[column * rows + row] = source[row * columns + column];
        }
    }
}
