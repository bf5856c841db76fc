"""The page of the report, from whatever results there are."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from .._optional import require
from .comparison import Comparison, compare
from .figures.alignments import SPLIT_TITLES
from .page import Page
from .results import Results, find_results
from .sections.errors import (
    add_alignments,
    add_baselines,
    add_coverage,
    add_measures,
    add_model,
    add_parity,
)
from .sections.failures import add_examined, add_failures, add_model_failures
from .sections.learning import add_learning_curve
from .sections.protocol import add_protocol
from .sections.worse import add_robustness
from .words import PAPER, capitalised, relative_text, verdict

__all__ = ["write_report"]

TITLE = "Six properties of oxygen sites from O-K spectra: what the models can do, and what not"


def write_report(
    folders: Sequence[str | Path],
    out: str | Path,
    *,
    formats: Sequence[str] = ("svg", "png"),
) -> Path:
    """Draw the figures and write the page of the results in some folders.

    Parameters
    ----------
    folders
        Of cross-validations, evaluations, a robustness study and a learning curve, or a folder
        that holds several.
    out
        Receives index.html and the folder figures.
    formats
        Of the figures, among ``"svg"``, ``"png"`` and ``"pdf"``; the first is shown on the page.

    Returns
    -------
    The path of index.html.

    Raises
    ------
    FolderError
        Where a folder of results is missing or malformed.
    ModuleNotFoundError
        Without matplotlib, which the extra ``report`` brings.
    """
    require("matplotlib", "report")
    results = find_results(folders)
    comparisons = [compare(study) for study in results.studies if study.has_baselines]
    page = Page(Path(out), TITLE, formats=formats)
    page.about(_summary(results, comparisons))
    add_protocol(page, results)
    add_parity(page, results)
    add_alignments(page, results)
    add_baselines(page, comparisons)
    add_failures(page, results)
    if results.evaluations:
        add_examined(page, results.evaluations[0])
    add_coverage(page, results)
    if results.robustness is not None:
        add_robustness(page, results.robustness)
    if results.learning_curve is not None:
        add_learning_curve(page, results.learning_curve)
    if results.evaluations[1:]:
        page.section("The other models")
    for evaluation in results.evaluations[1:]:
        page.subsection(f"{capitalised(evaluation.alignment)} alignment, by {evaluation.split}")
        add_model(page, evaluation)
        add_model_failures(page, evaluation)
        add_examined(page, evaluation, heading=False)
    add_measures(page, results)
    return page.write()


def _summary(results: Results, comparisons: Sequence[Comparison]) -> str:
    parts = [f"The method is that of {PAPER}, on the simulated database of this repository."]
    study = results.main_study
    if study is not None:
        parts.append(
            f"On {SPLIT_TITLES.get(study.split, study.split)} with {study.name} alignment, the "
            f"mean absolute error over that of predicting the mean is: {relative_text(study)}."
        )
    parts.extend(verdict(comparison) for comparison in comparisons[:1])
    return escape(" ".join(parts))
