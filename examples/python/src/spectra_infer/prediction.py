"""What a prediction is: values with errors and units, and how far to trust them."""

from __future__ import annotations

import enum
import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _library
from ._frames import frame_of_prediction, frame_of_predictions
from .errors import Status

__all__ = [
    "PROPERTIES",
    "UNITS",
    "Alignment",
    "Background",
    "Estimate",
    "Flag",
    "Neighbor",
    "Prediction",
    "Predictions",
    "Preparation",
    "Prepared",
    "PropertyMap",
    "References",
]

UNITS: Mapping[str, str] = {
    "bond_length": "angstrom",
    "bond_angle": "degree",
    "voronoi_volume": "angstrom^3",
    "overlap_population": "electron",
    "mulliken_charge": "electron",
    "excitation_energy": "eV",
}
"""Unit of each property, in the order of the C library's arrays."""

PROPERTIES: tuple[str, ...] = tuple(UNITS)
"""Names of the six properties, in the order of the C library's arrays."""


class Alignment(enum.IntEnum):
    """How the energy axis of a spectrum is brought to the axis that a model was trained on."""

    THRESHOLD = 1
    """0 eV is the threshold, which the caller must know."""
    EDGE = 2
    """0 eV is the onset found in the spectrum; the axis may be uncalibrated."""
    ABSOLUTE = 3
    """The calibrated axis itself, plus one constant offset."""


class Background(enum.IntEnum):
    """How the background before the edge is removed."""

    RECIPE = 0
    """As the model's recipe says."""
    NONE = 1
    """The spectrum has none, or it is already removed."""
    POWER_LAW = 2
    """``A E^-r``, fitted on a window before the edge."""


class Flag(enum.IntFlag):
    """A reason to trust a prediction less. A flagged prediction is computed all the same."""

    OUTSIDE_REFERENCE_DOMAIN = 1 << 0
    """Unlike every reference spectrum."""
    AMBIGUOUS = 1 << 1
    """The nearest references disagree."""
    NEGATIVE_INTENSITY = 1 << 2
    """Much of the grid is below zero: look at the background."""
    COARSE_CHANNELS = 1 << 3
    """Channels wider than the model's broadening."""
    UNCERTAIN_ONSET = 1 << 4
    """Onset error above 0.2 eV."""
    COARSE_RESOLUTION = 1 << 5
    """Resolution coarser than the model's broadening."""
    BACKGROUND_WINDOW = 1 << 6
    """The window is not a power law alone."""
    PRE_EDGE_INTENSITY = 1 << 7
    """Intensity before the edge: beam damage?"""
    SATURATED_CHANNELS = 1 << 8
    """Saturated or constant channels."""
    SPIKES = 1 << 9
    """Spikes: cosmic rays or X-rays."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The library's sentence about each flag that is set."""
        flag_text = _library.library().spectra_flag_text
        set_bits = (1 << bit for bit in range(32) if int(self) >> bit & 1)
        return tuple(flag_text(bit).decode() or f"unknown flag {bit:#x}" for bit in set_bits)


@dataclass(frozen=True)
class Estimate:
    """One predicted property, in `unit`.

    Attributes
    ----------
    value
        The prediction.
    standard_error
        One standard deviation of the error expected on an unseen material.
    interval_68, interval_95
        ``(lower, upper)``: holds the true value in 68 (95) of 100 cases.
    unit
        ``"angstrom"``, ``"degree"``, ``"angstrom^3"``, ``"electron"`` or ``"eV"``.
    measurement_error
        The part of the standard error that comes from the noise and the energy axis of this
        measurement; 0 when predicted from features.
    """

    value: float
    standard_error: float
    interval_68: tuple[float, float]
    interval_95: tuple[float, float]
    unit: str
    measurement_error: float = 0.0

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        digits = _digits(self.standard_error)
        return f"{self.value:.{digits}f} +- {self.standard_error:.{digits}f} {self.unit}"


@dataclass(frozen=True)
class Neighbor:
    """A reference spectrum near the measured one.

    Attributes
    ----------
    index
        Its row in `Model.references`.
    id
        Its name, such as ``"mp-7000/O3"``.
    distance
        Root mean square difference of the prepared intensities (of mean 1).
    properties
        Its simulated properties; NaN where the site has none.
    """

    index: int
    id: str
    distance: float
    properties: Mapping[str, float]


