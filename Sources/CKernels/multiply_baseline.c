/* multiply_baseline.c - the matrix product for every processor, one float at a time.
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
#define SINGLE_VECTORS 16
#define GATHER_VECTORS 4

#include "multiply_template.h"

#include "gather_template.h"
