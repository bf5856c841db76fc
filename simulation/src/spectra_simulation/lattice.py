"""Supercells: how far apart the periodic images of a core hole are (section 2.2 of the paper)."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def heights(cell: Array) -> Array:
    """Distances between opposite faces of ``cell`` (3 x 3, rows are vectors), angstrom."""
    volume = abs(np.linalg.det(cell))
    crosses = [np.cross(cell[(i + 1) % 3], cell[(i + 2) % 3]) for i in range(3)]
    return np.array([volume / np.linalg.norm(cross) for cross in crosses])


def shortest_image(cell: Array) -> float:
    """Length of the shortest lattice translation of ``cell`` (3 x 3, rows), angstrom.

    Exact for any cell: a translation n1 a + n2 b + n3 c is at least abs(n_i) times the i-th height
    long, which bounds the search.
    """
    cell = np.asarray(cell, float)
    shortest = float(np.linalg.norm(cell, axis=1).min())
    top = np.floor(shortest / heights(cell) + 1e-9).astype(int)
    for n in itertools.product(*(range(-t, t + 1) for t in top)):
        if any(n):
            shortest = min(shortest, float(np.linalg.norm(np.array(n) @ cell)))
    return shortest


def smallest_supercell(cell: Array, distance: float) -> tuple[int, int, int]:
    """Repeats of the smallest supercell of ``cell`` whose images are over ``distance`` apart.

    Among supercells of one size the first in the order of their repeats is taken.
    """
    cell = np.asarray(cell, float)
    top = [int(np.ceil(distance / length)) + 1 for length in np.linalg.norm(cell, axis=1)]
    best: tuple[int, int, int] | None = None
    while best is None:  # a very oblique cell may need more than its edges say
        for n in itertools.product(*(range(1, t + 1) for t in top)):
            smaller = best is None or np.prod(n) < np.prod(best)
            if smaller and shortest_image(np.array(n)[:, None] * cell) > distance:
                best = (n[0], n[1], n[2])
        top = [t + 1 for t in top]
    return best
