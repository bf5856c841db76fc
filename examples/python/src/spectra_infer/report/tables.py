"""The numbers of the report as tables, for the page and as Markdown.

``python -m spectra_infer.report.tables DIR... --out docs/accuracy.md`` writes the document of the
repository, with its figures, so that no number in it is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ._files import Floats
from .baselines.inputs import InputErrors
from .comparison import Comparison
from .evaluation import PART_TITLES, Evaluation
from .failures import SHORT_CAUSES, Failure
from .figures.coverage import coverage
from .learning_curve import LearningCurve
from .measures import measure
from .robustness import Robustness
from .study import Property, Study
from .style import PREDICTOR_TITLES, error_text, r2_text, title, unit, value_text

__all__ = [
    "Table",
    "accuracy_table",
    "comparison_table",
    "coverage_table",
    "evaluation_table",
    "failure_list",
    "failure_table",
    "inputs_table",
    "learning_table",
    "measures_table",
    "predictor_table",
    "robustness_table",
    "subset_table",
]

PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
ALIGNMENTS = ("absolute", "threshold", "edge")


@dataclass(frozen=True)
class Table:
    """Cells of text, with what is best in bold.

    Attributes
    ----------
    header
        The first row.
    rows
        The others.
    bold
        Places (row, column) that stand out.
    text_columns
        Leading columns that hold words; the others hold numbers.
    rules_after
        Rows that a line is drawn under.
    long_columns
        Columns of words that may be broken into lines.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]] = frozenset()
    text_columns: int = 1
    rules_after: frozenset[int] = frozenset()
    long_columns: frozenset[int] = frozenset()

    def markdown(self) -> str:
        """Return the table in Markdown, without a final line break."""
        lines = ["| " + " | ".join(self.header) + " |"]
        marks = ["---" if place < self.text_columns else "---:" for place in range(self._width)]
        lines.append("|" + "|".join(marks) + "|")
        for row, cells in enumerate(self.rows):
            shown = [
                f"**{cell}**" if (row, column) in self.bold and cell else cell.replace("|", "\\|")
                for column, cell in enumerate(cells)
            ]
            lines.append("| " + " | ".join(shown) + " |")
        return "\n".join(lines)

    def html(self, caption: str = "") -> str:
        """Return the table in HTML; the caption may hold markup."""
        parts = ["<table>"]
        if caption:
            parts.append(f"<caption>{caption}</caption>")
        parts.append("<thead><tr>")
        for column, cell in enumerate(self.header):
            kind = ' class="word"' if column < self.text_columns else ""
            parts.append(f'<th scope="col"{kind}>{escape(cell)}</th>')
        parts.append("</tr></thead>\n<tbody>")
        for row, cells in enumerate(self.rows):
            parts.append('<tr class="rule">' if row in self.rules_after else "<tr>")
            for column, cell in enumerate(cells):
                text = escape(cell)
                if (row, column) in self.bold and cell:
                    text = f"<strong>{text}</strong>"
                kind = ' class="word"' if column < self.text_columns else ""
                if column in self.long_columns:
                    kind = ' class="long"'
                if column == 0:
                    parts.append(f'<th scope="row"{kind}>{text}</th>')
                else:
                    parts.append(f"<td{kind}>{text}</td>")
            parts.append("</tr>\n")
        parts.append("</tbody></table>")
        return "".join(parts)

    @property
    def _width(self) -> int:
        return len(self.header)


def with_spread(seeds: Floats, text: Callable[[float], str]) -> str:
    """Return ``mean +- standard deviation`` over the seeds; the mean alone for one seed."""
    if not seeds.size or not np.isfinite(seeds).all():
        return DASH
    mean = text(float(seeds.mean()))
    if seeds.size == 1:
        return mean
    return f"{mean}{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{text(float(seeds.std(ddof=1)))}"