@dataclass(frozen=True)
class Preparation:
    """What preprocessing did. Quantities that do not apply are NaN.

    Attributes
    ----------
    alignment, background
        What was done.
    background_channels
        Channels in the pre-edge window.
    background_start_ev, background_end_ev
        The window that was used, eV.
    background_amplitude, background_amplitude_error
        ``A`` of ``A E^-r`` with its standard error, intensity eV^r.
    background_exponent, background_exponent_error
        ``r`` with its standard error.
    background_dispersion
        Pearson chi^2 over degrees of freedom; 1 for Poisson counts.
    onset_ev, onset_error_ev
        The onset found on the spectrum's axis (after calibration and zero-loss alignment) and its
        standard error from the noise, eV.
    shift_ev
        What was added to the spectrum's axis, eV.
    channel_width_ev
        Mean dispersion over the grid, eV per channel.
    area
        Mean intensity over the grid, by which all were divided.
    negative_fraction
        Intensity below zero over that above, on the grid.
    calibration_offset_ev, calibration_factor
        Energy = offset + factor x energy as it was handed in: calibration and zero-loss alignment
        together.
    zero_loss_ev, zero_loss_error_ev, zero_loss_fwhm_ev
        Zero-loss peak on the low-loss axis, its standard error and its full width at half maximum.
    resolution_fwhm_ev
        Resolution of the measurement, given or from the zero-loss peak, eV.
    broadening_sigma_ev
        Standard deviation of the Gaussian broadening that was added, eV; 0: none.
    thickness
        t / lambda from the low-loss spectrum, where it was deconvolved.
    noise_gain
        Variance of the noise over the intensity, given or estimated.
    background_covariance
        Covariance of ln A and r.
    background_residual_slope, background_residual_significance
        What the power law leaves over at the window's end (relative, per eV), and the curvature
        behind it in standard errors.
    pre_edge_excess, pre_edge_significance
        Intensity between window and onset that neither background nor edge explains, over that of
        the edge on the grid; and in standard errors.
    spike_ev, spike_count
        Energy of the first spike, and how many there are, replaced or not.
    saturated_channels, constant_channels
        Channels in runs of the largest intensity, and in other runs longer than noise allows.
    low_loss_use
        What the low-loss spectrum was used for, ``SPECTRA_LOW_LOSS_*``.
    """

    alignment: Alignment
    background: Background
    background_channels: int
    background_start_ev: float
    background_end_ev: float
    background_amplitude: float
    background_amplitude_error: float
    background_exponent: float
    background_exponent_error: float
    background_dispersion: float
    onset_ev: float
    onset_error_ev: float
    shift_ev: float
    channel_width_ev: float
    area: float
    negative_fraction: float
    calibration_offset_ev: float
    calibration_factor: float
    zero_loss_ev: float
    zero_loss_error_ev: float
    zero_loss_fwhm_ev: float
    resolution_fwhm_ev: float
    broadening_sigma_ev: float
    thickness: float
    noise_gain: float
    background_covariance: float
    background_residual_slope: float
    background_residual_significance: float
    pre_edge_excess: float
    pre_edge_significance: float
    spike_ev: float
    spike_count: int
    saturated_channels: int
    constant_channels: int
    low_loss_use: int


@dataclass(frozen=True, eq=False)
class Prepared:
    """A spectrum as the networks see it.

    Attributes
    ----------
    features
        Intensities on the model's grid, of mean 1; float32, shape ``(feature_count,)``.
    energies
        The grid on the aligned axis, eV; float64, shape ``(feature_count,)``.
    preparation
        What was done to get them.
    """

    features: NDArray[np.float32]
    energies: NDArray[np.float64]
    preparation: Preparation


