"""The contender of one call of the library, for programs that time or profile nothing else."""

import pathlib

import predictions
from bench import FEATURES, SHIPPED, Bench
from contenders import Native
from networks import HIDDEN


def contender(library, directory, what, size=None):
    """What `raw [CHANNELS]`, `features [BATCH]` and `shipped [BATCH]` name, through the C library at `library`."""
    Native.open(library)
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    bench = Bench(directory, native=None, library=None, quick=False, cores=set(), turns=None)
    if what == "raw":
        return predictions.raw(bench, "bench_spectra_raw", SHIPPED, int(size or predictions.CHANNELS))
    if what == "shipped":
        return predictions.features(bench, SHIPPED, int(size or 1))
    if what == "features":
        batch = int(size or 1)
        inputs = bench.batches(batch)
        return Native("bench_spectra_features", bench.model(HIDDEN), inputs, FEATURES, len(inputs), batch, spectra=batch)
    raise SystemExit(f"{what} is none of raw, features and shipped")
