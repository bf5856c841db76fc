"""The packed database: ``sites.csv`` and ``transitions.csv``, which `spectra train` reads.

The columns are described in data/README.md; Sources/SpectraIO/Database is the other reader.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from .errors import SimulationError
from .files import write_atomically
from .record import Record

COLUMNS = (
    "spectrum",
    "material",
    "group",
    "site",
    "formula",
    "space_group",
    "multiplicity",
    "bonds",
    "bond_length",
    "bond_angle",
    "voronoi_volume",
    "overlap_population",
    "mulliken_charge",
    "excitation_energy",
    "ground_gap",
    "supercell_volume",
    "range_end",
)
TRANSITION_COLUMNS = ("spectrum", "energy", "strength")


@dataclass(frozen=True)
class Entry:
    """A site of a database: its record and the group of its material."""

    record: Record
    group: str


def read_database(folder: Path) -> list[Entry]:
    """Read both files of ``folder``.

    Raises
    ------
    SimulationError
        Where a file is missing or malformed, with the line.
    """
    sites, transitions = folder / "sites.csv", folder / "transitions.csv"
    rows = _rows(sites, COLUMNS)
    energies: list[list[float]] = [[] for _ in rows]
    strengths: list[list[float]] = [[] for _ in rows]
    for line, row in enumerate(_rows(transitions, TRANSITION_COLUMNS), start=2):
        try:
            number = int(row["spectrum"])
            if not 0 <= number < len(rows):
                raise ValueError(f"there is no spectrum {number}")
            energies[number].append(float(row["energy"]))
            strengths[number].append(float(row["strength"]))
        except ValueError as error:
            raise SimulationError(f"{transitions}, line {line}: {error}") from None
    entries = []
    for line, row in enumerate(rows, start=2):
        try:
            entries.append(_entry(row, energies[line - 2], strengths[line - 2]))
        except ValueError as error:
            raise SimulationError(f"{sites}, line {line}: {error}") from None
    return entries


def write_database(folder: Path, entries: list[Entry]) -> None:
    """Write both files of ``folder``; the same entries give the same bytes."""
    sites, transitions = io.StringIO(), io.StringIO()
    rows = csv.writer(sites, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_row(entry) for entry in entries)
    sticks = csv.writer(transitions, lineterminator="\n")
    sticks.writerow(TRANSITION_COLUMNS)
    for number, entry in enumerate(entries):
        pairs = zip(entry.record.energies, entry.record.strengths, strict=True)
        sticks.writerows((number, f"{energy:.3f}", f"{strength:.4g}") for energy, strength in pairs)
    # The transitions name rows of the sites: between the two writes the folder is inconsistent,
    # which the reader of the database finds out. Both texts are complete before the first is put.
    write_atomically(folder / "sites.csv", sites.getvalue())
    write_atomically(folder / "transitions.csv", transitions.getvalue())


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != columns:
                raise SimulationError(f"{path}: its columns must be {','.join(columns)}")
            rows = list(reader)
    except OSError as error:
        raise SimulationError(f"{path}: {error.strerror}; name the folder of a database") from None
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise SimulationError(f"{path}, line {line}: there are not {len(columns)} cells")
    return rows


def _row(entry: Entry) -> list[str]:
    record = entry.record
    return [
        record.spectrum,
        record.material,
        entry.group,
        str(record.site),
        record.formula,
        record.space_group,
        str(record.multiplicity),
        str(record.bonds),
        _text(record.bond_length),
        _text(record.bond_angle),
        _text(record.voronoi_volume),
        _text(record.overlap_population),
        _text(record.mulliken_charge),
        # Six digits would leave only 0.001 eV of some 540 eV.
        str(round(record.excitation_energy, 4)),
        _text(record.ground_gap),
        _text(record.supercell_volume),
        _text(record.end),
    ]


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _entry(row: dict[str, str], energies: list[float], strengths: list[float]) -> Entry:
    name, site = row["spectrum"], row["site"]
    absorber = name.removeprefix(row["material"] + "/").removesuffix(site)
    if not energies or f"{row['material']}/{absorber}{site}" != name or not absorber.isalpha():
        what = "has no transition" if not energies else "is not named material/element<site>"
        raise ValueError(f"spectrum {name} {what}")
    record = Record(
        material=row["material"],
        site=int(site),
        formula=row["formula"],
        space_group=row["space_group"],
        multiplicity=int(row["multiplicity"]),
        bonds=int(row["bonds"]),
        bond_length=_number(row["bond_length"]),
        bond_angle=_number(row["bond_angle"]),
        voronoi_volume=float(row["voronoi_volume"]),
        overlap_population=_number(row["overlap_population"]),
        mulliken_charge=float(row["mulliken_charge"]),
        excitation_energy=float(row["excitation_energy"]),
        ground_gap=float(row["ground_gap"]),
        supercell_volume=float(row["supercell_volume"]),
        energies=energies,
        strengths=strengths,
        absorber=absorber,
        range_end=float(row["range_end"]),
    )
    return Entry(record, row["group"])


def _number(text: str) -> float | None:
    return float(text) if text else None
