"""Predicts many spectra a block at a time, in threads, and gathers the maps."""

from __future__ import annotations

import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ._arrays import Array, Spectra
from ._handle import RESULT
from .errors import SpectraError, Status
from .prediction import PROPERTIES, UNITS, Predictions, PropertyMap

__all__ = ["predict_blocks"]

_BLOCK = 1024
"""Spectra in one call of the library at most: bounds the memory, and how long Ctrl-C waits."""


def predict_blocks(
    spectra: Spectra,
    workers: int,
    predict_block: Callable[[NDArray[np.float32], slice, Array], None],
    predict_one: Callable[[NDArray[np.float32], int], object],
) -> Predictions:
    """Predict all spectra a block at a time, in `workers` threads.

    `predict_block` fills an array of `RESULT` for a block, which is a part of all spectra;
    `predict_one` raises what is wrong with one spectrum, at its place among all.
    """
    workers = operator.index(workers)
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    count = spectra.count
    values = np.empty((len(PROPERTIES), count))
    errors = np.empty((len(PROPERTIES), count))
    status = np.empty(count, np.int32)
    flags = np.empty(count, np.uint32)
    novelty = np.empty(count)
    nearest = np.empty(count, np.int32)
    onset = np.empty(count)
    # Several blocks for each thread, so that all finish at about the same time.
    size = min(_BLOCK, -(-count // (4 * workers))) if workers > 1 else _BLOCK

    def predict(start: int) -> None:
        part = slice(start, min(start + size, count))
        results = np.zeros(part.stop - start, RESULT)
        predict_block(spectra.block(start, part.stop), part, results)
        done = results["status"] == Status.OK
        values[:, part] = results["properties"]["value"].T
        errors[:, part] = results["properties"]["standard_error"].T
        status[part] = results["status"]
        flags[part] = np.where(done, results["flags"], 0)
        novelty[part] = results["novelty"]
        has_neighbor = done & (results["neighbor_count"] > 0)
        nearest[part] = -1
        nearest[part][has_neighbor] = results["neighbors"]["reference"][has_neighbor, 0]
        onset[part] = results["preparation"]["onset_ev"]

    starts = range(0, count, size)
    if workers == 1:
        for start in starts:
            predict(start)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(predict, starts):
                pass  # raises the error of a block and cancels the blocks not begun

    shape = spectra.shape
    maps = {
        name: PropertyMap(values[p].reshape(shape), errors[p].reshape(shape), unit)
        for p, (name, unit) in enumerate(UNITS.items())
    }
    return Predictions(
        **maps,
        status=status.reshape(shape),
        flags=flags.reshape(shape),
        novelty=novelty.reshape(shape),
        nearest=nearest.reshape(shape),
        onset_ev=onset.reshape(shape),
        first_error=_first_error(spectra, status, predict_one),
    )


def _first_error(
    spectra: Spectra,
    status: NDArray[np.int32],
    predict_one: Callable[[NDArray[np.float32], int], object],
) -> str:
    failed = np.flatnonzero(status)
    if failed.size == 0:
        return ""
    first = int(failed[0])
    where = ", ".join(str(int(i)) for i in np.unravel_index(first, spectra.shape))
    try:
        predict_one(spectra.block(first, first + 1)[0], first)
    except SpectraError as error:
        return f"spectrum ({where}): {error}"
    raise AssertionError("a spectrum that fails in a batch must fail alone")
