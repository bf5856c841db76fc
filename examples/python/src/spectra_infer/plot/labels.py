"""Words on axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..prediction import UNITS
from ..report.study import Property
from ..report.style import letter, title, unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["panel_title", "property_label", "unit_text"]


def unit_text(name: str) -> str:
    """Return a unit as it is printed: ``"Å"`` for ``"angstrom"``."""
    return unit(Property("", name))


def property_label(name: str) -> str:
    """Return the label of a property's axis: ``"bond length (Å)"``."""
    return f"{title(name)} ({unit_text(UNITS[name])})"


def panel_title(axes: Axes, place: int, text: str) -> None:
    """Write ``(a)`` and a title behind it above the left of a panel."""
    letter(axes, place)
    axes.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(15, 3),  # behind the letter
        textcoords="offset points",
        ha="left",
        va="bottom",
    )