def number(digits: int) -> Callable[[float], str]:
    """Return a function that prints numbers with so many decimals."""
    return lambda value: f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def accuracy_table(studies: Sequence[Study]) -> Table:
    """Return the mean absolute error of each property, a column an alignment, of one split."""
    ordered = [study for name in ALIGNMENTS for study in studies if study.alignment == name]
    first = ordered[0]
    rows, bold = [], set()
    for place, each in enumerate(first.properties):
        errors = [study.errors.over_seeds("network", each.name) for study in ordered]
        text = _error(each)
        if len(ordered) > 1:
            bold.add((place, 2 + int(np.argmin([seeds.mean() for seeds in errors]))))
        means = first.errors.over_seeds("mean", each.name)
        nearest = [study.errors.over_seeds("nearest", each.name) for study in ordered]
        rows.append(
            (
                title(each.name),
                unit(each),
                *(with_spread(seeds, text) for seeds in errors),
                text(float(means.mean())),
                " / ".join(text(float(seeds.mean())) for seeds in nearest),
            )
        )
    header = (
        "property",
        "unit",
        *(study.name for study in ordered),
        "predicting the mean",
        "nearest spectrum (" + " / ".join(study.name for study in ordered) + ")",
    )
    return Table(header, tuple(rows), frozenset(bold), text_columns=2)


def measures_table(study: Study) -> Table:
    """Return all measures of error of the network of one study."""
    rows = []
    for each in study.properties:
        counts = study.errors.over_seeds("network", each.name, "count")
        cells = [
            with_spread(study.errors.over_seeds("network", each.name, column), text)
            for column, text in (
                ("mean_absolute_error", _error(each)),
                ("root_mean_square_error", _error(each)),
                ("r2", number(2)),
                ("percentile_95", _error(each)),
            )
        ]
        ratio = study.errors.over_seeds("network", each.name) / study.errors.over_seeds(
            "mean", each.name
        )
        rows.append(
            (
                title(each.name),
                unit(each),
                f"{counts.mean():.0f}",
                *cells,
                with_spread(ratio, number(2)),
            )
        )
    header = (
        "property",
        "unit",
        "n",
        "mean absolute error",
        "root mean square",
        "R²",
        "95th percentile",
        "MAE / MAE of the mean",
    )
    return Table(header, tuple(rows), text_columns=2)


def predictor_table(comparison: Comparison, *, relative: bool = False) -> Table:
    """Return the mean absolute error of each predictor and property, the least in bold.

    Parameters
    ----------
    relative
        Divide by the error of predicting the mean.
    """
    properties = comparison.study.properties
    rows = []
    means = np.empty((len(comparison.predictors), len(properties)))
    for row, predictor in enumerate(comparison.predictors):
        cells = []
        for column, each in enumerate(properties):
            if relative:
                seeds, text = comparison.ratio(predictor, each.name), number(2)
            else:
                seeds, text = comparison.over_seeds(predictor, each.name), _error(each)
            means[row, column] = seeds.mean()
            cells.append(with_spread(seeds, text))
        rows.append((PREDICTOR_TITLES.get(predictor, predictor), *cells))
    best = {(int(row), column + 1) for column, row in enumerate(np.argmin(means, axis=0))}
    header = ("", *(_with_unit(each, relative) for each in properties))
    return Table(header, tuple(rows), frozenset(best), rules_after=frozenset({0}))


def comparison_table(comparison: Comparison) -> Table:
    """Return, property by property, the network beside the best baseline, and what is resolved."""
    rows, bold = [], set()
    for place, each in enumerate(comparison.study.properties):
        best = comparison.best_baseline(each.name)
        difference = comparison.difference("network", best, each.name)
        text = _error(each)
        own, other = (comparison.over_seeds(name, each.name) for name in ("network", best))
        if not difference.resolved:
            verdict = "not resolved"
        elif difference.value < 0:
            verdict = "network better"
        else:
            verdict = "baseline better"
            bold.add((place, 6))
        rows.append(
            (
                title(each.name),
                PREDICTOR_TITLES.get(best, best),
                unit(each),
                with_spread(own, text),
                with_spread(other, text),
                f"{_signed(text(difference.value))} ({_signed(text(difference.low))} to "
                f"{_signed(text(difference.high))})",
                verdict,
            )
        )
    header = (
        "property",
        "best baseline",
        "unit",
        "network",
        "best baseline's error",
        "difference (95 % interval)",
        "verdict",
    )
    return Table(header, tuple(rows), frozenset(bold), text_columns=3)


