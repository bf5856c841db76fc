"""Times the matrix products of training with OpenBLAS, through NumPy, and with Sources/CKernels, on one core.

    python3 run.py --library libckernels.so

The shapes are those of one step of 160-256-256-6 with a batch of 64, in the orientation in which each of the
two is used: the kernels with both factors row by row, as the training keeps them; NumPy with the transposed views
that a program would pass, which OpenBLAS reads in place. Both are called on the same numbers in turns, and the
least processor time of many calls counts: it is disturbed least by other programs.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import ctypes
import time

import numpy as np

BATCH, WIDTHS = 64, [160, 256, 256, 6]
KERNELS = {1: "AVX2", 2: "AVX-512"}


def shapes():
    """What, m, n, k of the kernels' product, and whether NumPy's first or second factor is transposed."""
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        yield f"forward {inputs} to {outputs}", "forward", outputs, BATCH, inputs
    for inputs, outputs in reversed(list(zip(WIDTHS, WIDTHS[1:]))):
        yield f"gradient of {inputs} to {outputs}", "gradient", outputs, inputs, BATCH
        if inputs != WIDTHS[0]:
            yield f"back from {outputs} to {inputs}", "back", BATCH, inputs, outputs


def least_seconds(functions, repetitions=400, calls=10):
    """The least processor time of a call of each function."""
    best = [float("inf")] * len(functions)
    for _ in range(repetitions):
        for index, function in enumerate(functions):
            start = time.thread_time()
            for _ in range(calls):
                function()
            best[index] = min(best[index], (time.thread_time() - start) / calls)
    return best


def numpy_product(kind, a, b):
    """The same product as a program with row-major batches writes it: x W^T, d^T x and d W."""
    if kind == "forward":  # kernels: W [out][in] times x^T [in][rows]
        weights, x = a, np.ascontiguousarray(b.T)
        out = np.empty((x.shape[0], weights.shape[0]), np.float32)
        return lambda: np.matmul(x, weights.T, out=out), lambda: out.T
    if kind == "gradient":  # kernels: d^T [out][rows] times x [rows][in]
        delta = np.ascontiguousarray(a.T)
        out = np.empty((a.shape[0], b.shape[1]), np.float32)
        return lambda: np.matmul(delta.T, b, out=out), lambda: out
    out = np.empty((a.shape[0], b.shape[1]), np.float32)
    return lambda: np.matmul(a, b, out=out), lambda: out


def kernel_product(library, kernel, a, b):
    (m, k), n = a.shape, b.shape[1]
    start, out = np.zeros(n, np.float32), np.empty((m, n), np.float32)
    arguments = [
        ctypes.c_int(kernel), *map(ctypes.c_size_t, (m, n, k)),
        ctypes.c_void_p(a.ctypes.data), ctypes.c_size_t(k), ctypes.c_void_p(b.ctypes.data), ctypes.c_size_t(n),
        ctypes.c_void_p(start.ctypes.data), ctypes.c_void_p(out.ctypes.data), ctypes.c_size_t(n),
        ctypes.c_bool(False),
    ]
    kept = (a, b, start)  # as long as the function lives
    return lambda kept=kept: library.spectra_kernel_multiply(*arguments), lambda: out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    library = ctypes.CDLL(parser.parse_args().library)
    library.spectra_kernel_available.restype = ctypes.c_bool
    kernels = [kernel for kernel in KERNELS if library.spectra_kernel_available(kernel)]
    random = np.random.default_rng(1)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    print(f"NumPy {np.__version__}, {blas['name']} {blas['version']}; GFLOP/s, one core\n")
    print("| product | m | n | k | OpenBLAS |" + "".join(f" {KERNELS[kernel]} |" for kernel in kernels))
    print("|---|---|---|---|" + "---|" * (1 + len(kernels)))
    total = np.zeros(1 + len(kernels))
    for what, kind, m, n, k in shapes():
        a = random.standard_normal((m, k), dtype=np.float32)
        b = random.standard_normal((k, n), dtype=np.float32)
        products = [numpy_product(kind, a, b), *(kernel_product(library, kernel, a, b) for kernel in kernels)]
        for function, result in products:
            function()
            assert np.allclose(result(), a.astype(float) @ b, rtol=1e-4, atol=1e-3), what
        seconds = least_seconds([function for function, _ in products])
        total += seconds
        rates = "".join(f" {2e-9 * m * n * k / s:.0f} |" for s in seconds)
        print(f"| {what} | {m} | {n} | {k} |{rates}")
    print("| microseconds of all | | | |" + "".join(f" {1e6 * s:.0f} |" for s in total))


if __name__ == "__main__":
    main()
