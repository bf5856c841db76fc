"""A spectrum image of two silicon oxides, simulated, to try the software on.

    python two_phases.py image.npy [--rows 48] [--columns 64] [--seed 1] [--counts 2000]

Alpha-quartz on the left passes into stishovite on the right, along a wavy boundary; in one corner
is a hole. Each pixel has a power-law background and Poisson noise. The energy axis is written
beside the image, to image-energy.npy (eV). The spectra are those of the database in data/.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[3] / "data"
QUARTZ, STISHOVITE = "mp-7000/O3", "mp-6947/O2"
PIXEL_SIZE = 0.5
"""Of the image, nm."""


@dataclass(frozen=True, eq=False)
class TwoPhases:
    """A simulated spectrum image.

    Attributes
    ----------
    energies
        eV; shape ``(channels,)``.
    counts
        float32; shape ``(rows, columns, channels)``.
    fraction
        Share of the second phase; shape ``(rows, columns)``; NaN in the hole.
    bond_lengths
        Simulated mean Si-O bond lengths of the two phases, angstrom.
    """

    energies: Floats
    counts: NDArray[np.float32]
    fraction: Floats
    bond_lengths: tuple[float, float]


def edge(data: Path, name: str, energies: Floats, sigma: float = 0.5) -> tuple[Floats, float]:
    """Return the O-K edge of a site of the database, 1 at its maximum, and its bond length.

    Parameters
    ----------
    data
        Folder of the database, with sites.csv and transitions.csv.
    name
        Such as ``"mp-7000/O3"``.
    energies
        Where to evaluate it, eV.
    sigma
        Standard deviation of the Gaussian broadening, eV.
    """
    with open(data / "sites.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    number, site = next((n, row) for n, row in enumerate(rows) if row["spectrum"] == name)
    transitions = np.loadtxt(data / "transitions.csv", delimiter=",", skiprows=1)
    _, places, strengths = transitions[transitions[:, 0] == number].T
    # Above the last transitions the spectrum is not known, and held, as in training.
    held = np.minimum(
        energies - float(site["excitation_energy"]), float(site["range_end"]) - 2 * sigma
    )
    broadened = np.exp(-0.5 * ((held[:, np.newaxis] - places) / sigma) ** 2) @ strengths
    return broadened / broadened.max(), float(site["bond_length"])


def two_phases(
    rows: int = 48,
    columns: int = 64,
    *,
    counts: float = 2000.0,
    seed: int = 1,
    channels: int = 640,
    dispersion: float = 0.15,
    data: Path = DATA,
) -> TwoPhases:
    """Simulate an image; the same seed gives the same image.

    Parameters
    ----------
    rows, columns
        Pixels.
    counts
        Of the edge at its maximum, and of the background at 530 eV.
    seed
        Of the noise.
    channels, dispersion
        Of the energy axis, which begins at 490 eV; eV per channel.
    data
        Folder of the database.
    """
    energies: Floats = 490.0 + dispersion * np.arange(channels, dtype=np.float64)
    first, first_length = edge(data, QUARTZ, energies)
    second, second_length = edge(data, STISHOVITE, energies)
    background = (energies / 530.0) ** -3.0

    y = (np.arange(rows)[:, np.newaxis] + 0.5) / rows
    x = (np.arange(columns)[np.newaxis, :] + 0.5) / columns
    boundary = 0.5 + 0.12 * np.sin(2 * np.pi * y)
    fraction: Floats = 1 / (1 + np.exp(-(x - boundary) / 0.08))
    hole = (x - 1) ** 2 + y**2 < 0.16**2

    generator = np.random.default_rng(seed)
    image = np.empty((rows, columns, channels), np.float32)
    for row in range(rows):  # a row at a time: the double precision of a whole image is large
        share = fraction[row][:, np.newaxis]
        mean = counts * ((1 - share) * first + share * second + background)
        mean[hole[row]] = 0.3  # dark counts
        image[row] = generator.poisson(mean)
    fraction[hole] = np.nan
    return TwoPhases(energies, image, fraction, (first_length, second_length))


def main() -> None:
    """Write an image and its axis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="the image, .npy [rows, columns, channels]")
    parser.add_argument("--rows", type=int, default=48)
    parser.add_argument("--columns", type=int, default=64)
    parser.add_argument("--counts", type=float, default=2000.0, help="at the maximum of the edge")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    image = two_phases(
        arguments.rows, arguments.columns, counts=arguments.counts, seed=arguments.seed
    )
    np.save(arguments.out, image.counts)
    np.save(arguments.out.with_name(f"{arguments.out.stem}-energy.npy"), image.energies)


if __name__ == "__main__":
    main()
