/* multiply_baseline.c - the products for every processor, one float at a time.
 *
 * fmaf() is one instruction wherever the architecture has one (aarch64, where the compiler also
 * makes vectors of the tiles), and a call into the C library elsewhere (x86-64).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define KERNEL(name) name##_baseline
#define KERNEL_TARGET
#define VECTOR float
#define LANES ((size_t)1)
#define MASK int
#define MASK_FIRST(count) ((int)(count))
#define V_LOAD(p) (*(p))
#define V_STORE(p, v) ((void)(*(p) = (v)))
#define V_LOAD_MASKED(p, mask) ((void)(mask), *(p))
#define V_STORE_MASKED(p, mask, v) ((void)(mask), (void)(*(p) = (v)))
#define V_BROADCAST(x) (x)
#define V_FMA(x, y, z) fmaf(x, y, z)
#define V_RECTIFY(v) ((v) < 0.0f ? 0.0f : (v))
#define TALL_ROWS 4
#define TALL_VECTORS 8
#define MIDDLE_ROWS 2
#define MIDDLE_VECTORS 8
#define PAIR_VECTORS 16
#define SINGLE_VECTORS 16
#define V_ACTIVE(v) ((v) != 0.0f)
#define V_SUBTRACT(x, y) ((x) - (y))
#define INTEGERS sums_baseline
#define SHORTS ((size_t)4)
#define I_ZERO zero_baseline()
#define I_LOAD(p) load_baseline(p)
#define I_LOW(x, y) interleave_baseline(x, y, 0)
#define I_HIGH(x, y) interleave_baseline(x, y, 2)
#define I_PAIR(p) pair_baseline(p)
#define I_DOT(sum, x, y) dot_baseline(sum, x, y)
#define I_STORE(p, low, high, factor, add) store_baseline(p, low, high, factor, add)
#define BACK_VECTORS 1

#include "multiply_template.h"

#include "sparse_template.h"

/* Two sums, or four numbers in the place of the 16-bit ones. */
typedef struct sums_baseline {
    int32_t part[4];
} sums_baseline;

static inline sums_baseline zero_baseline(void)
{
    return (sums_baseline){ { 0, 0, 0, 0 } };
}

static inline sums_baseline load_baseline(const int16_t *p)
{
    return (sums_baseline){ { p[0], p[1], p[2], p[3] } };
}

static inline sums_baseline interleave_baseline(sums_baseline x, sums_baseline y, int first)
{
    return (sums_baseline){ { x.part[first], y.part[first], x.part[first + 1], y.part[first + 1] } };
}

static inline sums_baseline pair_baseline(const int16_t *p)
{
    return (sums_baseline){ { p[0], p[1], p[0], p[1] } };
}

static inline sums_baseline dot_baseline(sums_baseline sum, sums_baseline x, sums_baseline y)
{
    sum.part[0] += x.part[0] * y.part[0] + x.part[1] * y.part[1];
    sum.part[1] += x.part[2] * y.part[2] + x.part[3] * y.part[3];
    return sum;
}

static inline void store_baseline(float *p, sums_baseline low, sums_baseline high, float factor,
                                  bool add)
{
    const int32_t sums[4] = { low.part[0], low.part[1], high.part[0], high.part[1] };
    for (int i = 0; i < 4; i++)
        p[i] = fmaf(factor, (float)sums[i], add ? p[i] : 0.0f);
}

#include "single_template.h"

#include "back_template.h"

#include "distance_template.h"

#include "features_template.h"
