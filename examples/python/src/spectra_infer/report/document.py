"""The accuracy of the models as Markdown, for the documents of the repository."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .._optional import require
from .baselines.inputs import read_changed_inputs
from .comparison import Comparison, compare
from .failures import CAUSES
from .figures.alignments import SPLIT_TITLES, draw_alignments
from .figures.baselines import draw_baselines
from .figures.coverage import draw_coverage
from .figures.failures import draw_failures
from .figures.learning_curve import draw_learning_curve
from .figures.parity import draw_cross_validated_parity
from .figures.robustness import draw_robustness
from .results import Results, find_results
from .sections.learning import ABOUT, learning_counts
from .sections.worse import refused_text
from .style import paper_style, title
from .tables import (
    accuracy_table,
    comparison_table,
    coverage_table,
    failure_list,
    inputs_table,
    learning_table,
    measures_table,
    predictor_table,
    robustness_table,
    subset_table,
)
from .words import (
    PAPER,
    behind_baselines,
    capitalised,
    causes_text,
    counts_text,
    gain_text,
    inputs_text,
    relative_text,
    seed_count,
    seed_text,
    study_text,
    verdict,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["save_small", "write_document"]

SIZE_LIMIT = 150_000
RESOLUTIONS = (160, 140, 120, 100, 80)
# With fewer, a small patch of a legend takes the colour of its neighbour.
COLOR_COUNT = 256
SHOWN_FAILURES = 3


def write_document(folders: Sequence[str | Path], path: str | Path) -> Path:
    """Write the tables of some results as Markdown, with small figures in a folder beside it.

    The folder is called as the file without its suffix. Everything in both comes from the results:
    the same results give the same bytes.

    Parameters
    ----------
    folders
        As for `write_report`.
    path
        Of the Markdown file.

    Raises
    ------
    FolderError
        Where a folder of results is missing or malformed.
    """
    require("matplotlib", "report")
    results = find_results(folders)
    path = Path(path)
    parts = _Parts(path)
    comparisons = [compare(study) for study in results.studies if study.has_baselines]
    parts.add("# Accuracy")
    parts.add("<!-- Written by `make accuracy` from results; changes by hand are lost. -->")
    _protocol(parts, results, comparisons)
    _errors(parts, results)
    _baselines(parts, comparisons)
    _failures(parts, results)
    _coverage(parts, results)
    _robustness(parts, results)
    _learning_curve(parts, results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts.texts) + "\n", encoding="utf-8")
    return path


def save_small(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG below 150 kB, as sharp as that allows."""
    image = require("PIL.Image", "report")
    for resolution in RESOLUTIONS:
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=resolution, metadata={"Software": None})
        small = image.open(content).convert("RGB").quantize(COLOR_COUNT)
        content = io.BytesIO()
        small.save(content, "PNG", optimize=True)
        if content.tell() < SIZE_LIMIT:
            break
    path.write_bytes(content.getvalue())


class _Parts:
    """Paragraphs, tables and figures, one under the other."""

    def __init__(self, path: Path) -> None:
        self.texts: list[str] = []
        self._folder = path.with_suffix("")

    def add(self, text: str) -> None:
        self.texts.append(text)

    def figure(
        self, name: str, draw: Callable[[], Figure], alternative: str, caption: str = ""
    ) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with paper_style():
            save_small(draw(), self._folder / f"{name}.png")
        self.add(f"![{alternative}]({self._folder.name}/{name}.png)")
        if caption:
            self.add(caption)


def _protocol(parts: _Parts, results: Results, comparisons: Sequence[Comparison]) -> None:
    study = results.main_study
    if study is None:
        return
    parts.add(
        f"Mean absolute errors (MAE) on simulated spectra that the networks have not learned from: "
        f"{len(study.spectra)} spectra of {study.group_count} groups of materials, "
        f"{study.fold_count} folds, ensembles of {study.members} networks; {study.fold_count} "
        f"models a seed, so that each spectrum is predicted once. {seed_text(study)} What stands "
        "behind ± is the standard deviation over the seeds. Split by group, a test spectrum is of "
        "a material that the networks have not seen; split by spectrum, as in the paper "
        f"({PAPER}), other sites of its material are among the training spectra."
    )
    parts.add(
        f"With {study_text(study)}, the MAE over that of predicting the "
        f"mean is: {relative_text(study)}. "
        + " ".join(verdict(comparison) for comparison in comparisons[:1])
    )


def _errors(parts: _Parts, results: Results) -> None:
    if not results.studies:
        return
    parts.add("## Property by property")
    parts.figure(
        "alignments",
        lambda: draw_alignments(results.compared),
        "Errors of six properties over those of predicting the mean, for three alignments",
        f"Bars: mean over the seeds, with their standard deviation; dots: single seeds; dashed: "
        f"predicting the mean ({counts_text(results.compared)}).",
    )
    if gain_text(results):
        parts.add(gain_text(results))
    for split, name in SPLIT_TITLES.items():
        for studies, training in (
            (results.compared, ""),
            (results.others, ", trained on simulated measurements too"),
        ):
            chosen = [study for study in studies if study.split == split]
            if chosen:
                parts.add(f"{capitalised(name)}{training}, MAE:")
                parts.add(accuracy_table(chosen).markdown())
    study = results.main_study
    if study is not None:
        for each in results.studies:
            if each.split == study.split:
                parts.add(f"All measures, {study_text(each)}:")
                parts.add(measures_table(each).markdown())
        parts.figure(
            "parity",
            lambda: draw_cross_validated_parity(study),
            "Predicted against simulated values of the test spectra of a cross-validation",
            f"Every spectrum as a test spectrum, {study_text(study)}: a point is the mean over "
            f"{seed_count(study)}, the line through it their range; in the corner, MAE of this "
            "mean, and R².",
        )


