"""A raw spectrum, the prepared one beside its nearest references, and the properties of all."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report.style import COLORS, PAGE_WIDTH, letter, new_figure, paper_style, title
from .labels import panel_title, unit_text
from .spectrum_view import SpectrumView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_spectrum"]

NEIGHBOR_COLORS = (COLORS["vermilion"], COLORS["green"], COLORS["purple"])
NEIGHBOR_MARKERS = ("o", "s", "D")
_WORDS_A_LINE = 118


@paper_style()
def draw_spectrum(view: SpectrumView) -> Figure:
    """Draw what was measured, what the networks saw, and what they say.

    (a) The raw spectrum with its background, the window of the fit and the onset with its error.
    (b) The prepared spectrum above its nearest references, each moved down for sight. (c) ... The
    six properties with their 68 % and 95 % intervals, and the simulated values of the references.
    """
    warnings = [
        line
        for text in view.warnings
        for line in textwrap.wrap(f"Warning: {text}", _WORDS_A_LINE, subsequent_indent="    ")
    ]
    figure = new_figure(
        PAGE_WIDTH, 4.75 + 0.2 * bool(view.title) + (0.19 * len(warnings) + 0.05 * bool(warnings))
    )
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.05, h_pad=0.04)
    heights = (2.6, 0.62, 0.62, *([0.17 * len(warnings)] if warnings else []))
    grid = figure.add_gridspec(len(heights), 6, height_ratios=heights)
    raw = figure.add_subplot(grid[0, :3])
    prepared = figure.add_subplot(grid[0, 3:])
    _draw_raw(raw, view)
    _draw_prepared(prepared, view)
    letter(raw, 0)
    letter(prepared, 1)
    for place, name in enumerate(view.estimates):
        row, column = divmod(place, 3)
        axes = figure.add_subplot(grid[1 + row, 2 * column : 2 * column + 2])
        _draw_estimate(axes, view, name)
        _draw_title(axes, view, name, place=2 + place)
    _draw_legend(figure, view)
    if warnings:
        below = figure.add_subplot(grid[3, :])
        below.axis("off")
        below.text(
            0, 0.5, "\n".join(warnings), ha="left", va="center", fontsize=8, linespacing=1.25
        )
    if view.title:
        figure.suptitle(view.title)
    return figure


def _draw_raw(axes: Axes, view: SpectrumView) -> None:
    power = _power_of_ten(view.intensities)
    unit = 10.0**power
    axes.plot(
        view.energies, view.intensities / unit, color=COLORS["black"], lw=0.7, label="measured"
    )
    if view.background is not None:
        axes.plot(
            view.energies, view.background / unit, "--", color=COLORS["blue"], label="background"
        )
    if view.window_ev is not None:
        axes.axvspan(*view.window_ev, color=COLORS["sky"], alpha=0.25, lw=0, label="window of fit")
    if np.isfinite(view.onset_ev):
        error = view.onset_error_ev if np.isfinite(view.onset_error_ev) else 0.0
        axes.axvspan(
            view.onset_ev - error,
            view.onset_ev + error,
            ymax=0.72,
            color=COLORS["orange"],
            alpha=0.5,
            lw=0,
        )
        axes.axvline(
            view.onset_ev,
            ymax=0.72,  # below the legend
            color=COLORS["orange"],
            lw=0.8,
            label=f"onset {view.onset_ev:.2f} ± {error:.2f} eV",
        )
    axes.set_xlim(*_shown(view))
    shown = (view.energies >= axes.get_xlim()[0]) & (view.energies <= axes.get_xlim()[1])
    heights = view.intensities[shown & np.isfinite(view.intensities)] / unit
    if heights.size:
        bottom, top = min(0.0, float(heights.min())), float(heights.max())
        axes.set_ylim(bottom * 1.05, (top if top > bottom else bottom + 1) * 1.4)
    axes.set_xlabel("energy, calibrated (eV)" if view.calibrated else "energy (eV)")
    axes.set_ylabel(f"intensity ($10^{{{power}}}$)" if power else "intensity")
    axes.legend(loc="upper right", ncols=2, columnspacing=1.2)


def _shown(view: SpectrumView) -> tuple[float, float]:
    """Return the range of the measured axis that matters: window to end of grid, with margins."""
    low = view.grid_ev[0] - view.shift_ev - 15
    if view.window_ev is not None:
        low = min(low, view.window_ev[0] - 5)
    high = view.grid_ev[-1] - view.shift_ev + 10
    first, last = float(view.energies[0]), float(view.energies[-1])
    margin = 0.02 * (last - first)
    return max(low, first - margin), min(high, last + margin)


def _draw_prepared(axes: Axes, view: SpectrumView) -> None:
    everything = [view.features, *(near.features for near in view.neighbors)]
    step = 0.75 * max(float(np.nanmax(one)) for one in everything)
    room = 0.27 * (view.grid_ev[-1] - view.grid_ev[0])
    axes.plot(view.grid_ev, view.features, color=COLORS["black"])
    lines = [("measured", "", view.features, COLORS["black"])]
    for place, near in enumerate(view.neighbors):
        color = NEIGHBOR_COLORS[place % len(NEIGHBOR_COLORS)]
        moved = near.features - (place + 1) * step
        axes.plot(view.grid_ev, view.features - (place + 1) * step, color=COLORS["light"], lw=0.7)
        axes.plot(view.grid_ev, moved, color=color)
        lines.append((near.id, f"distance {near.distance:.3f}", moved, color))
    for name, more, curve, color in lines:
        axes.annotate(
            f"{name}\n{more}" if more else name,
            (view.grid_ev[-1] + 0.03 * room, float(np.mean(curve[-12:]))),
            va="center",
            ha="left",
            color=color,
            fontsize=7.5,
            linespacing=1.1,
        )
    from matplotlib.ticker import MaxNLocator

    # No ticks below the names: there is no spectrum there.
    low, high = float(view.grid_ev[0]), float(view.grid_ev[-1])
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(low, high)
    axes.set_xticks([tick for tick in ticks if low <= tick <= high + 0.2])
    axes.set_xlim(low, high + 1.25 * room)
    axes.set_xlabel("energy on the model's axis (eV)")
    axes.set_ylabel("prepared intensity")
    axes.set_yticks([])


def _draw_estimate(axes: Axes, view: SpectrumView, name: str) -> None:
    one = view.estimates[name]
    axes.plot(one.interval_95, [1, 1], color=COLORS["light"], lw=4, solid_capstyle="butt")
    axes.plot(one.interval_68, [1, 1], color=COLORS["grey"], lw=4, solid_capstyle="butt")
    axes.plot([one.value], [1], "|", color=COLORS["black"], ms=9, mew=1.6)
    for place, near in enumerate(view.neighbors):
        axes.plot(
            [near.properties.get(name, np.nan)],
            [0.6 - 0.2 * place],  # of several that coincide, all are seen
            NEIGHBOR_MARKERS[place % len(NEIGHBOR_MARKERS)],
            color=NEIGHBOR_COLORS[place % len(NEIGHBOR_COLORS)],
            ms=3.5,
            mew=0,
            alpha=0.85,
        )
    axes.set(ylim=(0, 1.45), yticks=[])
    axes.margins(x=0.08)
    axes.tick_params(top=False)
    axes.spines[["top", "left", "right"]].set_visible(False)
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.ticklabel_format(useOffset=False)


def _draw_title(axes: Axes, view: SpectrumView, name: str, place: int) -> None:
    one = view.estimates[name]
    digits = _digits(one.standard_error)
    text = f"{one.value:.{digits}f} ± {one.standard_error:.{digits}f}".replace(
        "-", "\N{MINUS SIGN}"
    )
    words = f"{title(name)} {text} {unit_text(one.unit)}".replace(" °", "°")
    panel_title(axes, place, words)


def _draw_legend(figure: Figure, view: SpectrumView) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], ls="", marker="|", color=COLORS["black"], ms=8, mew=1.6),
        Line2D([], [], color=COLORS["grey"], lw=4, solid_capstyle="butt"),
        Line2D([], [], color=COLORS["light"], lw=4, solid_capstyle="butt"),
    ]
    labels = ["prediction", "68 % interval", "95 % interval"]
    for place, near in enumerate(view.neighbors):
        color = NEIGHBOR_COLORS[place % len(NEIGHBOR_COLORS)]
        marker = NEIGHBOR_MARKERS[place % len(NEIGHBOR_MARKERS)]
        handles.append(Line2D([], [], ls="", marker=marker, color=color, ms=3.5, mew=0))
        labels.append(near.id)
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=len(handles),
        handletextpad=0.5,
        columnspacing=1.4,
    )


def _digits(error: float) -> int:
    if not np.isfinite(error) or error <= 0:
        return 3
    return int(np.clip(1 - np.floor(np.log10(error)), 0, 4))


def _power_of_ten(values: np.ndarray) -> int:
    """Return the power of ten to take out of the numbers on an axis; 0 where they are short."""
    finite = np.abs(values[np.isfinite(values)])
    if finite.size == 0 or finite.max() == 0:
        return 0
    power = int(np.floor(np.log10(finite.max())))
    return power if power > 3 or power < -2 else 0
