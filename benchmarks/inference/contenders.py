"""What is timed: programs in C (native/), called through ctypes, and NumPy."""

import ctypes
import pathlib
import sysconfig
import time

import numpy as np

PACKAGES = pathlib.Path(sysconfig.get_path("purelib"))
ONNX_RUNTIME = next(PACKAGES.glob("onnxruntime/capi/libonnxruntime.so.*"))
OPENVINO = next(PACKAGES.glob("openvino/libs/libopenvino_c.so.*"))


class Native:
    """A contender of native/. `kept` are arrays that it reads and writes."""

    library = None

    @classmethod
    def open(cls, path):
        cls.library = ctypes.CDLL(str(path))
        cls.library.bench_peak_operations.restype = ctypes.c_size_t

    def __init__(self, maker, *arguments, spectra=1):
        make = getattr(self.library, maker)
        make.restype = ctypes.c_void_p
        self.kept = arguments
        self.pointer = ctypes.c_void_p(make(*map(native, arguments)))
        self.spectra = spectra

    def run(self, calls):
        """Seconds that passed, and seconds of processor time of all threads."""
        elapsed = (ctypes.c_double * 2)()
        self.library.bench_run(self.pointer, ctypes.c_size_t(calls), elapsed)
        return elapsed[0], elapsed[1]

    def latencies(self, calls):
        """Nanoseconds of each call."""
        nanoseconds = np.zeros(calls, np.uint32)
        self.library.bench_latencies(self.pointer, ctypes.c_size_t(calls), native(nanoseconds))
        return nanoseconds

    def values(self):
        """The properties that SpectraInfer predicted last."""
        values = np.zeros((self.spectra, 6))
        self.library.bench_spectra_values(self.pointer, native(values))
        return values

    def end(self):
        self.library.bench_end(self.pointer)


def native(argument):
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    if isinstance(argument, (pathlib.Path, str)):
        return ctypes.c_char_p(str(argument).encode())
    return ctypes.c_size_t(argument)


class Python:
    """A contender of Python: a function that is called again and again."""

    def __init__(self, function, spectra=1):
        self.function, self.spectra = function, spectra

    def run(self, calls):
        function, passed, work = self.function, time.perf_counter(), time.process_time()
        for _ in range(calls):
            function()
        work = time.process_time() - work
        return time.perf_counter() - passed, work

    def end(self):
        pass


def numpy_network(layers, batches):
    """The network as a program with NumPy has it: products into memory that is there, and ufuncs in place.

    Returns the contender and the array of its last outputs.
    """
    layers = [(np.ascontiguousarray(weights.T), bias) for weights, bias in layers]
    spare = [np.empty((batches.shape[1], weights.shape[1]), np.float32) for weights, _ in layers]
    turn = 0

    def predict():
        nonlocal turn
        h = batches[turn]
        turn = (turn + 1) % len(batches)
        for (weights, bias), out in zip(layers, spare):
            np.matmul(h, weights, out=out)
            out += bias
            if out is not spare[-1]:
                np.maximum(out, 0, out=out)
            h = out

    return Python(predict, batches.shape[1]), spare[-1]


def openblas_product(size=2048):
    """A square product of float32, by the OpenBLAS that NumPy brings."""
    random = np.random.default_rng(1)
    a, b = (random.standard_normal((size, size), dtype=np.float32) for _ in range(2))
    out = np.empty_like(a)
    return Python(lambda: np.matmul(a, b, out=out))
