"""Maps that fill while the spectra arrive.

>>> from spectra_infer.live import LiveMaps, predict_stream
>>> for maps in predict_stream(model, energy, blocks, (256, 256)):     # doctest: +SKIP
...     show(maps.bond_length.value)  # NaN where nothing was measured yet

A spectrum that arrives gives the numbers that it would give in the whole image, bit for bit.
``examples/live.py`` measures in one thread and predicts in another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._arrays import energy_axis, real_array
from ._records import RECORD, predictions_of, records_of
from .errors import Status
from .model import Model
from .prediction import Predictions

__all__ = ["NOT_MEASURED", "LiveMaps", "predict_stream"]

NOT_MEASURED = -1
"""The status of a pixel that has not arrived yet."""


class LiveMaps:
    """The maps of a scan that is under way.

    Parameters
    ----------
    model
        To predict with.
    energy
        Strictly increasing energies, eV; shape ``(channels,)``.
    shape
        Of the maps, such as ``(rows, columns)``.
    options
        As for `Model.predict_many`.

    Notes
    -----
    One thread adds; any thread may take `snapshot`, which has all of a block or nothing of it.
    """

    def __init__(
        self, model: Model, energy: ArrayLike, shape: tuple[int, ...], **options: Any
    ) -> None:
        if not shape or min(shape) < 1:
            raise ValueError(f"maps have at least one pixel, not shape {shape}")
        self._model = model
        self._energies = energy_axis(energy)
        self._options = options
        self._records = np.zeros(shape, RECORD)
        for name in RECORD.names or ():
            if RECORD[name].kind == "f":
                self._records[name] = np.nan
        self._records["status"] = NOT_MEASURED
        self._records["nearest"] = -1
        # What went wrong first, and at which place in scan order, as long as that is so.
        self._failed: tuple[int, str] | None = None
        # A snapshot between the fields of a block would have a status without its numbers.
        self._lock = threading.Lock()
        self._next = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the maps."""
        shape: tuple[int, ...] = self._records.shape
        return shape

    @property
    def measured(self) -> int:
        """Number of pixels that have arrived."""
        return int(np.count_nonzero(self._records["status"] != NOT_MEASURED))

    @property
    def complete(self) -> bool:
        """Whether all pixels have arrived."""
        return self.measured == self._records.size

    def add(self, counts: ArrayLike, pixels: ArrayLike | None = None) -> None:
        """Predict spectra that have arrived.

        Parameters
        ----------
        counts
            Shape ``(channels,)`` or ``(n, channels)``.
        pixels
            Their places in scan order (the last axis of the shape runs fastest), shape ``(n,)``;
            None: those that follow the last ones added. A pixel may arrive again, with more counts
            for instance: the later one is kept.

        Raises
        ------
        ValueError
            There are not as many pixels as spectra, or a pixel is outside of the maps.
        SpectraError
            As for `Model.predict_many`.
        """
        block = np.atleast_2d(real_array(counts, "counts"))
        if block.ndim != 2:
            raise ValueError(f"counts must be one or several spectra, not of shape {block.shape}")
        places = self._places(len(block), pixels)
        if len(block) == 0:
            return
        found = self._model.predict_many(self._energies, block, **self._options)
        arrived = records_of(found)
        with self._lock:
            records = self._records.reshape(-1)
            records[places] = arrived
            if self._failed is None or self._failed[0] in places:
                self._failed = _first_failure(found, places)
            # The same pixel may have come again, later in the block.
            if self._failed is not None and records["status"][self._failed[0]] == Status.OK:
                self._failed = None
        self._next = int(places[-1]) + 1

    def _places(self, count: int, pixels: ArrayLike | None) -> NDArray[np.intp]:
        size = self._records.size
        if pixels is None:
            places = np.arange(self._next, self._next + count)
        else:
            places = np.atleast_1d(np.asarray(pixels))
            if places.dtype.kind not in "iu":
                raise TypeError(f"pixels must be whole numbers, not {places.dtype}")
        if places.shape != (count,):
            raise ValueError(f"there are {count} spectra and pixels of shape {places.shape}")
        if count and not (places.min() >= 0 and places.max() < size):
            raise ValueError(
                f"pixels {places.min()} to {places.max()} are not all in maps of shape "
                f"{self.shape}, which have {size}"
            )
        return places.astype(np.intp)

    def snapshot(self) -> Predictions:
        """Return the maps as they are now; NaN and `NOT_MEASURED` where nothing has arrived."""
        with self._lock:
            records, failed = self._records.copy(), self._failed
        first_error = ""
        if failed is not None:
            place, sentence = failed
            where = ", ".join(str(int(i)) for i in np.unravel_index(place, self.shape))
            first_error = f"spectrum ({where}): {sentence}"
        return predictions_of(records, first_error)


def _first_failure(found: Predictions, places: NDArray[np.intp]) -> tuple[int, str] | None:
    """Return the place in the scan of the first spectrum that failed, and what is wrong with it."""
    if not found.first_error:
        return None
    # The sentence begins with the place in the block, which says nothing of the map.
    sentence = found.first_error.partition(": ")[2]
    return int(places[np.flatnonzero(found.status)[0]]), sentence


def predict_stream(
    model: Model,
    energy: ArrayLike,
    blocks: Iterable[ArrayLike],
    shape: tuple[int, ...],
    *,
    interval: float = 0.5,
    clock: Callable[[], float] = time.monotonic,
    **options: Any,
) -> Iterator[Predictions]:
    """Predict while blocks of spectra arrive in scan order, and give partial maps.

    Parameters
    ----------
    model, energy, shape, options
        As for `LiveMaps`.
    blocks
        Spectra of shape ``(channels,)`` or ``(n, channels)``, one block after the other; taking
        the next one may wait for the detector.
    interval
        Partial maps are given at most this often, in seconds of `clock`.
    clock
        Tells the time, in seconds.

    Yields
    ------
    Predictions
        The maps so far; the last ones when `blocks` has ended, if anything came.
    """
    live = LiveMaps(model, energy, shape, **options)
    due, pending = clock() + interval, False
    for block in blocks:
        live.add(block)
        pending = True
        if clock() >= due:
            yield live.snapshot()
            due, pending = clock() + interval, False
    if pending:
        yield live.snapshot()
