"""Predictions from and to HyperSpy signals.

>>> import hyperspy.api as hs, spectra_infer.hyperspy
>>> image = hs.load("image.dm4")                                        # doctest: +SKIP
>>> maps = spectra_infer.hyperspy.predict(image)                       # doctest: +SKIP
>>> maps.bond_length.plot()                                            # doctest: +SKIP
>>> maps["bond_length_error"].save("bond-length-error.hspy")           # doctest: +SKIP

The energy axis is the signal's; its navigation axes become the axes of the maps. A lazy signal
gives lazy maps. Needs HyperSpy: ``pip install 'spectra-infer[hyperspy]'``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._optional import require
from .model import Model
from .plot.labels import property_label
from .prediction import PROPERTIES, Predictions
from .report.style import title as property_title

__all__ = ["PropertySignals", "predict"]

_ENERGY_UNITS = {"eV": 1.0, "ev": 1.0, "keV": 1000.0, "kev": 1000.0, "meV": 0.001}
_OTHERS = ("status", "flags", "novelty", "nearest", "onset_ev")


class PropertySignals(Mapping[str, Any]):
    """HyperSpy signals by name: ``signals["bond_length"]``, or ``signals.bond_length``.

    There are the six properties, each with its standard error (``"bond_length_error"``), and
    ``"status"``, ``"flags"``, ``"novelty"``, ``"nearest"`` and ``"onset_ev"`` as in `Predictions`.
    A spectrum image gives `Signal2D`, a line scan `Signal1D`, one spectrum a `BaseSignal` of one
    number; lazy ones where the spectra were lazy.
    """

    def __init__(self, signals: Mapping[str, Any]) -> None:
        self._signals = dict(signals)

    def __getitem__(self, name: str) -> Any:
        return self._signals[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._signals:
            raise AttributeError(f"there is no signal {name!r}, only {', '.join(self)}")
        return self._signals[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._signals]

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {signal!r}" for name, signal in self._signals.items())

    def compute(self, **keywords: Any) -> None:
        """Compute all lazy signals at once, in place: the image is read once, not for each map.

        Parameters
        ----------
        keywords
            For `dask.compute`, such as ``scheduler="threads"``.
        """
        lazy = {name: one for name, one in self._signals.items() if one._lazy}
        if not lazy:
            return
        arrays = require("dask", "hyperspy").compute(
            *(signal.data for signal in lazy.values()), **keywords
        )
        for (name, signal), array in zip(lazy.items(), arrays):
            self._signals[name] = _of_data(signal, array)


def predict(
    signal: Any,
    model: Model | None = None,
    *,
    low_loss: Any = None,
    workers: int | None = None,
    **options: Any,
) -> PropertySignals:
    """Predict the six properties of every spectrum of a signal.

    Parameters
    ----------
    signal
        An `EELSSpectrum` of EXSpy, or any signal of HyperSpy with one signal axis in eV: one
        spectrum, a line scan or an image of raw counts; eager or lazy. It is not changed.
    model
        None: the default model of the package.
    low_loss
        The low-loss signal of a dual EELS measurement: one spectrum, or one for each pixel. What it
        is for, ``low_loss_use`` says: ``"align"``, ``"resolution"``, ``"deconvolve"``, or several.
    workers
        Threads for an eager signal; None: one for each processor. Lazy signals go to Dask's.
    options
        As for `Model.predict_many`.

    Returns
    -------
    PropertySignals
        With the navigation axes, titles and units, ready for ``plot()``. Where the signal's
        metadata has an ``Acquisition_instrument`` (beam energy, angles), the maps have it too.

    Raises
    ------
    TypeError
        It is no signal, or has more than one signal axis.
    ValueError
        Its energy axis is not in eV.
    SpectraError
        As for `Model.predict_many`.
    """
    model = Model.load() if model is None else model
    energies = energy_axis_of(signal)
    if low_loss is not None:
        options["low_loss"] = _low_loss(low_loss, signal)
    if signal._lazy:
        from . import dask as lazily

        fields = dict(lazily.predict(energies, signal.data, model, **options))
    else:
        count = workers if workers is not None else os.cpu_count() or 1
        fields = _fields(model.predict_many(energies, signal.data, workers=count, **options))
    provenance = _provenance(model, options)
    return PropertySignals(
        {name: _signal(signal, name, data, provenance) for name, data in fields.items()}
    )


def _low_loss(low_loss: Any, signal: Any) -> tuple[NDArray[np.float64], Any]:
    """Return energies and counts of a low-loss signal that belongs to a signal."""
    energies = energy_axis_of(low_loss)
    shapes = [one.axes_manager.navigation_shape for one in (low_loss, signal)]
    if shapes[0] not in ((), shapes[1]):
        raise ValueError(
            f"the low-loss signal has navigation shape {shapes[0]}, and must have one spectrum or "
            f"that of the signal, {shapes[1]}"
        )
    counts = low_loss.data
    if low_loss._lazy and (not signal._lazy or shapes[0] == ()):
        counts = counts.compute()
    return energies, counts.reshape(-1) if shapes[0] == () else counts


def energy_axis_of(signal: Any) -> NDArray[np.float64]:
    """Return the energies of a signal's only signal axis, eV, or say why there are none."""
    manager = getattr(signal, "axes_manager", None)
    if isinstance(signal, (list, tuple)) and any(hasattr(one, "axes_manager") for one in signal):
        raise TypeError(
            f"these are {len(signal)} signals, as hyperspy.api.load() returns them where a file "
            "holds several: choose one, such as signals[0]"
        )
    if manager is None:
        raise TypeError(
            f"this must be a HyperSpy signal, not {type(signal).__name__}: use "
            "Model.predict_many() for arrays"
        )
    if len(manager.signal_axes) != 1:
        raise TypeError(
            f"the signal has {len(manager.signal_axes)} signal axes and must have one, the energy: "
            "use signal.as_signal1D(axis) or signal.set_signal_type('EELS')"
        )
    (axis,) = manager.signal_axes
    # Undefined where it was never set, in some versions of HyperSpy.
    unit = axis.units.strip() if isinstance(axis.units, str) else ""
    unit = unit or "eV"
    if unit not in _ENERGY_UNITS:
        raise ValueError(
            f"the signal axis {axis.name} is in {unit}, and must be in eV: set "
            "signal.axes_manager.signal_axes[0].units, scale and offset"
        )
    return np.asarray(axis.axis, np.float64) * _ENERGY_UNITS[unit]


