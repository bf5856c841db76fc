"""The baselines: what they learn from, what they predict, and the tables that they write."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from result_folders import Floats, sample, write_study
from scipy.spatial.distance import cdist
from sklearn.kernel_ridge import KernelRidge as SklearnKernelRidge
from sklearn.linear_model import Ridge as SklearnRidge
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import GridSearchCV

from spectra_infer import PROPERTIES
from spectra_infer.report import FolderError, Study, read_study
from spectra_infer.report.baselines import (
    Predictor,
    Problem,
    fit_baselines,
    fit_changed_inputs,
    read_changed_inputs,
)
from spectra_infer.report.baselines.__main__ import main
from spectra_infer.report.baselines.inputs import INPUTS
from spectra_infer.report.baselines.predictors import (
    PREDICTORS,
    Forest,
    GaussianProcess,
    KernelRidge,
    Mean,
    Nearest,
    Ridge,
)
from spectra_infer.report.baselines.run import ratios

SMALL: tuple[Predictor, ...] = (
    Mean(),
    Nearest(1),
    Nearest(5),
    Ridge(penalties=(0.1, 1.0, 10.0)),
    KernelRidge("rbf", widths=(1.0, 4.0), penalties=(0.01, 0.1)),
    KernelRidge("laplacian", widths=(1.0, 4.0), penalties=(0.01, 0.1)),
    Forest(trees=4, trial_trees=2),
    Forest(name="extra_trees", estimator="ExtraTreesRegressor", trees=4, trial_trees=2),
    GaussianProcess(smoothness=(np.inf, 1.5), likelihood_spectra=15),
)
QUICK = SMALL[:4]


def named(predictor: Predictor) -> str:
    return predictor.name


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return read_study(write_study(tmp_path / "study"))


@pytest.fixture
def problem(study: Study) -> Problem:
    return Problem.of_fold(study, 1, 2)


# ---------------------------------------------------------------- what is learned from


def test_small_ones_stand_for_all() -> None:
    assert [each.name for each in SMALL] == [each.name for each in PREDICTORS]


@pytest.mark.parametrize("split", ["group", "spectrum"])
def test_a_problem_is_the_fold(split: str, tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study", split=split))
    for fold in range(study.fold_count):
        problem = Problem.of_fold(study, 2, fold)
        is_test = study.folds[2] == fold
        np.testing.assert_array_equal(problem.test_features, study.features[is_test])
        np.testing.assert_array_equal(problem.features, study.features[~is_test])
        np.testing.assert_array_equal(problem.targets, study.targets[~is_test])
        if split == "group":
            assert not set(study.groups[is_test]) & set(study.groups[~is_test])


@pytest.mark.parametrize("predictor", SMALL, ids=named)
def test_true_values_of_test_spectra_have_no_say(predictor: Predictor, study: Study) -> None:
    poisoned = study.targets.copy()
    poisoned[study.test_rows(1, 2)] = 1e9
    expected = predictor.predict(Problem.of_fold(study, 1, 2))
    found = predictor.predict(Problem.of_fold(replace(study, targets=poisoned), 1, 2))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("predictor", SMALL, ids=named)
def test_test_spectra_have_no_say_in_each_other(predictor: Predictor, problem: Problem) -> None:
    others = problem.test_features.copy()
    others[1:] *= 7
    changed = replace(problem, test_features=others)
    np.testing.assert_allclose(
        predictor.predict(changed)[0], predictor.predict(problem)[0], rtol=1e-9
    )


def test_estimators_are_fitted_to_training_spectra_only(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.neighbors import KNeighborsRegressor

    problem = Problem.of_fold(study, 1, 0)
    seen: dict[str, int] = {}
    inputs = {row.tobytes() for row in problem.features}
    inputs |= {row.tobytes() for row in problem.standardised[0]}
    for kind in (
        SklearnRidge,
        KNeighborsRegressor,
        RandomForestRegressor,
        ExtraTreesRegressor,
        GaussianProcessRegressor,
    ):

        def fit(self: Any, X: Any, y: Any, _fit: Any = kind.fit, **more: Any) -> Any:
            assert {row.tobytes() for row in np.asarray(X)} <= inputs
            seen[type(self).__name__] = seen.get(type(self).__name__, 0) + 1
            return _fit(self, X, y, **more)

        monkeypatch.setattr(kind, "fit", fit)
    for predictor in SMALL:
        predictor.predict(problem)
    assert len(seen) == 5


def test_held_out_spectra_are_neither_learned_from_nor_tested(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study", held_out="mp-103"))
    held_out = set(np.flatnonzero(study.groups == "mp-103").tolist())
    tested: set[int] = set()
    for fold in range(study.fold_count):
        training = set(study.training_rows(1, fold).tolist())
        test = set(study.test_rows(1, fold).tolist())
        assert not (training | test) & held_out
        assert not training & test
        assert len(training) + len(test) == len(study.spectra) - len(held_out)
        tested |= test
    assert len(tested) == len(study.spectra) - len(held_out)


def test_inner_folds_keep_groups_whole(problem: Problem) -> None:
    rows = np.arange(len(problem.features))
    measured: list[int] = []
    for fit, measure in problem.inner_splits(rows):
        assert not set(problem.groups[fit]) & set(problem.groups[measure])
        measured += measure.tolist()
    assert sorted(measured) == rows.tolist()


def test_inner_folds_divide_spectra_where_the_study_does(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study", split="spectrum"))
    problem = Problem.of_fold(study, 1, 0)
    assert np.unique(problem.groups).size == len(problem.features)


# ---------------------------------------------------------------- what is predicted


def test_inputs_are_standardised_by_the_training_part(problem: Problem) -> None:
    inputs, test_inputs = problem.standardised
    scale = np.sqrt(problem.features.std(axis=0) ** 2 + 0.1**2)
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(
        test_inputs, (problem.test_features - problem.features.mean(axis=0)) / scale
    )


def test_mean(problem: Problem) -> None:
    expected = np.nanmean(problem.targets, axis=0)
    for row in Mean().predict(problem):
        np.testing.assert_allclose(row, expected)


@pytest.mark.parametrize("count", [1, 5])
def test_nearest(problem: Problem, count: int) -> None:
    predicted = Nearest(count).predict(problem)
    for row, features in enumerate(problem.test_features):
        order = np.argsort(np.linalg.norm(problem.features - features, axis=1))
        for column, values in enumerate(problem.targets.T):
            known = [values[place] for place in order if not np.isnan(values[place])]
            assert predicted[row, column] == pytest.approx(np.mean(known[:count]))


def test_ridge_is_that_of_a_grid_search(problem: Problem) -> None:
    penalties = (0.03, 1.0, 30.0, 1000.0)
    predicted = Ridge(penalties=penalties).predict(problem)
    inputs, test_inputs = problem.standardised
    for column, values in enumerate(problem.targets.T):
        rows = np.flatnonzero(~np.isnan(values))
        splits = list(problem.inner_splits(rows))
        folds = np.concatenate([np.full(len(measure), n) for n, (_, measure) in enumerate(splits)])
        assert folds.size == rows.size
        search = GridSearchCV(
            SklearnRidge(), {"alpha": penalties}, scoring=_summed_errors, cv=splits
        )
        scaled = (values[rows] - values[rows].mean()) / values[rows].std()
        search.fit(inputs[rows], scaled)
        expected = values[rows].mean() + values[rows].std() * search.predict(test_inputs)
        np.testing.assert_allclose(predicted[:, column], expected, rtol=1e-9)


@pytest.mark.parametrize("kernel", ["rbf", "laplacian"])
def test_kernel_ridge_is_that_of_a_grid_search(problem: Problem, kernel: str) -> None:
    widths, penalties = (0.25, 4.0), (1e-3, 0.1, 10.0)
    predicted = KernelRidge(kernel, widths=widths, penalties=penalties).predict(problem)
    inputs, test_inputs = problem.standardised
    metric = "sqeuclidean" if kernel == "rbf" else "cityblock"
    for column, values in enumerate(problem.targets.T):
        rows = np.flatnonzero(~np.isnan(values))
        own, to_test = (cdist(each, inputs[rows], metric) for each in (inputs[rows], test_inputs))
        median = np.median(own[np.triu_indices_from(own, 1)])
        searches = []
        for width in widths:
            search = GridSearchCV(
                SklearnKernelRidge(kernel="precomputed"),
                {"alpha": penalties},
                scoring=_summed_errors,
                cv=list(problem.inner_splits(rows)),
            )
            scaled = (values[rows] - values[rows].mean()) / values[rows].std()
            search.fit(np.exp(-own / (width * median)), scaled)
            searches.append((search.best_score_, search, np.exp(-to_test / (width * median))))
        _, search, kernel_to_test = max(searches, key=lambda each: each[0])
        expected = values[rows].mean() + values[rows].std() * search.predict(kernel_to_test)
        np.testing.assert_allclose(predicted[:, column], expected, rtol=1e-6)


def _summed_errors(model: Any, inputs: Any, targets: Any) -> float:
    # The sum, and not the mean of means: folds differ in size.
    return -float(np.abs(model.predict(inputs) - targets).sum())


@pytest.mark.parametrize("kernel", ["rbf", "laplacian"])
def test_kernel_ridge_solves_its_equation(problem: Problem, kernel: str) -> None:
    width, penalty = 2.0, 0.1
    predicted = KernelRidge(kernel, widths=(width,), penalties=(penalty,)).predict(problem)
    power, order = (2, 2) if kernel == "rbf" else (1, 1)
    inputs, test_inputs = problem.standardised
    for column, values in enumerate(problem.targets.T):
        rows = np.flatnonzero(~np.isnan(values))
        own = np.linalg.norm(inputs[rows][:, None] - inputs[rows], ord=order, axis=2) ** power
        to_test = np.linalg.norm(test_inputs[:, None] - inputs[rows], ord=order, axis=2) ** power
        median = np.median(own[np.triu_indices_from(own, 1)])
        centred = values[rows] - values[rows].mean()
        weights = np.linalg.solve(
            np.exp(-own / (width * median)) + penalty * np.eye(rows.size), centred
        )
        expected = values[rows].mean() + np.exp(-to_test / (width * median)) @ weights
        np.testing.assert_allclose(predicted[:, column], expected, rtol=1e-6)


@pytest.mark.parametrize("predictor", SMALL[3:], ids=named)
def test_what_can_be_learned_is_learned(predictor: Predictor) -> None:
    generator = np.random.default_rng(3)
    features = 1 + 0.5 * generator.uniform(-1, 1, size=(120, 6))
    targets = np.stack([5 + features[:, 0], 100 - 30 * features[:, 1]], axis=1)
    problem = Problem(features[:90], targets[:90], np.arange(90) // 3, features[90:], seed=1)
    if isinstance(predictor, Forest):
        predictor = replace(predictor, trees=30, trial_trees=15)
    error = np.abs(predictor.predict(problem) - targets[90:]).mean(axis=0)
    of_mean = np.abs(Mean().predict(problem) - targets[90:]).mean(axis=0)
    assert (error < 0.6 * of_mean).all()


@pytest.mark.parametrize("predictor", SMALL, ids=named)
def test_spectra_without_a_property_are_left_out_for_it_alone(
    predictor: Predictor, problem: Problem
) -> None:
    column = PROPERTIES.index("bond_angle")
    missing = np.isnan(problem.targets[:, column])
    assert missing.any(), "the fixture's last spectrum, which is not in this test part"
    predicted = predictor.predict(problem)
    assert np.isfinite(predicted).all()
    if isinstance(predictor, (Mean, Nearest)):
        without = Problem(
            problem.features[~missing],
            problem.targets[~missing],
            problem.groups[~missing],
            problem.test_features,
            problem.seed,
        )
        np.testing.assert_allclose(predictor.predict(without)[:, column], predicted[:, column])


def test_the_same_seed_gives_the_same_forest(problem: Problem) -> None:
    forest = Forest(trees=5, trial_trees=2)
    np.testing.assert_array_equal(forest.predict(problem), forest.predict(problem))
    other = replace(problem, seed=problem.seed + 1)
    assert (forest.predict(other) != forest.predict(problem)).any()


# ---------------------------------------------------------------- what is written


def test_tables(study: Study) -> None:
    table = fit_baselines(study.folder, predictors=QUICK)
    rows = read(study.folder / "baselines.csv")
    assert len(rows) == len(study.seeds) * len(study.spectra) * len(QUICK) * len(PROPERTIES)
    place = {name: row for row, name in enumerate(study.spectra)}
    for seed, fold, spectrum, predictor, name, expected, predicted in rows[:: len(QUICK) * 5]:
        column = PROPERTIES.index(name)
        assert study.folds[int(seed)][place[spectrum]] == int(fold)
        target = study.targets[place[spectrum], column]
        assert (float(expected) == target) if expected else np.isnan(target)
        if predictor == "mean":
            training = study.training_rows(int(seed), int(fold))
            mean = np.nanmean(study.targets[training, column])
            assert float(predicted) == pytest.approx(mean)
    for seed_place, seed_number in enumerate(study.seeds):
        for name in PROPERTIES:
            pairs = [
                (float(row[5]), float(row[6]))
                for row in rows
                if row[0] == str(seed_number) and row[3] == "ridge" and row[4] == name and row[5]
            ]
            truth, values = np.array(pairs).T

            def found(column: str, name: str = name, at: int = seed_place) -> float:
                return float(table.over_seeds("ridge", name, column)[at])

            assert found("count") == truth.size
            assert found("mean_absolute_error") == pytest.approx(mean_absolute_error(truth, values))
            assert found("root_mean_square_error") == pytest.approx(
                np.sqrt(mean_squared_error(truth, values))
            )
            assert found("r2") == pytest.approx(r2_score(truth, values))
            assert found("percentile_95") == pytest.approx(
                np.percentile(np.abs(truth - values), 95)
            )


def test_a_stopped_run_is_taken_up(tmp_path: Path) -> None:
    whole = write_study(tmp_path / "whole")
    fit_baselines(whole, predictors=QUICK)
    stopped = write_study(tmp_path / "stopped")
    calls: list[int] = []

    def stop(text: str) -> None:
        calls.append(len(text))
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_baselines(stopped, predictors=QUICK, say=stop)
    with open(stopped / "baselines.part.jsonl", "a") as file:
        file.write('{"mark": "cut of')
    assert not (stopped / "baselines.csv").exists()
    said: list[str] = []
    fit_baselines(stopped, predictors=QUICK, say=said.append)
    assert said[0] == "3 of 8 folds are there already"
    assert len(said) == 6
    for name in ("baselines.csv", "baseline_errors.csv"):
        assert (stopped / name).read_bytes() == (whole / name).read_bytes()
    assert not (stopped / "baselines.part.jsonl").exists()


def test_a_finished_run_is_not_done_again(study: Study) -> None:
    fit_baselines(study.folder, predictors=QUICK)
    written = (study.folder / "baselines.csv").read_bytes()
    said: list[str] = []
    fit_baselines(study.folder, predictors=QUICK, say=said.append)
    assert said == ["8 of 8 folds are there already"]
    assert (study.folder / "baselines.csv").read_bytes() == written


def test_other_data_or_baselines_are_done_again(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    fit_baselines(folder, predictors=QUICK)
    said: list[str] = []
    fit_baselines(folder, predictors=QUICK[:2], say=said.append)
    assert len(said) == 8
    write_study(folder, sample(seed=2))
    said.clear()
    fit_baselines(folder, predictors=QUICK[:2], say=said.append)
    assert len(said) == 8


def test_the_number_of_processes_does_not_matter(tmp_path: Path) -> None:
    predictors = (Mean(), Ridge(), Forest(trees=3, trial_trees=2))
    tables = []
    for jobs in (1, 2):
        folder = write_study(tmp_path / str(jobs), seeds=[4])
        fit_baselines(folder, jobs=jobs, predictors=predictors)
        tables.append((folder / "baselines.csv").read_bytes())
    assert tables[0] == tables[1]


PROGRAM = """
import os, sys, time
from spectra_infer.report.baselines.pool import processes
if __name__ == "__main__":
    with processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        assert int(parent.stdout.readline()) != parent.pid
        parent.kill()
        # The worker has the other end of the pipe too: it is open as long as either lives.
        rest, _ = parent.communicate(timeout=30)
        assert rest == ""


