"""Measures of error, comparisons and coverage, against scikit-learn and by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from result_folders import (
    SPREAD,
    learning_ratio,
    robustness_ratio,
    sample,
    write_learning_curve,
    write_robustness,
    write_study,
)
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from spectra_infer import PROPERTIES
from spectra_infer.report import (
    Comparison,
    FolderError,
    Study,
    compare,
    coverage,
    measure,
    read_learning_curve,
    read_robustness,
    read_study,
)
from spectra_infer.report.baselines import fit_baselines
from spectra_infer.report.baselines.predictors import Mean, Nearest, Ridge


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with baselines, whose networks err more than a ridge regression."""
    folder = write_study(tmp_path_factory.mktemp("measures") / "study", sample(groups=10))
    fit_baselines(folder, predictors=(Mean(), Nearest(), Ridge()))
    return read_study(folder)


@pytest.fixture(scope="module")
def comparison(study: Study) -> Comparison:
    return compare(study)


# ---------------------------------------------------------------- measures


def test_measures_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(1)
    truth = generator.normal(5, 2, 83)
    values = truth + generator.normal(0.3, 1, 83)
    found = measure(truth, values)
    assert found.count == 83
    assert found.mean_absolute_error == pytest.approx(mean_absolute_error(truth, values))
    squares = mean_squared_error(truth, values)
    assert found.root_mean_square_error == pytest.approx(np.sqrt(squares))
    assert found.r2 == pytest.approx(r2_score(truth, values))
    assert found.percentile_95 == pytest.approx(np.percentile(np.abs(truth - values), 95))


def test_missing_true_values_are_left_out() -> None:
    assert measure([1, np.nan, 3], [2, 9, 3]) == measure([1, 3], [2, 3])
    assert measure([1, np.nan, 3], [2, 9, 3]).count == 2


def test_nothing_to_measure() -> None:
    found = measure([np.nan], [1.0])
    assert found.count == 0
    assert np.isnan(found.mean_absolute_error)


def test_equal_true_values_have_no_r2() -> None:
    assert np.isnan(measure([2, 2], [1, 3]).r2)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 true values and 1 predictions"):
        measure([1, 2], [1])


# ---------------------------------------------------------------- comparison


def test_errors_of_the_network_are_those_of_errors_csv(
    study: Study, comparison: Comparison
) -> None:
    assert comparison.seeds == study.seeds
    assert comparison.predictors == ("network", "mean", "nearest", "ridge")
    for name in PROPERTIES:
        for column in ("count", "mean_absolute_error", "r2", "percentile_95"):
            np.testing.assert_allclose(
                comparison.over_seeds("network", name, column),
                study.errors.over_seeds("network", name, column),
            )
        table = study.baseline_errors
        assert table is not None
        np.testing.assert_allclose(
            comparison.over_seeds("ridge", name), table.over_seeds("ridge", name)
        )


def test_both_programs_have_the_same_mean(study: Study, comparison: Comparison) -> None:
    for name in PROPERTIES:
        np.testing.assert_allclose(
            comparison.over_seeds("mean", name), study.errors.over_seeds("mean", name)
        )
        np.testing.assert_allclose(comparison.ratio("mean", name), 1)


def test_difference_is_that_of_the_means(comparison: Comparison) -> None:
    for name in PROPERTIES:
        found = comparison.difference("network", "ridge", name)
        expected = np.mean(
            comparison.over_seeds("network", name) - comparison.over_seeds("ridge", name)
        )
        assert found.value == pytest.approx(expected)
        assert found.low < found.value < found.high


def test_nothing_is_better_than_itself(comparison: Comparison) -> None:
    found = comparison.difference("ridge", "ridge", "bond_length")
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert not found.resolved


def test_what_is_better_everywhere_is_resolved(comparison: Comparison) -> None:
    targets = comparison.study.targets
    changed = replace(
        comparison,
        predictors=("network", "mean", "ridge"),
        predictions={
            "network": np.stack([targets, targets]),
            "mean": np.stack([targets + SPREAD] * 2),
            "ridge": np.stack([targets + 0.25 * SPREAD, targets - 0.25 * SPREAD]),
        },
    )
    found = changed.difference("network", "ridge", "bond_angle")
    quarter = -0.25 * SPREAD[1]
    assert (found.value, found.low, found.high) == pytest.approx((quarter, quarter, quarter))
    assert found.resolved
    assert changed.best_baseline("bond_angle") == "ridge"


