"""What a baseline reads from a spectrum: its errors when the inputs are changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..._optional import require
from .._files import Floats, number_text, read_columns, write_rows
from ..measures import measure
from ..study import Study, read_study
from .pool import processes
from .predictors import Forest, KernelRidge, Mean, Predictor
from .problem import Problem

__all__ = ["INPUTS", "InputErrors", "fit_changed_inputs", "read_changed_inputs"]

FILE = "baseline_inputs.csv"
HEADER = ("seed", "inputs", "predictor", "property", "count", "mean_absolute_error")
NOISE_SEED = 1

INPUTS: dict[str, Callable[[Floats], Floats]] = {
    "as they are": lambda intensities: intensities,
    "foot removed": lambda intensities: np.maximum(intensities, 0.05),
    "3 % noise": lambda intensities: (
        intensities + 0.03 * np.random.default_rng(NOISE_SEED).normal(size=intensities.shape)
    ),
    "square root": lambda intensities: np.sqrt(np.maximum(intensities, 0)),
    "running sum": lambda intensities: np.cumsum(intensities, axis=1) / 16,
}
"""Changes of prepared intensities (mean 1), by name.

Trees are blind to a monotone change, so the square root tells what they gain by that from other
methods; the faint foot of the edge is what noise hides in a measurement.
"""

TRIALS: tuple[Predictor, ...] = (
    Mean(),
    KernelRidge("laplacian"),
    Forest(name="extra_trees", estimator="ExtraTreesRegressor"),
)


@dataclass(frozen=True, eq=False)
class InputErrors:
    """Errors over those of predicting the mean, by predictor and change of the inputs.

    Attributes
    ----------
    seeds
        Number of seeds that the errors are averaged over.
    ratios
        For each predictor and change the ratio of each property, in the study's order.
    """

    seeds: int
    ratios: dict[tuple[str, str], Floats]


def fit_changed_inputs(
    folder: str | Path,
    *,
    jobs: int = 1,
    seeds: int = 2,
    trials: Sequence[Predictor] = TRIALS,
    say: Callable[[str], None] | None = None,
) -> InputErrors:
    """Fit some baselines on changed inputs, on the first seeds of a study.

    Writes baseline_inputs.csv into the folder.

    Parameters
    ----------
    folder
        As ``spectra cross-validate --out`` writes it.
    jobs
        Processes; each computes on one thread.
    seeds
        How many of the study's seeds.
    trials
        The baselines, among them the mean.
    """
    require("sklearn", "baselines")
    study = read_study(folder)
    cells = []
    tasks = [(seed, name) for seed in study.seeds[:seeds] for name in INPUTS]
    for rows, (seed, name) in zip(_fitted(study, tasks, trials, jobs), tasks):
        cells += rows
        if say:
            say(f"seed {seed}, inputs: {name}")
    write_rows(study.folder / FILE, HEADER, cells)
    found = read_changed_inputs(study)
    assert found is not None
    return found


def read_changed_inputs(study: Study) -> InputErrors | None:
    """Read the errors on changed inputs of a study; None where they were not fitted."""
    path = study.folder / FILE
    if not path.is_file():
        return None
    remedy = f"run `python -m spectra_infer.report.baselines {study.folder} --inputs` again"
    table = read_columns(path, remedy)
    seed, errors = table.integers("seed"), table.numbers("mean_absolute_error")
    inputs, predictors = table.text("inputs"), table.text("predictor")
    names = table.text("property")
    place = {each.name: column for column, each in enumerate(study.properties)}
    known = np.unique(seed)
    values: dict[tuple[str, str], Floats] = {}
    for row, name in enumerate(names.tolist()):
        pair = (str(predictors[row]), str(inputs[row]))
        of_pair = values.setdefault(pair, np.full((known.size, len(place)), np.nan))
        of_pair[np.searchsorted(known, seed[row]), place[name]] = errors[row]
    means = {name: of_pair for (predictor, name), of_pair in values.items() if predictor == "mean"}
    return InputErrors(
        seeds=int(known.size),
        ratios={
            (predictor, name): np.mean(of_pair / means[name], axis=0)
            for (predictor, name), of_pair in values.items()
            if predictor != "mean"
        },
    )


def _fitted(
    study: Study, tasks: Sequence[tuple[int, str]], trials: Sequence[Predictor], jobs: int
) -> Iterator[list[tuple[str, ...]]]:
    if jobs == 1:
        for seed, name in tasks:
            yield _errors(study, seed, name, trials)
        return
    with processes(jobs) as pool:
        waiting = [pool.submit(_errors, study, *task, trials) for task in tasks]
        for future in waiting:
            yield future.result()


def _errors(
    study: Study, seed: int, name: str, trials: Sequence[Predictor]
) -> list[tuple[str, ...]]:
    changed = replace(study, features=INPUTS[name](study.features))
    rows: list[tuple[str, ...]] = []
    with require("threadpoolctl", "baselines").threadpool_limits(1):
        for trial in trials:
            predicted = np.full_like(study.targets, np.nan)
            for fold in range(study.fold_count):
                problem = Problem.of_fold(changed, seed, fold)
                predicted[study.test_rows(seed, fold)] = trial.predict(problem)
            tested = ~np.isnan(predicted[:, 0])
            for column, each in enumerate(study.properties):
                found = measure(study.targets[tested, column], predicted[tested, column])
                rows.append(
                    (
                        str(seed),
                        name,
                        trial.name,
                        each.name,
                        str(found.count),
                        number_text(found.mean_absolute_error),
                    )
                )
    return rows
