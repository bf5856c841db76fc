"""Predicted against simulated properties, with their distributions (Figure 2 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._files import Floats
from ..evaluation import PART_TITLES, Evaluation
from ..measures import measure
from ..study import Property, Study
from ..style import (
    COLORS,
    FEWEST_FOR_R2,
    PAGE_WIDTH,
    axis_label,
    error_text,
    letter,
    new_figure,
    r2_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Series", "draw_cross_validated_parity", "draw_parity", "parity_figure"]

BIN_COUNT = 24
MARGINAL = 0.19
SMALLEST_HISTOGRAM = 15

PART_STYLES = {
    "training": (COLORS["grey"], "o", 3.0),
    "test": (COLORS["vermilion"], "o", 9.0),
    "held_out": (COLORS["blue"], "D", 11.0),
    "new": (COLORS["green"], "s", 10.0),
}


@dataclass(frozen=True, eq=False)
class Series:
    """One cloud of points in each panel: true and predicted values by property name."""

    label: str
    color: str
    marker: str
    size: float
    values: dict[str, tuple[Floats, Floats]]


def draw_parity(evaluation: Evaluation) -> Figure:
    """Draw each property of an evaluation: training, test and whatever parts it has."""
    series = [
        Series(
            PART_TITLES[part],
            *PART_STYLES[part],
            {each.name: evaluation.values(part, each.name) for each in evaluation.properties},
        )
        for part in evaluation.parts
    ]
    return parity_figure(evaluation.properties, series)


def draw_cross_validated_parity(study: Study) -> Figure:
    """Draw each property of a cross-validation: every spectrum predicted as a test spectrum.

    A point is the mean over the seeds; the line through it reaches from the smallest to the largest
    of their predictions.
    """
    predictions = study.predictions
    figure_series = []
    values, ranges = {}, {}
    for each in study.properties:
        rows = (predictions.property_name == each.name) & ~np.isnan(predictions.expected)
        names, place = np.unique(predictions.spectrum[rows], return_inverse=True)
        expected, predicted = predictions.expected[rows], predictions.predicted[rows]
        count = np.bincount(place)
        values[each.name] = (
            np.bincount(place, expected) / count,
            np.bincount(place, predicted) / count,
        )
        low, high = np.full(names.size, np.inf), np.full(names.size, -np.inf)
        np.minimum.at(low, place, predicted)
        np.maximum.at(high, place, predicted)
        ranges[each.name] = (low, high)
    figure_series.append(Series("test", COLORS["vermilion"], "o", 5.0, values))
    return parity_figure(study.properties, figure_series, ranges)


def parity_figure(
    properties: Sequence[Property],
    series: Sequence[Series],
    ranges: dict[str, tuple[Floats, Floats]] | None = None,
) -> Figure:
    """Draw one panel a property, each with the distributions of true and predicted values.

    Parameters
    ----------
    properties
        What to draw, three panels a row.
    series
        The clouds, drawn one over the other.
    ranges
        Lowest and highest prediction for each point of the first cloud, by property name.
    """
    columns = min(3, len(properties))
    rows = -(-len(properties) // columns)
    figure = new_figure(PAGE_WIDTH, 2.36 * rows + 0.25 * (len(series) > 1))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for place, each in enumerate(properties):
        _panel(panels[place], each, series, ranges, place)
    for panel in panels[len(properties) :]:
        panel.axis("off")
    if len(series) > 1:
        handles = [
            panels[0].scatter([], [], s=one.size * 1.6, c=one.color, marker=one.marker, lw=0)
            for one in series
        ]
        figure.legend(
            handles,
            [one.label for one in series],
            loc="outside upper center",
            ncols=len(series),
            handletextpad=0.2,
        )
    return figure


def _panel(
    axes: Axes,
    each: Property,
    series: Sequence[Series],
    ranges: dict[str, tuple[Floats, Floats]] | None,
    place: int,
) -> None:
    # Below the frame of the panel (2.5), over which the line of an empty bin would be drawn.
    top = axes.inset_axes((0, 1, 1, MARGINAL), zorder=2)
    right = axes.inset_axes((1, 0, MARGINAL, 1), zorder=2)
    everything = np.concatenate([np.concatenate(one.values[each.name]) for one in series])
    low, high = float(everything.min()), float(everything.max())
    margin = 0.06 * (high - low) or 0.5
    limits = (low - margin, high + margin)
    axes.plot(limits, limits, color=COLORS["black"], lw=0.5, zorder=1)
    edges = np.linspace(*limits, BIN_COUNT + 1)
    for depth, one in enumerate(series):
        expected, predicted = one.values[each.name]
        if ranges is not None and depth == 0:
            axes.vlines(expected, *ranges[each.name], color=one.color, lw=0.4, alpha=0.45, zorder=2)
        axes.scatter(
            expected,
            predicted,
            s=one.size,
            c=one.color,
            marker=one.marker,
            lw=0.25 if depth else 0,
            edgecolors="white",
            alpha=0.9 if depth else 0.75,
            zorder=3 + depth,
        )
        for side, values in ((top, expected), (right, predicted)):
            if values.size < SMALLEST_HISTOGRAM:
                continue
            # Both as shares of their part, so that few test spectra stand beside many others.
            heights = np.histogram(values, edges)[0] / values.size
            side.stairs(
                heights,
                edges,
                color=one.color,
                fill=depth == 0,
                alpha=0.5 if depth == 0 else 1,
                lw=0.8,
                orientation="vertical" if side is top else "horizontal",
            )
    axes.set(xlim=limits, ylim=limits, box_aspect=1)
    axes.set_xlabel(axis_label(each, "simulated"))
    axes.set_ylabel(axis_label(each, "predicted"))
    _same_ticks(axes)
    top.set(xlim=limits)
    right.set(ylim=limits)
    for side in (top, right):
        side.axis("off")
    letter(axes, place, y=1 + MARGINAL / 2)
    _errors_in_corner(axes, each, series)


def _same_ticks(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], prune=None)
    axes.xaxis.set_major_locator(locator)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))


def _errors_in_corner(axes: Axes, each: Property, series: Sequence[Series]) -> None:
    for line, one in enumerate(reversed(series)):
        errors = measure(*one.values[each.name])
        text = error_text(each.name, errors.mean_absolute_error)
        if errors.count >= FEWEST_FOR_R2:
            text += f", $R^2$ {r2_text(errors)}"
        axes.annotate(
            text,
            (0.97, 0.04 + 0.085 * line),
            xycoords="axes fraction",
            ha="right",
            va="bottom",
            fontsize=7.5,
            color=one.color,
        )
