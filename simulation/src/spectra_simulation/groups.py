"""Which materials are one structure: they share a group, so that no split puts twins on both sides.

The Materials Project has structures twice: as mirror images (alpha-quartz P3_121 and P3_221), and
relaxed from different starts. Divided between training and test they would flatter the errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .record import Record, material_key

# Within the noise of the database.
LENGTH_TOLERANCE = 0.006  # angstrom
ANGLE_TOLERANCE = 2.0  # degree
VOLUME_TOLERANCE = 0.03  # of the volume
EXCITATION_TOLERANCE = 0.08  # eV


@dataclass(frozen=True)
class Grouping:
    """The groups of all materials.

    Attributes
    ----------
    groups
        Group of each material.
    linking
        New materials that are twins of two groups of the database, with these groups. They are in
        no group: see `assign_groups`.
    """

    groups: dict[str, str]
    linking: dict[str, list[str]]


def twins(first: Sequence[Record], second: Sequence[Record]) -> bool:
    """Whether two materials are one structure, or mirror images of it, within the noise.

    Each site of one must have an equal in the other, and the reverse. Sites are equal where bond
    length, angle, Voronoi volume and excitation energy are.
    """
    return all(any(_equal(a, b) for b in second) for a in first) and all(
        any(_equal(a, b) for a in first) for b in second
    )


def assign_groups(materials: Mapping[str, Sequence[Record]], known: Mapping[str, str]) -> Grouping:
    """Groups of all ``materials``; those in ``known`` keep theirs.

    A new material joins the group of its twins; a group of new materials is named after the first
    of them. The names in a database never change. So a new material that is a twin of two groups
    of the database cannot unite them, and in either it would be seen from the other: it is left
    out, which loses nothing, since both have nearly the same structure already.
    """
    groups = {material: known[material] for material in materials if material in known}
    settled = set(known.values())
    linking: dict[str, list[str]] = {}
    for material in sorted(set(materials) - set(groups), key=material_key):
        own = materials[material]
        found = {group for other, group in groups.items() if twins(own, materials[other])}
        old = sorted(found & settled, key=material_key)
        if len(old) > 1:
            linking[material] = old
            continue
        name = old[0] if old else min(found, key=material_key, default=material)
        groups = {other: name if group in found else group for other, group in groups.items()}
        groups[material] = name
    return Grouping(groups, linking)


def _equal(a: Record, b: Record) -> bool:
    return (
        a.bonds == b.bonds
        and abs((a.bond_length or 0) - (b.bond_length or 0)) < LENGTH_TOLERANCE
        and abs((a.bond_angle or 0) - (b.bond_angle or 0)) < ANGLE_TOLERANCE
        and abs(a.voronoi_volume / b.voronoi_volume - 1) < VOLUME_TOLERANCE
        and abs(a.excitation_energy - b.excitation_energy) < EXCITATION_TOLERANCE
    )
