"""Compute the open sites of a plan, material by material.

A run may be stopped at any time and started again; several may run side by side, on computers that
share the folder too. What is finished is never computed again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from .electronic import FinalState, GroundState
from .errors import SimulationError
from .geometry import geometry
from .locks import try_lock
from .plan import PlannedMaterial
from .progress import Progress
from .record import Record
from .settings import Settings
from .structures import read_structure
from .work import Work

if TYPE_CHECKING:
    from ase import Atoms


class Simulator(Protocol):
    """What computes: `electronic.Calculator`, or a stand-in in a test."""

    def ground_state(self, atoms: Atoms, sites: list[int], log: Path) -> GroundState:
        """The ground state of a supercell and the populations of all its atoms."""

    def final_state(self, atoms: Atoms, site: int, log: Path) -> FinalState:
        """The core-excited state of a site."""


def run(
    work: Work,
    plan: Sequence[PlannedMaterial],
    settings: Settings,
    simulator: Simulator,
    progress: Progress,
    seconds: float = float("inf"),
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Compute what is open in ``plan``, in its order; False where ``seconds`` were over first.

    A site that is begun is finished. A material that another process is busy with is passed over.
    """
    end = clock() + seconds
    for material in plan:
        with try_lock(work.lock(material.material)) as mine:
            # Asked again under the lock: another process may have finished it meanwhile.
            if not mine or not work.open(material):
                continue
            try:
                within = _run_material(
                    work, plan, material, settings, simulator, progress, end, clock
                )
            except Exception as error:  # GPAW raises all kinds; the reason is kept
                work.fail(material.material, None, _reason(error))
                progress.line(f"{material.material}: failed: {_reason(error)}")
                continue
            if not within:
                return False
    return True


def _run_material(
    work: Work,
    plan: Sequence[PlannedMaterial],
    material: PlannedMaterial,
    settings: Settings,
    simulator: Simulator,
    progress: Progress,
    end: float,
    clock: Callable[[], float],
) -> bool:
    name = material.material
    structure = read_structure(Path(material.path), settings.symmetry_precision)
    if structure.atoms.get_chemical_formula() != material.formula or not set(material.sites) <= set(
        structure.sites(settings.absorber)
    ):
        raise SimulationError(f"{material.path} is not what was planned; plan again")
    supercell = structure.atoms.repeat(material.repeats)
    work.material_folder(name).mkdir(parents=True, exist_ok=True)
    ground = work.read_ground(name)
    if ground is None or any(str(site) not in ground.overlap for site in material.sites):
        progress.begin(f"{name}, ground state", work.seconds_left(plan))
        log = work.material_folder(name) / "ground"
        ground = simulator.ground_state(supercell, material.sites, log)
        work.write_ground(name, ground)
    if ground.gap < settings.smallest_gap:
        raise SimulationError(f"the ground state has no gap: {ground.gap:.2f} eV")
    for site in work.open(material):
        if clock() > end:
            return False
        progress.begin(f"{name}, site {site}", work.seconds_left(plan))
        try:
            record = simulate_site(
                material, site, supercell, ground, settings, simulator, work.material_folder(name)
            )
        except Exception as error:  # the other sites may succeed
            work.fail(name, site, _reason(error))
            progress.line(f"{name} site {site}: failed: {_reason(error)}")
            continue
        record.write(work.record_path(name, site))
        progress.site(describe(record), work.seconds_left(plan))
    return True


def simulate_site(
    material: PlannedMaterial,
    site: int,
    supercell: Atoms,
    ground: GroundState,
    settings: Settings,
    simulator: Simulator,
    folder: Path,
) -> Record:
    """The record of one site: its final state, and its geometry in the supercell."""
    begin = time.monotonic()
    final = simulator.final_state(supercell, site, folder / str(site))
    shape = geometry(
        supercell.cell[:],
        supercell.positions,
        list(supercell.symbols),
        site,
        settings.neighbours,
        settings.bond_factor,
        settings.bond_limit,
    )
    overlap = ground.overlap[str(site)]
    return Record(
        material=material.material,
        site=site,
        formula=material.formula,
        space_group=material.space_group,
        multiplicity=material.multiplicity[material.sites.index(site)],
        bonds=shape.bonds,
        bond_length=shape.bond_length,
        bond_angle=shape.bond_angle,
        voronoi_volume=shape.voronoi_volume,
        overlap_population=float(np.mean(overlap)) if overlap else None,
        mulliken_charge=ground.charges[site],
        excitation_energy=final.energy - ground.energy,
        ground_gap=ground.gap,
        supercell_volume=float(supercell.get_volume()),
        energies=final.energies,
        strengths=final.strengths,
        absorber=settings.absorber,
        final_gap=final.gap,
        spill=ground.spill,
        seconds=time.monotonic() - begin,
        supercell_atoms=len(supercell),
    )


def describe(record: Record) -> str:
    """A line about a finished site."""

    def number(value: float | None, digits: int) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    return (
        f"{record.spectrum}  {record.bonds} bonds  {number(record.bond_length, 3)} angstrom  "
        f"{number(record.bond_angle, 1)} degree  {record.voronoi_volume:.2f} angstrom^3  "
        f"overlap {number(record.overlap_population, 3)}  charge {record.mulliken_charge:.3f}  "
        f"{record.excitation_energy:.3f} eV  {number(record.seconds, 0)} s"
    )


def _reason(error: Exception) -> str:
    text = str(error).strip() or "no reason given"
    return text if isinstance(error, SimulationError) else f"{type(error).__name__}: {text}"
