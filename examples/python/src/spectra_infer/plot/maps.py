"""Six property maps, each above the map of its standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from ..report.style import PAGE_WIDTH, new_figure, paper_style, title
from ._panel import ERROR_COLORS, VALUE_COLORS, color_limits, image, scale_bar
from .labels import panel_title, unit_text
from .maps_view import MapsView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_maps"]

COLUMNS = 3
PANEL_WIDTH = 1.56
"""Of a map without its colour bar, inch."""
HIGHEST = 1.9
"""Of a map, inch: two rows of pairs fit on a page."""


@paper_style()
def draw_maps(view: MapsView) -> Figure:
    """Draw each property with its standard error below; a scale bar and colour bars with units.

    Pixels without a prediction are hatched. A colour bar with an arrow leaves out the outermost
    hundredth of the pixels, which have the colour of its end.
    """
    names = list(view.properties)
    groups = -(-len(names) // COLUMNS)
    aspect = (view.shape[0] * view.rows.scale) / (view.shape[1] * view.columns.scale)
    height = min(max(PANEL_WIDTH * aspect, 0.5), HIGHEST)
    figure = new_figure(PAGE_WIDTH, groups * (2 * height + 0.62) + 0.22 * bool(view.title))
    layout: Any = figure.get_layout_engine()
    layout.set(w_pad=0.06, h_pad=0.03, hspace=0, wspace=0)
    panels = figure.subplots(2 * groups, COLUMNS, squeeze=False)
    for place, name in enumerate(names):
        group, column = divmod(place, COLUMNS)
        one = view.properties[name]
        above, below = panels[2 * group][column], panels[2 * group + 1][column]
        _panel(above, view, one.value, VALUE_COLORS, "")
        panel_title(above, place, f"{title(name)} ({unit_text(one.unit)})")
        _panel(below, view, one.standard_error, ERROR_COLORS, f"error ({unit_text(one.unit)})")
        scale_bar(below, view.columns, view.shape[1])
    for place in range(len(names), groups * COLUMNS):
        for row in (0, 1):
            panels[2 * (place // COLUMNS) + row][place % COLUMNS].axis("off")
    if view.title:
        figure.suptitle(view.title)
    return figure


def _panel(axes: Axes, view: MapsView, values: NDArray[Any], colors: str, label: str) -> None:
    low, high, extend = color_limits(values)
    drawn = image(axes, view, values, colors, vmin=low, vmax=high)
    figure = axes.figure
    bar = figure.colorbar(drawn, ax=axes, extend=extend, fraction=0.05, pad=0.03, aspect=16)
    bar.set_label(label)
    bar.ax.tick_params(direction="out", length=2)
    bar.outline.set_linewidth(0.5)
    bar.locator = _few_ticks()
    bar.update_ticks()


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10])