def subset_table(comparison: Comparison, properties: Sequence[Property]) -> Table:
    """Return the errors of network and best baseline on ordinary and unusual spectra apart."""
    rows: list[tuple[str, ...]] = []
    bold, rules = set(), set()
    for each in properties:
        best = comparison.best_baseline(each.name)
        text = _error(each)
        predictors = ["network", best, "mean"]
        for place, subset in enumerate(comparison.subsets(each.name, predictors)):
            errors = [subset.errors[name] for name in predictors]
            bold.add((len(rows), 4 + int(np.argmin(errors))))
            first = place == 0
            rows.append(
                (
                    f"{title(each.name)} ({unit(each)})" if first else "",
                    PREDICTOR_TITLES.get(best, best) if first else "",
                    subset.title,
                    str(subset.count),
                    *(text(error) for error in errors),
                )
            )
        rules.add(len(rows) - 1)
    header = ("property", "baseline", "spectra", "n", "network", "baseline's error", "mean")
    return Table(header, tuple(rows), frozenset(bold), 3, frozenset(rules))


def inputs_table(found: InputErrors, properties: Sequence[Property]) -> Table:
    """Return errors over those of the mean on changed inputs, a row a predictor and change."""
    rows: list[tuple[str, ...]] = []
    bold, rules = set(), set()
    for predictor in dict.fromkeys(name for name, _ in found.ratios):
        own = {inputs: ratio for (name, inputs), ratio in found.ratios.items() if name == predictor}
        least = np.argmin(np.stack(list(own.values())), axis=0)
        for place, (inputs, ratio) in enumerate(own.items()):
            bold |= {(len(rows), 2 + int(c)) for c in np.flatnonzero(least == place)}
            name = PREDICTOR_TITLES.get(predictor, predictor) if place == 0 else ""
            rows.append((name, inputs, *(f"{value:.2f}" for value in ratio)))
        rules.add(len(rows) - 1)
    header = ("", "inputs", *(title(each.name) for each in properties))
    return Table(header, tuple(rows), frozenset(bold), 2, frozenset(rules))


def coverage_table(studies: Sequence[Study]) -> Table:
    """Return how many true values lie inside the intervals, in per cent, by study."""
    first = studies[0]
    rows = [
        (
            title(each.name),
            *(
                with_spread(100 * coverage(study, each.name, level), number(0))
                for study in studies
                for level in (68, 95)
            ),
        )
        for each in first.properties
    ]
    header = (
        "property",
        *(f"{study.name}, {level} %" for study in studies for level in (68, 95)),
    )
    return Table(header, tuple(rows))


def evaluation_table(evaluation: Evaluation) -> Table:
    """Return the errors of one model on each part of the database."""
    rows, rules = [], set()
    for part in evaluation.parts:
        for each in evaluation.properties:
            expected, predicted = evaluation.values(part, each.name)
            errors = measure(expected, predicted)
            text = _error(each)
            rows.append(
                (
                    PART_TITLES[part],
                    title(each.name),
                    unit(each),
                    str(errors.count),
                    text(errors.mean_absolute_error),
                    text(errors.root_mean_square_error),
                    r2_text(errors),
                    text(errors.percentile_95),
                )
            )
        rules.add(len(rows) - 1)
    header = (
        "part",
        "property",
        "unit",
        "n",
        "mean absolute error",
        "root mean square",
        "R²",
        "95th percentile",
    )
    return Table(header, tuple(rows), text_columns=3, rules_after=frozenset(rules))


