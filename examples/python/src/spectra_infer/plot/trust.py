"""How far to trust each pixel: novelty, flags, onset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Status
from ..prediction import Flag
from ..report.style import COLORS, PAGE_WIDTH, new_figure, paper_style
from ._panel import VALUE_COLORS, color_limits, image, scale_bar
from .labels import panel_title
from .maps_view import MapsView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_trust"]

_CLASSES = ("light", "orange", "vermilion", "black")


@paper_style()
def draw_trust(view: MapsView) -> Figure:
    """Draw the novelty, the number of warnings, and the onset of each pixel.

    Below the maps, each warning and each reason of a failure is named with its number of pixels.
    """
    from matplotlib.colors import ListedColormap

    aspect = (view.shape[0] * view.rows.scale) / (view.shape[1] * view.columns.scale)
    lines = _counts(view)
    height = min(max(1.75 * aspect, 0.5), 2.6)
    figure = new_figure(PAGE_WIDTH, height + 0.5 + 0.145 * len(lines))
    novelty, flags, onset = figure.subplots(1, 3)

    drawn = image(novelty, view, view.novelty, VALUE_COLORS, vmin=0, vmax=1)
    figure.colorbar(drawn, ax=novelty, fraction=0.05, pad=0.03, aspect=16)
    panel_title(novelty, 0, "novelty")

    top = len(_CLASSES) - 1
    number = _number_of_flags(view)
    drawn = image(
        flags,
        view,
        np.where(view.status != 0, np.nan, np.minimum(number, top)),
        ListedColormap([COLORS[name] for name in _CLASSES]),
        vmin=-0.5,
        vmax=top + 0.5,
    )
    bar = figure.colorbar(drawn, ax=flags, fraction=0.05, pad=0.03, aspect=16)
    bar.set_ticks(range(top + 1), labels=[*map(str, range(top)), f"≥ {top}"])
    bar.ax.tick_params(length=0)
    panel_title(flags, 1, "number of warnings")

    low, high, extend = color_limits(view.onset_ev)
    drawn = image(onset, view, view.onset_ev, VALUE_COLORS, vmin=low, vmax=high)
    bar = figure.colorbar(drawn, ax=onset, extend=extend, fraction=0.05, pad=0.03, aspect=16)
    bar.set_label("eV")
    bar.ax.ticklabel_format(useOffset=False)
    found = bool(np.isfinite(view.onset_ev).any())
    panel_title(onset, 2, "onset found" if found else "onset: none found")
    scale_bar(novelty, view.columns, view.shape[1])
    figure.supxlabel("\n".join(lines), x=0.02, ha="left", fontsize=8, linespacing=1.25)
    if view.title:
        figure.suptitle(view.title)
    return figure


def _number_of_flags(view: MapsView) -> NDArray[Any]:
    bits = (view.flags[..., np.newaxis] >> np.arange(32, dtype=np.uint32)) & np.uint32(1)
    number: NDArray[Any] = bits.sum(axis=-1)
    return number


def _counts(view: MapsView) -> list[str]:
    """Return a line for each warning and each failure that occurs."""
    total = view.status.size
    lines = []
    for bit in range(32):
        count = int(np.count_nonzero(view.flags >> np.uint32(bit) & np.uint32(1)))
        if count:
            try:
                words = Flag(1 << bit).name.lower().replace("_", " ")  # type: ignore[union-attr]
            except (AttributeError, ValueError):
                words = f"unknown warning {bit}"
            lines.append(f"warning: {words}: {count} of {total} pixels")
    if view.pending.any():
        lines.append(f"not measured yet: {np.count_nonzero(view.pending)} of {total} pixels")
    for code, count in zip(*np.unique(view.status[view.failed], return_counts=True)):
        try:
            words = Status(int(code)).name.lower().replace("_", " ")
        except ValueError:
            words = f"status {code}"
        lines.append(f"no prediction (hatched): {words}: {count} of {total} pixels")
    return lines or [f"no warnings, {total} pixels"]