def _fields(found: Predictions) -> dict[str, NDArray[Any]]:
    fields: dict[str, NDArray[Any]] = {}
    for name, one in found:
        fields[name] = one.value
    for name, one in found:
        fields[f"{name}_error"] = one.standard_error
    fields.update({name: getattr(found, name) for name in _OTHERS})
    return fields


def _signal(source: Any, name: str, data: Any, provenance: dict[str, Any]) -> Any:
    signals = require("hyperspy.signals", "hyperspy")
    # _axes are in the order of the array's, which the public views are not.
    axes = [axis.get_axis_dictionary() for axis in source.axes_manager._axes if axis.navigate]
    dimension = min(len(axes), 2)
    for place, axis in enumerate(axes):
        axis["navigate"] = place < len(axes) - dimension
    kind = ("BaseSignal", "Signal1D", "Signal2D")[dimension]
    if dimension == 0:
        data = data.reshape(1)
        axes = [{"size": 1, "name": "spectrum"}]
    if source._lazy:
        kind = f"Lazy{kind}" if dimension else "LazySignal"
    made = getattr(signals, kind)(data, axes=axes)
    words, quantity = _words(name)
    origin = source.metadata.General.get_item("title", "")
    made.metadata.General.title = f"{origin}: {words}" if origin else words
    made.metadata.set_item("Signal.quantity", quantity)
    made.metadata.set_item("Spectra_infer", provenance)
    instrument = source.metadata.get_item("Acquisition_instrument", None)
    if instrument is not None:
        made.metadata.set_item("Acquisition_instrument", instrument.as_dictionary())
    return made


def _words(name: str) -> tuple[str, str]:
    """Return the title of a map and its quantity with unit."""
    bare = name.removesuffix("_error")
    if bare in PROPERTIES:
        if name == bare:
            return property_title(name), property_label(name)
        return f"{property_title(bare)}, standard error", property_label(bare)
    if name == "onset_ev":
        return "onset found", "onset (eV)"
    if name == "nearest":
        return "nearest reference", "index"
    return name, name


def _provenance(model: Model, options: dict[str, Any]) -> dict[str, Any]:
    from . import __version__

    plain = {
        name: value if isinstance(value, (int, float, str)) else str(value)
        for name, value in options.items()
        if value is not None and name not in ("low_loss", "variance")  # arrays: too long to tell
    }
    source = model.source
    name = "from memory" if isinstance(source, bytes) else source or "edge"
    return {"version": __version__, "model": name, "options": plain}


def _of_data(signal: Any, array: NDArray[Any]) -> Any:
    signal.data = array
    signal._lazy = False
    signal._assign_subclass()
    return signal
