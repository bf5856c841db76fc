"""Bonds, angles and Voronoi cells of a site, from positions alone.

The three geometrical properties of the paper (its section 2.2 and Table 1): mean bond length, mean
bond angle at the absorber, volume of its Voronoi cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, Voronoi

from .errors import SimulationError
from .lattice import Array, heights

FIRST_REACH = 9.0  # angstrom; most cells are closed by the atoms within it
LAST_REACH = 72.0


@dataclass(frozen=True)
class Neighbour:
    """An atom, or a periodic image of one, near a site.

    Attributes
    ----------
    index
        Number of the atom in the cell.
    vector
        From the site to the neighbour, angstrom.
    distance
        Its length, angstrom.
    """

    index: int
    vector: Array
    distance: float


@dataclass(frozen=True)
class Geometry:
    """The geometrical properties of a site; None where it has too few bonds for one.

    Attributes
    ----------
    bond_length
        Mean length of the bonds, angstrom.
    bond_angle
        Mean angle between all pairs of bonds, degree; None below two bonds.
    voronoi_volume
        Volume of the site's Voronoi cell among all atoms, cubic angstrom.
    bonds
        Number of bonds.
    """

    bond_length: float | None
    bond_angle: float | None
    voronoi_volume: float
    bonds: int


def neighbours(cell: Array, positions: Array, site: int, reach: float) -> list[Neighbour]:
    """All atoms and periodic images within ``reach`` angstrom of atom ``site``, nearest first.

    Parameters
    ----------
    cell
        3 x 3, rows are the lattice vectors, angstrom; periodic in all three.
    positions
        n x 3, Cartesian, angstrom.
    """
    cell, positions = np.asarray(cell, float), np.asarray(positions, float)
    fractions = np.linalg.solve(cell.T, (positions - positions[site]).T).T
    wrapped = (fractions - np.round(fractions)) @ cell
    # A wrapped vector lies within half a height of its plane, on either side.
    top = np.floor(reach / heights(cell) + 0.5 + 1e-9).astype(int)
    shifts = np.array(list(itertools.product(*(range(-t, t + 1) for t in top))), float) @ cell
    vectors = (wrapped[:, None, :] + shifts[None, :, :]).reshape(-1, 3)
    owners = np.repeat(np.arange(len(positions)), len(shifts))
    distances = np.linalg.norm(vectors, axis=1)
    inside = (distances <= reach) & ~((owners == site) & (distances < 1e-9))
    order = np.flatnonzero(inside)[np.argsort(distances[inside], kind="stable")]
    return [Neighbour(int(owners[n]), vectors[n], float(distances[n])) for n in order]


def bonds(
    cell: Array,
    positions: Array,
    symbols: Sequence[str],
    site: int,
    elements: Sequence[str],
    factor: float = 1.25,
    limit: float = 2.4,
) -> list[Neighbour]:
    """The neighbours of ``elements`` that are bonded to atom ``site``, nearest first.

    Bonded is what lies within ``factor`` times the nearest distance and ``limit`` angstrom.
    """
    near = [n for n in neighbours(cell, positions, site, limit) if symbols[n.index] in elements]
    return [n for n in near if n.distance <= factor * near[0].distance]


def voronoi_volume(cell: Array, positions: Array, site: int) -> float:
    """Volume of the Voronoi cell of atom ``site`` among all atoms, cubic angstrom.

    A vertex at distance r from the site is touched only by atoms nearer than 2 r, so that the
    cell is complete once all atoms within twice its farthest vertex were looked at.

    Raises
    ------
    SimulationError
        Where two atoms coincide, or the cell is wider than a framework's can be.
    """
    reach = FIRST_REACH
    while reach <= LAST_REACH:
        around = neighbours(cell, positions, site, reach)
        if around and around[0].distance < 1e-3:
            raise SimulationError(
                f"atoms {site} and {around[0].index} are in one place; mend the structure"
            )
        if len(around) >= 4:
            points = np.vstack([np.zeros((1, 3)), [n.vector for n in around]])
            diagram = Voronoi(points)
            region = diagram.regions[diagram.point_region[0]]
            if region and -1 not in region:
                vertices: NDArray[np.float64] = diagram.vertices[region]
                if 2 * np.linalg.norm(vertices, axis=1).max() <= reach:
                    return float(ConvexHull(vertices).volume)
        reach *= 2
    raise SimulationError(
        f"the Voronoi cell of atom {site} is not closed within {LAST_REACH:g} angstrom; "
        "is the structure a crystal?"
    )


def angle(first: Array, second: Array) -> float:
    """Angle between two vectors, degree."""
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def geometry(
    cell: Array,
    positions: Array,
    symbols: Sequence[str],
    site: int,
    elements: Sequence[str],
    factor: float = 1.25,
    limit: float = 2.4,
) -> Geometry:
    """The geometrical properties of atom ``site``; parameters as of `bonds`."""
    bonded = bonds(cell, positions, symbols, site, elements, factor, limit)
    angles = [angle(a.vector, b.vector) for a, b in itertools.combinations(bonded, 2)]
    return Geometry(
        bond_length=float(np.mean([n.distance for n in bonded])) if bonded else None,
        bond_angle=float(np.mean(angles)) if angles else None,
        voronoi_volume=voronoi_volume(cell, positions, site),
        bonds=len(bonded),
    )
