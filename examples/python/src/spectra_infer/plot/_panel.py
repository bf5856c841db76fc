"""One map in one panel: colours, colour bar, scale bar, pixels without a prediction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .maps_view import MapAxis, MapsView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["ERROR_COLORS", "VALUE_COLORS", "color_limits", "image", "nice_length", "scale_bar"]

VALUE_COLORS = "viridis"
ERROR_COLORS = "cividis"
# Both are perceptually uniform, and the colour-blind see what others see.

_TAIL = 1.0
"""Per cent of the pixels at each end that may lie beyond the colour bar."""


def color_limits(values: NDArray[Any]) -> tuple[float, float, str]:
    """Return lowest and highest value of the colour bar, and which of its ends need an arrow.

    A few outliers do not take the contrast away from the rest.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0, "neither"
    low, high = np.percentile(finite, [_TAIL, 100 - _TAIL])
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-9):
        margin = 0.01 * abs(low) or 0.01
        return float(low - margin), float(high + margin), "neither"
    below, above = bool(finite.min() < low), bool(finite.max() > high)
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}
    return float(low), float(high), extend.get((below, above), "both")


def image(
    axes: Axes, view: MapsView, values: NDArray[Any], colors: Any, **keywords: Any
) -> AxesImage:
    """Draw a map: hatched where there is no prediction, white where nothing was measured yet."""
    rows, columns = view.shape
    height, width = rows * view.rows.scale, columns * view.columns.scale
    axes.set(xticks=[], yticks=[], facecolor="#EDEDED")
    axes.patch.set(hatch="//////", edgecolor="#9A9A9A", linewidth=0)
    drawn: dict[str, Any] = {
        "extent": (0, width, height, 0),
        "aspect": "equal",
        "interpolation": "antialiased" if max(rows, columns) > 300 else "none",
    }
    if view.pending.any():
        white = np.ma.masked_where(~view.pending, np.ones(view.shape))
        axes.imshow(white, cmap="gray", vmin=0, vmax=1, **drawn)
    return axes.imshow(np.ma.masked_invalid(values), cmap=colors, **drawn, **keywords)


def nice_length(extent: float) -> float:
    """Return 1, 2 or 5 times a power of ten that is about a quarter of an extent."""
    wanted = extent / 4
    power = 10.0 ** math.floor(math.log10(wanted))
    return power * max(step for step in (1, 2, 5) if step * power <= wanted * (1 + 1e-9))


def scale_bar(axes: Axes, axis: MapAxis, pixels: int) -> None:
    """Draw a bar of a round length below the left of a map, so that it covers nothing."""
    extent = axis.scale * pixels
    # A bar shorter than a pixel would say nothing.
    length = max(nice_length(extent), axis.scale if not axis.unit else 0.0)
    from matplotlib.transforms import ScaledTranslation

    figure = axes.figure
    transform = axes.get_xaxis_transform() + ScaledTranslation(0, -6 / 72, figure.dpi_scale_trans)
    (bar,) = axes.plot([0, length], [0, 0], transform=transform, color="black", lw=2, clip_on=False)
    bar.set_solid_capstyle("butt")
    axes.annotate(
        f"{length:g} {axis.unit or ('pixels' if length != 1 else 'pixel')}",
        (length, 0),
        xycoords=transform,
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        fontsize=8,
        annotation_clip=False,
    )
