"""A figure of a database: its six properties, and its spectra by the number of bonds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .check import PROPERTIES
from .record import Record
from .spectra import BROADENING, GRID, spectrum

# Okabe and Ito's colours, which all people can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SHOWN = 6  # numbers of bonds that have a colour and a panel
UNIT_SYMBOLS = {"angstrom": "Å", "degree": "°", "angstrom^3": "Å³", "electron": "e", "eV": "eV"}


def draw_overview(records: Sequence[Record], path: Path) -> None:
    """Draw the overview to ``path``; its ending (.png, .svg, .pdf) gives the format."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    classes = sorted({record.bonds for record in records})[:SHOWN]
    colours = dict(zip(classes, COLOURS, strict=False))
    columns = max(3, min(len(classes), SHOWN))
    figure = pyplot.figure(figsize=(12, 9.5), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[3, 2])
    bottom.suptitle(f"Spectra, broadened by {BROADENING:g} eV")
    for axes, name in zip(top.subplots(2, 3).flat, PROPERTIES, strict=True):
        _histogram(axes, records, name, colours)
    panels = bottom.subplots(1, columns, sharey=True, squeeze=False)[0]
    for axes, bonds in zip(panels, classes, strict=False):
        own = np.array([spectrum(r) for r in records if r.bonds == bonds])
        _spectra(axes, own, bonds, colours[bonds])
    for axes in panels[len(classes) :]:
        axes.set_visible(False)
    panels[0].set_ylabel("intensity (mean 1)")
    panels[0].set_ylim(0, 1.05 * max(spectrum(r).max() for r in records if r.bonds in classes))
    materials = len({record.material for record in records})
    top.suptitle(f"{len(records)} spectra of {materials} materials, by number of bonds")
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _histogram(axes: Any, records: Sequence[Record], name: str, colours: dict[int, str]) -> None:
    values = {
        bonds: [
            getattr(r, name) for r in records if r.bonds == bonds and getattr(r, name) is not None
        ]
        for bonds in colours
    }
    everything = [value for own in values.values() for value in own]
    if everything:
        axes.hist(
            list(values.values()),
            bins=np.histogram_bin_edges(everything, bins=40).tolist(),
            stacked=True,
            color=list(colours.values()),
            label=[f"{bonds} bonds" if bonds != 1 else "1 bond" for bonds in values],
        )
    # Most sites have two bonds: on a linear scale the others would not be seen.
    axes.set_yscale("symlog", linthresh=10)
    axes.set_yticks([0, 5, 10, 100], ["0", "5", "10", "100"])
    axes.set_ylim(bottom=0)
    title = name.replace("_", " ").replace("voronoi", "Voronoi").replace("mulliken", "Mulliken")
    axes.set_xlabel(f"{title} ({UNIT_SYMBOLS[PROPERTIES[name]]})")
    if name == next(iter(PROPERTIES)):
        axes.set_ylabel("spectra")
        axes.legend(frameon=False)


def _spectra(axes: Any, own: Any, bonds: int, colour: str) -> None:
    if len(own) > 10:
        for low, high, alpha in ((0, 100, 0.15), (16, 84, 0.35)):
            axes.fill_between(
                GRID,
                np.percentile(own, low, axis=0),
                np.percentile(own, high, axis=0),
                color=colour,
                alpha=alpha,
                linewidth=0,
            )
        axes.plot(GRID, np.median(own, axis=0), color=colour)
        what = "median, 68 % and all"
    else:
        axes.plot(GRID, own.T, color=colour, linewidth=0.8)
        what = "each"
    name = "1 bond" if bonds == 1 else f"{bonds} bonds"
    axes.set_title(f"{name}: {len(own)} spectra, {what}", fontsize="medium")
    axes.set_xlabel("energy from the threshold (eV)")
    axes.set_xlim(GRID[0], GRID[-1])
