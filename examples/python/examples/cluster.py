"""A spectrum image that no machine holds, on a cluster of processes.

    python cluster.py [--workers 1 2] [--tiles 6] [--repeat 3] [--scheduler tcp://host:8786]

Predicts an image of tiles x tiles blocks of 48 x 48 spectra through Dask, with each number of
workers, and tells how many spectra a second they predict: the best of --repeat runs. With
--scheduler it uses the workers of a cluster that runs already (`dask scheduler`, `dask worker`).
Each worker makes the blocks that it predicts; in their place yours reads a file that is stored in
chunks, such as Zarr or HDF5: dask.array.from_zarr("image.zarr").
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import dask.array as da
import distributed
import numpy as np
from numpy.typing import NDArray
from two_phases import TwoPhases, two_phases

import spectra_infer.dask
from spectra_infer import Predictions

SIDE = 48
"""Pixels along a block: 2304 spectra, 6 MB."""


def lazy_image(tile: TwoPhases, tiles: int) -> Any:
    """Return a dask array of tiles x tiles blocks, each made where it is wanted."""

    def make(block_info: Any = None) -> NDArray[np.float32]:
        row, column = block_info[None]["chunk-location"][:2]
        return np.roll(tile.counts, (row, column), axis=(0, 1))

    sides = (SIDE,) * tiles
    return da.map_blocks(
        make, chunks=(sides, sides, (tile.energies.size,)), dtype=np.float32, meta=tile.counts[:0]
    )


def run(tile: TwoPhases, tiles: int, repeat: int) -> tuple[float, Predictions]:
    """Return the shortest time of `repeat` predictions of the image, s, and the maps."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        maps = spectra_infer.dask.predict(tile.energies, lazy_image(tile, tiles)).compute()
        best = min(best, time.perf_counter() - start)
    return best, maps


def main() -> int:
    """Predict with each number of workers, and tell how fast."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--tiles", type=int, default=6)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scheduler", help="address of a cluster that runs already")
    arguments = parser.parse_args()
    if min(*arguments.workers, arguments.tiles, arguments.repeat) < 1:
        parser.error("--workers, --tiles and --repeat must be at least 1")
    tile = two_phases(SIDE, SIDE)
    count = (SIDE * arguments.tiles) ** 2
    for workers in arguments.workers if arguments.scheduler is None else [0]:
        if arguments.scheduler is not None:
            cluster = arguments.scheduler
        else:
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
            )
        with distributed.Client(cluster) as client:
            seconds, maps = run(tile, arguments.tiles, arguments.repeat)
            workers = len(client.scheduler_info()["workers"])
        if arguments.scheduler is None:
            cluster.close()
        failed = int(np.count_nonzero(maps.failed))
        print(
            f"{workers} workers: {count} spectra of {tile.energies.size} channels in "
            f"{seconds:.2f} s, {count / seconds:.0f} a second; {failed} without a prediction",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
