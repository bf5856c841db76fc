"""How far spectrum, excitation energy and charge move when a choice of the settings is refined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import SimulationError
from .lattice import smallest_supercell
from .locks import try_lock
from .plan import make_plan
from .record import Record
from .run import Simulator, simulate_site
from .settings import Settings
from .spectra import best_shift, difference
from .structures import read_structure
from .work import Work

BASELINE = "baseline"
# By time reversal the four others of a 2 x 2 x 2 mesh give the same.
SHIFTED_MESH = tuple((0.25, y, z) for y in (-0.25, 0.25) for z in (-0.25, 0.25))


def variations(settings: Settings) -> dict[str, Settings]:
    """The refinements that are tried, by name; the baseline is first."""
    return {
        BASELINE: settings,
        "bands-1.3": replace(
            settings,
            bands_per_volume=1.3 * settings.bands_per_volume,
            bands_per_atom=1.3 * settings.bands_per_atom,
        ),
        "sampling-gamma": replace(settings, sampling=((0.0, 0.0, 0.0),)),
        "sampling-2x2x2": replace(settings, sampling=SHIFTED_MESH),
        "cutoff-350": replace(settings, cutoff=350.0),
        "cutoff-500": replace(settings, cutoff=500.0),
        "cutoff-500-own-data-set": replace(settings, cutoff=500.0, radius=None),
        "images-10": replace(settings, image_distance=10.0),
    }


@dataclass(frozen=True)
class Change:
    """How a refinement differs from the baseline.

    Attributes
    ----------
    name
        Of the variation.
    spectrum
        L1 distance of the spectra broadened by 0.5 eV, as a part of the baseline.
    shift
        The rigid shift that brings them nearest, eV.
    shifted
        L1 distance after that shift.
    excitation_energy
        Of the variation less that of the baseline, eV.
    mulliken_charge
        The same for the charge, electrons.
    range_end
        The highest transition energy, eV.
    seconds
        Time of the final state.
    """

    name: str
    spectrum: float
    shift: float
    shifted: float
    excitation_energy: float
    mulliken_charge: float
    range_end: float
    seconds: float


def changes(records: Mapping[str, Record]) -> list[Change]:
    """Compare each variation with the baseline."""
    baseline = records[BASELINE]
    found = []
    for name, record in records.items():
        shift = best_shift(record, baseline)
        found.append(
            Change(
                name=name,
                spectrum=difference(record, baseline),
                shift=shift,
                shifted=difference(record, baseline, shift),
                excitation_energy=record.excitation_energy - baseline.excitation_energy,
                mulliken_charge=record.mulliken_charge - baseline.mulliken_charge,
                range_end=record.end,
                seconds=record.seconds or 0.0,
            )
        )
    return found


def table(found: Sequence[Change]) -> str:
    """The changes as a table in Markdown."""
    lines = [
        "| variation | spectrum (L1) | shift, eV | L1 after it | excitation energy, eV "
        "| Mulliken charge, e | range end, eV | s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for c in found:
        lines.append(
            f"| {c.name} | {100 * c.spectrum:.1f} % | {c.shift:+.2f} | {100 * c.shifted:.1f} % "
            f"| {c.excitation_energy:+.3f} | {c.mulliken_charge:+.4f} | {c.range_end:.1f} "
            f"| {c.seconds:.0f} |"
        )
    return "\n".join(lines)


def simulate_variation(
    path: Path, site: int | None, settings: Settings, simulator: Simulator, folder: Path
) -> Record | None:
    """The record of one site (None: the first) with ``settings``, kept in ``folder``.

    None where another process is busy with it. Ground states are shared by the variations that
    differ in bands and sampling alone: they stand in folders beside ``folder``, named after what
    they depend on.
    """
    plan = make_plan([path], settings)
    if not plan.materials:
        raise SimulationError(f"{path}: {plan.skipped[path.stem]}")
    material = plan.materials[0]
    site = material.sites[0] if site is None else site
    if site not in material.sites:
        raise SimulationError(f"{path}: no site {site}; there are {material.sites}")
    target = folder / f"{site}.json"
    with try_lock(folder / "lock") as mine:
        if not mine:
            return None
        if target.exists():
            return Record.read(target)
        atoms = read_structure(path, settings.symmetry_precision).atoms
        repeats = smallest_supercell(atoms.cell[:], settings.image_distance)
        supercell = atoms.repeat(repeats)
        radius = "own" if settings.radius is None else f"{settings.radius:g}"
        key = f"ground-{settings.cutoff:g}-{radius}-{settings.image_distance:g}"
        shared = Work(folder.parent)
        ground = shared.read_ground(key)
        if ground is None or str(site) not in ground.overlap:
            shared.material_folder(key).mkdir(parents=True, exist_ok=True)
            log = shared.material_folder(key) / "ground"
            ground = simulator.ground_state(supercell, [site], log)
            shared.write_ground(key, ground)
        record = simulate_site(material, site, supercell, ground, settings, simulator, folder)
        record.write(target)
        return record
