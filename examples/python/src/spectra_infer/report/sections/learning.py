"""What more materials would bring."""

from __future__ import annotations

from ..figures.learning_curve import draw_learning_curve
from ..learning_curve import LearningCurve
from ..page import Page
from ..tables import learning_table

__all__ = ["ABOUT", "add_learning_curve", "learning_counts"]

ABOUT = (
    "Ensembles that learned from all groups of materials that they may, from a half, a quarter and "
    "an eighth of them, on the same unseen materials."
)


def add_learning_curve(page: Page, curve: LearningCurve) -> None:
    """Show the errors against the number of materials."""
    page.section("More materials")
    page.figure(
        "learning-curve",
        lambda: draw_learning_curve(curve),
        caption=f"{ABOUT} MAE over that of predicting the mean of all groups, which is dashed. "
        "Full: the networks; dotted with open marks: the nearest spectrum. Both axes are "
        f"logarithmic. {learning_counts(curve)}; bars: standard deviation over the seeds.",
        alternative="Six panels of relative error against the number of groups of materials.",
    )
    page.table(learning_table(curve), "MAE by the number of groups that were learned from.")


def learning_counts(curve: LearningCurve) -> str:
    """Say how many seeds and spectra there are."""
    seeds = len(curve.seeds)
    return f"{seeds} seed{'s' if seeds > 1 else ''}, n = {curve.count.max()}"
