"""Errors against dose, shift, broadening and mixture, with and without augmentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._files import Floats
from ..robustness import Robustness
from ..style import ALIGNMENT_COLORS, COLORS, PAGE_WIDTH, letter, new_figure, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_robustness", "draw_robustness_by_property"]

CONDITION_LABELS = {
    "dose": "counts at the maximum",
    "shift": "error of the axis (eV)",
    "broadening": "broadening / that of training",
    "background": "leftover background / edge",
    "mixture": "share of the crystal's average",
}
"""The axis of each condition, in the order of the panels."""

HIGHEST_RATIO = 1.6

TRAINING_LINES = {
    "clean": ((0, (3, 1.5)), "o", "white"),
    "augmented": ("-", "o", None),
}


def draw_robustness(robustness: Robustness) -> Figure:
    """Draw the error averaged over the properties, one panel a condition, a colour an alignment.

    Dashed with open marks: trained on clean spectra; full: on augmented ones. Error bars are the
    standard deviation over the seeds. At 1 a model is no better than the mean; the frame ends at
    1.6.
    """
    conditions = _conditions(robustness)
    columns = min(3, len(conditions))
    rows = -(-len(conditions) // columns)
    figure = new_figure(PAGE_WIDTH, 0.3 + 2.0 * rows)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for place, condition in enumerate(conditions):
        axes = panels[place]
        for alignment in robustness.alignments:
            _curves(
                axes, robustness, alignment, condition, None, ALIGNMENT_COLORS.get(alignment, "k")
            )
        _finish(axes, robustness, condition)
        axes.set_xlabel(CONDITION_LABELS.get(condition, condition))
        letter(axes, place)
        if place % columns == 0:
            axes.set_ylabel("MAE / MAE of the mean")
    # A model far worse than the mean would press all others into the lower edge.
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(low, min(high, HIGHEST_RATIO))
    for panel in panels[len(conditions) :]:
        panel.axis("off")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(robustness.alignments))
    return figure


def draw_robustness_by_property(robustness: Robustness, alignment: str) -> Figure:
    """Draw the error of each property of one alignment: a row a property, a column a condition."""
    conditions = _conditions(robustness)
    properties = robustness.properties
    figure = new_figure(PAGE_WIDTH, 0.4 + 1.15 * len(properties))
    panels = figure.subplots(
        len(properties), len(conditions), squeeze=False, sharex="col", sharey="row"
    )
    for row, name in enumerate(properties):
        for column, condition in enumerate(conditions):
            axes = panels[row, column]
            _curves(
                axes, robustness, alignment, condition, name, ALIGNMENT_COLORS.get(alignment, "k")
            )
            _finish(axes, robustness, condition)
            if row == len(properties) - 1:
                axes.set_xlabel(CONDITION_LABELS.get(condition, condition), fontsize=7.5)
        panels[row, 0].set_ylabel(title(name), fontsize=7.5)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _conditions(robustness: Robustness) -> Sequence[str]:
    known = [each for each in CONDITION_LABELS if each in robustness.conditions]
    return known + [each for each in robustness.conditions if each not in CONDITION_LABELS]


def _curves(
    axes: Axes,
    robustness: Robustness,
    alignment: str,
    condition: str,
    name: str | None,
    color: str,
) -> None:
    for training, (line, marker, face) in TRAINING_LINES.items():
        values, mean, spread = robustness.curve(alignment, training, condition, name)
        if not values.size:
            continue
        axes.errorbar(
            values,
            mean,
            spread if spread.any() else None,
            ls=line,
            marker=marker,
            ms=3,
            mfc=face or color,
            mew=0.7,
            color=color,
            elinewidth=0.6,
            label=f"{alignment}, {training}",
        )


def _finish(axes: Axes, robustness: Robustness, condition: str) -> None:
    axes.axhline(1, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
    values: Floats = robustness.value[robustness.condition == condition]
    finite = values[np.isfinite(values) & (values > 0)]
    if condition == "dose" and finite.size and finite.max() > 20 * finite.min():
        axes.set_xscale("log")
