"""The sentences that the page and the document share; none has a number typed by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .comparison import Comparison
from .failures import CAUSES, Failure
from .figures.alignments import SPLIT_TITLES, relative_errors
from .results import Results
from .study import Property, Study
from .style import PREDICTOR_TITLES, title

__all__ = [
    "PAPER",
    "behind_baselines",
    "capitalised",
    "causes_text",
    "counts_text",
    "gain_text",
    "inputs_text",
    "listed",
    "relative_text",
    "seed_count",
    "seed_text",
    "study_text",
    "verdict",
]

PAPER = "Kiyohara, Tsubaki, Liao and Mizoguchi, J. Phys. Mater. 2 (2019) 024003"


def verdict(comparison: Comparison) -> str:
    """Say for which properties a baseline errs less than the network."""
    worse: list[str] = []
    unresolved: list[str] = []
    for each in comparison.study.properties:
        best = comparison.best_baseline(each.name)
        difference = comparison.difference("network", best, each.name)
        if difference.value > 0:
            text = f"{title(each.name)} ({PREDICTOR_TITLES.get(best, best)})"
            (worse if difference.resolved else unresolved).append(text)
    if not worse and not unresolved:
        return "The network errs less than every baseline in every property."
    parts = []
    if worse:
        parts.append(f"A baseline errs less than the network for {listed(worse)}.")
    if unresolved:
        parts.append(
            "By less than another choice of materials would change it, a baseline errs less for "
            f"{listed(unresolved)}."
        )
    return " ".join(parts)


def behind_baselines(comparison: Comparison) -> list[Property]:
    """Return the properties for which a baseline errs less than the network, resolved or not."""
    return [
        each
        for each in comparison.study.properties
        if comparison.difference("network", comparison.best_baseline(each.name), each.name).value
        > 0
    ]


def inputs_text(seeds: int) -> str:
    """Explain the table of errors on changed inputs."""
    return (
        "What a baseline reads shows when its inputs are changed. Without the foot (intensities "
        "below 0.05 of the mean set to it) or with noise (3 % of the mean), nothing is left of the "
        "faint beginning of the edge. The square root brings that beginning out for methods that "
        "measure distances; trees are nearly blind to such a change. The running sum is the "
        f"integrated spectrum. Averages over {seeds} seed{'s' if seeds > 1 else ''}."
    )


def gain_text(results: Results) -> str:
    """Say what the excitation energy changes; empty without both models on one split."""
    sentences = []
    for split, name in SPLIT_TITLES.items():
        threshold = results.study("threshold", split)
        absolute = results.study("absolute", split)
        if threshold is None or absolute is None:
            continue
        if threshold.is_augmented != absolute.is_augmented:
            continue  # more than the excitation energy differs
        gains = []
        for each in absolute.properties:
            before = float(threshold.errors.over_seeds("network", each.name).mean())
            after = float(absolute.errors.over_seeds("network", each.name).mean())
            percent = round(100 * (after / before - 1))
            gains.append(
                f"{title(each.name)} {percent:+d} %" if percent else title(each.name) + " 0 %"
            )
        text = ", ".join(gains).replace("-", "\N{MINUS SIGN}")
        sentences.append(f"On {name} the excitation energy changes the MAE of: {text}.")
    if not sentences:
        return ""
    return f"{' '.join(sentences)} The paper names about 30 % less for bond length and charge."


def relative_text(study: Study) -> str:
    """Say the errors of the network over those of the mean, the least first."""
    ratios = sorted(
        (float(relative_errors(study, each.name).mean()), title(each.name))
        for each in study.properties
    )
    return ", ".join(f"{name} {ratio:.2f}" for ratio, name in ratios)


def study_text(study: Study) -> str:
    """Return ``"edge alignment, split by group"``, and whether the training was augmented."""
    training = "augmented training, " if study.is_augmented else ""
    return f"{study.alignment} alignment, {training}split by {study.split}"


def seed_count(study: Study) -> str:
    """Return ``"5 seeds"``: those whose errors are there."""
    count = len(np.unique(study.errors.seed))
    return "one seed" if count == 1 else f"{count} seeds"


def seed_text(study: Study) -> str:
    """Say which seeds."""
    seeds = np.unique(study.errors.seed).tolist()
    if len(seeds) == 1:
        return f"The seed of the folds and of every random number is {seeds[0]}."
    return (
        f"All of it is done with the seeds {', '.join(map(str, seeds))} of the folds and of every "
        "random number."
    )


def counts_text(studies: Sequence[Study]) -> str:
    """Return the numbers of spectra and seeds of several studies."""
    counts = sorted({len(study.spectra) for study in studies})
    seeds = sorted({seed_count(study) for study in studies})
    return f"n = {' or '.join(map(str, counts))}; {' or '.join(seeds)}"


def listed(words: Sequence[str]) -> str:
    """Return ``"a, b and c"``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def capitalised(text: str) -> str:
    """Return a text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def causes_text(failures: Sequence[Failure]) -> str:
    """Count the causes of failures."""
    return ", ".join(
        f"{text} {sum(failure.cause == cause for failure in failures)}"
        for cause, text in CAUSES.items()
    )
