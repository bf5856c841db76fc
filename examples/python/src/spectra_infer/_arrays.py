"""What callers hand in: its shape checked, brought to what C reads, copied only if needed."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Array",
    "Spectra",
    "energies_and_counts",
    "energy_axis",
    "real_array",
    "single_precision",
    "strides_in_floats",
]

Array = NDArray[Any]

_C_ARRAY: tuple[Literal["C"], Literal["A"]] = ("C", "A")
# An array that came through a socket or a file may begin at any byte.


def real_array(values: ArrayLike, name: str) -> Array:
    array = np.asarray(values)
    if isinstance(values, np.ma.MaskedArray):
        floating = array if array.dtype.kind == "f" else array.astype(np.float64)
        array = np.where(np.ma.getmaskarray(values), np.nan, floating)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be real numbers, not {array.dtype}")
    return array


def _is_c_array(values: Array, dtype: type[np.floating[Any]]) -> bool:
    # Asked first: np.require() takes longer than to predict. The other byte order is another type.
    return bool(values.dtype == dtype and values.flags.c_contiguous and values.flags.aligned)


def single_precision(values: Array) -> NDArray[np.float32]:
    if _is_c_array(values, np.float32):
        return values
    with np.errstate(over="ignore"):  # infinities are for the library to refuse
        return np.require(values, np.float32, _C_ARRAY)


def energy_axis(energy: ArrayLike) -> NDArray[np.float64]:
    values = real_array(energy, "energy")
    if values.ndim != 1:
        raise ValueError(f"energy must have one axis, not shape {values.shape}")
    return values if _is_c_array(values, np.float64) else np.require(values, np.float64, _C_ARRAY)


def energies_and_counts(
    energy: ArrayLike, counts: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    energies = energy_axis(energy)
    values = real_array(counts, "counts")
    if values.ndim != 1:
        raise ValueError(
            f"counts must have one axis, not shape {values.shape}: use predict_many() for several "
            "spectra"
        )
    if values.size != energies.size:
        raise ValueError(f"there are {values.size} counts and {energies.size} energies")
    return energies, single_precision(values)


class Spectra:
    """An array as `count` spectra of `channels` each, whatever its shape, strides and type."""

    def __init__(self, array: Array, axis: int) -> None:
        if array.ndim == 0:
            raise ValueError("the array has no energy axis")
        self._array = np.moveaxis(array, axis, -1)
        self.shape: tuple[int, ...] = self._array.shape[:-1]
        self.channels: int = self._array.shape[-1]
        self.count = int(np.prod(self.shape, dtype=np.intp))
        if self.count == 0:
            raise ValueError(f"an array of shape {array.shape} holds no spectra")
        self._rows = None
        if _map_has_one_stride(self._array):
            self._rows = self._array.reshape(self.count, self.channels)  # a view

    def block(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return the spectra from `start` to `stop` as rows; a view where C reads it in place."""
        if self._rows is not None:
            rows = self._rows[start:stop]
        else:
            rows = self._array[np.unravel_index(np.arange(start, stop), self.shape)]
        return rows if _readable_in_place(rows) else single_precision(rows)


def _map_has_one_stride(array: Array) -> bool:
    axes = [(n, s) for n, s in zip(array.shape[:-1], array.strides[:-1]) if n > 1]
    return all(outer == inner * n for (_, outer), (n, inner) in zip(axes, axes[1:]))


def _readable_in_place(rows: Array) -> bool:
    steps = [stride for n, stride in zip(rows.shape, rows.strides) if n > 1]
    return (
        rows.dtype == np.float32  # false for the other byte order
        and rows.flags.aligned
        and all(step > 0 and step % rows.itemsize == 0 for step in steps)
    )


def strides_in_floats(rows: NDArray[np.float32]) -> tuple[int, int]:
    # The stride over an axis of length 1 can be anything in NumPy, and must be positive in C.
    count, channels = rows.shape
    spectrum_stride = rows.strides[0] // rows.itemsize if count > 1 else max(channels, 1)
    channel_stride = rows.strides[1] // rows.itemsize if channels > 1 else 1
    return spectrum_stride, channel_stride
