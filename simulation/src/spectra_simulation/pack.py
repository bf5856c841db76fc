"""Records into a database, or into one that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Entry
from .groups import assign_groups
from .record import Record, sort_key


@dataclass(frozen=True)
class Packing:
    """What packing gave.

    Attributes
    ----------
    entries
        The database, in the order of `sort_key`.
    added
        Spectra that are new in it.
    present
        Spectra that were there already; what was there stays.
    differing
        Those of them whose record differs from what is there: simulated with other settings?
    linking
        New materials that were left out because they link two groups, with the groups.
    """

    entries: list[Entry]
    added: list[str]
    present: list[str]
    differing: list[str]
    linking: dict[str, list[str]]


def pack(records: Sequence[Record], database: Sequence[Entry] = ()) -> Packing:
    """Add ``records`` to ``database``; rows and groups that are in it stay as they are.

    The rows are sorted, so that new ones stand between the old ones, and the numbers in
    transitions.csv change with them: both files belong together.
    """
    old = {entry.record.spectrum: entry for entry in database}
    new = {record.spectrum: record for record in records if record.spectrum not in old}
    present = [record for record in records if record.spectrum in old]
    materials: dict[str, list[Record]] = {}
    for record in sorted([*(e.record for e in database), *new.values()], key=sort_key):
        materials.setdefault(record.material, []).append(record)
    known = {entry.record.material: entry.group for entry in database}
    grouping = assign_groups(materials, known)
    entries = list(database)
    added = []
    for record in new.values():
        if record.material in grouping.groups:
            entries.append(Entry(record, grouping.groups[record.material]))
            added.append(record.spectrum)
    return Packing(
        entries=sorted(entries, key=lambda entry: sort_key(entry.record)),
        added=added,
        present=[record.spectrum for record in present],
        differing=[r.spectrum for r in present if _differs(r, old[r.spectrum].record)],
        linking=grouping.linking,
    )


def _differs(record: Record, other: Record) -> bool:
    """Whether the rows of two records would differ by more than the noise of another machine."""
    return (
        abs(record.excitation_energy - other.excitation_energy) > 2e-3
        or abs(record.mulliken_charge - other.mulliken_charge) > 1e-3
        or record.bonds != other.bonds
        or abs(record.voronoi_volume - other.voronoi_volume) > 1e-2
    )
