"""Which materials are one structure: they share a group, so that no split puts twins on both sides.

The Materials Project has structures twice and more: as mirror images (alpha-quartz P3_121 and
P3_221), relaxed from different starts, and with and without a slight distortion. Divided between
training and test they would flatter the errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .record import Record, material_key
from .spectra import GRID, spectrum

# Within the noise of the database.
LENGTH_TOLERANCE = 0.006  # angstrom
ANGLE_TOLERANCE = 2.0  # degree
VOLUME_TOLERANCE = 0.03  # of the volume
EXCITATION_TOLERANCE = 0.08  # eV

# L1 distance of two spectra with a mean of 1. Relaxations of one framework are 0.001 to 0.056
# apart, the nearest two of different frameworks 0.076.
SPECTRUM_TOLERANCE = 0.06


def twins(first: Sequence[Record], second: Sequence[Record]) -> bool:
    """Whether two materials are one structure, or mirror images of it, within the noise.

    Either their sites are equal: each site of one has an equal in the other, and the reverse, where
    bond length, angle, Voronoi volume and excitation energy are the same. Or their spectra are
    alike: see `alike`.
    """
    return _equal_sites(first, second) or alike(_spectra(first), _spectra(second))


def alike(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Whether most spectra of one material have a near one in the other, and the reverse.

    A distorted framework has sites that differ from all of the ideal one, and yet whoever has
    learned from one knows the other. The median over the sites of the distance to the nearest
    spectrum counts. Both arguments are [sites, energies] with a mean of 1.
    """
    distances = np.abs(first[:, None] - second[None]).mean(axis=2)
    return all(np.median(distances.min(axis=axis)) < SPECTRUM_TOLERANCE for axis in (0, 1))


def assign_groups(
    materials: Mapping[str, Sequence[Record]], known: Mapping[str, str]
) -> dict[str, str]:
    """Groups of all ``materials``: twins share one, and so do those that share one in ``known``.

    A group is named as in ``known``, or else after the first of its materials by number. Groups of
    ``known`` that turn out to be one take the first of their names.
    """
    names = sorted(materials, key=material_key)
    groups = {name: known.get(name, name) for name in names}
    spectra = {name: _spectra(materials[name]) for name in names}
    for one, other in combinations(names, 2):
        if groups[one] != groups[other] and (
            _equal_sites(materials[one], materials[other]) or alike(spectra[one], spectra[other])
        ):
            united = {groups[one], groups[other]}
            name = min(united & set(known.values()) or united, key=material_key)
            groups = {m: name if group in united else group for m, group in groups.items()}
    return groups


def _spectra(records: Sequence[Record]) -> NDArray[np.float64]:
    # A site without any strength has no spectrum to compare; `check` tells of it.
    nothing = np.full(len(GRID), np.nan)
    return np.array([spectrum(record) if any(record.strengths) else nothing for record in records])


def _equal_sites(first: Sequence[Record], second: Sequence[Record]) -> bool:
    return all(any(_equal(a, b) for b in second) for a in first) and all(
        any(_equal(a, b) for a in first) for b in second
    )


def _equal(a: Record, b: Record) -> bool:
    return (
        a.bonds == b.bonds
        and abs((a.bond_length or 0) - (b.bond_length or 0)) < LENGTH_TOLERANCE
        and abs((a.bond_angle or 0) - (b.bond_angle or 0)) < ANGLE_TOLERANCE
        and abs(a.voronoi_volume / b.voronoi_volume - 1) < VOLUME_TOLERANCE
        and abs(a.excitation_energy - b.excitation_energy) < EXCITATION_TOLERANCE
    )
