"""Crystals typed from the literature, and what was published of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Crystal:
    """A cell (rows, angstrom), Cartesian positions (angstrom) and symbols."""

    cell: Array
    positions: Array
    symbols: list[str]

    def first(self, symbol: str) -> int:
        """The first atom of an element."""
        return self.symbols.index(symbol)

    @property
    def volume(self) -> float:
        """Of the cell, cubic angstrom."""
        return float(abs(np.linalg.det(self.cell)))


def _crystal(cell: Array, atoms: dict[str, list[list[float]]]) -> Crystal:
    symbols = [symbol for symbol, places in atoms.items() for _ in places]
    fractions = np.array([place for places in atoms.values() for place in places]) % 1.0
    return Crystal(cell, fractions @ cell, symbols)


def hexagonal(a: float, c: float) -> Array:
    """The cell of a hexagonal crystal."""
    return np.array([[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]])


def alpha_quartz() -> Crystal:
    """Levien, Prewitt and Weidner, Am. Mineral. 65 (1980) 920, at 1 atm.

    They give Si-O 1.605(1) and 1.614(1) angstrom and Si-O-Si 143.73(7) degree. P3_221; their
    origin lies 2/3 c from that of the International Tables.
    """
    u, (x, y, z) = 0.4697, (0.4135, 0.2669, 0.1191 + 2 / 3)
    silicon = [[u, 0, 2 / 3], [0, u, 1 / 3], [-u, -u, 0]]
    oxygen = [
        [x, y, z],
        [-y, x - y, z + 2 / 3],
        [-x + y, -x, z + 1 / 3],
        [y, x, -z],
        [x - y, -y, -z + 1 / 3],
        [-x, -x + y, -z + 2 / 3],
    ]
    return _crystal(hexagonal(4.916, 5.4054), {"Si": silicon, "O": oxygen})


def stishovite() -> Crystal:
    """Hill, Newton and Gibbs, J. Solid State Chem. 47 (1983) 185.

    They give Si-O 1.757 (four) and 1.809 angstrom (two). P4_2/mnm.
    """
    x = 0.30615
    oxygen = [[x, x, 0], [-x, -x, 0], [0.5 - x, 0.5 + x, 0.5], [0.5 + x, 0.5 - x, 0.5]]
    return _crystal(
        np.diag([4.1773, 4.1773, 2.6655]), {"Si": [[0, 0, 0], [0.5, 0.5, 0.5]], "O": oxygen}
    )


def beta_cristobalite() -> Crystal:
    """The ideal structure: Wyckoff, Z. Kristallogr. 62 (1925) 189, a = 7.16 angstrom. Fd-3m.

    Silicon on a diamond lattice, oxygen half way: Si-O sqrt(3) a / 8, Si-O-Si 180 degree.
    """
    face = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    silicon = [[f + s for f in place] for place in face for s in (0, 0.25)]
    quarters = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / 8
    oxygen = [list(np.array(place) + q) for place in face for q in quarters]
    return _crystal(np.diag([7.16] * 3), {"Si": silicon, "O": oxygen})


def periclase() -> Crystal:
    """MgO, the rock-salt structure, a = 4.211 angstrom, in its primitive cell."""
    cell = 4.211 / 2 * np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    return _crystal(cell, {"Mg": [[0, 0, 0]], "O": [[0.5, 0.5, 0.5]]})


def scattered(seed: int, atoms: int = 14) -> Crystal:
    """Atoms anywhere in an oblique cell."""
    random = np.random.default_rng(seed)
    cell = np.diag(random.uniform(5, 9, 3)) + random.uniform(-2, 2, (3, 3))
    places = random.uniform(0, 1, (atoms, 3)).tolist()
    return _crystal(cell, {"Si": places[: atoms // 3], "O": places[atoms // 3 :]})
