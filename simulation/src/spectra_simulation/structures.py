"""Crystal structures from files: primitive cells, symmetry-distinct sites (ASE and spglib)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SimulationError

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True)
class Structure:
    """A Niggli-reduced primitive cell.

    Attributes
    ----------
    atoms
        The cell, as ASE's Atoms.
    equivalent
        For each atom the first atom that symmetry makes equal to it.
    space_group
        International short symbol.
    """

    atoms: Atoms
    equivalent: list[int]
    space_group: str

    def sites(self, element: str) -> dict[int, int]:
        """The symmetry-distinct atoms of ``element``, with the number of atoms equal to each."""
        counts: dict[int, int] = {}
        for symbol, first in zip(self.atoms.symbols, self.equivalent, strict=True):
            if symbol == element:
                counts[first] = counts.get(first, 0) + 1
        return dict(sorted(counts.items()))


def read_structure(path: Path, precision: float) -> Structure:
    """Read a file that ASE knows (CIF, POSCAR, ...); ``precision`` in angstrom for symmetry.

    Raises
    ------
    SimulationError
        Where the file is no crystal structure.
    """
    from ase import Atoms
    from ase.io import read

    try:
        atoms = read(path)
    except Exception as error:  # ASE's readers raise all kinds
        raise SimulationError(f"{path}: no structure that ASE can read ({error})") from None
    if not isinstance(atoms, Atoms) or abs(atoms.get_volume()) < 1.0:
        raise SimulationError(f"{path}: no crystal; a unit cell is needed")
    return primitive(atoms, precision)


def primitive(atoms: Atoms, precision: float) -> Structure:
    """The Niggli-reduced primitive cell of ``atoms``."""
    import spglib
    from ase import Atoms

    given = (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers)
    cell = spglib.find_primitive(given, symprec=precision) or given
    atoms = Atoms(numbers=cell[2], cell=cell[0], scaled_positions=cell[1], pbc=True)
    reduced = spglib.niggli_reduce(cell[0])
    if reduced is not None:
        positions = atoms.get_positions()
        atoms = Atoms(numbers=cell[2], cell=reduced, positions=positions, pbc=True)
        atoms.wrap()
    data: Any = spglib.get_symmetry_dataset(
        (atoms.cell[:], atoms.get_scaled_positions(), atoms.numbers), symprec=precision
    )
    if data is None:
        return Structure(atoms, list(range(len(atoms))), "P1")
    # spglib returns a dictionary before 2.5, an object from then on.
    read = data.__getitem__ if isinstance(data, dict) else lambda name: getattr(data, name)
    equivalent = [int(index) for index in read("equivalent_atoms")]
    return Structure(atoms, equivalent, str(read("international")))