def _baselines(parts: _Parts, comparisons: Sequence[Comparison]) -> None:
    if not comparisons:
        return
    parts.add("## Beside plain methods")
    parts.add(
        "Baselines of scikit-learn on the same folds, with hyperparameters from an inner "
        "cross-validation on the training part alone. The best baseline is chosen by its error on "
        "the test spectra, which flatters it a little; the default recipe of the network was "
        "chosen so too, on a smaller database. The interval of a difference is from resampling the "
        "groups of materials."
    )
    for place, comparison in enumerate(comparisons):
        study = comparison.study
        parts.add(f"### {capitalised(study_text(study))}")
        if place == 0:
            parts.figure(
                "baselines",
                lambda comparison=comparison: draw_baselines(comparison),  # type: ignore[misc]
                "Errors of the network and of the baselines",
                "Large marks: mean over the seeds; small ones: single seeds; full line: the "
                "network; dashed: predicting the mean.",
            )
        parts.add(predictor_table(comparison, relative=True).markdown())
        parts.add(comparison_table(comparison).markdown())
        parts.add(verdict(comparison))
        behind = behind_baselines(comparison)
        if behind:
            parts.add("Where the baseline gains, MAE on ordinary and on unusual spectra:")
            parts.add(subset_table(comparison, behind).markdown())
        changed = read_changed_inputs(study)
        if changed is not None:
            parts.add(inputs_text(changed.seeds))
            parts.add(inputs_table(changed, study.properties).markdown())


def _failures(parts: _Parts, results: Results) -> None:
    study = results.main_study
    if study is None or not (study.folder / "failures.csv").is_file():
        return
    seed = study.seeds[0]
    failures = study.failures(seed)
    parts.add("## What fails")
    parts.add(
        f"{len(failures)} of {len(study.spectra)} spectra are among the ten worst of a property "
        f"({study_text(study)}, seed {seed}). Causes: {causes_text(failures)}. Those of more than "
        "two properties:"
    )
    several = [failure for failure in failures if len(failure.worst_in) > 2]
    if several:
        parts.add(failure_list(several).markdown())
    shown = [
        failure
        for cause in ("nothing_similar", "similar_but_different")
        for failure in [each for each in failures if each.cause == cause][:SHOWN_FAILURES]
    ]
    if shown:
        names = ", ".join(
            f"({chr(ord('a') + place)}) {CAUSES[failure.cause]}"
            for place, failure in enumerate(shown)
        )
        parts.figure(
            "failures",
            lambda: draw_failures(shown, study.energies, alignment=study.alignment),
            "Spectra with large errors over their nearest training spectra",
        )
        parts.add(f"Failing spectra (black) over the three nearest training spectra: {names}.")


def _coverage(parts: _Parts, results: Results) -> None:
    if not results.calibrated:
        return
    study = results.calibrated[0]
    parts.add("## Intervals")
    parts.add("True values inside the intervals, in per cent:")
    for split, name in SPLIT_TITLES.items():
        studies = [each for each in results.calibrated if each.split == split]
        if studies:
            parts.add(f"{capitalised(name)}:")
            parts.add(coverage_table(studies).markdown())
    parts.figure(
        "coverage",
        lambda: draw_coverage(study),
        f"Observed against nominal coverage, {study_text(study)}, {seed_count(study)}",
        f"{capitalised(study_text(study))}, {seed_count(study)}: (a) value ± a multiple of the "
        "standard error; (b) the intervals that the library returns, circles 68 %, squares 95 %; "
        "(c) the same by novelty.",
    )


def _robustness(parts: _Parts, results: Results) -> None:
    robustness = results.robustness
    if robustness is None:
        return
    parts.add("## Worse measurements")
    parts.add(
        "MAE over that of predicting the mean, averaged over "
        f"{', '.join(title(name) for name in robustness.properties)}:"
    )
    parts.figure(
        "robustness",
        lambda: draw_robustness(robustness),
        "Errors against dose, axis shift, broadening, background and mixture",
        "Dashed with open marks: trained on perfect spectra; full: on simulated measurements. The "
        "frame ends at 1.6.",
    )
    parts.add(robustness_table(robustness).markdown())
    if refused_text(robustness):
        parts.add(refused_text(robustness))


def _learning_curve(parts: _Parts, results: Results) -> None:
    curve = results.learning_curve
    if curve is None:
        return
    parts.add("## More materials")
    parts.add(f"{ABOUT} MAE, {learning_counts(curve)}:")
    parts.add(learning_table(curve).markdown())
    parts.figure(
        "learning-curve",
        lambda: draw_learning_curve(curve),
        "Errors of six properties against the number of groups of materials",
        "MAE over that of predicting the mean of all groups (dashed). Full: the networks; dotted "
        "with open marks: the nearest spectrum. Both axes are logarithmic.",
    )
