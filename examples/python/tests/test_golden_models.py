"""The golden models of Tests/Fixtures: the bits that they must give, through the package."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from conftest import REPOSITORY

from spectra_infer import Model

FOLDER = REPOSITORY / "Tests" / "Fixtures" / "golden-models"
LINES = [line.split() for line in (FOLDER / "values.txt").read_text().splitlines()]
NAMES = list(dict.fromkeys(line[0] for line in LINES))


def numbers(words: list[str]) -> list[float]:
    return [float.fromhex(word) for word in words]


def features(count: int) -> np.ndarray:
    text = (FOLDER / f"features-{count}.txt").read_text()
    return np.array([numbers(line.split()) for line in text.splitlines()], np.float32)


def test_the_values_are_what_the_page_of_the_format_computes() -> None:
    run = subprocess.run(
        [sys.executable, str(FOLDER / "generate.py"), "--check"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", NAMES)
def test_golden_values(name: str) -> None:
    model = Model.load(FOLDER / f"{name}.json")
    vectors = features(model.feature_count)
    expected = np.array([numbers(line[2:]) for line in LINES if line[0] == name])
    predictions = model.predict_features_many(vectors)
    for p, (_, estimates) in enumerate(predictions):
        assert estimates.value.tobytes() == expected[:, p].tobytes()


def test_every_kind_is_there() -> None:
    kinds = set()
    for name in NAMES:
        model = Model.load(FOLDER / f"{name}.json")
        kinds.add((model.alignment.name, model.member_count > 1))
    assert kinds == {(a, m) for a in ("EDGE", "THRESHOLD", "ABSOLUTE") for m in (False, True)}
