"""Errors against the number of materials that were learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..learning_curve import LearningCurve
from ..style import ALIGNMENT_COLORS, COLORS, PAGE_WIDTH, letter, new_figure, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_learning_curve"]

COLUMNS = 3

LINES = {
    "network": ("-", "o", None),
    "nearest": ((0, (1, 1.2)), "s", "white"),
}
"""Line, mark and its face of each predictor."""


def draw_learning_curve(curve: LearningCurve) -> Figure:
    """Draw a panel a property: error over that of predicting the mean, a colour an alignment.

    Full: the networks; dotted with open marks: the nearest spectrum. Both axes are logarithmic, so
    that a power law is a straight line. Error bars are the standard deviation over the seeds. All
    errors are over that of predicting the mean of all groups.
    """
    rows = -(-len(curve.properties) // COLUMNS)
    figure = new_figure(PAGE_WIDTH, 0.35 + 1.9 * rows)
    panels = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True).ravel()
    for place, name in enumerate(curve.properties):
        axes = panels[place]
        for alignment in curve.alignments:
            _draw(axes, curve, alignment, name)
        axes.axhline(1, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
        axes.set_title(title(name))
        letter(axes, place)
        if place % COLUMNS == 0:
            axes.set_ylabel("MAE / MAE of the mean")
        if place >= len(curve.properties) - COLUMNS:
            axes.set_xlabel("groups of materials")
    for panel in panels[len(curve.properties) :]:
        panel.axis("off")
    _scale(panels[0], curve)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _draw(axes: Axes, curve: LearningCurve, alignment: str, name: str) -> None:
    color = ALIGNMENT_COLORS.get(alignment, "k")
    scale = curve.curve(alignment, name, "mean")[1][-1]
    for predictor, (line, marker, face) in LINES.items():
        groups, mean, spread = curve.curve(alignment, name, predictor)
        axes.errorbar(
            groups,
            mean / scale,
            spread / scale if spread.any() else None,
            ls=line,
            marker=marker,
            ms=3,
            mfc=face or color,
            mew=0.7,
            color=color,
            elinewidth=0.6,
            label=f"{alignment}, {'networks' if predictor == 'network' else 'nearest spectrum'}",
        )


def _scale(axes: Axes, curve: LearningCurve) -> None:
    groups, _, _ = curve.curve(curve.alignments[0], curve.properties[0])
    axes.set_xscale("log")
    axes.set_xticks(groups, [f"{each:.0f}" for each in groups])
    axes.set_xticks([], minor=True)
    axes.set_yscale("log")
    ticks = [0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0]
    low, high = axes.get_ylim()
    shown = [tick for tick in ticks if low <= tick <= high]
    axes.set_yticks(shown, [f"{tick:g}" for tick in shown])
    axes.set_yticks([], minor=True)
    axes.set_ylim(low, high)
