"""Spectra that are predicted badly, over the training spectra nearest to them (Figure 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._files import Floats
from ..failures import Failure
from ..style import COLORS, PAGE_WIDTH, letter, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_failures"]

COLUMNS = 3
NAME_WIDTH = 0.42
NEIGHBOR_COLORS = (COLORS["blue"], COLORS["green"], COLORS["orange"])


def draw_failures(
    failures: Sequence[Failure], energies: Floats, *, alignment: str = "threshold"
) -> Figure:
    """Draw spectra, each over its nearest training spectra, one panel a spectrum.

    The failing spectrum is drawn in black, and thinly once more behind each of its neighbours;
    distances stand beside their names. Intensities have a mean of 1 and are shifted upwards.

    Parameters
    ----------
    failures
        What to draw, up to 26, in the order of the panels (a), (b), ...
    energies
        Of the intensities, eV.
    alignment
        Of the model, which says what the energies are counted from.
    """
    columns = min(COLUMNS, len(failures))
    rows = -(-len(failures) // columns)
    width = PAGE_WIDTH if columns == COLUMNS else PAGE_WIDTH * columns / COLUMNS + 0.2
    figure = new_figure(width, 2.35 * rows + 0.15)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    for place, failure in enumerate(failures):
        axes = panels[place]
        _panel(axes, failure, energies)
        letter(axes, place)
        if place + columns >= len(failures):
            axes.set_xlabel(energy_label(alignment))
            axes.tick_params(labelbottom=True)
        if place % columns == 0:
            axes.set_ylabel("intensity (arb. unit)")
    for panel in panels[len(failures) :]:
        panel.axis("off")
    return figure


def energy_label(alignment: str) -> str:
    """Return what the energies of an alignment are counted from."""
    return {
        "threshold": "energy from threshold (eV)",
        "edge": "energy from onset (eV)",
    }.get(alignment, "energy (eV)")


def _panel(axes: Axes, failure: Failure, energies: Floats) -> None:
    curves = [failure.intensities, *(neighbor.intensities for neighbor in failure.neighbors)]
    step = 1.15 * float(np.max(failure.intensities))
    # The names stand over the end of the curves that is lower.
    part = round(NAME_WIDTH * energies.size)
    left = max(float(curve[:part].max()) for curve in curves)
    is_left = left < max(float(curve[-part:].max()) for curve in curves)
    top = 0.0
    for rank, curve in enumerate(curves):
        height = step * (len(curves) - 1 - rank)
        highest, text, color, width = curve, failure.spectrum, COLORS["black"], 1.0
        if rank:
            neighbor = failure.neighbors[rank - 1]
            axes.plot(energies, failure.intensities + height, color=COLORS["light"], lw=0.7)
            highest = np.maximum(curve, failure.intensities)
            text, width = f"{neighbor.spectrum}, {neighbor.distance:.2f}", 0.9
            color = NEIGHBOR_COLORS[(rank - 1) % len(NEIGHBOR_COLORS)]
        axes.plot(energies, curve + height, color=color, lw=width)
        beneath = highest[:part] if is_left else highest[-part:]
        foot = height + float(beneath.max()) + 0.05 * step
        axes.annotate(
            text,
            (0.02 if is_left else 0.98, foot),
            xycoords=("axes fraction", "data"),
            ha="left" if is_left else "right",
            va="bottom",
            fontsize=7,
            color=color,
        )
        top = max(top, foot + 0.3 * step, height + float(highest.max()) + 0.12 * step)
    axes.set_xlim(float(energies[0]), float(energies[-1]))
    axes.set_ylim(-0.08 * step, top)
    axes.set_yticks([])
