"""Whether the intervals hold what they say, on spectra that were not learned from."""

from __future__ import annotations

from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .._files import Floats
from ..study import Study
from ..style import COLORS, PAGE_WIDTH, letter, new_figure, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["coverage", "draw_coverage"]

LEVELS = (68, 95)
NOVELTY_EDGES = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)

PROPERTY_COLORS = tuple(
    COLORS[name] for name in ("blue", "vermilion", "green", "purple", "orange", "black")
)


def coverage(study: Study, name: str, level: int) -> Floats:
    """Return the share of true values inside the intervals of a level, one value a seed.

    Parameters
    ----------
    name
        The property.
    level
        68 or 95.
    """
    rows = _rows(study, name)
    inside = _inside(study, rows, level)
    seeds = study.predictions.seed[rows]
    return np.array([inside[seeds == seed].mean() for seed in np.unique(seeds)])


def draw_coverage(study: Study) -> Figure:
    """Draw the observed against the nominal coverage of the intervals of a cross-validation.

    Left: of intervals of any width, ``value +- z * standard_error`` with z from the normal
    distribution. Middle: of the intervals of 68 % and 95 % that the library returns, with the
    standard deviation over the seeds. Right: of the same, by the novelty of the spectrum.
    """
    figure = new_figure(PAGE_WIDTH, 2.6)
    curve, levels, novelty = figure.subplots(1, 3, width_ratios=(1.15, 1, 1))
    _draw_curve(curve, study)
    _draw_levels(levels, study)
    _draw_novelty(novelty, study)
    for place, axes in enumerate((curve, levels, novelty)):
        letter(axes, place)
    return figure


def _draw_curve(axes: Axes, study: Study) -> None:
    widths = np.linspace(0, 3, 121)
    nominal = np.array([erf(width / sqrt(2)) for width in widths])
    axes.plot([0, 1], [0, 1], color=COLORS["black"], lw=0.5, ls=(0, (4, 3)))
    for each, color in zip(study.properties, PROPERTY_COLORS):
        rows = _rows(study, each.name)
        predictions = study.predictions
        errors = np.abs(predictions.predicted[rows] - predictions.expected[rows])
        ratios = np.sort(errors / predictions.standard_error[rows])
        observed = np.searchsorted(ratios, widths, side="right") / ratios.size
        axes.plot(nominal, observed, color=color)
    axes.set(xlim=(0, 1), ylim=(0, 1), box_aspect=1)
    axes.set_xlabel("nominal coverage")
    axes.set_ylabel("observed coverage")


def _draw_levels(axes: Axes, study: Study) -> None:
    for level, marker in zip(LEVELS, ("o", "s")):
        axes.axvline(level / 100, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
        for place, each in enumerate(study.properties):
            seeds = coverage(study, each.name, level)
            color = PROPERTY_COLORS[place % len(PROPERTY_COLORS)]
            spread = seeds.std(ddof=1) if seeds.size > 1 else None
            axes.errorbar(
                seeds.mean(), place, xerr=spread, fmt=marker, ms=3.5, color=color, elinewidth=0.7
            )
    axes.set_yticks(range(len(study.properties)), [title(each.name) for each in study.properties])
    for label, color in zip(axes.get_yticklabels(), PROPERTY_COLORS):
        label.set_color(color)
    axes.set_ylim(len(study.properties) - 0.4, -0.6)
    axes.set_xlim(0.5, 1.01)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("observed coverage")


def _draw_novelty(axes: Axes, study: Study) -> None:
    everything = np.flatnonzero(~np.isnan(study.predictions.expected))
    place = np.digitize(study.predictions.novelty[everything], NOVELTY_EDGES[1:-1])
    names = [f"{edge:.0%}".replace("%", " %") for edge in NOVELTY_EDGES[1:]]
    # A spectrum is counted once, whatever the number of its properties and of seeds.
    first = study.predictions.property_name == study.properties[0].name
    novelties = study.predictions.novelty[first]
    seed_count = max(1, np.unique(study.predictions.seed).size)
    counts = np.bincount(np.digitize(novelties, NOVELTY_EDGES[1:-1]), minlength=len(names))
    for level, marker in zip(LEVELS, ("o", "s")):
        inside = _inside(study, everything, level)
        axes.axhline(level / 100, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
        shares = [
            inside[place == bin].mean() if (place == bin).any() else np.nan
            for bin in range(len(names))
        ]
        axes.plot(
            range(len(names)),
            shares,
            marker=marker,
            color=COLORS["grey"],
            ms=3.5,
            label=f"{level} % intervals",
        )
    axes.set_xticks(
        range(len(names)),
        [f"{name}\n({count / seed_count:.0f})" for name, count in zip(names, counts)],
        fontsize=7,
    )
    axes.set_xlim(-0.4, len(names) - 0.6)
    axes.set_ylim(None, 1)
    axes.set_xlabel("novelty up to (number of spectra)")
    axes.legend(loc="center")  # between the two levels
    axes.set_ylabel("observed coverage")


def _rows(study: Study, name: str) -> NDArray[np.intp]:
    predictions = study.predictions
    return np.flatnonzero((predictions.property_name == name) & ~np.isnan(predictions.expected))


def _inside(study: Study, rows: NDArray[np.intp], level: int) -> NDArray[np.bool_]:
    predictions = study.predictions
    widths = {68: predictions.half_width_68, 95: predictions.half_width_95}[level]
    errors = np.abs(predictions.predicted[rows] - predictions.expected[rows])
    inside: NDArray[np.bool_] = errors <= widths[rows]
    return inside
