"""The same numbers once more, by NumPy from the model file (docs/model-format.schema.json).

Of every format: the shipped models, and golden ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MODELS, REPOSITORY
from synthetic import Floats, Site, known

from spectra_infer import PROPERTIES, UNITS, Alignment, Model


def array(payload: dict[str, Any]) -> Floats:
    """Decode base64 little-endian float32 beside its shape and checksum."""
    data = base64.b64decode(payload["base64"], validate=True)
    assert hashlib.sha256(data).hexdigest() == payload["sha256"]
    return np.frombuffer(data, "<f4").reshape(payload["shape"]).astype(np.float64)


class Oracle:
    """A model file, read and run by NumPy in double precision."""

    def __init__(self, path: Path) -> None:
        self.file: dict[str, Any] = json.loads(path.read_bytes())
        self.mean = array(self.file["feature_scaling"]["mean"])
        self.scale = array(self.file["feature_scaling"]["scale"])
        self.target_mean = np.array(self.file["target_scaling"]["mean"])
        self.target_scale = np.array(self.file["target_scaling"]["scale"])
        self.references = array(self.file["references"]["features"])

    def members(self, features: Floats) -> Floats:
        """Each network's properties; [members, spectra, 6], in their units."""
        outputs = []
        for member in self.file["members"]:
            x = (features - self.mean) / self.scale
            for layer in member["layers"]:
                x = x @ array(layer["weights"]).T + array(layer["bias"])
                if layer["activation"] == "relu":
                    x = np.maximum(x, 0)
            outputs.append(self.target_mean + self.target_scale * x)
        return np.array(outputs)

    def distance(self, features: Floats) -> Floats:
        """Root mean square distance to the nearest reference; [spectra]."""
        difference = features[:, np.newaxis] - self.references
        nearest: Floats = np.sqrt(np.mean(difference**2, axis=2)).min(axis=1)
        return nearest

    def quantile(self, level: int, index: int, distance: Floats) -> Floats:
        """What standard errors of a property are multiplied by at these distances."""
        calibration = self.file["calibration"]
        fit = calibration["properties"][index]
        if self.file["format_version"] == 1:
            return np.full_like(distance, fit[f"quantile_{level}"])
        known, quantiles = calibration["quantile_distances"], fit[f"quantiles_{level}"]
        at_distance: Floats = np.interp(distance, known, quantiles)
        return at_distance


GOLDEN = REPOSITORY / "Tests" / "Fixtures" / "golden-models"
KINDS = ("edge-5", "absolute-1")
PATHS = [
    *(MODELS / f"{name}.json" for name in ("edge", "threshold", "absolute")),
    GOLDEN / "edge-160.json",
    *(GOLDEN / f"format{version}-{kind}.json" for version in (2, 3) for kind in KINDS),
]


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def pair(request: pytest.FixtureRequest) -> tuple[Model, Oracle]:
    path: Path = request.param
    return Model.load(path), Oracle(path)


@pytest.fixture
def spectra(pair: tuple[Model, Oracle]) -> np.ndarray:
    """References, and references with noise, of which some are far from all; (n, F) float32."""
    references = pair[0].references.features
    rng = np.random.default_rng(7)
    noisy = references + rng.normal(0, 1, references.shape) * rng.choice(
        [0.01, 0.1, 1.0], (len(references), 1)
    )
    return np.concatenate([references, noisy]).astype(np.float32)


def test_networks(pair: tuple[Model, Oracle], spectra: np.ndarray) -> None:
    model, oracle = pair
    expected = oracle.members(spectra.astype(np.float64)).mean(axis=0)
    maps = model.predict_features_many(spectra)
    for index, name in enumerate(PROPERTIES):
        np.testing.assert_allclose(
            maps[name].value, expected[:, index], rtol=0, atol=1e-4 * oracle.target_scale[index]
        )


def test_errors(pair: tuple[Model, Oracle], spectra: np.ndarray) -> None:
    """sqrt(base^2 + (spread weight * spread)^2 + (novelty weight * distance)^2) and quantiles."""
    model, oracle = pair
    features = spectra.astype(np.float64)
    spread = oracle.members(features).std(axis=0, ddof=1) if model.member_count > 1 else 0
    spread = np.broadcast_to(spread, (len(spectra), len(PROPERTIES)))
    distance = oracle.distance(features)
    maps = model.predict_features_many(spectra)
    for index, (name, fit) in enumerate(zip(PROPERTIES, oracle.file["calibration"]["properties"])):
        expected = np.sqrt(
            fit["base"] ** 2
            + (fit["spread_weight"] * spread[:, index]) ** 2
            + (fit["novelty_weight"] * distance) ** 2
        )
        tolerance = 1e-3 * oracle.target_scale[index]
        np.testing.assert_allclose(maps[name].standard_error, expected, rtol=1e-3, atol=tolerance)


