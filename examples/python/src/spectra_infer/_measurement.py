"""Options in the form that C expects, for one spectrum or a part of many."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _library
from ._arrays import Spectra, energy_axis, real_array, single_precision
from ._library import spectra_options
from .options import BackgroundLike, LowLossUse, Options, Spikes
from .prediction import Background

__all__ = ["Measurement", "energy_and_counts_of"]


class Companion:
    """A spectrum for each of many spectra, or one for all of them."""

    def __init__(self, values: ArrayLike, name: str, shape: tuple[int, ...], axis: int) -> None:
        array = real_array(values, name)
        self._one: NDArray[np.float32] | None = None
        self._many: Spectra | None = None
        if array.ndim == 1:
            self._one = single_precision(array)
            self.channels = array.size
            return
        self._many = Spectra(array, axis)
        self.channels = self._many.channels
        if self._many.shape != shape:
            raise ValueError(
                f"{name} must be one spectrum, or one for each of the map's shape {shape}, not of "
                f"shape {self._many.shape}"
            )

    def part(self, part: slice) -> tuple[NDArray[np.float32], int]:
        """Return the spectra of a part, and the floats from one to the next: 0 for one for all."""
        if self._many is None:
            assert self._one is not None
            return self._one, 0
        rows = single_precision(self._many.block(part.start, part.stop))
        return rows, self.channels


class Measurement:
    """What the caller knows of one measurement, checked as far as the library does not.

    Parameters
    ----------
    channels
        Of the spectra.
    shape
        Of the map; ``()`` for one spectrum.
    axis
        The energy axis of an image.
    options
        As in `Options`.
    """

    def __init__(
        self, channels: int, shape: tuple[int, ...], axis: int, options: Mapping[str, Any]
    ) -> None:
        for name in options:
            if name not in _NAMES:
                raise TypeError(f"there is no option {name!r}: use one of {', '.join(_NAMES)}")
        self._plain = _plain(**{k: v for k, v in options.items() if k not in _ARRAYS})
        self._low_loss: tuple[NDArray[np.float64], Companion] | None = None
        self._variance: Companion | None = None
        low_loss = options.get("low_loss")
        if low_loss is not None:
            energy, counts = energy_and_counts_of(low_loss)
            energies = energy_axis(energy)
            companion = Companion(counts, "low_loss", shape, axis)
            if companion.channels != energies.size:
                raise ValueError(
                    f"the low-loss spectrum has {companion.channels} counts and {energies.size} "
                    "energies"
                )
            self._low_loss = energies, companion
        use = _bits(options.get("low_loss_use", LowLossUse(0)))
        if (low_loss is None) != (use == 0):
            raise ValueError(
                "low_loss and low_loss_use go together: say what the low-loss spectrum is for, "
                'such as low_loss_use="deconvolve"'
            )
        self._use = use
        variance = options.get("variance")
        if variance is not None:
            self._variance = Companion(variance, "variance", shape, axis)
            if self._variance.channels != channels:
                raise ValueError(
                    f"the variance has {self._variance.channels} channels and the spectrum "
                    f"{channels}"
                )
        longest = self._low_loss[1].channels if self._low_loss else 0
        self.workspace_channels = max(channels, longest)

    def options(self, part: slice = slice(0, 1)) -> spectra_options:
        """Return the options for a part of the spectra; the struct keeps its arrays alive."""
        made = spectra_options()
        _library.library().spectra_options_init(ctypes.byref(made))
        for name, value in self._plain.items():
            setattr(made, name, value)
        kept: list[Any] = []
        if self._low_loss is not None:
            energies, companion = self._low_loss
            counts, stride = companion.part(part)
            made.low_loss_energy_ev = energies.ctypes.data
            made.low_loss_intensity = counts.ctypes.data
            made.low_loss_count = energies.size
            made.low_loss_stride = stride
            made.low_loss_use = self._use
            kept += [energies, counts]
        if self._variance is not None:
            variance, stride = self._variance.part(part)
            made.variance, made.variance_stride = variance.ctypes.data, stride
            kept.append(variance)
        made.kept_alive = kept
        return made


_NAMES = tuple(Options.__annotations__)
_ARRAYS = ("low_loss", "low_loss_use", "variance")


def _plain(
    *,
    background: BackgroundLike = None,
    window: tuple[float, float] | None = None,
    threshold: float | None = None,
    energy_offset: float | None = None,
    axis_error: float = 0.0,
    calibration: Mapping[float, float] | Iterable[tuple[float, float]] = (),
    spikes: Spikes | str = Spikes.REPORT,
    resolution: float | None = None,
    noise_gain: float | None = None,
) -> dict[str, Any]:
    """Return fields of ``spectra_options``."""
    fields: dict[str, Any] = {
        "background": _member(Background, "background", background, Background.RECIPE),
        "axis_error_ev": _number(axis_error, "axis_error"),
        "spikes": _member(Spikes, "spikes", spikes, Spikes.REPORT),
    }
    if window is not None:
        bounds = _pair(window, "window", "(start, end) in eV, such as (505, 525)")
        start, end = (_number(bound, "a bound of the window") for bound in bounds)
        if not start < end:  # 0 and 0 would mean the default
            raise ValueError(f"the window must start before it ends, not be {start} ... {end} eV")
        fields["background_start_ev"], fields["background_end_ev"] = start, end
    known = {
        "threshold_ev": (threshold, "threshold"),
        "energy_offset_ev": (energy_offset, "energy_offset"),
        "resolution_fwhm_ev": (resolution, "resolution"),
        "noise_gain": (noise_gain, "noise_gain"),
    }
    for field, (value, name) in known.items():
        if value is not None:
            fields[field] = _number(value, name)
    points = _points(calibration)
    two = ctypes.c_double * 2
    fields["calibration_point_count"] = len(points)
    fields["calibration_measured_ev"] = two(*(measured for measured, _ in points))
    fields["calibration_true_ev"] = two(*(true for _, true in points))
    return fields


def _points(calibration: Any) -> list[tuple[float, float]]:
    """Return the measured and the true energies, one or two of each, or none."""
    form = "measured and true energies in eV, such as {545.2: 546.0}"
    if isinstance(calibration, str) or not isinstance(calibration, Iterable):
        raise TypeError(f"calibration must be {form}, not {calibration!r}")
    points = list(calibration.items() if isinstance(calibration, Mapping) else calibration)
    if len(points) > 2:
        raise ValueError(f"the calibration takes one or two energies, not {len(points)}")
    pairs = [_pair(point, "a point of the calibration", form) for point in points]
    name = "an energy of the calibration"
    return [(_number(measured, name), _number(true, name)) for measured, true in pairs]


def energy_and_counts_of(low_loss: Any) -> tuple[Any, Any]:
    """Return both arrays of a low-loss spectrum, or say that there must be two."""
    return _pair(low_loss, "low_loss", "(energy, counts)")


def _pair(value: Any, name: str, form: str) -> tuple[Any, Any]:
    kind = type(value).__name__
    try:
        if isinstance(value, str):
            raise TypeError
        first, second = value
    except TypeError:
        raise TypeError(f"{name} must be a pair, {form}, not {kind}") from None
    except ValueError:
        raise ValueError(
            f"{name} must be a pair, {form}, and this {kind} has not two members"
        ) from None
    return first, second


def _number(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, not {value!r}") from None


def _member(kind: Any, name: str, value: Any, default: Any) -> Any:
    if value is None:
        return default
    if isinstance(value, str):
        names = {member.name.lower(): member for member in kind}
        if value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}, not {value!r}")
        return names[value]
    return kind(value)


def _bits(use: LowLossUse | str | Iterable[str]) -> LowLossUse:
    if isinstance(use, int):
        return LowLossUse(use)
    if not isinstance(use, Iterable):
        raise TypeError(
            'low_loss_use must be a LowLossUse, or names such as "align" or ["align", '
            f'"resolution"], not {use!r}'
        )
    bits = LowLossUse(0)
    for name in [use] if isinstance(use, str) else use:
        bits |= _member(LowLossUse, "low_loss_use", name, None)
    return bits
