"""How large the errors are: parity, alignments, baselines, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..baselines.inputs import read_changed_inputs
from ..comparison import Comparison
from ..evaluation import PART_TITLES, Evaluation
from ..figures.alignments import SPLIT_TITLES, draw_alignments
from ..figures.baselines import draw_baselines
from ..figures.coverage import draw_coverage
from ..figures.parity import draw_cross_validated_parity, draw_parity
from ..page import Page
from ..results import Results
from ..tables import (
    accuracy_table,
    comparison_table,
    coverage_table,
    evaluation_table,
    inputs_table,
    measures_table,
    predictor_table,
    subset_table,
)
from ..words import (
    behind_baselines,
    capitalised,
    counts_text,
    gain_text,
    inputs_text,
    seed_count,
    study_text,
    verdict,
)

__all__ = [
    "add_alignments",
    "add_baselines",
    "add_coverage",
    "add_measures",
    "add_model",
    "add_parity",
]


def add_parity(page: Page, results: Results) -> None:
    """Show predicted against simulated values (Figure 2 of the paper)."""
    study = results.main_study
    if not results.evaluations and study is None:
        return
    page.section("Predicted and simulated values")
    if results.evaluations:
        add_model(page, results.evaluations[0])
    if study is not None:
        page.figure(
            f"parity-{study.key}",
            lambda: draw_cross_validated_parity(study),
            caption=f"Every spectrum as a test spectrum: cross-validation, {study_text(study)} "
            f"(n = {len(study.spectra)}). A point is the mean over {seed_count(study)}, the line "
            "through it reaches from the lowest to the highest prediction. In the corner: MAE of "
            "this mean, and R².",
            alternative="Predicted against simulated values of six properties for test spectra of "
            "a cross-validation, with histograms of both on the sides.",
        )


def add_model(page: Page, evaluation: Evaluation) -> None:
    """Show the predictions of one model on each part."""
    parts = ", ".join(
        f"{PART_TITLES[part]} (n = {evaluation.count(part)})" for part in evaluation.parts
    )
    page.figure(
        f"parity-model-{evaluation.alignment}-{evaluation.split}",
        lambda: draw_parity(evaluation),
        caption=f"Predicted against simulated properties, one model, {evaluation.alignment} "
        f"alignment, split by {evaluation.split}: {parts}. On the sides, the distributions of the "
        "simulated (above) and the predicted values (right), each as a share of its part. In the "
        "corner: MAE in the unit of the axis, and R².",
        alternative="Scatter plots of predicted against simulated values of six properties for "
        "training and test spectra, with their histograms on the sides.",
    )
    page.table(
        evaluation_table(evaluation),
        f"Errors of the {escape(evaluation.alignment)} model on each part.",
    )


def add_alignments(page: Page, results: Results) -> None:
    """Show the errors property by property for each alignment (Figure 5 of the paper)."""
    if not results.studies:
        return
    page.section("Errors property by property")
    label = page.figure(
        "alignments",
        lambda: draw_alignments(results.compared),
        caption="MAE over that of predicting the mean (dashed line), for models that know the "
        "threshold, find the onset themselves, or know the excitation energy. Bars: mean over the "
        "seeds; error bars: standard deviation; dots: single seeds "
        f"({counts_text(results.compared)}). Above the blue bars: change against the threshold "
        "model.",
        alternative="Bar chart of relative errors of six properties for three alignments, split by "
        "group and by spectrum.",
    )
    text = gain_text(results)
    if text:
        page.text(f"{escape(text)} ({label})")
    for split, name in SPLIT_TITLES.items():
        for studies, training in (
            (results.compared, ""),
            (results.others, ", trained on simulated measurements too"),
        ):
            chosen = [study for study in studies if study.split == split]
            if chosen:
                page.table(
                    accuracy_table(chosen),
                    f"Mean absolute errors on {name}{training}; {seed_count(chosen[0])}, "
                    f"n = {len(chosen[0].spectra)}. Bold: the least of the alignments.",
                )


def add_baselines(page: Page, comparisons: Sequence[Comparison]) -> None:
    """Show the network beside plain methods, and where one of them is better."""
    if not comparisons:
        return
    page.section("Beside plain methods")
    page.text(
        "Each baseline of scikit-learn learns from just the spectra that the ensemble could learn "
        "from in the same fold; its hyperparameters come from an inner cross-validation on these "
        "alone, divided as the study is. Inputs are standardised, save for neighbours and forests. "
        "The best baseline is chosen by its error on the test spectra, which flatters it a little; "
        "the default recipe of the network was chosen so too, on a smaller database. "
        "The interval of a difference is from resampling the groups of materials 4000 times."
    )
    for comparison in comparisons:
        study = comparison.study
        name = study_text(study)
        page.subsection(capitalised(name))
        page.figure(
            f"baselines-{study.key}",
            lambda comparison=comparison: draw_baselines(comparison),  # type: ignore[misc]
            caption=f"Network and baselines on the same folds, {name} (n = {len(study.spectra)}, "
            f"{len(comparison.seeds)} seeds). Large marks: mean over the seeds; small ones: single "
            "seeds; full line: the network; dashed line: predicting the mean.",
            alternative="Dot plots of the relative error of each predictor, a panel a property.",
        )
        page.table(
            comparison_table(comparison),
            f"The network less the best baseline, {name}; negative: the network errs less.",
        )
        page.table(predictor_table(comparison), f"Mean absolute errors, {name}. Bold: the least.")
        page.text(escape(verdict(comparison)))
        behind = behind_baselines(comparison)
        if behind:
            page.table(
                subset_table(comparison, behind),
                f"Where the baseline gains on the network, {name}: MAE on ordinary and on unusual "
                "spectra. Nearer and farther: by the distance to the nearest training spectrum.",
            )
        changed = read_changed_inputs(study)
        if changed is not None:
            page.text(inputs_text(changed.seeds))
            page.table(
                inputs_table(changed, study.properties),
                f"MAE over that of predicting the mean with changed inputs, {name}. Bold: the "
                "least of a method.",
            )


def add_coverage(page: Page, results: Results) -> None:
    """Show whether the intervals hold what they say."""
    if not results.calibrated:
        return
    study = results.calibrated[0]
    page.section("Whether the intervals hold")
    page.figure(
        f"coverage-{study.key}",
        lambda: draw_coverage(study),
        caption=f"Share of the true values inside the intervals, {study_text(study)}, "
        f"{seed_count(study)}, n = {len(study.spectra)}. (a) Value ± a multiple of the standard "
        "error, against what a normal distribution would hold. (b) The intervals that the library "
        "returns: circles 68 %, squares 95 %, dashed where they should be; bars: standard "
        "deviation over the seeds. (c) The same for spectra of rising novelty: the share of the "
        "references that are nearer to another material than the spectrum is to any.",
        alternative="Observed against nominal coverage of prediction intervals, and coverage by "
        "property and by novelty.",
    )
    for split, name in SPLIT_TITLES.items():
        studies = [each for each in results.calibrated if each.split == split]
        if studies:
            page.table(coverage_table(studies), f"True values inside the intervals (%), on {name}.")


def add_measures(page: Page, results: Results) -> None:
    """List all measures of all studies."""
    if not results.studies:
        return
    page.section("All measures")
    for study in results.studies:
        page.table(
            measures_table(study),
            f"All measures of the network, {study_text(study)}; {seed_count(study)}.",
        )
