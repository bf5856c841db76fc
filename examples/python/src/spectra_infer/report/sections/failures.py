"""Which spectra fail, and why (Figure 3 and Table 1 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..evaluation import PART_TITLES, Evaluation
from ..failures import CAUSES, Failure
from ..figures.failures import draw_failures
from ..page import Page
from ..results import Results
from ..study import Study
from ..tables import failure_list, failure_table
from ..words import causes_text, listed, study_text

__all__ = ["add_examined", "add_failures", "add_model_failures"]

SHOWN_FAILURES = 6

PAPER_SPECTRA = {
    "mp-555823": (
        "Spectrum A of the paper",
        "The paper: nothing in its training data has the two peaks of this spectrum.",
    ),
    "mp-557076": (
        "Spectrum B of the paper",
        "The paper's Table 1 has for the site with 1.683 Å: bond length 1.620 Å predicted, angle "
        "132° (155° predicted), Mulliken charge \N{MINUS SIGN}1.14 e (\N{MINUS SIGN}1.21 e), "
        "excitation energy 541.9 eV (542.7 eV).",
    ),
}
"""The materials that the paper examines: which spectrum, and what it says of it."""


def add_failures(page: Page, results: Results) -> None:
    """Show the largest errors of the main cross-validation and of the first model."""
    study = results.main_study
    if not results.evaluations and study is None:
        return
    page.section("What fails, and why")
    page.text(
        "Of each property the ten largest errors are taken, among spectra that were not learned "
        "from. A spectrum that is among them has one of the paper's two causes: no training "
        "spectrum is similar (none is within the distance at which 95 of 100 training spectra have "
        "one of another material); or similar ones have other properties (by more than the MAE in "
        "the median), so that the spectrum does not tell them apart. Distances are Euclidean, over "
        "the root of the number of points."
    )
    if study is not None and (study.folder / "failures.csv").is_file():
        seed = study.seeds[0]
        page.subsection(f"In the cross-validation, {study_text(study)}, seed {seed}")
        _add(
            page,
            study.failures(seed),
            study,
            f"{study_text(study)}, seed {seed}, {len(study.spectra)} test spectra",
            f"failures-{study.key}",
        )
    if results.evaluations:
        page.subsection(f"In the {results.evaluations[0].alignment} model")
        add_model_failures(page, results.evaluations[0])


def add_model_failures(page: Page, evaluation: Evaluation) -> None:
    """Show the largest errors of one model."""
    unseen = [part for part in evaluation.parts if part != "training"]
    _add(
        page,
        evaluation.failures,
        evaluation,
        f"{evaluation.alignment} model, {evaluation.count(*unseen)} spectra not learned from",
        f"failures-model-{evaluation.alignment}",
    )


def add_examined(page: Page, evaluation: Evaluation, *, heading: bool = True) -> None:
    """Show the materials that are looked at by name, whether they fail or not."""
    if not evaluation.examined:
        return
    if heading:
        page.section("Materials examined by name")
        absent = [
            f"{material} ({which})"
            for material, (which, _) in PAPER_SPECTRA.items()
            if material not in evaluation.examined
        ]
        if absent:
            page.text(f"The database does not have {listed(absent)}.")
    spectra = evaluation.examined_spectra
    for material in evaluation.examined:
        own = [failure for failure in spectra if failure.material == material]
        if own:
            _examined(page, evaluation, material, own)


def _examined(page: Page, evaluation: Evaluation, material: str, own: Sequence[Failure]) -> None:
    parts = sorted({PART_TITLES[evaluation.part_of(failure.spectrum)] for failure in own})
    which, said = PAPER_SPECTRA.get(material, ("", ""))
    told = f" ({which})" if which else ""
    page.subsection(f"{material}{told}: {listed(parts)}, {evaluation.alignment} alignment")
    page.figure(
        f"examined-{evaluation.alignment}-{material}",
        lambda: draw_failures(own, evaluation.energies, alignment=evaluation.alignment),
        caption=f"The sites of {escape(material)} (black) over the three nearest spectra that the "
        f"{evaluation.alignment} model learned from, with their distances.",
        alternative=f"Spectra of {material}, each over its three nearest training spectra.",
    )
    page.table(
        failure_table(own, evaluation.properties),
        f"Properties of the sites of {escape(material)}, simulated and predicted, and of their "
        f"neighbours. Bold: among the ten largest errors of the property. {said}",
    )


def _add(
    page: Page, failures: Sequence[Failure], of: Study | Evaluation, what: str, name: str
) -> None:
    several = [sum(len(failure.worst_in) > count for failure in failures) for count in (2, 4)]
    page.text(
        f"{len(failures)} spectra are among the ten worst of a property; {several[0]} of more than "
        f"two, {several[1]} of more than four (the paper: 13 and 6). Causes: "
        f"{causes_text(failures)}."
    )
    for cause in ("nothing_similar", "similar_but_different"):
        shown = [failure for failure in failures if failure.cause == cause][:SHOWN_FAILURES]
        if not shown:
            continue
        heading = CAUSES[cause].capitalize()
        page.figure(
            f"{name}-{cause}".replace("_", "-"),
            lambda shown=shown: draw_failures(  # type: ignore[misc]
                shown, of.energies, alignment=of.alignment
            ),
            caption=f"{heading}: the spectra that are among the ten worst of most properties "
            f"(black) over the three nearest training spectra, with their distances ({what}). "
            "Grey: the failing spectrum again.",
            alternative="Spectra with large errors, each drawn over its three nearest training "
            "spectra.",
        )
        page.table(
            failure_table(shown, of.properties),
            f"{heading}: properties of the spectra in the figure above and of their neighbours. "
            "Bold: among the ten largest errors of the property.",
        )
    page.table(
        failure_list(failures),
        f"All spectra that are among the ten worst of a property ({what}).",
    )