# ---------------------------------------------------------------- changed inputs

FOREST = Forest(name="extra_trees", estimator="ExtraTreesRegressor", trees=20, trial_trees=3)
TRIALS: tuple[Predictor, ...] = (Mean(), Nearest(), FOREST)


def test_unchanged_inputs_give_the_errors_of_the_baselines(study: Study) -> None:
    table = fit_baselines(study.folder, predictors=TRIALS)
    found = fit_changed_inputs(study.folder, seeds=2, trials=TRIALS)
    assert found.seeds == 2
    assert set(found.ratios) == {(name, i) for name in ("nearest", "extra_trees") for i in INPUTS}
    for name in ("nearest", "extra_trees"):
        np.testing.assert_allclose(
            found.ratios[name, "as they are"], ratios(table, name, PROPERTIES)
        )
    again = read_changed_inputs(study)
    assert again is not None
    for pair, ratio in found.ratios.items():
        np.testing.assert_array_equal(again.ratios[pair], ratio)


def test_a_property_that_only_the_foot_tells(tmp_path: Path) -> None:
    # One point below the level of the foot goes with the first property; the others are noise.
    made = sample(groups=20, of_each=3)
    generator = np.random.default_rng(4)
    features = 1 + 0.1 * generator.normal(size=made.features.shape)
    features[:, 0] = 0.04 * generator.uniform(size=len(features))
    targets = made.targets.copy()
    targets[:, 0] = 1.6 + features[:, 0]
    folder = write_study(tmp_path / "s", replace(made, features=features, targets=targets))
    found = fit_changed_inputs(folder, seeds=1, trials=TRIALS)
    lengths = {inputs: ratio[0] for (name, inputs), ratio in found.ratios.items() if name[0] == "e"}
    assert lengths["as they are"] < 0.6
    assert lengths["square root"] == pytest.approx(lengths["as they are"], abs=0.1)
    assert lengths["foot removed"] > 0.9
    assert lengths["3 % noise"] > 0.9


