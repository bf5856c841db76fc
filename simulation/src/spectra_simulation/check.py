"""Find broken calculations and outliers among the sites of a database or a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .record import Record
from .spectra import BROADENING, GRID, broadened

PROPERTIES = {
    "bond_length": "angstrom",
    "bond_angle": "degree",
    "voronoi_volume": "angstrom^3",
    "overlap_population": "electron",
    "mulliken_charge": "electron",
    "excitation_energy": "eV",
}

SMALLEST_GAP = 0.5  # eV; below it the PBE ground state is no insulator
SMALLEST_FINAL_GAP = 0.05  # eV; the excited electron is not alone in its state
LOWEST_TRANSITION = -0.25  # eV; a little below 0 is dispersion, more is another order of bands
LARGEST_SHARE = 0.25  # of all strength in one transition: a ghost state
WIDEST_HOLE = 1.2  # eV between transitions in the continuum: bands are missing
HIGHEST_TAIL = 0.5  # of the maximum, over the last 2 eV: the edge does not fall off
LARGEST_SPILL = 0.05  # of the occupied states outside the minimal basis
OUTLIER = 6.0  # robust standard deviations from the median of sites with as many bonds
SMALLEST_CLASS = 20  # sites with as many bonds, for a median to mean something


@dataclass(frozen=True)
class Finding:
    """Something that was found about a spectrum.

    Attributes
    ----------
    rule
        What was looked for.
    broken
        Whether the calculation cannot be used; otherwise a person should look at it.
    spectrum
        Identifier of the spectrum.
    detail
        The number that shows it.
    """

    rule: str
    broken: bool
    spectrum: str
    detail: str


def check(records: Sequence[Record]) -> list[Finding]:
    """All findings, rule by rule in the order of this module; none for sound records."""
    found = [finding for record in records for finding in _check_one(record)]
    found += _outliers(records)
    rules = list(dict.fromkeys(finding.rule for finding in found))
    return sorted(found, key=lambda f: (not f.broken, rules.index(f.rule)))


def report(found: Sequence[Finding], records: Sequence[Record]) -> str:
    """The findings as text, one paragraph a rule."""
    lines = []
    for rule in dict.fromkeys((f.rule, f.broken) for f in found):
        own = [f for f in found if (f.rule, f.broken) == rule]
        lines.append(f"{'broken' if rule[1] else 'look at'}: {rule[0]} ({len(own)})")
        lines += [f"    {f.spectrum}  {f.detail}" for f in own]
    broken = len({f.spectrum for f in found if f.broken})
    other = len({f.spectrum for f in found} - {f.spectrum for f in found if f.broken})
    lines.append(f"{len(records)} spectra: {broken} broken, {other} to look at")
    return "\n".join(lines)


def _check_one(record: Record) -> list[Finding]:
    found: list[Finding] = []

    def add(rule: str, detail: str, broken: bool = True) -> None:
        found.append(Finding(rule, broken, record.spectrum, detail))

    if record.ground_gap < SMALLEST_GAP:
        add("the ground state has no gap", f"{record.ground_gap:.3f} eV")
    if record.final_gap is not None and record.final_gap < SMALLEST_FINAL_GAP:
        add("the gap of the final state is closed", f"{record.final_gap:.3f} eV")
    if record.bonds == 0:
        add("no bond", "0 bonds")
    energies, strengths = np.array(record.energies), np.array(record.strengths)
    total = strengths.sum()
    if total <= 0:
        add("all strengths are zero", "0")
        return found
    # Unless the range itself ends in it, the window of the features must be filled.
    end, needed = record.end, float(GRID[-1]) + BROADENING
    if end < needed:
        add("the bands end within the window", f"{end:.2f} eV; {needed:.1f} eV are needed")
    share = strengths.max() / total
    if share > LARGEST_SHARE:
        where = energies[strengths.argmax()]
        add("a ghost state?", f"{100 * share:.0f} % of the strength at {where:.2f} eV")
    if energies.min() < LOWEST_TRANSITION:
        add("a transition below the threshold", f"{energies.min():.2f} eV", broken=False)
    continuum = np.sort(energies[energies > 4])
    hole = float(np.diff(continuum).max()) if len(continuum) > 1 else np.inf
    if hole > WIDEST_HOLE:
        add("a hole in the continuum", f"{hole:.2f} eV", broken=False)
    shape = broadened(energies, strengths)
    tail = shape[-20:].mean() / shape.max()
    if tail > HIGHEST_TAIL:
        add("the edge does not fall off", f"{tail:.2f} of the maximum at its end", broken=False)
    if record.spill is not None and record.spill > LARGEST_SPILL:
        add("states outside the minimal basis", f"{record.spill:.3f}", broken=False)
    return found


def _outliers(records: Sequence[Record]) -> list[Finding]:
    found = []
    for bonds in sorted({record.bonds for record in records}):
        own = [record for record in records if record.bonds == bonds]
        if len(own) < SMALLEST_CLASS:
            continue
        for name, unit in PROPERTIES.items():
            pairs = [(r, getattr(r, name)) for r in own if getattr(r, name) is not None]
            values = np.array([value for _, value in pairs])
            median = np.median(values)
            # 1.4826 makes the median deviation of a Gaussian its standard deviation.
            deviation = 1.4826 * np.median(abs(values - median))
            for record, value in pairs:
                if deviation > 0 and abs(value - median) > OUTLIER * deviation:
                    away = abs(value - median) / deviation
                    detail = f"{value:.4g} {unit}: {away:.0f} deviations from {median:.4g}"
                    found.append(Finding(f"outlier in {name}", False, record.spectrum, detail))
    return found