def test_interval_is_that_of_resampled_groups(comparison: Comparison) -> None:
    # For many groups of one size the interval is that of a mean of independent group means.
    generator = np.random.default_rng(8)
    groups = np.repeat([f"g{number}" for number in range(400)], 2)
    gains = np.repeat(generator.normal(-0.1, 1, 400), 2)
    study = replace(
        comparison.study,
        groups=groups,
        spectra=tuple(map(str, range(800))),
        targets=np.zeros((800, 6)),
    )
    ones = np.full((1, 800, 6), 5.0)
    changed = Comparison(
        study, (1,), ("network", "ridge"), {"network": ones + gains[:, None], "ridge": ones}
    )
    found = changed.difference("network", "ridge", "bond_length")
    half = 1.96 * gains.std() / np.sqrt(400)
    assert found.low == pytest.approx(gains.mean() - half, abs=0.15 * half)
    assert found.high == pytest.approx(gains.mean() + half, abs=0.15 * half)


def test_subsets_divide_the_spectra(comparison: Comparison) -> None:
    column = PROPERTIES.index("bond_angle")
    targets = comparison.study.targets[:, column]
    inner, outer, near, far = comparison.subsets("bond_angle", ["network", "mean"])
    known = int(np.count_nonzero(~np.isnan(targets)))
    assert inner.count + outer.count == near.count + far.count == known
    assert outer.count == pytest.approx(0.1 * known, abs=1)
    total = comparison.over_seeds("network", "bond_angle").mean()
    for one, other in ((inner, outer), (near, far)):
        sum_of_both = one.count * one.errors["network"] + other.count * other.errors["network"]
        assert sum_of_both / known == pytest.approx(total)
    # The mean errs most where the values are unusual, by what unusual means.
    assert outer.errors["mean"] > inner.errors["mean"]


def test_a_seed_that_is_not_finished_is_left_out(study: Study, tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study", sample(groups=10))
    fit_baselines(folder, predictors=(Mean(),))
    path = folder / "predictions.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n")
    assert compare(read_study(folder)).seeds == study.seeds[:1]


def test_baselines_of_another_study_are_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    fit_baselines(folder, predictors=(Mean(),))
    path = folder / "baselines.csv"
    path.write_text(path.read_text().replace("mp-101/", "mp-999/"))
    with pytest.raises(FolderError, match=r"mp-999/.*report\.baselines"):
        compare(read_study(folder))


def test_without_baselines_the_command_is_named(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    assert study.baseline_errors is None
    with pytest.raises(FolderError, match=r"python -m spectra_infer\.report\.baselines"):
        compare(study)


# ---------------------------------------------------------------- intervals, robustness


def test_coverage_of_normal_errors(tmp_path: Path) -> None:
    # The fixture's errors are normal, and its intervals one and two standard deviations wide.
    made = sample(groups=60, of_each=8)
    study = read_study(write_study(tmp_path / "study", made, seeds=range(5)))
    for name in PROPERTIES:
        assert coverage(study, name, 68).mean() == pytest.approx(0.683, abs=0.03)
        assert coverage(study, name, 95).mean() == pytest.approx(0.954, abs=0.015)
        assert coverage(study, name, 68).size == 5


def test_curves_of_robustness(tmp_path: Path) -> None:
    robustness = read_robustness(write_robustness(tmp_path / "robustness"))
    values, mean, spread = robustness.curve("edge", "augmented", "dose")
    np.testing.assert_array_equal(values, [300, 3000, 30000])
    expected = np.array(
        [[robustness_ratio("augmented", place, seed) for place in range(3)] for seed in (1, 2)]
    )
    np.testing.assert_allclose(mean, expected.mean(axis=0))
    np.testing.assert_allclose(spread, expected.std(axis=0, ddof=1))
    for name in PROPERTIES:
        np.testing.assert_allclose(robustness.curve("edge", "augmented", "dose", name)[1], mean)
    assert not robustness.curve("threshold", "clean", "dose")[0].size
    assert robustness.refused_share("edge", "dose", 300) == 8 / 40
    assert robustness.refused_share("edge", "dose", 3000) == 0


def test_learning_curve(tmp_path: Path) -> None:
    curve = read_learning_curve(write_learning_curve(tmp_path / "curve"))
    assert curve.seeds == (1, 2)
    assert curve.properties == tuple(PROPERTIES)
    shares = (0.25, 0.5, 1.0)
    assert curve.shares("edge") == shares
    expected = np.array([[learning_ratio(share, seed) for share in shares] for seed in (1, 2)])
    for name in PROPERTIES:
        groups, mean, spread = curve.curve("edge", name)
        _, scale, none = curve.curve("edge", name, "mean")
        np.testing.assert_allclose(groups, [10, 20, 40])
        np.testing.assert_allclose(mean / scale, expected.mean(axis=0))
        np.testing.assert_allclose(spread / scale, expected.std(axis=0, ddof=1))
        np.testing.assert_allclose(none, 0, atol=1e-12)
        np.testing.assert_allclose(curve.curve("edge", name, "nearest")[1], 1.2 * mean)
