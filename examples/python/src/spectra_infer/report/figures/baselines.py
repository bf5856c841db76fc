"""The network beside plain methods on the same folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._files import Floats
from ..comparison import Comparison
from ..style import (
    COLORS,
    PAGE_WIDTH,
    PREDICTOR_TITLES,
    letter,
    new_figure,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_baselines"]


def draw_baselines(comparison: Comparison) -> Figure:
    """Draw each predictor's error over that of predicting the mean, one panel a property.

    Large dots are means over the seeds, small ones the seeds. The vertical line is the network;
    what is left of it is better.
    """
    study = comparison.study
    predictors = [name for name in comparison.predictors if name != "mean"]
    columns = min(3, len(study.properties))
    rows = -(-len(study.properties) // columns)
    figure = new_figure(PAGE_WIDTH, rows * (0.45 + 0.15 * len(predictors)))
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for place, each in enumerate(study.properties):
        ratios = {name: comparison.ratio(name, each.name) for name in predictors}
        _panel(panels[place], predictors, ratios)
        panels[place].set_title(title(each.name), loc="center")
        letter(panels[place], place)
        if place + columns >= len(study.properties):
            panels[place].set_xlabel("MAE / MAE of the mean")
    for panel in panels[len(study.properties) :]:
        panel.axis("off")
    return figure


def _panel(axes: Axes, predictors: list[str], ratios: dict[str, Floats]) -> None:
    if "network" in ratios:
        axes.axvline(ratios["network"].mean(), color=COLORS["vermilion"], lw=0.6, zorder=0)
    axes.axvline(1, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
    for place, name in enumerate(predictors):
        color = COLORS["vermilion"] if name == "network" else COLORS["blue"]
        seeds = ratios[name]
        y = np.full(seeds.size, float(place))
        axes.plot(seeds, y, "o", ms=2, color=color, alpha=0.35, mew=0, zorder=2)
        marker = "D" if name == "network" else "o"
        axes.plot(seeds.mean(), place, marker, ms=4, color=color, mec="white", mew=0.4, zorder=3)
    axes.set_yticks(
        range(len(predictors)), [PREDICTOR_TITLES.get(name, name) for name in predictors]
    )
    axes.set_ylim(len(predictors) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", lw=0.3, color=COLORS["light"])
    axes.set_axisbelow(True)
