"""How the figures look: one style for all of them, and the words on their axes.

The fonts are those that matplotlib brings along, so that a figure is the same on every computer.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._optional import require
from .measures import Measures
from .study import Property

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "ALIGNMENT_COLORS",
    "COLORS",
    "COLUMN_WIDTH",
    "PAGE_WIDTH",
    "PREDICTOR_TITLES",
    "axis_label",
    "error_text",
    "letter",
    "new_figure",
    "paper_style",
    "r2_text",
    "save",
    "title",
    "unit",
    "value_text",
]

COLUMN_WIDTH = 3.4
"""Width of one column of a journal, inch."""
PAGE_WIDTH = 7.0
"""Width of a page of a journal, inch."""

COLORS = {
    "black": "#000000",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "grey": "#7F7F7F",
    "light": "#C8C8C8",
}
"""Okabe and Ito's palette, which the colour-blind can tell apart, and two greys."""

ALIGNMENT_COLORS = {
    "threshold": COLORS["grey"],
    "edge": COLORS["orange"],
    "absolute": COLORS["blue"],
}
"""The colour of each alignment, in the order of figures."""

PREDICTOR_TITLES = {
    "network": "network (this work)",
    "mean": "mean of training",
    "nearest": "nearest spectrum",
    "nearest_5": "five nearest spectra",
    "ridge": "ridge regression",
    "kernel_ridge_rbf": "kernel ridge, Gaussian",
    "kernel_ridge_laplacian": "kernel ridge, Laplacian",
    "random_forest": "random forest",
    "extra_trees": "extremely random trees",
    "gaussian_process": "Gaussian process",
}
"""What each predictor is called in figures and tables."""

_TITLES = {
    "bond_length": "bond length",
    "bond_angle": "bond angle",
    "voronoi_volume": "Voronoi volume",
    "overlap_population": "overlap population",
    "mulliken_charge": "Mulliken charge",
    "excitation_energy": "excitation energy",
}
_UNITS = {
    "angstrom": "Å",
    "degree": "°",
    "angstrom^3": "Å³",
    "electron": "e",
    "eV": "eV",
}
_DECIMALS = {
    "bond_length": (3, 4),
    "bond_angle": (0, 1),
    "voronoi_volume": (1, 2),
    "overlap_population": (3, 4),
    "mulliken_charge": (2, 4),
    "excitation_energy": (1, 3),
}
# The decimals of values, those of the paper's table 1, and of errors.

FEWEST_FOR_R2 = 10

_RC = {
    "font.family": "serif",
    "font.serif": ["STIXGeneral"],
    "mathtext.fontset": "stix",
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "figure.titlesize": 9,
    "axes.linewidth": 0.6,
    "axes.titlepad": 4,
    "axes.labelpad": 3,
    "axes.unicode_minus": True,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "lines.linewidth": 0.9,
    "lines.markersize": 3,
    "patch.linewidth": 0.5,
    "errorbar.capsize": 1.5,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.borderaxespad": 0.3,
    "figure.dpi": 100,
    "savefig.dpi": 300,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "spectra-infer",
    "pdf.fonttype": 42,
}


@contextlib.contextmanager
def paper_style() -> Iterator[None]:
    """Draw in the style of the report: ``with paper_style(): draw_parity(...)``."""
    matplotlib = require("matplotlib", "plot")
    with matplotlib.rc_context(_RC):
        yield


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure that belongs to no window: it works without a display.

    Parameters
    ----------
    width, height
        In inch.
    """
    figure: Figure = _paper_figure()(figsize=(width, height), layout="constrained")
    return figure


@functools.lru_cache(maxsize=1)
def _paper_figure() -> type[Figure]:
    """Return a kind of figure that keeps its fonts where it is drawn later, as in a notebook.

    matplotlib looks fonts up when it draws, by what is set then.
    """
    plain: Any = require("matplotlib.figure", "plot").Figure

    class PaperFigure(plain):  # type: ignore[misc]
        """A figure in the style of the report."""

        def draw(self, renderer: Any) -> None:
            with paper_style():
                super().draw(renderer)

        def get_tightbbox(self, *arguments: Any, **keywords: Any) -> Any:
            with paper_style():
                return super().get_tightbbox(*arguments, **keywords)

        def savefig(self, *arguments: Any, **keywords: Any) -> None:
            with paper_style():
                super().savefig(*arguments, **keywords)

    return PaperFigure


def save(
    figure: Figure,
    stem: str | os.PathLike[str],
    *,
    formats: tuple[str, ...] = ("svg", "png"),
) -> list[Path]:
    """Write a figure in several formats, the same bytes for the same figure.

    Parameters
    ----------
    figure
        As the functions of this package draw it.
    stem
        The path without its suffix.
    formats
        ``"svg"``, ``"pdf"``, ``"png"`` (300 points an inch).

    Returns
    -------
    list of Path
        Of the files, in the order of `formats`.
    """
    stem = Path(stem)
    paths = []
    with paper_style():
        # The layout is the same for all formats, and takes longer than the drawing.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        for suffix in formats:
            metadata: dict[str, Any] = {"Software": None} if suffix == "png" else {"Date": None}
            if suffix == "pdf":
                metadata = {"CreationDate": None}
            path = stem.with_name(f"{stem.name}.{suffix}")
            content = io.BytesIO()
            figure.savefig(content, format=suffix, metadata=metadata)
            path.write_bytes(content.getvalue())
            paths.append(path)
    return paths


def title(name: str) -> str:
    """Return what a property is called: ``"bond length"``."""
    return _TITLES.get(name, name.replace("_", " "))


def unit(each: Property) -> str:
    """Return a property's unit as it is printed: ``"Å"``."""
    return _UNITS.get(each.unit, each.unit)


def axis_label(each: Property, prefix: str = "") -> str:
    """Return the label of an axis: ``"simulated bond length (Å)"``."""
    text = f"{prefix} {title(each.name)}".strip()
    return f"{text} ({unit(each)})"


def value_text(name: str, value: float) -> str:
    """Return a value of a property as it is printed; a dash for NaN."""
    return _text(value, _DECIMALS.get(name, (3, 4))[0])


def error_text(name: str, value: float) -> str:
    """Return an error of a property as it is printed, with more digits than a value."""
    return _text(value, _DECIMALS.get(name, (3, 4))[1])


def r2_text(errors: Measures) -> str:
    """Return R2 as it is printed; a dash for a few values, for which it says nothing."""
    return _text(errors.r2 if errors.count >= FEWEST_FOR_R2 else float("nan"), 2)


def _text(value: float, decimals: int) -> str:
    if not np.isfinite(value):
        return "\N{EN DASH}"
    return f"{value:.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def letter(axes: Axes, place: int, x: float = 0.0, y: float = 1.0) -> None:
    """Write ``(a)``, ``(b)``, ... at the upper left of a panel."""
    axes.annotate(
        f"({chr(ord('a') + place)})",
        (x, y),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontweight="bold",
    )
