"""One simulated site, as `run` keeps it: a JSON file ``sites/<material>/<site>.json``."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from .errors import SimulationError
from .files import write_atomically


@dataclass(frozen=True)
class Record:
    """A site with its six properties and its transitions; None where a property is not defined.

    Attributes
    ----------
    material, site
        Identifier of the material; number of the atom in its reduced primitive cell.
    formula, space_group, multiplicity
        Of the primitive cell; the number of equivalent sites in it.
    bonds
        Number of bonds.
    bond_length, bond_angle, voronoi_volume
        Angstrom, degree, cubic angstrom.
    overlap_population, mulliken_charge
        Electrons.
    excitation_energy
        Total energy of the core-excited state less that of the ground state, eV.
    ground_gap
        Kohn-Sham gap of the ground state, eV.
    supercell_volume
        Cubic angstrom.
    energies, strengths
        Transition energies from the threshold (eV), from the lowest up, and squared dipole matrix
        elements.
    absorber
        Element of the site.
    range_end
        Highest transition energy, eV; a database keeps it with more digits than the transitions.
    final_gap, spill, seconds, supercell_atoms
        Of the calculation: gap of the final state (eV), part of the states outside the minimal
        basis, its time, atoms. None in records that come from a database.
    """

    material: str
    site: int
    formula: str
    space_group: str
    multiplicity: int
    bonds: int
    bond_length: float | None
    bond_angle: float | None
    voronoi_volume: float
    overlap_population: float | None
    mulliken_charge: float
    excitation_energy: float
    ground_gap: float
    supercell_volume: float
    energies: list[float]
    strengths: list[float]
    absorber: str = "O"
    range_end: float | None = None
    final_gap: float | None = None
    spill: float | None = None
    seconds: float | None = None
    supercell_atoms: int | None = None

    @property
    def spectrum(self) -> str:
        """Identifier of the spectrum: material/O<site>."""
        return f"{self.material}/{self.absorber}{self.site}"

    @property
    def end(self) -> float:
        """The highest transition energy computed, eV from the threshold."""
        return max(self.energies) if self.range_end is None else self.range_end

    def write(self, path: Path) -> None:
        """Write the record as a whole or not at all."""
        write_atomically(path, json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a record.

        Raises
        ------
        SimulationError
            Where it is malformed, cut short, or has a number that is none.
        """
        remedy = "remove the file and run the site again"
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            known = {field.name for field in fields(cls)}
            record = cls(**{name: value for name, value in values.items() if name in known})
            record._validate()
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise SimulationError(f"{path}: {error}; {remedy}") from None
        return record

    def _validate(self) -> None:
        if len(self.energies) != len(self.strengths) or not self.energies:
            raise ValueError(
                f"{len(self.energies)} transition energies, {len(self.strengths)} strengths"
            )
        numbers: list[Any] = [*self.energies, *self.strengths]
        numbers += [value for value in asdict(self).values() if isinstance(value, float)]
        if not all(isinstance(n, (int, float)) and math.isfinite(n) for n in numbers):
            raise ValueError("a number in it is not finite")
        if min(self.strengths) < 0:
            raise ValueError("a strength is negative")


def read_records(folder: Path) -> list[Record]:
    """All records below ``folder``/sites, in the order of `sort_key`."""
    paths = sorted((folder / "sites").glob("*/[0-9]*.json"))
    return sorted((Record.read(path) for path in paths), key=sort_key)


def read_or_none(folder: Path, site: int | None) -> Record | None:
    """The record of ``site`` in ``folder`` (None: the only one), or None where there is none."""
    name = "[0-9]*.json" if site is None else f"{site}.json"
    paths = sorted(folder.glob(name))
    return Record.read(paths[0]) if paths else None


def sort_key(record: Record) -> tuple[int, str, int]:
    """Order of a database: by the number in the material's name, then name, then site."""
    return (*material_key(record.material), record.site)


def material_key(material: str) -> tuple[int, str]:
    """Order of materials: by the number behind the first hyphen of the name, then by name."""
    number = material.partition("-")[2]
    return (int(number) if number.isascii() and number.isdigit() else 0, material)
