"""One spectrum with its prediction, as the figure wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model import Model
from ..prediction import Background, Estimate, Prediction

__all__ = ["UNCALIBRATED", "NeighborView", "SpectrumView", "on_own_axis"]

Floats = NDArray[np.float64]

UNCALIBRATED = (0.0, 1.0)
"""Offset and factor of an axis that is left as it was handed in."""


@dataclass(frozen=True, eq=False)
class NeighborView:
    """A reference spectrum near the measured one.

    Attributes
    ----------
    id, distance, properties
        As in `Neighbor`.
    features
        Its intensities on the model's grid.
    """

    id: str
    distance: float
    properties: Mapping[str, float]
    features: Floats


@dataclass(frozen=True, eq=False)
class SpectrumView:
    """A raw spectrum, what preprocessing made of it, and what was predicted.

    Attributes
    ----------
    energies, intensities
        The raw spectrum; eV on its own axis, which is the axis after calibration and zero-loss
        alignment. The window, the onset and the background are on it too.
    background
        Fitted background, of the raw spectrum's shape, NaN where it says nothing; None: none was
        removed.
    window_ev
        The pre-edge window of the fit, eV; None where there was no fit.
    onset_ev, onset_error_ev
        Onset on the spectrum's own axis; NaN where it was not looked for.
    grid_ev, features
        The prepared spectrum on the model's grid (aligned axis, eV).
    shift_ev
        Aligned axis minus own axis, eV.
    estimates
        Predicted properties by name.
    neighbors
        Nearest references, nearest first.
    novelty
        As in `Prediction`.
    warnings
        A sentence for each flag.
    title
        Such as the file's name.
    calibrated
        Whether its own axis is another one than it was handed in on.
    """

    energies: Floats
    intensities: Floats
    background: Floats | None
    window_ev: tuple[float, float] | None
    onset_ev: float
    onset_error_ev: float
    grid_ev: Floats
    features: Floats
    shift_ev: float
    estimates: Mapping[str, Estimate]
    neighbors: tuple[NeighborView, ...]
    novelty: float
    warnings: tuple[str, ...]
    title: str = ""
    calibrated: bool = False

    @classmethod
    def of(
        cls, model: Model, energy: ArrayLike, counts: ArrayLike, *, title: str = "", **options: Any
    ) -> SpectrumView:
        """Predict a raw spectrum and view it.

        Parameters
        ----------
        model, energy, counts
            As for `Model.predict`.
        title
            Written above the figure.
        options
            As for `Model.predict`.

        Raises
        ------
        SpectraError
            As `Model.predict`.
        """
        prediction = model.predict(energy, counts, **options)
        prepared = model.preprocess(energy, counts, **options)
        done = prepared.preparation
        calibration = done.calibration_offset_ev, done.calibration_factor
        energies = on_own_axis(np.asarray(energy, np.float64), *calibration)
        fitted = done.background is Background.POWER_LAW
        return cls(
            energies=energies,
            intensities=np.ma.filled(np.ma.asarray(counts, np.float64), np.nan),
            background=_power_law(energies, prediction) if fitted else None,
            window_ev=(done.background_start_ev, done.background_end_ev) if fitted else None,
            onset_ev=done.onset_ev,
            onset_error_ev=done.onset_error_ev,
            grid_ev=prepared.energies,
            features=prepared.features.astype(np.float64),
            shift_ev=done.shift_ev,
            estimates=dict(prediction),
            neighbors=tuple(
                NeighborView(
                    near.id,
                    near.distance,
                    near.properties,
                    model.references.features[near.index].astype(np.float64),
                )
                for near in prediction.neighbors
            ),
            novelty=prediction.novelty,
            warnings=prediction.flags.texts,
            title=title,
            calibrated=calibration != UNCALIBRATED,
        )


def on_own_axis(energies: Floats, offset_ev: float, factor: float) -> Floats:
    """Return what energies of the axis as it was handed in are on the spectrum's own axis."""
    return offset_ev + factor * energies


def _power_law(energies: Floats, prediction: Prediction) -> Floats:
    """Return ``A E^-r``, NaN before the window, where it was not meant to hold."""
    done = prediction.preparation
    assert done is not None
    law = np.full(energies.shape, np.nan)
    held = energies >= max(done.background_start_ev, np.finfo(float).tiny)
    # By logarithms: A may be beyond the largest float for a steep law.
    law[held] = np.exp(
        np.log(done.background_amplitude) - done.background_exponent * np.log(energies[held])
    )
    return law