def test_changed_inputs_on_two_processes(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    assert read_changed_inputs(read_study(folder)) is None
    fit_changed_inputs(folder, seeds=1, trials=QUICK[:2])
    written = (folder / "baseline_inputs.csv").read_bytes()
    fit_changed_inputs(folder, seeds=1, trials=QUICK[:2], jobs=2)
    assert (folder / "baseline_inputs.csv").read_bytes() == written


# ---------------------------------------------------------------- the command


def test_command(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def quick(folder: Path, *, jobs: int, say: Any) -> Any:
        return fit_baselines(folder, jobs=jobs, say=say, predictors=QUICK)

    monkeypatch.setattr("spectra_infer.report.baselines.__main__.fit_baselines", quick)
    assert main([str(study.folder), "--jobs", "1"]) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[2].split() == ["mean"] + ["1.00"] * 6
    assert [line.split()[0] for line in lines[2:]] == [each.name for each in QUICK]
    assert "8 of 8, 0 s to go" in output.err


def test_command_with_changed_inputs(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def quick(folder: Path, *, jobs: int, say: Any) -> Any:
        return fit_changed_inputs(folder, jobs=jobs, say=say, seeds=1, trials=QUICK[:2])

    monkeypatch.setattr("spectra_infer.report.baselines.__main__.fit_changed_inputs", quick)
    assert main([str(study.folder), "--jobs", "1", "--inputs"]) == 0
    output = capsys.readouterr()
    assert "nearest, square root" in output.out
    assert output.err.splitlines()[-1] == "seed 1, inputs: running sum"


@pytest.mark.parametrize("arguments", [[], ["x", "--jobs", "0"], ["x", "--jobs", "two"]])
def test_wrong_arguments(arguments: Sequence[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)


def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert str(tmp_path / "study.json") in error
    assert "spectra cross-validate" in error
    assert len(error.splitlines()) == 1


def test_a_killed_process_is_told_in_one_line(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise BrokenProcessPool

    monkeypatch.setattr("spectra_infer.report.baselines.__main__.fit_baselines", broken)
    assert main([str(study.folder)]) == 1
    assert "run the same command again" in capsys.readouterr().err


def test_without_scikit_learn_the_extra_is_named(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ModuleNotFoundError, match=r"spectra-infer\[baselines\]"):
        fit_baselines(study.folder)


def test_too_few_groups_are_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", sample(groups=2), fold_count=2)
    with pytest.raises(ValueError, match="single group"):
        fit_baselines(folder, predictors=(Ridge(),))


def test_a_property_that_training_lacks_is_refused(study: Study) -> None:
    targets: Floats = study.targets.copy()
    targets[:, 0] = np.nan
    with pytest.raises(ValueError, match="no values"):
        Mean().predict(Problem.of_fold(replace(study, targets=targets), 1, 0))


def test_a_damaged_table_of_an_earlier_run_is_named(study: Study) -> None:
    fit_baselines(study.folder, predictors=QUICK)
    path = study.folder / "baselines.csv"
    path.write_text(path.read_text() + "1,2\n")
    with pytest.raises(FolderError, match=r"baselines\.csv: line .* delete it"):
        fit_baselines(study.folder, predictors=QUICK)


def read(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()[1:]]
