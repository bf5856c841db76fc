"""Reading folders of results; what is malformed is named with its file and its remedy."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from result_folders import (
    CHECKSUMS,
    edit_json,
    sample,
    write_evaluation,
    write_learning_curve,
    write_robustness,
    write_study,
)

from spectra_infer import PROPERTIES
from spectra_infer.report import (
    Failure,
    FolderError,
    find_results,
    read_evaluation,
    read_learning_curve,
    read_robustness,
    read_study,
)


def replace_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, content: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def drop_last_line(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")

    return change


# ---------------------------------------------------------------- what is read


def test_study(tmp_path: Path) -> None:
    made = sample()
    study = read_study(write_study(tmp_path / "study", made))
    assert study.spectra == tuple(made.spectra)
    np.testing.assert_array_equal(study.targets, made.targets)
    np.testing.assert_array_equal(study.features, made.features)
    np.testing.assert_allclose(study.energies, made.energies)
    assert study.group_count == 8
    assert [each.name for each in study.properties] == list(PROPERTIES)
    assert study.predictions.predicted.size == 2 * 32 * 6
    assert np.isnan(study.predictions.expected).sum() == 2
    assert set(study.folds) == {1, 2}
    for folds in study.folds.values():
        assert set(folds.tolist()) == {0, 1, 2, 3}


def check(failure: Failure) -> None:
    """What must hold of any failure with its neighbours."""
    made = sample()
    place = {name: row for row, name in enumerate(made.spectra)}
    own = place[failure.spectrum]
    np.testing.assert_array_equal(failure.intensities, made.features[own])
    np.testing.assert_array_equal(failure.expected, made.targets[own])
    assert len(failure.neighbors) == 3
    ranked = [neighbor.distance for neighbor in failure.neighbors]
    assert ranked == sorted(ranked)
    for neighbor in failure.neighbors:
        other = place[neighbor.spectrum]
        np.testing.assert_array_equal(neighbor.intensities, made.features[other])
        np.testing.assert_array_equal(neighbor.values, made.targets[other])
        away = np.sqrt(np.mean((made.features[other] - made.features[own]) ** 2))
        assert neighbor.distance == pytest.approx(away)
        assert made.groups[other] != made.groups[own]


def test_failures_of_a_study(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path / "study"))
    for seed in (1, 2):
        failures = study.failures(seed)
        assert len(failures) == 6
        counts = [len(failure.worst_in) for failure in failures]
        assert counts == sorted(counts, reverse=True)
        for failure in failures:
            check(failure)
            assert failure.worst_in == PROPERTIES[: len(failure.worst_in)]
            rows = (study.predictions.spectrum == failure.spectrum) & (
                study.predictions.seed == seed
            )
            np.testing.assert_array_equal(failure.predicted, study.predictions.predicted[rows])


def test_evaluation(tmp_path: Path) -> None:
    evaluation = read_evaluation(write_evaluation(tmp_path / "evaluation"))
    assert evaluation.parts == ("training", "test", "held_out")
    assert [evaluation.count(part) for part in evaluation.parts] == [24, 4, 4]
    assert evaluation.count("test", "held_out") == 8
    assert evaluation.similar_within == 0.4
    expected, predicted = evaluation.values("held_out", "bond_angle")
    assert expected.size == predicted.size == 3, "the last spectrum has no angle"
    assert len(evaluation.failures) == 7
    for failure in evaluation.failures:
        check(failure)
        assert evaluation.part_of(failure.spectrum) != "training"


def test_examined_spectra_are_shown_whether_they_fail_or_not(tmp_path: Path) -> None:
    evaluation = read_evaluation(write_evaluation(tmp_path / "evaluation"))
    made = sample()
    shown = evaluation.examined_spectra
    assert [failure.spectrum for failure in shown] == made.spectra[-4:]
    assert [bool(failure.worst_in) for failure in shown] == [True, True, True, False]
    for failure in shown:
        check(failure)


def test_a_model_without_references(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path / "evaluation", references=False)
    evaluation = read_evaluation(folder)
    assert np.isnan(evaluation.similar_within)
    assert {failure.cause for failure in evaluation.failures} == {""}
    assert not any(failure.neighbors for failure in evaluation.failures)


def test_results_of_a_folder_of_folders(tmp_path: Path) -> None:
    for alignment in ("edge", "threshold", "absolute"):
        for split in ("spectrum", "group"):
            write_study(tmp_path / f"{alignment}-{split}", alignment=alignment, split=split)
    write_evaluation(tmp_path / "model")
    write_robustness(tmp_path / "robustness")
    write_learning_curve(tmp_path / "learning-curve")
    (tmp_path / "figures").mkdir()
    results = find_results([tmp_path])
    assert [(study.alignment, study.split) for study in results.studies] == [
        ("absolute", "group"),
        ("threshold", "group"),
        ("edge", "group"),
        ("absolute", "spectrum"),
        ("threshold", "spectrum"),
        ("edge", "spectrum"),
    ]
    assert results.main_study is results.studies[0]
    assert results.study("edge", "group") is results.studies[2]
    assert results.study("edge", "none") is None
    assert len(results.evaluations) == 1
    assert results.robustness is not None
    assert results.learning_curve is not None


# ---------------------------------------------------------------- what is malformed

GRID = {"start_ev": -1.0, "step_ev": 0.5, "count": 25}
STUDY_FAULTS: list[tuple[str, Callable[[Path], None], str]] = [
    ("study.json", remove("study.json"), "cannot be read"),
    ("study.json", write("study.json", b"{"), "is not JSON"),
    ("study.json", write("study.json", b"\xff{}"), "is not JSON"),
    ("study.json", write("study.json", b"[]"), '"format" is not "spectra-infer cross-'),
    ("study.json", lambda f: edit_json(f / "study.json", format="x"), '"format" is not'),
    ("study.json", lambda f: edit_json(f / "study.json", format_version=2), "version is 2"),
    ("study.json", lambda f: edit_json(f / "study.json", split=None), '"split" is missing'),
    ("study.json", lambda f: edit_json(f / "study.json", members=True), '"members" is missing'),
    ("study.json", lambda f: edit_json(f / "study.json", properties=[]), "is empty"),
    ("study.json", lambda f: edit_json(f / "study.json", properties=["x"]), "lacks a name"),
    ("study.json", lambda f: edit_json(f / "study.json", grid={}), '"count" is missing'),
    ("study.json", lambda f: edit_json(f / "study.json", seeds=["a"]), '"seeds" is not'),
    ("study.json", lambda f: edit_json(f / "study.json", seeds=[]), '"seeds" is not'),
    ("sites.csv", remove("sites.csv"), "cannot be read"),
    ("sites.csv", write("sites.csv", b""), "is empty"),
    ("sites.csv", write("sites.csv", b"spectrum,material\n"), "no spectrum"),
    ("sites.csv", write("sites.csv", b"\xff\xfe"), "not CSV in UTF-8"),
    ("sites.csv", replace_text("sites.csv", "bond_angle", "angle"), 'no column "bond_angle"'),
    ("sites.csv", replace_text("sites.csv", "mp-100/O1", "mp-100/O0"), "there twice"),
    ("sites.csv", replace_text("sites.csv", "mp-100,1,", "mp-100,one,"), 'line 2: "one"'),
    ("sites.csv", replace_text("sites.csv", "mp-100,1,", "mp-100,1,,"), "line 2 has"),
    ("features.csv", replace_text("features.csv", "mp-100/O0", "x"), "not those of sites"),
    ("features.csv", drop_last_line("features.csv"), "not those of sites"),
    ("features.csv", replace_text("features.csv", "mp-100/O0,", "mp-100/O0,x"), "not a number"),
    ("features.csv", lambda f: edit_json(f / "study.json", grid=GRID), "24 energies where"),
    ("features.csv", replace_text("features.csv", "\nmp-100/O1,", "\nmp-100/O1,1e999,"), "line 3"),
    ("folds.csv", drop_last_line("folds.csv"), "seed 2 has not every spectrum"),
    ("folds.csv", replace_text("folds.csv", "O0,", "O0,9"), "not below the 4"),
    ("folds.csv", lambda f: edit_json(f / "study.json", seeds=[1, 2, 3]), "seed 3 has not"),
]


@pytest.mark.parametrize(("name", "damage", "problem"), STUDY_FAULTS)
def test_malformed_study(
    name: str, damage: Callable[[Path], None], problem: str, tmp_path: Path
) -> None:
    folder = write_study(tmp_path / "study")
    damage(folder)
    with pytest.raises(FolderError) as caught:
        read_study(folder)
    assert caught.value.path == folder / name
    assert problem in caught.value.problem
    assert str(folder / name) in str(caught.value)
    assert "spectra cross-validate" in str(caught.value) or "same release" in str(caught.value)


def test_an_intensity_must_be_finite(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "study")
    path = folder / "features.csv"
    lines = path.read_text().splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:5], "", *cells[6:]])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(FolderError, match=r"features\.csv: an intensity is missing"):
        read_study(folder)


@pytest.mark.parametrize(
    ("name", "damage", "problem"),
    [
        ("predictions.csv", remove("predictions.csv"), "cannot be read"),
        ("predictions.csv", drop_last_line("predictions.csv"), "no row of mp-100/O0, bond_l"),
        ("failures.csv", remove("failures.csv"), "cannot be read"),
        ("failures.csv", replace_text("failures.csv", "nothing_similar", "bad"), "is no cause"),
        ("neighbors.csv", replace_text("neighbors.csv", ",1,mp-", ",1,no-"), "it names no-"),
    ],
)
def test_malformed_failures_of_a_study(
    name: str, damage: Callable[[Path], None], problem: str, tmp_path: Path
) -> None:
    folder = write_study(tmp_path / "study", seeds=[1])
    if problem.startswith("no row"):
        path = folder / name
        kept = [line for line in path.read_text().splitlines() if ",mp-100/O0,bond_l" not in line]
        path.write_text("\n".join([*kept, ""]))
    else:
        damage(folder)
    with pytest.raises(FolderError) as caught:
        read_study(folder).failures(1)
    assert caught.value.path == folder / name
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("name", "damage", "problem"),
    [
        ("report.json", remove("report.json"), "cannot be read"),
        ("report.json", lambda f: edit_json(f / "report.json", format="x"), "is not"),
        ("report.json", lambda f: edit_json(f / "report.json", model=None), '"model" is missing'),
        ("report.json", lambda f: edit_json(f / "report.json", model={}), '"alignment" is'),
        ("report.json", lambda f: edit_json(f / "report.json", examined="mp"), '"examined"'),
        ("predictions.csv", replace_text("predictions.csv", "held_out", "hidden"), "is no part"),
        ("predictions.csv", remove("predictions.csv"), "cannot be read"),
        ("spectra.csv", replace_text("spectra.csv", "mp-107/O30", "x"), ""),
        ("spectra.csv", lambda f: edit_json(f / "report.json", grid=GRID), "24 energies where"),
    ],
)
def test_malformed_evaluation(
    name: str, damage: Callable[[Path], None], problem: str, tmp_path: Path
) -> None:
    folder = write_evaluation(tmp_path / "evaluation")
    damage(folder)
    with pytest.raises(FolderError) as caught:
        assert read_evaluation(folder).failures
    if problem:
        assert caught.value.path == folder / name
        assert problem in caught.value.problem
    assert "spectra evaluate" in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (replace_text("robustness.csv", "augmented", "noisy"), '"noisy" is no training'),
        (replace_text("robustness.csv", "condition", "fault"), 'no column "condition"'),
        (write("robustness.csv", b"alignment,training\n"), "no row"),
        (remove("robustness.csv"), "cannot be read"),
        (write("robustness.json", b"{}"), '"format" is not'),
    ],
)
def test_malformed_robustness(damage: Callable[[Path], None], problem: str, tmp_path: Path) -> None:
    folder = write_robustness(tmp_path / "robustness")
    damage(folder)
    with pytest.raises(FolderError, match="spectra robustness") as caught:
        read_robustness(folder)
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (replace_text("learning-curve.csv", "share", "part"), 'no column "share"'),
        (replace_text("learning-curve.csv", "0.25", "some"), "some"),
        (write("learning-curve.csv", b"alignment,seed\n"), "no row"),
        (remove("learning-curve.csv"), "cannot be read"),
        (remove("learning-curve.json"), "cannot be read"),
        (write("learning-curve.json", b"{}"), '"format" is not'),
    ],
)
def test_malformed_learning_curve(
    damage: Callable[[Path], None], problem: str, tmp_path: Path
) -> None:
    folder = write_learning_curve(tmp_path / "curve")
    damage(folder)
    with pytest.raises(FolderError, match="spectra learning-curve") as caught:
        read_learning_curve(folder)
    assert problem in caught.value.problem


def test_learning_curves_of_two_alignments(tmp_path: Path) -> None:
    one = write_learning_curve(tmp_path / "one", alignments=["edge"])
    two = write_learning_curve(tmp_path / "two", alignments=["absolute"])
    both = read_learning_curve(write_learning_curve(tmp_path / "all" / "both"))
    joined = find_results([one, two]).learning_curve
    assert joined is not None
    assert joined.alignments == both.alignments == ("edge", "absolute")
    np.testing.assert_array_equal(joined.mean_absolute_error, both.mean_absolute_error)
    with pytest.raises(FolderError, match="is of the same alignment as"):
        read_learning_curve(one, tmp_path / "all" / "both")


def test_nothing_found(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"has study\.json, report\.json, robustness\.csv or"):
        find_results([tmp_path])
    with pytest.raises(FolderError, match="is no folder"):
        find_results([tmp_path / "none"])


def test_two_of_a_kind(tmp_path: Path) -> None:
    write_study(tmp_path / "one")
    write_study(tmp_path / "two")
    with pytest.raises(FolderError, match="is of the same kind as"):
        find_results([tmp_path])


def test_robustness_of_two_alignments(tmp_path: Path) -> None:
    one = write_robustness(tmp_path / "one", alignments=["edge"])
    two = write_robustness(tmp_path / "two", alignments=["absolute"])
    both = read_robustness(write_robustness(tmp_path / "all" / "both"))
    joined = find_results([one, two]).robustness
    assert joined is not None
    assert joined.alignments == both.alignments == ("edge", "absolute")
    np.testing.assert_array_equal(joined.mean_absolute_error, both.mean_absolute_error)
    assert joined.folders == (one, two)
    with pytest.raises(FolderError, match="is of the same alignment as"):
        read_robustness(one, tmp_path / "all" / "both")


def test_an_augmented_study_stands_beside_one_that_is_not(tmp_path: Path) -> None:
    write_study(tmp_path / "a", augmented=True)
    write_study(tmp_path / "b")
    write_study(tmp_path / "c", augmented=True, alignment="edge")
    results = find_results([tmp_path])
    assert results.main_study is not None
    assert not results.main_study.is_augmented
    assert [study.key for study in results.compared] == ["absolute-group", "edge-group-augmented"]
    assert [study.key for study in results.others] == ["absolute-group-augmented"]
    assert [study.name for study in results.compared] == ["absolute", "edge, augmented"]


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (write_evaluation, "report.json"),
        (write_robustness, "robustness.json"),
        (write_learning_curve, "learning-curve.json"),
    ],
)
def test_two_databases(tmp_path: Path, write: Callable[[Path], Path], name: str) -> None:
    write_study(tmp_path / "one")
    folder = write(tmp_path / "two")
    find_results([tmp_path])
    edit_json(folder / name, data_sha256={**CHECKSUMS, "sites.csv": "f" * 64})
    with pytest.raises(FolderError, match=r"two.* was made from another database than .*one"):
        find_results([tmp_path])


def test_the_error_survives_a_process() -> None:
    error = FolderError(Path("a/b.csv"), "is bad", "mend it")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "a/b.csv: is bad; mend it"
    assert copy.path == error.path
