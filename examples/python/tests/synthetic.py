"""Measurements made from the database of simulated transitions."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectra_infer import PROPERTIES, Alignment, Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Site:
    """One simulated oxygen site: transitions (eV from the threshold, strength) and properties."""

    id: str
    group: str
    energies: Floats
    strengths: Floats
    range_end: float
    properties: dict[str, float]

    def spectrum(self, energy: Floats, sigma: float = 0.5) -> Floats:
        """Broadened spectrum on a calibrated axis (eV), 1 at its maximum on the first 15 eV."""
        threshold = self.properties["excitation_energy"]
        return self._broadened(energy - threshold, sigma) / np.max(
            self._broadened(np.arange(0.0, 15.0, 0.05), sigma)
        )

    def _broadened(self, energy: Floats, sigma: float) -> Floats:
        # Above the last transitions the spectrum is not known, and held, as in training.
        energy = np.minimum(energy, self.range_end - 2 * sigma)
        distance = (energy[:, np.newaxis] - self.energies) / sigma
        broadened: Floats = np.exp(-0.5 * distance**2) @ self.strengths
        return broadened


def site_groups(data: Path) -> dict[str, str]:
    """The group of sites that are the same structure within the noise, for each site."""
    with open(data / "sites.csv", newline="") as file:
        return {row["spectrum"]: row["group"] for row in csv.DictReader(file)}


def simulated_site(data: Path, name: str) -> Site:
    """Read one site of the database in the folder `data`."""
    with open(data / "sites.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    number, row = next((n, row) for n, row in enumerate(rows) if row["spectrum"] == name)
    transitions = np.loadtxt(data / "transitions.csv", delimiter=",", skiprows=1)
    mine = transitions[transitions[:, 0] == number]
    return Site(
        id=name,
        group=row["group"],
        energies=mine[:, 1],
        strengths=mine[:, 2],
        range_end=float(row["range_end"]),
        properties={name: float(row[name] or "nan") for name in PROPERTIES},
    )


def power_law(energy: Floats, exponent: float, counts_at_520: float) -> Floats:
    """Return ``A E^-r`` with a given value at 520 eV."""
    law: Floats = counts_at_520 * (energy / 520.0) ** -exponent
    return law


def measured(
    site: Site,
    energy: Floats,
    *,
    seed: int,
    scale: float = 500.0,
    exponent: float = 3.2,
    counts_at_520: float = 800.0,
) -> NDArray[np.float32]:
    """Poisson counts of an edge of height `scale` on a power law."""
    mean = scale * site.spectrum(energy) + power_law(energy, exponent, counts_at_520)
    return np.random.default_rng(seed).poisson(mean).astype(np.float32)


def known(model: Model, site: Site) -> dict[str, Any]:
    """What a model needs to be told of a measurement of `site` on its calibrated axis."""
    if model.alignment is Alignment.THRESHOLD:
        return {"threshold": site.properties["excitation_energy"]}
    if model.alignment is Alignment.ABSOLUTE:
        return {"energy_offset": 0.0}
    return {}


def same(one: Any, other: Any) -> bool:
    """Whether two predictions are equal to the last bit, where NaN equals NaN."""
    return type(one) is type(other) and repr(one) == repr(other)
