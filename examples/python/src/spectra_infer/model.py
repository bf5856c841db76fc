"""The trained model: loads it, and predicts with it from any number of threads."""

from __future__ import annotations

import ctypes
import errno
import json
import operator
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library
from ._arrays import Spectra, energies_and_counts, energy_axis, real_array, single_precision
from ._batch import predict_blocks
from ._handle import Handle, Message, read_info, read_references
from ._library import spectra_model, spectra_model_info
from ._measurement import Measurement
from .errors import CallError, ModelFileError, Status
from .options import Options
from .prediction import (
    Alignment,
    Background,
    Neighbor,
    Prediction,
    Predictions,
    Prepared,
    References,
    neighbors_from_c,
    prediction_from_c,
    preparation_from_c,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Model", "model_path"]

_LARGEST_FILE = 128 << 20
"""Of a model, bytes: the library refuses a larger one, of which no more than this is read."""

_FILE_ERRORS = {
    errno.ENOENT: "there is no file of this name; check the path",
    errno.EACCES: "the file may not be read; check its permissions",
}


def _bytes_of_file(path: str) -> bytes:
    try:
        # A pipe would wait until somebody writes to it.
        if stat.S_ISFIFO(os.stat(path).st_mode):
            raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE), path)
        with open(path, "rb") as file:
            return file.read(_LARGEST_FILE + 1)
    except OSError as error:
        wrong = "the file cannot be read; check that it is a file, and no folder or pipe"
        sentence = _FILE_ERRORS.get(error.errno or 0, wrong)
        raise ModelFileError(Status.FILE, f"{path}: {sentence}.") from error


def _one_spectrum(features: ArrayLike, remedy: str) -> NDArray[np.float32]:
    values = real_array(features, "features")
    if values.ndim != 1:
        raise ValueError(f"features must have one axis, not shape {values.shape}: {remedy}")
    return single_precision(values)


def model_path(name: str = "edge") -> Path:
    """Return the path of a model that comes with the package.

    Parameters
    ----------
    name
        ``"edge"`` (the default model: nothing need be known of the energy axis), ``"threshold"``
        or ``"absolute"``; see `Alignment`.

    Raises
    ------
    FileNotFoundError
        There is no such model in the package, nor in ``data/models`` of the repository.
    """
    folders = [Path(__file__).resolve().parent / "models"]
    root = _library.repository()
    if root is not None:
        folders.append(root / "data" / "models")
    for folder in folders:
        path = folder / f"{name}.json"
        if path.is_file():
            return path
    looked = " and ".join(str(folder) for folder in folders)
    raise FileNotFoundError(f"no model {name!r} in {looked}")


