"""Broadened spectra on the grid of the paper, to look at and to compare."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .record import Record

# From -1 to 14.9 eV around the threshold (section 2.3 of the paper).
GRID: NDArray[np.float64] = np.round(np.arange(-10, 150) * 0.1, 1)
BROADENING = 0.5  # eV, standard deviation of the Gaussian


def broadened(
    energies: ArrayLike,
    strengths: ArrayLike,
    grid: NDArray[np.float64] = GRID,
    broadening: float = BROADENING,
) -> NDArray[np.float64]:
    """The transitions as Gaussians of ``broadening`` eV on ``grid``: strength per eV."""
    distances = (grid[:, None] - np.asarray(energies, float)) / broadening
    weights = np.asarray(strengths, float) / (broadening * np.sqrt(2 * np.pi))
    intensities: NDArray[np.float64] = np.exp(-0.5 * distances**2) @ weights
    return intensities


def spectrum(record: Record, broadening: float = BROADENING) -> NDArray[np.float64]:
    """The spectrum of a record on `GRID`, with a mean of 1."""
    intensities = broadened(record.energies, record.strengths, GRID, broadening)
    scaled: NDArray[np.float64] = intensities / intensities.mean()
    return scaled


def difference(
    record: Record, reference: Record, shift: float = 0.0, broadening: float = BROADENING
) -> float:
    """L1 distance of two spectra as a part of the reference: 0.01 is 1 %.

    ``shift`` (eV) is added to the energies of ``record``.
    """
    moved = broadened(np.add(record.energies, shift), record.strengths, GRID, broadening)
    return float(np.abs(moved / moved.mean() - spectrum(reference, broadening)).mean())


def best_shift(record: Record, reference: Record, largest: float = 1.0) -> float:
    """The shift (eV, in steps of 0.01) of ``record`` that comes nearest to ``reference``."""
    shifts = np.round(np.arange(-largest, largest + 0.005, 0.01), 2)
    order = sorted(shifts, key=abs)  # of equal ones the smallest
    return float(min(order, key=lambda shift: difference(record, reference, float(shift))))
