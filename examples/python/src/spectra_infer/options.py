"""What is known of a measurement: the options of `Model.predict` and its kin."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import TypedDict, Union

from numpy.typing import ArrayLike

from .prediction import Background

__all__ = ["BackgroundLike", "LowLossUse", "Options", "Spikes"]

BackgroundLike = Union[Background, str, None]
"""A `Background`, its name in lower case (``"power_law"``), or None for the model's recipe."""


class Spikes(enum.IntEnum):
    """What is done about spikes: one or two channels that a cosmic ray or an X-ray hit."""

    REPORT = 0
    """Count them, flag the result, leave them."""
    REPLACE = 1
    """Put the straight line between their neighbours in their place."""
    IGNORE = 2
    """Do not look for them."""


class LowLossUse(enum.IntFlag):
    """What a low-loss spectrum is used for."""

    ALIGN = 1 << 0
    """Its zero-loss peak is 0 eV of the spectrum's axis too."""
    RESOLUTION = 1 << 1
    """The width of its zero-loss peak is the resolution."""
    DECONVOLVE = 1 << 2
    """Plural scattering is removed (Fourier ratio)."""


class Options(TypedDict, total=False):
    """What is known of a measurement; what is left out is not known.

    The steps go in the order: calibration, zero-loss alignment, spikes, background, deconvolution,
    resolution, onset. "The spectrum's axis" is the axis after calibration and alignment.
    """

    background: BackgroundLike
    """How to remove the background before the edge; None: as the model's recipe says."""
    window: tuple[float, float] | None
    """``(start, end)`` of the pre-edge window on the spectrum's axis, eV; None: the part of the
    recipe's window that the axis has."""
    threshold: float | None
    """Threshold on the spectrum's axis, eV. A model of `Alignment.THRESHOLD` needs it."""
    energy_offset: float | None
    """What to add to the spectrum's axis to reach the simulated one, eV (0 where it is the
    simulated one). A model of `Alignment.ABSOLUTE` needs it."""
    axis_error: float
    """Standard error of threshold, offset or calibration, eV; 0 where it is left out."""
    calibration: Mapping[float, float] | Iterable[tuple[float, float]]
    """One or two energies on the axis as it was handed in, and what they are truly, eV:
    ``{545.2: 546.0}``. One gives the offset, two the dispersion too."""
    spikes: Spikes | str
    """A `Spikes` or its name in lower case; ``"report"`` where it is left out."""
    low_loss: tuple[ArrayLike, ArrayLike] | None
    """``(energy, counts)`` of the low-loss spectrum taken with this one, eV. For an image, counts
    are one spectrum for all pixels, or one for each pixel: the map's shape, energy where the
    image has it."""
    low_loss_use: LowLossUse | str | Iterable[str]
    """A `LowLossUse`, or names in lower case: ``"align"``, ``["resolution", "deconvolve"]``; needed
    with ``low_loss``."""
    resolution: float | None
    """Full width at half maximum of the resolution, eV. A finer one than the model's is broadened
    to the model's; a coarser one is flagged; None: unknown, and nothing is broadened."""
    noise_gain: float | None
    """Variance of the noise over the intensity, 1 for counts; None: estimated from the spectrum."""
    variance: ArrayLike | None
    """Variance of each channel; one spectrum for all pixels, or one for each; None: ``noise_gain``
    times the intensity."""
