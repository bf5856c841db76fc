"""Every baseline on every fold of a study, on several processes, taken up where it was left."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path

import numpy as np

from ..._optional import require
from .._files import Floats, number_text, read_columns, write_rows
from ..measures import measure
from ..study import ErrorTable, Study, read_study
from .pool import processes
from .predictors import PREDICTORS, Predictor
from .problem import Problem

__all__ = ["fit_baselines"]

HEADER = ("seed", "fold", "spectrum", "predictor", "property", "expected", "predicted")
REVISION = 1
"""Raised whenever a baseline is changed: what an earlier revision wrote is then not taken up."""

Fold = tuple[int, int]
Rows = list[tuple[str, ...]]


def fit_baselines(
    folder: str | Path,
    *,
    jobs: int = 1,
    predictors: Sequence[Predictor] = PREDICTORS,
    say: Callable[[str], None] | None = None,
) -> ErrorTable:
    """Fit the baselines on each fold of a cross-validation and measure them on its test part.

    Writes baselines.csv and baseline_errors.csv into the folder. A fold that an earlier run has
    finished, on the same data with the same baselines, is not fitted again. The numbers do not
    depend on `jobs`.

    Parameters
    ----------
    folder
        As ``spectra cross-validate --out`` writes it.
    jobs
        Processes; each computes on one thread.
    predictors
        The baselines.
    say
        Is told of each fold that is done.

    Raises
    ------
    FolderError
        Where the folder is malformed.
    ModuleNotFoundError
        Without scikit-learn, which the extra ``baselines`` brings.
    """
    require("sklearn", "baselines")
    say = say or (lambda _: None)
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    study = read_study(folder)
    finished = _Finished(study, predictors)
    folds = [(seed, fold) for seed in study.seeds for fold in range(study.fold_count)]
    missing = [fold for fold in folds if fold not in finished.rows]
    if len(missing) < len(folds):
        say(f"{len(folds) - len(missing)} of {len(folds)} folds are there already")
    start = time.monotonic()
    for done, (fold, rows) in enumerate(_fitted(study, missing, predictors, jobs), 1):
        finished.add(fold, rows)
        seconds = time.monotonic() - start
        left = seconds / done * (len(missing) - done)
        say(f"seed {fold[0]}, fold {fold[1] + 1}: {done} of {len(missing)}, {left:.0f} s to go")
    return finished.close()


def fit_fold(study: Study, seed: int, fold: int, predictors: Sequence[Predictor]) -> Rows:
    """Return the rows of baselines.csv of one fold."""
    problem = Problem.of_fold(study, seed, fold)
    test = study.test_rows(seed, fold)
    with require("threadpoolctl", "baselines").threadpool_limits(1):
        return [
            (
                str(seed),
                str(fold),
                study.spectra[row],
                predictor.name,
                each.name,
                number_text(study.targets[row, column]),
                number_text(value),
            )
            for predictor in predictors
            for row, values in zip(test, predictor.predict(problem))
            for column, (each, value) in enumerate(zip(study.properties, values))
        ]


def _fitted(
    study: Study, folds: Sequence[Fold], predictors: Sequence[Predictor], jobs: int
) -> Iterator[tuple[Fold, Rows]]:
    if jobs == 1 or len(folds) < 2:
        for seed, fold in folds:
            yield (seed, fold), fit_fold(study, seed, fold, predictors)
        return
    with processes(jobs) as pool:
        waiting = {pool.submit(fit_fold, study, *fold, predictors): fold for fold in folds}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


class _Finished:
    """The folds that are done, kept in a file beside the study until all are."""

    def __init__(self, study: Study, predictors: Sequence[Predictor]) -> None:
        self._study = study
        self._predictors = [predictor.name for predictor in predictors]
        self._journal = study.folder / "baselines.part.jsonl"
        self._path = study.folder / "baselines.csv"
        self._mark = self._fingerprint(predictors)
        self._stamp = study.folder / "baselines.json"
        self.rows: dict[Fold, Rows] = {}
        if self._stamp_fits():
            self._read_table()
        self._read_journal()

    def add(self, fold: Fold, rows: Rows) -> None:
        """Take the rows of a fold, to the disk at once."""
        self.rows[fold] = rows
        with open(self._journal, "a", encoding="utf-8") as file:
            file.write(json.dumps({"mark": self._mark, "fold": fold, "rows": rows}) + "\n")

    def close(self) -> ErrorTable:
        """Write both tables and remove the journal."""
        rows = [row for fold in sorted(self.rows) for row in self.rows[fold]]
        write_rows(self._path, HEADER, rows)
        table = self._errors(rows)
        stamp = {"mark": self._mark, "predictors": self._predictors, "software": _software()}
        self._stamp.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
        with contextlib.suppress(FileNotFoundError):
            self._journal.unlink()
        return table

    def _fingerprint(self, predictors: Sequence[Predictor]) -> str:
        digest = hashlib.sha256(f"{REVISION} {list(predictors)!r}".encode())
        for name in ("sites.csv", "features.csv", "folds.csv"):
            digest.update((self._study.folder / name).read_bytes())
        return digest.hexdigest()

    def _stamp_fits(self) -> bool:
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(stamp, dict) and stamp.get("mark") == self._mark

    def _read_table(self) -> None:
        if not self._path.is_file():
            return
        table = read_columns(self._path, "delete it and run again")
        for row in zip(*(table.text(name).tolist() for name in HEADER)):
            self.rows.setdefault((int(row[0]), int(row[1])), []).append(row)

    def _read_journal(self) -> None:
        if not self._journal.is_file():
            return
        for line in self._journal.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was cut off
            if entry["mark"] == self._mark:
                seed, fold = entry["fold"]
                self.rows[seed, fold] = [tuple(row) for row in entry["rows"]]

    def _errors(self, rows: Rows) -> ErrorTable:
        pairs: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
        for seed, _, _, predictor, name, expected, predicted in rows:
            pair = (float(expected or "nan"), float(predicted))
            pairs.setdefault((seed, predictor, name), []).append(pair)
        cells = []
        for (seed, predictor, name), values in pairs.items():
            expected_values, predicted_values = np.array(values).T
            of = measure(expected_values, predicted_values)
            numbers: Sequence[float] = (
                of.mean_absolute_error,
                of.root_mean_square_error,
                of.r2,
                of.percentile_95,
            )
            cells.append(
                (seed, predictor, name, str(of.count), *(number_text(each) for each in numbers))
            )
        path = self._study.folder / "baseline_errors.csv"
        write_rows(path, ErrorTable.HEADER, cells)
        return ErrorTable.of(read_columns(path, "delete it and run again"))


def _software() -> dict[str, str]:
    return {name: str(require(name, "baselines").__version__) for name in ("numpy", "sklearn")}


def ratios(table: ErrorTable, predictor: str, properties: Sequence[str]) -> Floats:
    """Return mean absolute errors over those of the mean, averaged over seeds, by property."""
    return np.array(
        [
            np.mean(table.over_seeds(predictor, name) / table.over_seeds("mean", name))
            for name in properties
        ]
    )