@dataclass(frozen=True, eq=False)
class References:
    """The reference spectra of a model: n of them.

    Attributes
    ----------
    ids
        Their names, such as ``"mp-7000/O3"``.
    features
        Prepared intensities of mean 1; float32, shape ``(n, feature_count)``, read-only.
    properties
        Simulated properties, columns as in `PROPERTIES`, NaN where a site has none; float64, shape
        ``(n, 6)``, read-only.
    """

    ids: tuple[str, ...]
    features: NDArray[np.float32]
    properties: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Prediction:
    """The six properties of the oxygen site that one spectrum tells of.

    ``print(prediction)`` shows a table. ``prediction["bond_length"]`` is
    ``prediction.bond_length``, and iterating gives ``(name, estimate)``.

    Attributes
    ----------
    bond_length
        Mean Si-O bond length, angstrom.
    bond_angle
        Mean Si-O-Si bond angle, degree.
    voronoi_volume
        Volume of the Voronoi cell, angstrom^3.
    overlap_population
        Mean bond overlap population of the Si-O bonds, electron.
    mulliken_charge
        Mulliken charge, electron.
    excitation_energy
        Excitation energy of the O 1s electron, eV.
    flags
        Reasons to trust it less; ``Flag(0)`` where there are none.
    novelty
        0 ... 1: share of the reference materials that are nearer to each other.
    neighbors
        The nearest reference spectra, nearest first.
    preparation
        What preprocessing did; None when predicted from features.
    """

    bond_length: Estimate
    bond_angle: Estimate
    voronoi_volume: Estimate
    overlap_population: Estimate
    mulliken_charge: Estimate
    excitation_energy: Estimate
    flags: Flag
    novelty: float
    neighbors: tuple[Neighbor, ...]
    preparation: Preparation | None

    def __getitem__(self, name: str) -> Estimate:
        if name not in UNITS:
            raise KeyError(name)
        estimate: Estimate = getattr(self, name)
        return estimate

    def __iter__(self) -> Iterator[tuple[str, Estimate]]:
        return ((name, self[name]) for name in PROPERTIES)

    def to_frame(self) -> Any:
        """Return a `pandas.DataFrame`: a row for each property, with its errors and unit.

        Needs pandas: ``pip install 'spectra-infer[pandas]'``.
        """
        return frame_of_prediction(self)

    def __str__(self) -> str:
        lines = [
            f"{'property':<18} {'value':>9} {'std. error':>11}   "
            f"{'68 % interval':<21} {'95 % interval':<21} unit"
        ]
        for name, estimate in self:
            digits = _digits(estimate.standard_error)
            lines.append(
                f"{name:<18} {estimate.value:>9.{digits}f} {estimate.standard_error:>11.{digits}f}"
                f"   {_interval(estimate.interval_68, digits):<21}"
                f" {_interval(estimate.interval_95, digits):<21} {estimate.unit}"
            )
        near = ", ".join(f"{n.id} ({n.distance:.3f})" for n in self.neighbors)
        lines += ["", f"nearest references (distance): {near or 'none'}"]
        lines.append(f"novelty: {self.novelty:.2f}")
        if self.preparation is not None:
            lines += _preparation_lines(self.preparation)
        lines += [f"warning: {text}" for text in self.flags.texts]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class PropertyMap:
    """One property of every spectrum of an image, in `unit`; NaN where there is no prediction.

    Attributes
    ----------
    value, standard_error
        As in `Estimate`; float64 arrays of the map's shape.
    unit
        As in `Estimate`.
    """

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    unit: str


@dataclass(frozen=True, eq=False)
class Predictions:
    """The six properties of every spectrum of an image.

    All arrays have the map's shape: the image's without its energy axis.

    Attributes
    ----------
    bond_length, bond_angle, voronoi_volume, overlap_population, mulliken_charge, excitation_energy
        The maps; units as in `Prediction`.
    status
        `Status` of each spectrum, int32; 0 where there is a prediction.
    flags
        `Flag` bits of each spectrum, uint32; 0 where there is no prediction.
    novelty
        As in `Prediction`, float64.
    nearest
        Index in `Model.references` of the nearest reference, int32; -1 where there is none.
    onset_ev
        Onset found on the spectra's own axis, eV, float64; NaN where it was not looked for.
    first_error
        What is wrong with the first spectrum that failed; empty when none did.
    """

    bond_length: PropertyMap
    bond_angle: PropertyMap
    voronoi_volume: PropertyMap
    overlap_population: PropertyMap
    mulliken_charge: PropertyMap
    excitation_energy: PropertyMap
    status: NDArray[np.int32]
    flags: NDArray[np.uint32]
    novelty: NDArray[np.float64]
    nearest: NDArray[np.int32]
    onset_ev: NDArray[np.float64]
    first_error: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the map."""
        return self.status.shape

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Where there is no prediction; an array of the map's shape."""
        failed: NDArray[np.bool_] = np.not_equal(self.status, Status.OK)
        return failed

    def flagged(self, flag: Flag) -> NDArray[np.bool_]:
        """Return where any of the bits of `flag` is set, as an array of the map's shape."""
        flagged: NDArray[np.bool_] = np.not_equal(self.flags & np.uint32(flag), 0)
        return flagged

    def __getitem__(self, name: str) -> PropertyMap:
        if name not in UNITS:
            raise KeyError(name)
        property_map: PropertyMap = getattr(self, name)
        return property_map

    def __iter__(self) -> Iterator[tuple[str, PropertyMap]]:
        return ((name, self[name]) for name in PROPERTIES)

    def to_frame(self) -> Any:
        """Return a `pandas.DataFrame`: a row for each spectrum, indexed by its place.

        Columns ``bond_length``, ``bond_length_error`` and so on, in the units of
        ``frame.attrs["units"]``; ``status`` by name. Needs pandas:
        ``pip install 'spectra-infer[pandas]'``.
        """
        return frame_of_predictions(self)

    def __str__(self) -> str:
        total, failed = self.status.size, int(np.count_nonzero(self.failed))
        lines = [f"{total} spectra, shape {self.shape}; {failed} without a prediction"]
        if failed < total:
            lines.append(f"{'property':<18} {'median':>9} {'std. error':>11}   unit")
            for name, one in self:
                error = float(np.nanmedian(one.standard_error))
                digits = _digits(error)
                median = float(np.nanmedian(one.value))
                lines.append(f"{name:<18} {median:>9.{digits}f} {error:>11.{digits}f}   {one.unit}")
        if self.first_error:
            lines.append(f"first failure: {self.first_error}")
        return "\n".join(lines)


