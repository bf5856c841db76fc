"""Makes one call again and again, for a profiler.

    python3 loop.py LIBBENCH DIRECTORY raw|features [CHANNELS|BATCH]
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pathlib
import sys

import predictions
from bench import FEATURES, SHIPPED, Bench
from contenders import Native
from networks import HIDDEN

SECONDS = 5


def main(library, directory, what, size=None):
    Native.open(library)
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    bench = Bench(directory, native=None, library=None, quick=False, cores=set(), turns=None)
    if what == "raw":
        contender = predictions.raw(bench, "bench_spectra_raw", SHIPPED, int(size or predictions.CHANNELS))
    else:
        batch = int(size or 1)
        inputs = bench.batches(batch)
        contender = Native("bench_spectra_features", bench.model(HIDDEN), inputs, FEATURES, len(inputs), batch, spectra=batch)
    passed, _ = contender.run(100)
    contender.run(int(100 * SECONDS / passed))


main(*sys.argv[1:])
