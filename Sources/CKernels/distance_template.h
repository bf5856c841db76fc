/* distance_template.h - distances of one spectrum from many others, included once for each instruction
 * set after multiply_template.h, whose macros it uses, and V_SUBTRACT(x, y).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define BLOCK SPECTRA_DISTANCE_BLOCK

/* Blocks that go side by side: each sum waits for the addition before. */
#define BLOCKS (LANES >= BLOCK ? 4 : 1)

KERNEL_INLINE void KERNEL(block_distances)(const size_t blocks, size_t dimensions, const float *point,
                                           const float *others, float *squares)
{
    VECTOR sum[BLOCKS][BLOCK / LANES];
    UNROLL for (size_t i = 0; i < blocks; i++) {
        UNROLL for (size_t j = 0; j < BLOCK / LANES; j++)
            sum[i][j] = V_BROADCAST(0.0f);
    }
    for (size_t dimension = 0; dimension < dimensions; dimension++, others += BLOCK) {
        const VECTOR own = V_BROADCAST(point[dimension]);
        UNROLL for (size_t i = 0; i < blocks; i++) {
            UNROLL for (size_t j = 0; j < BLOCK / LANES; j++) {
                const VECTOR difference = V_SUBTRACT(own, V_LOAD(others + i * dimensions * BLOCK + j * LANES));
                sum[i][j] = V_FMA(difference, difference, sum[i][j]);
            }
        }
    }
    UNROLL for (size_t i = 0; i < blocks; i++) {
        UNROLL for (size_t j = 0; j < BLOCK / LANES; j++)
            V_STORE(squares + i * BLOCK + j * LANES, sum[i][j]);
    }
}

KERNEL_TARGET void KERNEL(spectra_distances)(size_t blocks, size_t dimensions, const float *point,
                                             const float *others, float *squares)
{
    const size_t size = dimensions * BLOCK;
    for (; blocks >= BLOCKS; blocks -= BLOCKS, squares += BLOCKS * BLOCK, others += BLOCKS * size)
        KERNEL(block_distances)(BLOCKS, dimensions, point, others, squares);
    for (; blocks > 0; blocks--, squares += BLOCK, others += size)
        KERNEL(block_distances)(1, dimensions, point, others, squares);
}

#undef BLOCKS
#undef BLOCK

/* Eight at once, which the compiler splits where the vectors are shorter. */
typedef double KERNEL(doubles) __attribute__((vector_size(64)));
typedef float KERNEL(floats) __attribute__((vector_size(32)));

KERNEL_INLINE double KERNEL(total)(const KERNEL(doubles) *sum)
{
    const KERNEL(doubles) s = *sum;
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

KERNEL_TARGET double KERNEL(spectra_squares)(size_t n, const float *x, const float *y, double limit)
{
    enum { LOOK = 64 }; /* so often at the limit */
    KERNEL(doubles) sum = { 0, 0, 0, 0, 0, 0, 0, 0 };
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        KERNEL(floats) one, other;
        memcpy(&one, x + i, sizeof one);
        memcpy(&other, y + i, sizeof other);
        const KERNEL(doubles) difference = __builtin_convertvector(one, KERNEL(doubles))
                                           - __builtin_convertvector(other, KERNEL(doubles));
        sum += difference * difference;
        if ((i + 8) % LOOK == 0) {
            const double squares = KERNEL(total)(&sum);
            if (squares > limit)
                return squares;
        }
    }
    double squares = KERNEL(total)(&sum);
    for (; i < n; i++) {
        const double difference = (double)x[i] - (double)y[i];
        squares += difference * difference;
    }
    return squares;
}
