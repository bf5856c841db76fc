"""Records into a database, or into one that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .database import Entry
from .groups import assign_groups
from .record import Record, sort_key
from .spectra import difference


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
        Spectra that were there already.
    differing
        Those of them whose record differs from what was there: simulated with other settings?
    united
        Groups of the database that turned out to be one with another, with the name of both now.
    """

    entries: list[Entry]
    added: list[str]
    present: list[str]
    differing: list[str]
    united: dict[str, str]


def pack(
    records: Sequence[Record], database: Sequence[Entry] = (), *, renew: bool = False
) -> Packing:
    """Add ``records`` to ``database``; those that are in it stay as they are, or are renewed.

    The rows are sorted, so that new ones stand between the old ones, and the numbers in
    transitions.csv change with them: both files belong together.
    """
    old = {entry.record.spectrum: entry.record for entry in database}
    present = [record for record in records if record.spectrum in old]
    new = {record.spectrum: record for record in records}
    every = sorted((old | new if renew else new | old).values(), key=sort_key)
    materials: dict[str, list[Record]] = {}
    for record in every:
        materials.setdefault(record.material, []).append(record)
    known = {entry.record.material: entry.group for entry in database}
    groups = assign_groups(materials, known)
    return Packing(
        entries=[Entry(record, groups[record.material]) for record in every],
        added=[spectrum for spectrum in new if spectrum not in old],
        present=[record.spectrum for record in present],
        differing=[r.spectrum for r in present if _differs(r, old[r.spectrum])],
        united={group: groups[m] for m, group in known.items() if groups[m] != group},
    )


def _differs(record: Record, other: Record) -> bool:
    """Whether the rows of two records would differ by more than the noise of another machine."""
    return (
        abs(record.excitation_energy - other.excitation_energy) > 2e-3
        or abs(record.mulliken_charge - other.mulliken_charge) > 1e-3
        or record.bonds != other.bonds
        or abs(record.voronoi_volume - other.voronoi_volume) > 1e-2
        or any(record.strengths) != any(other.strengths)
        or (any(record.strengths) and difference(record, other) > 0.02)
    )
