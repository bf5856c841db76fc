"""The background and the deconvolution against HyperSpy's and eXSpy's own, where these are installed."""

from __future__ import annotations

import ctypes
import json
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from conftest import REPOSITORY
from numpy.typing import NDArray

from spectra_infer import Model, _library

exspy = pytest.importorskip("exspy")

FIXTURES = REPOSITORY / "Tests" / "Fixtures" / "hyperspy"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FIXTURES / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def fresh(generator: ModuleType, tmp_path: Path) -> ModuleType:
    """Return the generator of the fixtures, which writes to another folder."""
    generator.HERE = tmp_path
    return generator


def preprocess(
    model: Model,
    energy: NDArray[np.float64],
    counts: NDArray[np.float32],
    low_loss: tuple[NDArray[np.float64], NDArray[np.float32]] | None = None,
) -> tuple[NDArray[np.float32], _library.spectra_preparation]:
    library = _library.library()
    options = _library.spectra_options()
    library.spectra_options_init(ctypes.byref(options))
    options.threshold_ev = 535.0
    channels = energy.size
    if low_loss is not None:
        options.low_loss_energy_ev = low_loss[0].ctypes.data
        options.low_loss_intensity = low_loss[1].ctypes.data
        options.low_loss_count = low_loss[0].size
        options.low_loss_use = _library.SPECTRA_LOW_LOSS_DECONVOLVE
        channels = max(channels, low_loss[0].size)
    if not counts[:400].mean() > 1:
        options.background = 1  # none
    pointer = model._open().pointer
    workspace = np.empty(library.spectra_workspace_size(pointer, channels), np.uint8)
    features = np.empty(model.feature_count, np.float32)
    preparation = _library.spectra_preparation(
        struct_size=ctypes.sizeof(_library.spectra_preparation)
    )
    message = ctypes.create_string_buffer(512)
    status = library.spectra_preprocess(
        pointer, workspace.ctypes.data, workspace.size, energy.ctypes.data, counts.ctypes.data,
        energy.size, ctypes.byref(options), features.ctypes.data, features.size,
        ctypes.byref(preparation), message, len(message),
    )  # fmt: skip
    assert status == 0, message.value
    return features, preparation


def read(folder: Path, name: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / name).read_text())
    return content


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_background(fresh: ModuleType, tmp_path: Path, seed: int) -> None:
    fresh.background(np.random.default_rng(seed))
    golden = read(tmp_path, "background.json")
    counts = np.array(golden["counts"], np.float32)
    energy = golden["start"] + golden["step"] * np.arange(counts.size)
    model = Model.load(REPOSITORY / "data" / "models" / "threshold.json")
    _, done = preprocess(model, energy, counts)
    likelihood = golden["maximum_likelihood"]
    assert done.background_exponent == pytest.approx(likelihood["r"], abs=2e-4)
    at_530 = done.background_amplitude * 530.0**-done.background_exponent
    assert at_530 == pytest.approx(likelihood["counts_530"], rel=2e-5)
    difference = done.background_exponent - golden["least_squares"]["r"]
    assert abs(difference) < done.background_exponent_error


def test_deconvolution(fresh: ModuleType, tmp_path: Path) -> None:
    fresh.deconvolution()
    golden = read(tmp_path, "deconvolution.json")
    arrays = {
        name: np.array(golden[name], np.float32) for name in ("core", "low_loss", "deconvolved")
    }
    energy = golden["start"] + golden["step"] * np.arange(arrays["core"].size)
    low_energy = golden["low_loss_start"] + golden["step"] * np.arange(arrays["low_loss"].size)
    model = Model.load(REPOSITORY / "data" / "models" / "threshold.json")
    ours, done = preprocess(model, energy, arrays["core"], (low_energy, arrays["low_loss"]))
    theirs, _ = preprocess(model, energy, arrays["deconvolved"])
    assert np.abs(ours - theirs).max() < 1e-3
    assert done.thickness == pytest.approx(fresh.THICKNESS, abs=1e-3)
    assert done.zero_loss_fwhm_ev == pytest.approx(fresh.WIDTH, abs=2e-3)