def test_intervals(pair: tuple[Model, Oracle], spectra: np.ndarray) -> None:
    """Quantiles times the standard error, at distances of zero, between, and far away."""
    model, oracle = pair
    chosen = np.concatenate([spectra[:1], spectra[-min(len(spectra) // 2, 100) :]])
    distance = oracle.distance(chosen.astype(np.float64))
    known = oracle.file["calibration"].get("quantile_distances", [0.0])
    assert distance.min() <= known[0]
    assert distance.max() > known[-1]
    predictions = [model.predict_features(features) for features in chosen]
    for index, name in enumerate(PROPERTIES):
        estimates = [prediction[name] for prediction in predictions]
        value = np.array([estimate.value for estimate in estimates])
        error = np.array([estimate.standard_error for estimate in estimates])
        for level in (68, 95):
            half = oracle.quantile(level, index, distance) * error
            found = np.array([getattr(estimate, f"interval_{level}") for estimate in estimates])
            # A distance is summed in single precision, and what hangs on it is off by that.
            np.testing.assert_allclose(found[:, 1] - value, half, rtol=1e-5)
            np.testing.assert_allclose(value - found[:, 0], half, rtol=1e-5)


def test_novelty(pair: tuple[Model, Oracle], spectra: np.ndarray) -> None:
    model, oracle = pair
    quantiles = np.array(oracle.file["calibration"]["novelty"]["distances"])
    distance = oracle.distance(spectra.astype(np.float64))
    shares = np.linspace(0, 1, len(quantiles))
    novelty = model.predict_features_many(spectra).novelty
    np.testing.assert_allclose(novelty, np.interp(distance, quantiles, shares), atol=2e-3)


def test_description(pair: tuple[Model, Oracle]) -> None:
    model, oracle = pair
    file = oracle.file
    assert file["format"] == "spectra-infer model"
    assert file["format_version"] == model.format_version
    assert [(p["name"], p["unit"]) for p in file["properties"]] == list(UNITS.items())
    assert file["preprocessing"]["alignment"] == model.alignment.name.lower()
    assert file["preprocessing"]["background"]["rule"] == model.background.name.lower()
    grid = file["preprocessing"]["grid"]
    np.testing.assert_allclose(
        model.energies, grid["start_ev"] + grid["step_ev"] * np.arange(grid["count"])
    )
    assert len(file["members"]) == model.member_count
    assert file["card"] == model.card
    assert tuple(file["references"]["ids"]) == model.references.ids
    assert np.array_equal(model.references.features, oracle.references)
    np.testing.assert_array_equal(
        model.references.properties, np.array(file["references"]["properties"], float)
    )


@pytest.mark.parametrize("width", [0.05, 0.13, 0.7])
def test_resampling(pair: tuple[Model, Oracle], quartz: Site, width: float) -> None:
    """A feature is the mean of the spectrum, linear between channels, over a cell of the grid."""
    model, _ = pair
    energy = np.arange(500.0, 565.0, width)
    counts = np.random.default_rng(3).poisson(1000 * quartz.spectrum(energy))
    prepared = model.preprocess(energy, counts, background="none", **known(model, quartz))
    shift = prepared.preparation.shift_ev
    if model.alignment is Alignment.THRESHOLD:
        assert shift == -quartz.properties["excitation_energy"]
    step = model.energies[1] - model.energies[0]
    borders = np.append(model.energies - step / 2, model.energies[-1] + step / 2) - shift
    nodes = np.union1d(energy, borders)
    values = np.interp(nodes, energy, counts.astype(np.float64))
    integral = np.concatenate([[0], np.cumsum(np.diff(nodes) * (values[1:] + values[:-1]) / 2)])
    cells = np.diff(np.interp(borders, nodes, integral)) / step
    np.testing.assert_allclose(prepared.features, cells / cells.mean(), rtol=2e-5, atol=2e-6)
    assert prepared.preparation.area == pytest.approx(cells.mean(), rel=1e-5)
