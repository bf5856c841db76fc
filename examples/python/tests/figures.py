"""What a person would find wrong with a figure at first sight."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from spectra_infer.plot import paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST_POINTS = 7.0


def texts(figure: Figure) -> list[Any]:
    """Every text that is seen."""
    found: list[Any] = figure.findobj(
        lambda artist: isinstance(artist, Text) and bool(artist.get_text())
    )
    hidden = {
        id(text)
        for axes in figure.axes
        if not axes.axison
        for text in axes.findobj(Text)
        if text not in axes.texts
    }
    return [text for text in found if text.get_visible() and id(text) not in hidden]


@paper_style()  # texts are measured in the fonts that are set
def faults(figure: Figure) -> list[str]:
    """Texts that overlap, leave the figure or are too small to read in print."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    page = figure.bbox.padded(0.5)
    boxes = []
    for axes in figure.axes:
        # matplotlib keeps labels of ticks outside of the limits, and does not draw them.
        axis: Any
        for axis in (axes.xaxis, axes.yaxis):
            drawn = {id(tick) for tick in axis._update_ticks()}
            for tick in [*axis.majorTicks, *axis.minorTicks]:
                if id(tick) not in drawn:
                    tick.label1.set_visible(False)
                    tick.label2.set_visible(False)
    wrong = []
    for text in texts(figure):
        box = text.get_window_extent(renderer)
        if box.width == 0 or box.height == 0:
            continue
        if text.get_fontsize() < SMALLEST_POINTS:
            wrong.append(f"{text.get_text()!r} has {text.get_fontsize()} points")
        if not (
            page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
        ):
            wrong.append(f"{text.get_text()!r} leaves the figure")
        boxes.append((text, box.padded(-0.5)))
    for (one, box), (other, other_box) in combinations(boxes, 2):
        if box.overlaps(other_box):
            wrong.append(f"{one.get_text()!r} overlaps {other.get_text()!r}")
    return wrong
