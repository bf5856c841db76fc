"""Spectrum images larger than one machine's memory, through Dask.

>>> import dask.array, spectra_infer.dask
>>> image = dask.array.from_zarr("image.zarr")                         # doctest: +SKIP
>>> maps = spectra_infer.dask.predict(energy, image)                   # doctest: +SKIP
>>> maps.compute().bond_length.value                                   # doctest: +SKIP

Nothing is computed before `LazyPredictions.compute`, or before one of the maps is. With a
`dask.distributed.Client` the blocks go to its workers, and the model travels once to each of them.
Needs Dask: ``pip install 'spectra-infer[dask]'``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._arrays import energy_axis
from ._measurement import energy_and_counts_of
from ._optional import require
from ._records import RECORD, predictions_of, records_of
from .model import Model, model_path
from .prediction import Predictions

__all__ = ["LazyPredictions", "predict"]


@dataclass(frozen=True, eq=False)
class LazyPredictions:
    """The six properties of every spectrum of a lazy image; the maps are not computed yet.

    ``maps["bond_length"]`` is a dask array; so are ``maps["bond_length_error"]`` and the other
    fields of `Predictions`. Computing one of them computes the whole image, block by block:
    `compute`, or ``dask.compute(...)`` of several, does so once for all.

    Attributes
    ----------
    records
        A dask array of the map's shape, with a field for each map.
    """

    records: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the map."""
        shape: tuple[int, ...] = self.records.shape
        return shape

    def __getitem__(self, name: str) -> Any:
        if name not in (RECORD.names or ()):
            raise KeyError(name)
        return self.records[name]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, self[name]) for name in RECORD.names or ())

    def compute(self, **keywords: Any) -> Predictions:
        """Predict everything, and return what `Model.predict_many` would.

        Only ``first_error`` is shorter: the number of spectra without a prediction.

        Parameters
        ----------
        keywords
            For Dask, such as ``scheduler="threads"``.
        """
        return predictions_of(self.records.compute(**keywords))


def predict(
    energy: ArrayLike, image: Any, model: Model | None = None, *, axis: int = -1, **options: Any
) -> LazyPredictions:
    """Predict every spectrum of a dask array, on one energy axis.

    Parameters
    ----------
    energy
        Strictly increasing energies, eV; shape ``(channels,)``.
    image
        A dask array of counts; any shape whose `axis` has length ``channels``. A chunk is what one
        task predicts; chunks along the energy axis are merged.
    model
        None: the default model of the package. Workers get its bytes, so that they need neither
        its file nor the same version of the package's models.
    axis
        The energy axis of `image`.
    options
        As for `Model.predict_many`, except ``workers``: Dask has its own. A low-loss spectrum or a
        variance of each pixel may be a dask array too.

    Returns
    -------
    LazyPredictions
        Dask arrays with the chunks of `image`.

    Raises
    ------
    TypeError, ValueError
        The image is no dask array, or its shape does not fit the energies.
    SpectraError
        When computed, what is wrong for all spectra: the axis, an option.
    """
    array = require("dask.array", "dask")
    dask = require("dask", "dask")
    if not isinstance(image, array.Array):
        raise TypeError(
            f"the image must be a dask array, not {type(image).__name__}: use "
            "dask.array.from_array(), or Model.predict_many() for arrays in memory"
        )
    energies = energy_axis(energy)
    if image.ndim == 0 or image.shape[axis] != energies.size:
        raise ValueError(
            f"axis {axis} of the image of shape {image.shape} must have the {energies.size} "
            "channels of the energies"
        )
    if 0 in image.shape or any(np.isnan(image.shape)):
        raise ValueError(
            f"an image of shape {image.shape} holds no spectra, or an unknown number: call its "
            "compute_chunk_sizes() first"
        )
    image = array.moveaxis(image, axis, -1).rechunk({-1: -1})
    given: dict[str, Any] = dict(options)
    companions = {}  # spectra beside those of each pixel, cut into blocks as the image is
    if given.get("low_loss") is not None:
        low_loss_energy, low_loss = energy_and_counts_of(given["low_loss"])
        if np.ndim(low_loss) > 1:
            companions["low_loss"] = _beside(image, low_loss, axis, "low_loss")
            given["low_loss"] = energy_axis(low_loss_energy)
    if np.ndim(given.get("variance", 0.0)) > 1:
        companions["variance"] = _beside(image, given.pop("variance"), axis, "variance")
    # A task of its own, on which all blocks depend: the model is loaded on one worker, and the
    # others fetch it from there, each once.
    data = model_path().read_bytes() if model is None else model.data
    shared = dask.delayed(Model.from_bytes, pure=True)(data)
    records = array.map_blocks(
        _predict_block,
        image,
        *companions.values(),
        names=tuple(companions),
        model=shared,
        energies=energies,
        options=given,
        dtype=RECORD,
        drop_axis=image.ndim - 1,
        meta=np.empty((0,) * (image.ndim - 1), RECORD),
    )
    return LazyPredictions(records)


def _beside(image: Any, spectra: Any, axis: int, name: str) -> Any:
    """Return the spectra beside those of the image, in blocks of the same pixels."""
    array = require("dask.array", "dask")
    made = spectra if isinstance(spectra, array.Array) else array.asarray(spectra)
    moved = array.moveaxis(made, axis, -1)
    if moved.shape[:-1] != image.shape[:-1]:
        raise ValueError(
            f"{name} must be one spectrum, or one for each of the map's shape {image.shape[:-1]}, "
            f"not of shape {moved.shape[:-1]}"
        )
    return moved.rechunk((*image.chunks[:-1], -1))


def _predict_block(
    block: NDArray[Any],
    *companions: NDArray[Any],
    names: tuple[str, ...],
    model: Model,
    energies: NDArray[np.float64],
    options: dict[str, Any],
) -> NDArray[Any]:
    options = dict(options)
    for name, spectra in zip(names, companions):
        options[name] = (options[name], spectra) if name == "low_loss" else spectra
    return records_of(model.predict_many(energies, block, **options))
