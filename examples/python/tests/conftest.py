"""What the tests share: the repository's files, the shipped models, simulated spectra."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from synthetic import Site, measured, simulated_site

import spectra_infer
from spectra_infer import Model

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "data" / "models"


@pytest.fixture(scope="session")
def header() -> str:
    """The text of spectra_infer.h."""
    return (REPOSITORY / "include" / "spectra_infer.h").read_text()


@pytest.fixture(scope="session")
def model() -> Model:
    """The default model."""
    return Model.load()


@pytest.fixture(scope="session", params=["edge", "threshold", "absolute"])
def any_model(request: pytest.FixtureRequest) -> Model:
    """Each of the shipped models in turn."""
    return Model.load(spectra_infer.model_path(request.param))


@pytest.fixture(scope="session")
def quartz() -> Site:
    """The simulated oxygen site of alpha-quartz."""
    return simulated_site(REPOSITORY / "data", "mp-7000/O3")


@pytest.fixture(scope="session")
def image(quartz: Site) -> tuple[np.ndarray, np.ndarray]:
    """An energy axis (channels,) and a noisy spectrum image (4, 6, channels), float32."""
    energy = np.arange(490.0, 565.0, 0.25)
    counts = np.empty((4, 6, energy.size), np.float32)
    for pixel, index in enumerate(np.ndindex(4, 6)):
        counts[index] = measured(quartz, energy, seed=pixel, scale=300.0 + 10 * pixel)
    return energy, counts


@pytest.fixture
def closed_figures() -> Iterator[None]:
    """Figures are shown nowhere, and closed behind the test."""
    import matplotlib.pyplot as plt

    backend = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)
