"""Mulliken populations of states that were projected on a minimal atomic basis.

After Sanchez-Portal, Artacho and Soler, Solid State Commun. 95 (1995) 685, as CASTEP does it for
the paper's Mulliken charge and bond overlap population. Charges from a larger basis depend on the
basis; those from the minimal one hardly do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Populations:
    """Populations of all atoms, in electrons.

    Attributes
    ----------
    gross
        n: gross valence population of each atom.
    overlap
        n x n, symmetric: overlap population of each pair of atoms.
    spill
        The part of the occupied states that the minimal basis does not hold, 0 to 1.
    """

    gross: NDArray[np.float64]
    overlap: NDArray[np.float64]
    spill: float


def minimal_basis_populations(
    overlap: ArrayLike,
    coefficients: ArrayLike,
    occupations: ArrayLike,
    minimal: ArrayLike,
    owners: ArrayLike,
    atoms: int,
) -> Populations:
    """Mulliken analysis in the span of the minimal basis.

    With S the overlap of all basis functions, C the states, m the minimal functions: the states are
    projected, T = S_mm^-1 S_m C^T; the metric R = T^H S_mm T of what is left makes them orthonormal
    again, so that no electron is lost; P = T f^1/2 R^-1 f^1/2 T^H is their density matrix.

    Parameters
    ----------
    overlap
        Overlap of all basis functions, b x b.
    coefficients
        States in rows, n x b.
    occupations
        Electrons in each state (0 to 2), n.
    minimal
        Numbers of the basis functions that make the minimal basis, m.
    owners
        The atom that each of the minimal functions belongs to, m.
    atoms
        Number of atoms.
    """
    overlap, coefficients = np.asarray(overlap), np.asarray(coefficients)
    occupations, minimal = np.asarray(occupations, float), np.asarray(minimal)
    owners = np.asarray(owners)
    occupied = occupations > 1e-6
    roots = np.sqrt(occupations[occupied])
    small = overlap[np.ix_(minimal, minimal)]
    projected = np.linalg.solve(small, overlap[minimal] @ coefficients[occupied].T)
    metric = projected.conj().T @ small @ projected
    density = (projected * roots) @ np.linalg.inv(metric) @ (projected * roots).conj().T
    shared = (density * small.T).real
    gross = np.zeros(atoms)
    np.add.at(gross, owners, shared.sum(axis=1))
    pairs = np.zeros((atoms, atoms))
    np.add.at(pairs, (owners[:, None], owners[None, :]), 2 * shared)
    return Populations(gross, pairs, float(1 - np.trace(metric).real / len(metric)))
