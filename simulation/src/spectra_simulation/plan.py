"""What is to be computed: the materials, their supercells and their symmetry-distinct sites."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .errors import SimulationError
from .files import write_atomically
from .lattice import smallest_supercell
from .settings import Settings
from .structures import read_structure

FILE_NAME = "plan.json"


@dataclass(frozen=True)
class PlannedMaterial:
    """A material of a plan.

    Attributes
    ----------
    material
        Its identifier, the file's name without extension.
    path
        The structure's file.
    formula, space_group
        Of the reduced primitive cell.
    repeats
        The supercell, in primitive cells.
    supercell_atoms, supercell_volume
        Atoms in it; cubic angstrom.
    sites, multiplicity
        The symmetry-distinct absorbers to compute, and how many atoms equal each.
    """

    material: str
    path: str
    formula: str
    space_group: str
    repeats: tuple[int, int, int]
    supercell_atoms: int
    supercell_volume: float
    sites: list[int]
    multiplicity: list[int]


@dataclass(frozen=True)
class Plan:
    """A plan, and what was not planned.

    Attributes
    ----------
    materials
        The materials, smallest supercell first.
    skipped
        Reasons by material: in the database already, too large, no absorber, unreadable.
    """

    materials: list[PlannedMaterial]
    skipped: dict[str, str]


def make_plan(
    paths: Iterable[Path],
    settings: Settings,
    present: Collection[str] = (),
    largest_volume: float = float("inf"),
) -> Plan:
    """Plan the structures in ``paths``.

    Parameters
    ----------
    paths
        Files that ASE reads; the name without extension identifies the material.
    present
        Spectra (material/O<site>) that are not needed again.
    largest_volume
        Larger supercells are left out, cubic angstrom: the time grows with the square.

    Raises
    ------
    SimulationError
        Where two files have one name.
    """
    materials: dict[str, PlannedMaterial] = {}
    skipped: dict[str, str] = {}
    for path in paths:
        name = path.stem
        if name in materials or name in skipped:
            raise SimulationError(f"there are two files named {name}; rename one")
        try:
            material = _plan_material(path, settings)
        except SimulationError as error:
            skipped[name] = str(error)
            continue
        kept = [
            (site, count)
            for site, count in zip(material.sites, material.multiplicity, strict=True)
            if f"{name}/{settings.absorber}{site}" not in present
        ]
        if not material.sites:
            skipped[name] = f"there is no {settings.absorber} in it"
        elif not kept:
            skipped[name] = "in the database already"
        elif material.supercell_volume > largest_volume:
            skipped[name] = f"supercell of {material.supercell_volume:.0f} cubic angstrom"
        else:
            values = asdict(material)
            values["sites"] = [site for site, _ in kept]
            values["multiplicity"] = [count for _, count in kept]
            materials[name] = PlannedMaterial(**values)
    order = sorted(materials.values(), key=lambda m: (m.supercell_volume, m.material))
    return Plan(order, skipped)


def write_plan(folder: Path, plan: Plan) -> None:
    """Write ``plan.json`` into ``folder``."""
    rows = [asdict(material) for material in plan.materials]
    write_atomically(folder / FILE_NAME, json.dumps(rows, indent=1) + "\n")


def read_plan(folder: Path) -> list[PlannedMaterial]:
    """Read ``plan.json`` of ``folder``.

    Raises
    ------
    SimulationError
        Where it is missing or malformed.
    """
    path = folder / FILE_NAME
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        plan = [PlannedMaterial(**row) for row in rows]
        if any(len(m.sites) != len(m.multiplicity) for m in plan):
            raise ValueError("there is not one multiplicity a site")
        return plan
    except OSError:
        raise SimulationError(f"{path} is missing; run `simulation plan` first") from None
    except (ValueError, TypeError) as error:
        raise SimulationError(f"{path}: {error}; run `simulation plan` again") from None


def missing_sites(
    plan: Iterable[PlannedMaterial], absorber: str, present: Collection[str]
) -> dict[str, int]:
    """The materials of ``plan`` with sites that are not among the spectra ``present``: how many.

    Whether a material is a twin of another is only known once all its sites are.
    """
    counts = {
        m.material: sum(f"{m.material}/{absorber}{site}" not in present for site in m.sites)
        for m in plan
    }
    return {material: count for material, count in counts.items() if count}


def _plan_material(path: Path, settings: Settings) -> PlannedMaterial:
    structure = read_structure(path, settings.symmetry_precision)
    atoms = structure.atoms
    repeats = smallest_supercell(atoms.cell[:], settings.image_distance)
    sites = structure.sites(settings.absorber)
    return PlannedMaterial(
        material=path.stem,
        path=str(path.resolve()),
        formula=atoms.get_chemical_formula(),
        space_group=structure.space_group,
        repeats=repeats,
        supercell_atoms=int(np.prod(repeats)) * len(atoms),
        supercell_volume=float(np.prod(repeats) * atoms.get_volume()),
        sites=list(sites),
        multiplicity=list(sites.values()),
    )