class Model:
    """A trained model, made by `Model.load` or `Model.from_bytes`.

    A model is immutable: threads may share one, and each call has a workspace of its own. Closing
    it (or leaving its ``with`` block) frees it as soon as no call uses it any longer; a model that
    is never closed is freed when it is garbage. It can be pickled and copied: the copy is made of
    the bytes that were read, whatever has become of the file.

    Examples
    --------
    >>> model = Model.load()
    >>> prediction = model.predict(energy, counts)      # doctest: +SKIP
    >>> prediction.bond_length.value                    # doctest: +SKIP
    1.614
    """

    def __init__(self) -> None:
        raise TypeError("use Model.load() or Model.from_bytes()")

    # ------------------------------------------------------------ loading and freeing

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Model:
        """Load a model file; everything in it is checked before it is believed.

        Parameters
        ----------
        path
            Path of the file; None: the default model of the package (`model_path`).

        Raises
        ------
        ModelFileError
            The file cannot be opened or read.
        ModelError
            It is damaged, or is not a model that this library reads.
        """
        # Absolute: what a copy tells of its origin must hold in another directory.
        source = None if path is None else os.path.abspath(path)
        file = str(model_path()) if source is None else source
        if "\0" in file:
            raise ValueError("the path of a model must not contain a null character")
        # Said first where it is missing: without it no file is of any use.
        _library.library()
        # Read once: the file may be another one by the time that a copy is wanted.
        return cls._loaded(source, _bytes_of_file(file))

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Load a model from the bytes of a model file.

        Raises
        ------
        ModelError
            They are damaged, or are not a model that this library reads.
        """
        data = bytes(data)
        return cls._loaded(data, data)

    @classmethod
    def _loaded(cls, source: str | bytes | None, data: bytes) -> Model:
        pointer = ctypes.POINTER(spectra_model)()
        message = Message()
        load = _library.library().spectra_model_load_memory
        message.check(load(data, len(data), ctypes.byref(pointer), *message.arguments))
        model = cls.__new__(cls)
        model._source = source
        model._data = data
        model._handle = Handle(pointer)
        model._info = read_info(pointer)
        model._references = read_references(pointer, model._info)
        model._card = json.loads(_library.library().spectra_model_card(pointer))
        return model

    _source: str | bytes | None
    _data: bytes
    _handle: Handle | None
    _info: spectra_model_info
    _references: References
    _card: dict[str, Any]

    def close(self) -> None:
        """Free the model once no call uses it any longer; calls from now on raise `CallError`."""
        self._handle = None

    @property
    def source(self) -> str | bytes | None:
        """Path or bytes it was loaded from; None: the default model of the package."""
        return self._source

    @property
    def data(self) -> bytes:
        """The bytes of the model file that were loaded; `from_bytes` makes the same model."""
        return self._data

    @property
    def closed(self) -> bool:
        """Whether the model was closed."""
        return self._handle is None

    def __enter__(self) -> Model:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[bytes], dict[str, Any]]:
        if self.closed:
            raise CallError(Status.NULL_ARGUMENT, "a closed model cannot be pickled or copied")
        return type(self).from_bytes, (self._data,), {"_source": self._source}

    def __repr__(self) -> str:
        if self.closed:
            return "<spectra_infer.Model: closed>"
        return (
            f"<spectra_infer.Model: {self.alignment.name.lower()} alignment, "
            f"{self.member_count} networks, {self.reference_count} references>"
        )

    def _open(self) -> Handle:
        # The caller holds the handle for the length of its call, so that close() from another
        # thread frees nothing that is in use.
        handle = self._handle
        if handle is None:
            raise CallError(Status.NULL_ARGUMENT, "the model is closed: load it again")
        return handle

    # ------------------------------------------------------------ what it is

    @property
    def alignment(self) -> Alignment:
        """How the energy axis of a spectrum is brought to the model's."""
        return Alignment(self._info.alignment)

    @property
    def background(self) -> Background:
        """How the model's recipe removes the background before the edge."""
        return Background(self._info.background)

    @property
    def background_window_ev(self) -> tuple[float, float]:
        """The recipe's pre-edge window on the measured axis, eV."""
        return self._info.background_start_ev, self._info.background_end_ev

    @property
    def broadening_sigma_ev(self) -> float:
        """Standard deviation of the Gaussian broadening of the training spectra, eV."""
        return float(self._info.broadening_sigma_ev)

    @property
    def energies(self) -> NDArray[np.float64]:
        """The energy grid on the aligned axis, eV; shape ``(feature_count,)``."""
        steps = np.arange(self.feature_count)
        grid: NDArray[np.float64] = self._info.grid_start_ev + self._info.grid_step_ev * steps
        return grid

    @property
    def feature_count(self) -> int:
        """Points of the energy grid."""
        return int(self._info.feature_count)

    @property
    def member_count(self) -> int:
        """Networks of the ensemble."""
        return int(self._info.member_count)

    @property
    def reference_count(self) -> int:
        """Reference spectra."""
        return int(self._info.reference_count)

    @property
    def format_version(self) -> int:
        """Version of the format of the model file."""
        return int(self._info.format_version)

    @property
    def references(self) -> References:
        """The reference spectra."""
        return self._references

    @property
    def card(self) -> dict[str, Any]:
        """The model card: data, split, errors, seed, licence."""
        return self._card

    # ------------------------------------------------------------ one spectrum

    def predict(
        self,
        energy: ArrayLike,
        counts: ArrayLike,
        **options: Unpack[Options],
    ) -> Prediction:
        """Predict the six properties from one raw spectrum.

        Parameters
        ----------
        energy
            Strictly increasing energies, eV; shape ``(channels,)``.
        counts
            Counts, or any intensity proportional to them; shape ``(channels,)``. A masked channel
            counts as NaN.
        options
            What is known of the measurement, by keyword: ``background``, ``window``, ``threshold``,
            ``energy_offset``, ``axis_error``, ``calibration``, ``spikes``, ``low_loss``,
            ``low_loss_use``, ``resolution``, ``noise_gain``, ``variance``; see `Options`.

        Raises
        ------
        SpectrumError
            The spectrum does not allow a prediction; ``error.code`` says why.
        CallError
            An option is out of its range, or the model is closed.
        ValueError
            The shapes do not fit each other.
        """
        handle = self._open()
        energies, spectrum = energies_and_counts(energy, counts)
        known = Measurement(energies.size, (), -1, options)
        result = handle.predict(energies, spectrum, known.options(), known.workspace_channels)
        return prediction_from_c(result, self._references, preparation_from_c(result.preparation))

    def preprocess(
        self,
        energy: ArrayLike,
        counts: ArrayLike,
        **options: Unpack[Options],
    ) -> Prepared:
        """Prepare a raw spectrum only: what the networks see of it.

        Parameters and exceptions are those of `predict`.
        """
        handle = self._open()
        energies, spectrum = energies_and_counts(energy, counts)
        known = Measurement(energies.size, (), -1, options)
        features = np.empty(self.feature_count, np.float32)
        preparation = handle.preprocess(
            energies, spectrum, known.options(), known.workspace_channels, features
        )
        return Prepared(features, self.energies, preparation_from_c(preparation))

    def predict_features(self, features: ArrayLike) -> Prediction:
        """Predict from one spectrum that is already prepared.

        Parameters
        ----------
        features
            Intensities on `energies`: aligned, broadened and normalised to a mean of 1; shape
            ``(feature_count,)``.

        Raises
        ------
        SpectrumError, CallError, ValueError
            As for `predict`; `CallError` also where the number of features is not the model's.
        """
        handle = self._open()
        values = _one_spectrum(features, "use predict_features_many() for several spectra")
        result = handle.predict_features(values)
        return prediction_from_c(result, self._references, None)

    def find_neighbors(self, features: ArrayLike, count: int = 3) -> tuple[Neighbor, ...]:
        """Find the reference spectra nearest to a prepared one: what else would look like it.

        Parameters
        ----------
        features
            As for `predict_features`.
        count
            How many, at least 1; where the model has fewer references, all of them come.

        Returns
        -------
        tuple of Neighbor
            Nearest first. The first three are those of a prediction.

        Raises
        ------
        SpectrumError, CallError, ValueError
            As for `predict_features`; `ValueError` also where `count` is less than 1.
        """
        handle = self._open()
        values = _one_spectrum(features, "call find_neighbors() for each of them")
        number = operator.index(count)
        if number < 1:
            raise ValueError(f"count must be at least 1, not {count}")
        if self.reference_count == 0:
            return ()
        found = handle.find_neighbors(values, min(number, self.reference_count))
        return neighbors_from_c(found, self._references)

    # ------------------------------------------------------------ many spectra

    def predict_many(
        self,
        energy: ArrayLike,
        image: ArrayLike,
        *,
        axis: int = -1,
        workers: int = 1,
        **options: Unpack[Options],
    ) -> Predictions:
        """Predict every spectrum of an array, such as a spectrum image, on one energy axis.

        The numbers are bit for bit those of `predict` on each spectrum. A spectrum that allows no
        prediction raises nothing: its numbers are NaN and `Predictions.status` says why.

        Parameters
        ----------
        energy
            Strictly increasing energies, eV; shape ``(channels,)``.
        image
            Counts; any shape whose `axis` has length ``channels``. A float32 array is read in
            place, through any strides that are positive; other arrays (also memory maps) are
            converted block by block. A masked channel counts as NaN.
        axis
            The energy axis of `image`.
        workers
            Threads to use.
        options
            As for `predict`; the same for all spectra, but for a low-loss spectrum or variances of
            each.

        Returns
        -------
        Predictions
            Arrays of the shape of `image` without `axis`.

        Raises
        ------
        SpectrumError
            The energy axis does not allow a prediction of any spectrum.
        CallError, ValueError
            As for `predict`.
        """
        handle = self._open()
        energies = energy_axis(energy)
        spectra = Spectra(real_array(image, "image"), axis)
        if spectra.channels != energies.size:
            raise ValueError(
                f"axis {axis} of the image has {spectra.channels} channels, and there are "
                f"{energies.size} energies"
            )
        known = Measurement(energies.size, spectra.shape, axis, options)
        channels = known.workspace_channels

        def predict_block(block: NDArray[np.float32], part: slice, results: NDArray[Any]) -> None:
            handle.predict_batch(energies, block, known.options(part), channels, results)

        def predict_one(spectrum: NDArray[np.float32], place: int) -> None:
            part = known.options(slice(place, place + 1))
            handle.predict(energies, single_precision(spectrum), part, channels)

        return predict_blocks(spectra, workers, predict_block, predict_one)

    def predict_features_many(
        self, features: ArrayLike, *, axis: int = -1, workers: int = 1
    ) -> Predictions:
        """Predict from many spectra that are already prepared.

        Parameters
        ----------
        features
            As for `predict_features`; any shape whose `axis` has length ``feature_count``.
        axis
            The axis of the grid.
        workers
            Threads to use.

        Returns
        -------
        Predictions
            Arrays of the shape of `features` without `axis`; ``onset_ev`` is all NaN.
        """
        handle = self._open()
        return predict_blocks(
            Spectra(real_array(features, "features"), axis),
            workers,
            lambda block, _, results: handle.predict_features_batch(block, results),
            lambda spectrum, _: handle.predict_features(single_precision(spectrum)),
        )