def failure_table(failures: Sequence[Failure], properties: Sequence[Property]) -> Table:
    """Return each spectrum's true and predicted properties over those of its neighbours.

    What is among the ten largest errors of a property is bold.
    """
    rows, bold, rules = [], set(), set()
    for place, failure in enumerate(failures):
        mark = f"({chr(ord('a') + place)}) "
        rows.append(
            (mark + failure.spectrum, "simulated", "", *_values(failure.expected, properties))
        )
        rows.append(("", "predicted", "", *_values(failure.predicted, properties)))
        for column, each in enumerate(properties):
            if each.name in failure.worst_in:
                bold.add((len(rows) - 1, column + 3))
        for rank, neighbor in enumerate(failure.neighbors):
            rows.append(
                (
                    "",
                    f"{rank + 1}. {neighbor.spectrum}",
                    f"{neighbor.distance:.2f}",
                    *_values(neighbor.values, properties),
                )
            )
        rules.add(len(rows) - 1)
    header = ("spectrum", "", "distance", *(_with_unit(each, False) for each in properties))
    return Table(header, tuple(rows), frozenset(bold), 2, frozenset(rules))


def failure_list(failures: Sequence[Failure]) -> Table:
    """Return a line for each failing spectrum: in which properties, how near, why."""
    rows = tuple(
        (
            failure.spectrum,
            ", ".join(title(name) for name in failure.worst_in),
            SHORT_CAUSES.get(failure.cause, DASH),
            f"{failure.neighbors[0].distance:.2f}" if failure.neighbors else DASH,
            number(1)(failure.disagreement) if np.isfinite(failure.disagreement) else DASH,
        )
        for failure in failures
    )
    header = (
        "spectrum",
        "among the ten worst of",
        "cause",
        "nearest at",
        "similar ones differ by (MAE)",
    )
    return Table(header, rows, text_columns=3, long_columns=frozenset({1}))


def robustness_table(robustness: Robustness) -> Table:
    """Return the error over that of the mean, averaged over the properties, by condition."""
    pairs = [
        (alignment, training)
        for alignment in robustness.alignments
        for training in ("clean", "augmented")
        if robustness.curve(alignment, training, robustness.conditions[0])[0].size
    ]
    rows, rules = [], set()
    for condition in robustness.conditions:
        values = np.unique(robustness.value[robustness.condition == condition])
        for value in values:
            cells = []
            for alignment, training in pairs:
                places, mean, spread = robustness.curve(alignment, training, condition)
                here = np.flatnonzero(places == value)
                if not here.size:
                    cells.append(DASH)
                    continue
                text = f"{mean[here[0]]:.2f}"
                if spread[here[0]] > 0:
                    text += f"{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{spread[here[0]]:.2f}"
                cells.append(text)
            rows.append((condition, f"{value:g}", *cells))
        rules.add(len(rows) - 1)
    header = ("condition", "value", *(f"{alignment}, {training}" for alignment, training in pairs))
    return Table(header, tuple(rows), rules_after=frozenset(rules))


def learning_table(curve: LearningCurve) -> Table:
    """Return the error of the networks of each property by the number of groups."""
    rows, rules = [], set()
    for alignment in curve.alignments:
        for share in curve.shares(alignment):
            cells = [
                with_spread(
                    curve.over_seeds(alignment, name, share),
                    lambda value, name=name: error_text(name, value),  # type: ignore[misc]
                )
                for name in curve.properties
            ]
            rows.append((alignment, f"{curve.group_count(alignment, share):.1f}", *cells))
        rules.add(len(rows) - 1)
    units = {name: unit(Property(name, each)) for name, each in curve.units.items()}
    header = (
        "alignment",
        "groups",
        *(f"{title(name)}{NO_BREAK}({units.get(name, '')})" for name in curve.properties),
    )
    return Table(header, tuple(rows), rules_after=frozenset(rules))


def _error(each: Property) -> Callable[[float], str]:
    return lambda value: error_text(each.name, value)


def _values(values: Floats, properties: Sequence[Property]) -> tuple[str, ...]:
    return tuple(value_text(each.name, value) for each, value in zip(properties, values))


def _with_unit(each: Property, relative: bool) -> str:
    return title(each.name) if relative else f"{title(each.name)}{NO_BREAK}({unit(each)})"


def _signed(text: str) -> str:
    return text if text.startswith("\N{MINUS SIGN}") else f"+{text}"
