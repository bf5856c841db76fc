"""What is simulated and how exactly: the choices that every site of a database shares.

They follow section 2.2 of Kiyohara, Tsubaki, Liao and Mizoguchi, J. Phys. Mater. 2 (2019) 024003.
The defaults are those of the silicon oxides in ``data``; another oxide or edge has its own
(docs/new-material.md).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .errors import SimulationError
from .files import write_atomically

FILE_NAME = "settings.json"


@dataclass(frozen=True)
class Settings:
    """All choices of a simulation; kept as ``settings.json`` beside its plan.

    Attributes
    ----------
    absorber
        The element whose core electron is excited.
    core_state
        The core state that is excited, as GPAW writes it.
    neighbours
        The elements that the absorber is bonded to; bonds to others are not counted.
    setups
        GPAW's data sets for elements that need another than the default: Mg with two valence
        electrons is ``{"Mg": "2"}``.
    cutoff
        Plane-wave cutoff, eV.
    radius
        Augmentation radius of the absorber's data sets, bohr; None takes GPAW's own.
    image_distance
        Smallest distance between periodic images of the core hole, angstrom.
    bands_per_volume, bands_per_atom
        Empty bands per cubic angstrom and per atom; the larger number counts.
    sampling
        Wave vectors of the spectrum, in reciprocal lattice vectors of the supercell.
    smallest_gap
        Materials whose ground state has a smaller gap are left out, eV.
    bond_factor, bond_limit
        A neighbour is bonded within ``bond_factor`` times the nearest distance, and at most
        ``bond_limit`` angstrom.
    symmetry_precision
        Distance within which two atoms are equivalent, angstrom.
    """

    absorber: str = "O"
    core_state: str = "1s"
    neighbours: tuple[str, ...] = ("Si",)
    setups: tuple[tuple[str, str], ...] = ()
    cutoff: float = 270.0
    radius: float | None = 1.6
    image_distance: float = 8.0
    bands_per_volume: float = 0.245
    bands_per_atom: float = 3.1
    sampling: tuple[tuple[float, float, float], ...] = ((0.25, 0.25, 0.25),)
    smallest_gap: float = 0.5
    bond_factor: float = 1.25
    bond_limit: float = 2.4
    symmetry_precision: float = 0.02

    def empty_bands(self, volume: float, atoms: int) -> int:
        """Number of empty bands for a supercell of ``volume`` cubic angstrom with ``atoms``."""
        return int(max(self.bands_per_volume * volume, self.bands_per_atom * atoms))

    def write(self, folder: Path) -> None:
        """Write ``settings.json`` into ``folder``."""
        write_atomically(folder / FILE_NAME, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """Read ``settings.json`` of ``folder``; the defaults where there is none.

        Raises
        ------
        SimulationError
            Where the file is no settings file.
        """
        path = folder / FILE_NAME
        if not path.exists():
            return cls()
        try:
            values = json.loads(path.read_text())
            return cls.from_dictionary(values)
        except (ValueError, TypeError, AttributeError) as error:
            raise SimulationError(f"{path}: {error}; mend or remove it") from None

    @classmethod
    def from_dictionary(cls, values: dict[str, object]) -> Settings:
        """Settings from what JSON or TOML gives; unknown names are refused.

        Raises
        ------
        ValueError
            Where a name is unknown, or a value is no choice.
        """
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise ValueError(f"there is no setting {unknown[0]}; there are {known}")
        plain = {name: _hashable(value) for name, value in values.items()}
        if "setups" in plain:
            setups = values["setups"]
            plain["setups"] = (
                tuple(sorted(setups.items())) if isinstance(setups, dict) else plain["setups"]
            )
        settings = cls(**plain)  # type: ignore[arg-type]
        settings.validate()
        return settings

    def validate(self) -> None:
        """Refuse what cannot be computed.

        Raises
        ------
        ValueError
            Where a length, an energy or a number is not positive, or the sampling is empty.
        """
        for name in (
            "cutoff",
            "image_distance",
            "bands_per_volume",
            "bands_per_atom",
            "bond_factor",
            "bond_limit",
            "symmetry_precision",
        ):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")
        if self.radius is not None and not self.radius > 0:
            raise ValueError(f"radius is {self.radius}; it must be above 0, or null")
        if not self.neighbours or isinstance(self.neighbours, str):
            raise ValueError('neighbours must be a list of elements, as ["Si"]')
        if not self.sampling or any(len(vector) != 3 for vector in self.sampling):
            raise ValueError("sampling must be a list of wave vectors, as [[0.25, 0.25, 0.25]]")


def _hashable(value: object) -> object:
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value