# ---------------------------------------------------------------- from the C structures

# All numbers of an estimate are copied at once: ctypes looks up each field by its name.
_ESTIMATE = struct.Struct("=7d")


def preparation_from_c(c: _library.spectra_preparation) -> Preparation:
    """Copy a ``spectra_preparation``."""
    fields: dict[str, Any] = {name: getattr(c, name) for name in Preparation.__dataclass_fields__}
    fields["alignment"] = Alignment(c.alignment)
    fields["background"] = Background(c.background)
    return Preparation(**fields)


def neighbors_from_c(
    found: Iterable[_library.spectra_neighbor], references: References
) -> tuple[Neighbor, ...]:
    """Copy ``spectra_neighbor`` structs, with the names and properties of the references."""
    return tuple(
        Neighbor(
            index=n.reference,
            id=references.ids[n.reference],
            distance=n.distance,
            properties=dict(zip(PROPERTIES, references.properties[n.reference].tolist())),
        )
        for n in found
    )


def _estimate(numbers: tuple[float, ...], unit: str) -> Estimate:
    """Make an estimate of the fields of a ``spectra_estimate``."""
    value, error, lower_68, upper_68, lower_95, upper_95, measurement = numbers
    return Estimate(value, error, (lower_68, upper_68), (lower_95, upper_95), unit, measurement)


def prediction_from_c(
    c: _library.spectra_result, references: References, preparation: Preparation | None
) -> Prediction:
    """Copy a ``spectra_result`` whose status is ``SPECTRA_OK``."""
    estimates = {
        name: _estimate(numbers, unit)
        for (name, unit), numbers in zip(UNITS.items(), _ESTIMATE.iter_unpack(c.properties))
    }
    return Prediction(
        **estimates,
        flags=Flag(c.flags),
        novelty=c.novelty,
        neighbors=neighbors_from_c(c.neighbors[: c.neighbor_count], references),
        preparation=preparation,
    )


# ---------------------------------------------------------------- text


def _digits(standard_error: float) -> int:
    """Decimals that show two significant digits of the error."""
    if not math.isfinite(standard_error) or standard_error <= 0:
        return 4
    return min(max(1 - math.floor(math.log10(standard_error)), 0), 6)


def _interval(bounds: tuple[float, float], digits: int) -> str:
    return f"{bounds[0]:.{digits}f} ... {bounds[1]:.{digits}f}"


def _preparation_lines(p: Preparation) -> list[str]:
    lines = []
    if p.background is Background.POWER_LAW:
        lines.append(
            f"background: E^-r with r = {p.background_exponent:.3f} +- "
            f"{p.background_exponent_error:.3f} from {p.background_channels} channels, "
            f"{p.background_start_ev:.1f} ... {p.background_end_ev:.1f} eV"
        )
    if math.isfinite(p.onset_ev):
        lines.append(f"onset: {p.onset_ev:.2f} +- {p.onset_error_ev:.2f} eV")
    return lines
