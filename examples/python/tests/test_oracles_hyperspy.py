"""Background and deconvolution against HyperSpy's and eXSpy's, where these are installed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY

from spectra_infer import Model

pytest.importorskip("exspy")

FIXTURES = REPOSITORY / "Tests" / "Fixtures" / "hyperspy"


@pytest.fixture
def generator(tmp_path: Path) -> ModuleType:
    """Return the generator of the fixtures, which writes to another folder."""
    spec = importlib.util.spec_from_file_location("generate", FIXTURES / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HERE = tmp_path  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load(REPOSITORY / "data" / "models" / "threshold.json")


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_background(generator: ModuleType, model: Model, tmp_path: Path, seed: int) -> None:
    generator.background(np.random.default_rng(seed))
    golden = read(tmp_path / "background.json")
    counts = np.array(golden["counts"])
    energy = golden["start"] + golden["step"] * np.arange(counts.size)
    done = model.preprocess(energy, counts, threshold=535.0).preparation
    likelihood = golden["maximum_likelihood"]
    # HyperSpy's simplex stops at about 1e-5.
    assert done.background_exponent == pytest.approx(likelihood["r"], abs=2e-4)
    at_530 = done.background_amplitude * 530.0**-done.background_exponent
    assert at_530 == pytest.approx(likelihood["counts_530"], rel=2e-5)
    # Least squares without weights is another estimate, within the standard error.
    difference = done.background_exponent - golden["least_squares"]["r"]
    assert abs(difference) < done.background_exponent_error


def test_deconvolution(generator: ModuleType, model: Model, tmp_path: Path) -> None:
    generator.deconvolution()
    golden = read(tmp_path / "deconvolution.json")
    core, low_loss = np.array(golden["core"]), np.array(golden["low_loss"])
    energy = golden["start"] + golden["step"] * np.arange(core.size)
    low_energy = golden["low_loss_start"] + golden["step"] * np.arange(low_loss.size)
    ours = model.preprocess(
        energy,
        core,
        background="none",
        threshold=535.0,
        low_loss=(low_energy, low_loss),
        low_loss_use="deconvolve",
    )
    theirs = model.preprocess(energy, golden["deconvolved"], background="none", threshold=535.0)
    assert np.abs(ours.features - theirs.features).max() < 1e-3
    assert ours.preparation.thickness == pytest.approx(generator.THICKNESS, abs=1e-3)
    assert ours.preparation.zero_loss_fwhm_ev == pytest.approx(generator.WIDTH, abs=2e-3)
