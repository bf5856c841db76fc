"""What noise, shifts, broadening, background and mixtures do to the errors."""

from __future__ import annotations

from ..figures.robustness import draw_robustness, draw_robustness_by_property
from ..page import Page
from ..robustness import Robustness
from ..tables import robustness_table

__all__ = ["add_robustness", "refused_text"]


def add_robustness(page: Page, robustness: Robustness) -> None:
    """Show the errors against dose, shift, broadening, background and mixture."""
    page.section("Worse measurements")
    seeds = len(robustness.seeds)
    spectra = [
        document["spectrum_count"]
        for document in robustness.descriptions
        if "spectrum_count" in document
    ]
    counted = f"{seeds} seed{'s' if seeds > 1 else ''}" + (f", n = {spectra[0]}" if spectra else "")
    page.figure(
        "robustness",
        lambda: draw_robustness(robustness),
        caption="MAE over that of predicting the mean, averaged over the properties, of test "
        "spectra that were measured under one disturbance at a time: fewer counts, a wrong axis "
        "(either sign), another resolution, leftover background, or an average over sites of the "
        "crystal. Dashed with open marks: trained on perfect spectra; full: trained on simulated "
        f"measurements. {counted}; bars: standard deviation over the seeds. At the dashed line a "
        f"model is no better than the mean; what is worse than 1.6 is not shown. "
        f"{refused_text(robustness)}",
        alternative="Curves of relative error against dose, axis shift, broadening and mixture, "
        "for models trained with and without augmentation.",
    )
    for alignment in robustness.alignments:
        page.figure(
            f"robustness-{alignment}",
            lambda alignment=alignment: draw_robustness_by_property(  # type: ignore[misc]
                robustness, alignment
            ),
            caption=f"The same property by property, {alignment} alignment; {counted}.",
            alternative="Curves of relative error, a row a property, a column a condition.",
        )
    page.table(
        robustness_table(robustness),
        "MAE over that of predicting the mean, averaged over the properties.",
    )


def refused_text(robustness: Robustness) -> str:
    """Say how many measurements are in no error because their edge was lost in the noise."""
    shares = [
        (robustness.refused_share(alignment, "dose", value), alignment, value)
        for alignment in robustness.alignments
        for value in set(robustness.value[robustness.condition == "dose"].tolist())
    ]
    largest = max(shares, default=(0.0, "", 0.0))
    if not largest[0]:
        return ""
    return (
        f"Where the edge is lost in the noise there is no prediction: {100 * largest[0]:.1f} % of "
        f"the measurements at {largest[2]:g} counts with {largest[1]} alignment, fewer elsewhere."
    )
