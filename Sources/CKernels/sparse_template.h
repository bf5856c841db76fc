/* sparse_template.h - the product of a batch many of whose inputs are zero, included once for each
 * instruction set after multiply_template.h, whose macros it uses, and
 *
 *     V_ACTIVE(v)              one bit for each lane: whether it is not zero; NaN is not
 *
 * What of B stays in the first-level cache is cut smaller here: SPARSE_DEPTH rows of a tile's columns,
 * and one row of A after the other goes through those that its inputs ask for. A multiply-add loads its
 * row of B anew instead of sharing it with other rows of A, so that it takes half as long again: it pays
 * where at least a quarter of the inputs are zero.
 *
 * Which inputs are zero is found for all rows before the first is multiplied. The processor thus knows
 * where the loop over a row ends before it comes there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

/* Rows of B that one word has bits for. */
#define SPARSE_DEPTH 64
/* Rows of A that share a tile of B. */
#define SPARSE_ROWS 64
/* Fewer columns wait for one multiply-add after the other, and are left to the dense tiles. */
#define SPARSE_WIDTH (PAIR_VECTORS / 2 * LANES)

/* The inputs of one row of A, at most SPARSE_DEPTH, that are not zero. */
KERNEL_INLINE uint64_t KERNEL(active)(const float *a, size_t count)
{
    uint64_t active = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        active |= (uint64_t)V_ACTIVE(V_LOAD(a + i)) << i;
    if (i < count)
        active |= (uint64_t)V_ACTIVE(V_LOAD_MASKED(a + i, MASK_FIRST(count - i))) << i;
    return active;
}

/* All of t's rows, at most SPARSE_DEPTH deep, in one tile's columns. */
KERNEL_INLINE void KERNEL(sparse_column)(const size_t vectors, product t, const uint64_t *active)
{
    for (size_t i = 0; i < t.m; i++) {
        VECTOR sum[PAIR_VECTORS];
        const float *start = t.bias ? t.bias : t.c;
        UNROLL for (size_t j = 0; j < vectors; j++)
            sum[j] = V_LOAD(start + j * LANES);
        for (uint64_t left = active[i]; left != 0; left &= left - 1) {
            const size_t p = (size_t)__builtin_ctzll(left);
            const float *b = spectra_one_address(t.b + p * t.b_stride);
            const VECTOR x = V_BROADCAST(t.a[p]);
            UNROLL for (size_t j = 0; j < vectors; j++)
                sum[j] = V_FMA(x, V_LOAD(b + j * LANES), sum[j]);
        }
        UNROLL for (size_t j = 0; j < vectors; j++)
            V_STORE(t.c + j * LANES, t.rectify ? V_RECTIFY(sum[j]) : sum[j]);
        t.a += t.a_stride;
        t.c += t.c_stride;
    }
}

/* All of t's rows and depth in one tile's columns. */
KERNEL_INLINE void KERNEL(sparse_columns)(const size_t vectors, const product *t,
                                          uint64_t active[][SPARSE_ROWS])
{
    for (size_t begin = 0; begin < t->k; begin += SPARSE_DEPTH)
        KERNEL(sparse_column)(vectors, KERNEL(depth)(t, begin, SPARSE_DEPTH), active[begin / SPARSE_DEPTH]);
}

/* At most SPARSE_ROWS rows, at most PIECE deep. */
KERNEL_TARGET static void KERNEL(sparse_piece)(product t)
{
    uint64_t active[PIECE / SPARSE_DEPTH][SPARSE_ROWS];
    size_t count = 0;
    for (size_t begin = 0; begin < t.k && t.n >= SPARSE_WIDTH; begin += SPARSE_DEPTH) {
        const product tile = KERNEL(depth)(&t, begin, SPARSE_DEPTH);
        for (size_t i = 0; i < t.m; i++) {
            const uint64_t bits = KERNEL(active)(tile.a + i * t.a_stride, tile.k);
            active[begin / SPARSE_DEPTH][i] = bits;
            count += (size_t)__builtin_popcountll(bits);
        }
    }
    /* Less, not at most: without a depth there is no tile that would start C. */
    if (4 * count < 3 * t.m * t.k) {
        UNROLL for (size_t vectors = PAIR_VECTORS; vectors >= PAIR_VECTORS / 2; vectors /= 2) {
            for (; t.n >= vectors * LANES; KERNEL(skip_columns)(vectors * LANES, &t))
                KERNEL(sparse_columns)(vectors, &t, active);
        }
    }
    if (t.n > 0)
        KERNEL(dense_piece)(&t);
}

KERNEL_TARGET void KERNEL(spectra_multiply_sparse)(const product *whole)
{
    for (size_t done = 0; done < whole->m; done += SPARSE_ROWS) {
        product rows = *whole;
        rows.m = whole->m - done < SPARSE_ROWS ? whole->m - done : SPARSE_ROWS;
        rows.a += done * whole->a_stride;
        rows.c += done * whole->c_stride;
        size_t begin = 0;
        do {
            KERNEL(sparse_piece)(KERNEL(depth)(&rows, begin, PIECE));
            begin += PIECE;
        } while (begin < whole->k);
    }
}
