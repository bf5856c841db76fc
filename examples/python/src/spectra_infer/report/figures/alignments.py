"""Errors property by property, one bar an alignment (Figure 5 of the paper)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._files import Floats
from ..study import Study
from ..style import ALIGNMENT_COLORS, COLORS, PAGE_WIDTH, letter, new_figure, title

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SPLIT_TITLES", "draw_alignments", "relative_errors"]

SPLIT_TITLES = {
    "group": "unseen materials (split by group)",
    "spectrum": "unseen sites (split by spectrum)",
}
"""What a split is called above a panel, in the order of the panels."""

ALIGNMENT_TITLES = {
    "threshold": "threshold at 0 eV",
    "edge": "onset found in the spectrum",
    "absolute": "with the excitation energy",
}


def relative_errors(study: Study, name: str, predictor: str = "network") -> Floats:
    """Return the mean absolute error over that of predicting the mean, one value a seed."""
    return study.errors.over_seeds(predictor, name) / study.errors.over_seeds("mean", name)


def draw_alignments(studies: Sequence[Study]) -> Figure:
    """Draw the errors of the networks of several alignments side by side, one panel a split.

    Bars are means over the seeds, error bars their standard deviation, dots the seeds. Above the
    bars of ``absolute`` stands by how much its error is less than that of ``threshold``.

    Parameters
    ----------
    studies
        Cross-validations, at most one for an alignment and a split.
    """
    by_split: dict[str, dict[str, Study]] = {}
    for study in studies:
        by_split.setdefault(study.split, {})[study.alignment] = study
    splits = [split for split in SPLIT_TITLES if split in by_split]
    figure = new_figure(PAGE_WIDTH, 0.35 + 1.85 * len(splits))
    panels = figure.subplots(len(splits), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for place, (axes, split) in enumerate(zip(panels, splits)):
        _panel(axes, by_split[split])
        if len(splits) > 1:
            letter(axes, place)
        axes.set_title(SPLIT_TITLES[split])
    order = {_legend(study): study.alignment for study in studies}
    handles: dict[str, Artist] = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    ordered = sorted(handles, key=lambda label: list(ALIGNMENT_TITLES).index(order[label]))
    figure.legend(
        [handles[label] for label in ordered],
        ordered,
        loc="outside upper center",
        ncols=len(ordered),
    )
    return figure


def _legend(study: Study) -> str:
    text = ALIGNMENT_TITLES.get(study.alignment, study.alignment)
    return f"{text} (augmented)" if study.is_augmented else text


def _panel(axes: Axes, studies: Mapping[str, Study]) -> None:
    alignments = [alignment for alignment in ALIGNMENT_COLORS if alignment in studies]
    properties = studies[alignments[0]].properties
    places = np.arange(len(properties))
    width = 0.8 / len(alignments)
    tops = {}
    for number, alignment in enumerate(alignments):
        errors = [relative_errors(studies[alignment], each.name) for each in properties]
        means = np.array([seeds.mean() for seeds in errors])
        spread = np.array([seeds.std(ddof=1) if seeds.size > 1 else 0.0 for seeds in errors])
        middle = places + (number - (len(alignments) - 1) / 2) * width
        axes.bar(
            middle,
            means,
            0.9 * width,
            color=ALIGNMENT_COLORS[alignment],
            alpha=0.55,
            label=_legend(studies[alignment]),
            lw=0,
        )
        if spread.any():
            axes.errorbar(middle, means, spread, fmt="none", ecolor=COLORS["black"], elinewidth=0.7)
        for x, seeds in zip(middle, errors):
            offsets = np.linspace(-0.25, 0.25, seeds.size) * width if seeds.size > 1 else [0.0]
            axes.plot(x + offsets, seeds, ".", ms=1.8, color=ALIGNMENT_COLORS[alignment], zorder=3)
        tops[alignment] = (middle, means, means + spread)
    # The gain is that of the excitation energy only where nothing else differs.
    both = [studies[name].is_augmented for name in ("threshold", "absolute") if name in studies]
    if len(both) == 2 and both[0] == both[1]:
        _, reference, _ = tops["threshold"]
        middle, means, top = tops["absolute"]
        for x, y, change in zip(middle, top, 100 * (means / reference - 1)):
            text = f"{change:+.0f} %".replace("-", "\N{MINUS SIGN}") if round(change) else "0 %"
            axes.annotate(
                text,
                (x, y),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=7,
                color=ALIGNMENT_COLORS["absolute"],
            )
    axes.axhline(1, color=COLORS["black"], lw=0.5, ls=(0, (4, 3)), zorder=0)
    axes.set_xticks(places, [title(each.name) for each in properties])
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.55, len(properties) - 0.45)
    axes.set_ylim(0, None)
    axes.margins(y=0.12)
    axes.set_ylabel("MAE / MAE of the mean")
