"""The golden models of Tests/Fixtures: the bits that they must give, through the package."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY

from spectra_infer import Flag, Model

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


# ---------------------------------------------------------------- shapes (docs/trust.md)


def shapes(spectra: np.ndarray, step: float) -> np.ndarray:
    """Spectra smoothed by a Gaussian of 1.5 eV, at points 0.5 eV apart; they go on as they end."""
    half = int(np.ceil(4 * 1.5 / step))
    weights = np.exp(-0.5 * (step * np.arange(-half, half + 1) / 1.5) ** 2)
    padded = np.pad(spectra.astype(np.float64), ((0, 0), (half, half)), mode="edge")
    smoothed = [np.convolve(row, weights / weights.sum(), "valid") for row in padded]
    every = max(1, round(0.5 / step))
    return np.array(smoothed)[:, every // 2 :: every]


def unlike(file: dict[str, Any], spectra: np.ndarray, groups: list[Any]) -> np.ndarray:
    """Whether the shape of each spectrum is unlike that of every reference.

    Beyond 95 % (beside networks of the domain 98 %) of the distances from a reference to the
    nearest one of another group.
    """
    share = 0.98 if "domain" in file else 0.95
    step = file["preprocessing"]["grid"]["step_ev"]
    payload = file["references"]["features"]
    rows = np.frombuffer(base64.b64decode(payload["base64"]), "<f4").reshape(payload["shape"])
    known = shapes(rows, step)
    apart = np.linalg.norm(known[:, np.newaxis] - known, axis=2)
    apart[np.equal.outer(groups, groups)] = np.inf
    nearest = apart.min(axis=1)
    level = np.quantile(nearest, share) if np.isfinite(nearest).all() else np.inf
    distances = np.linalg.norm(shapes(spectra, step)[:, np.newaxis] - known, axis=2)
    return np.asarray(distances.min(axis=1) > level)


@pytest.mark.parametrize("name", ["edge-160", "format2-edge-5", "format2-absolute-1"])
def test_flags_of_shapes(name: str) -> None:
    """Those of format 2 compare with other groups, whatever the identifiers say."""
    path = FOLDER / f"{name}.json"
    file, model = json.loads(path.read_bytes()), Model.load(path)
    vectors = features(model.feature_count)
    materials = [identifier.split("/")[0] for identifier in file["references"]["ids"]]
    expected = unlike(file, vectors, file["references"].get("groups", materials))
    if file["format_version"] == 2:
        assert (expected != unlike(file, vectors, materials)).any()
    predictions = model.predict_features_many(vectors)
    novel = predictions.novelty > file["calibration"]["novelty"]["flag_level"]
    assert (expected & ~novel).any()  # which the shape alone tells
    np.testing.assert_array_equal(
        predictions.flagged(Flag.OUTSIDE_REFERENCE_DOMAIN), expected | novel
    )


# ---------------------------------------------------------------- networks of the domain


def domain(file: dict[str, Any], spectra: np.ndarray) -> np.ndarray:
    """The mean output of the networks of the reference domain, in double precision."""

    def numbers_of(payload: dict[str, Any]) -> np.ndarray:
        flat = np.frombuffer(base64.b64decode(payload["base64"]), "<f4")
        return flat.reshape(payload["shape"]).astype(np.float64)

    scaling = file["feature_scaling"]
    outputs = []
    for member in file["domain"]["members"]:
        h = (spectra - numbers_of(scaling["mean"])) / numbers_of(scaling["scale"])
        for layer in member["layers"]:
            h = h @ numbers_of(layer["weights"]).T + numbers_of(layer["bias"])
            if layer["activation"] == "relu":
                h = np.maximum(h, 0)
        outputs.append(h[:, 0])
    return np.asarray(np.mean(outputs, axis=0))


@pytest.mark.parametrize("name", ["format3-edge-5", "format3-absolute-1"])
def test_flags_of_the_domain(name: str) -> None:
    """Those of format 3 ask networks, and shapes only beyond 98 %."""
    path = FOLDER / f"{name}.json"
    file, model = json.loads(path.read_bytes()), Model.load(path)
    vectors = features(model.feature_count)
    output, level = domain(file, vectors), file["domain"]["level"]
    assert np.min(np.abs(output - level)) > 0.1  # rounding does not matter
    expected = output > level
    lines = [line.split() for line in (FOLDER / "domain.txt").read_text().splitlines()]
    said = [line[2:] for line in lines if line[0] == name]
    np.testing.assert_allclose(output, [float.fromhex(words[0]) for words in said], atol=1e-5)
    assert [words[2] == "outside" for words in said] == expected.tolist()
    predictions = model.predict_features_many(vectors)
    novel = predictions.novelty > file["calibration"]["novelty"]["flag_level"]
    strange = unlike(file, vectors, file["references"]["groups"])
    assert (expected & ~novel & ~strange).any()
    assert (novel & ~expected).any()
    assert not (expected | novel | strange).all()
    flagged = predictions.flagged(Flag.OUTSIDE_REFERENCE_DOMAIN)
    np.testing.assert_array_equal(flagged, expected | novel | strange)
