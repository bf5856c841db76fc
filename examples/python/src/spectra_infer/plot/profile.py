"""A line scan: each property along the line, with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..report.style import COLORS, PAGE_WIDTH, letter, new_figure, paper_style
from .labels import property_label
from .maps_view import MapsView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_profile"]


@paper_style()
def draw_profile(view: MapsView) -> Figure:
    """Draw each property along a line scan, with a band of one standard error.

    Spectra without a prediction leave a gap, on a grey ground.
    """
    if not view.is_profile:
        raise ValueError(f"a line scan has one row or one column, not shape {view.shape}")
    axis = view.columns if view.shape[0] == 1 else view.rows
    places = np.arange(view.status.size) * axis.scale
    failed = np.flatnonzero(view.failed.ravel())
    names = list(view.properties)
    figure = new_figure(PAGE_WIDTH, 1.45 * -(-len(names) // 2) + 0.3)
    panels = figure.subplots(-(-len(names) // 2), 2, squeeze=False, sharex=True)
    for place, (name, axes) in enumerate(zip(names, panels.ravel())):
        one = view.properties[name]
        value, error = one.value.ravel(), one.standard_error.ravel()
        axes.fill_between(
            places, value - error, value + error, color=COLORS["sky"], alpha=0.4, lw=0
        )
        # Points too: a spectrum between two that failed has no line.
        axes.plot(places, value, ".-", color=COLORS["blue"], ms=2.5, lw=0.8)
        for index in failed:
            axes.axvspan(
                (index - 0.5) * axis.scale, (index + 0.5) * axis.scale, color="#E4E4E4", lw=0
            )
        axes.set_ylabel(property_label(name))
        axes.margins(x=0.01)
        letter(axes, place)
    for axes in panels[-1]:
        axes.set_xlabel(axis.label)
    figure.align_ylabels()
    if view.title:
        figure.suptitle(view.title)
    return figure
