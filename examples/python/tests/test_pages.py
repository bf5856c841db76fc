"""The Python code of the pages runs as it is printed, from the first block of each to the last."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import gatan
import numpy as np
import pytest
from conftest import REPOSITORY
from synthetic import Site, measured

from spectra_infer import Model

TUTORIAL = REPOSITORY / "docs" / "tutorials" / "microscopist.md"
README = REPOSITORY / "README.md"
PACKAGE_README = REPOSITORY / "examples" / "python" / "README.md"

ENERGY = np.arange(490.0, 565.0, 0.25)
LOW_ENERGY = -20.0 + 0.25 * np.arange(300)


def run(page: Path, names: dict[str, Any], without: str = "") -> dict[str, Any]:
    """Run the blocks of a page, but those that name `without`, and return all their names."""
    text = page.read_text()
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    assert blocks
    for block in blocks:
        if without and without in block[1]:
            continue
        # Where a line fails, the traceback has its number in the page.
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], str(page), "exec"), names)
    return names


@pytest.fixture
def counts(quartz: Site) -> np.ndarray:
    """Counts of an image (4, 6, channels) on ENERGY."""
    many = [measured(quartz, ENERGY, seed=seed, scale=5e3, counts_at_520=8e3) for seed in range(24)]
    return np.reshape(many, (4, 6, -1))


@pytest.fixture
def low_counts() -> np.ndarray:
    """Counts of a zero-loss peak for each pixel of the image, (4, 6, channels) on LOW_ENERGY."""
    peak = 1e6 * np.exp(-0.5 * ((LOW_ENERGY - 0.3) / 0.2) ** 2) + 10.0
    return np.broadcast_to(peak.astype(np.float32), (4, 6, LOW_ENERGY.size))


@pytest.fixture
def eels() -> Any:
    """EXSpy's EELSSpectrum of counts, on an energy axis in eV."""
    with warnings.catch_warnings():  # of HyperSpy's own, while it is imported
        warnings.simplefilter("ignore")
        exspy = pytest.importorskip("exspy")

    def made(counts: np.ndarray, energy: np.ndarray) -> Any:
        signal = exspy.signals.EELSSpectrum(np.array(counts))
        axis = signal.axes_manager.signal_axes[0]
        axis.offset, axis.scale, axis.units = energy[0], energy[1] - energy[0], "eV"
        return signal

    return made


def write_gatan(path: Path, counts: np.ndarray, energy: np.ndarray) -> None:
    """Write an image (rows, columns, channels) as DigitalMicrograph does: energy slowest."""
    step = energy[1] - energy[0]
    picture = gatan.image(
        np.moveaxis(counts, -1, 0).astype("f4"),
        [(-energy[0] / step, step, "eV"), (0.0, 0.5, "nm"), (0.0, 0.5, "nm")],
        tags={"Meta Data": {"Format": "Spectrum image", "Signal": "EELS"}},
    )
    path.write_bytes(gatan.Writer(4, "<").file(gatan.document([picture])))


def test_the_readme(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(REPOSITORY)
    names = run(README, {})
    assert np.ptp(names["image"]["bond_angle"].value) == 0  # the same spectrum twice
    assert str(names["prediction"]) in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@pytest.mark.usefixtures("closed_figures")
class TestWithHyperSpy:
    """These need it, and show their figures nowhere."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_the_tutorial(
        self, counts: np.ndarray, low_counts: np.ndarray, eels: Any, tmp_path: Path
    ) -> None:
        eels(counts[0, 0], ENERGY).save(tmp_path / "quartz.msa")
        eels(counts, ENERGY).save(tmp_path / "image.hspy")
        write_gatan(tmp_path / "image.dm4", counts, ENERGY)
        write_gatan(tmp_path / "low-loss.dm4", low_counts, LOW_ENERGY)
        names = run(TUTORIAL, {"offset": 0.0})
        written = {path.name for path in tmp_path.iterdir()}
        assert {"bond-length.hspy", "maps.pdf", "maps.png"} <= written
        # The last block predicts the image from the file once more, lazily.
        expected = Model.load().predict_many(ENERGY, counts)
        np.testing.assert_allclose(
            names["predictions"].bond_length.value, expected.bond_length.value, rtol=1e-4
        )
        np.testing.assert_array_equal(names["maps"].bond_length.data, expected.bond_length.value)

    def test_the_readme_of_the_package(
        self, counts: np.ndarray, low_counts: np.ndarray, eels: Any, tmp_path: Path
    ) -> None:
        da = pytest.importorskip("dask.array")
        given = {
            "energy": ENERGY,
            "counts": counts[0, 0],
            "image": counts,
            "signal": eels(counts, ENERGY),
            "low_loss": eels(low_counts, LOW_ENERGY),
            "dask_array": da.from_array(counts, chunks=(2, 3, -1)),
        }
        # The report reads what hours of cross-validation wrote.
        names = run(PACKAGE_README, given, without="read_study")
        assert names["live"].measured == 1
        assert {path.name for path in tmp_path.iterdir()} == {"maps.pdf", "maps.png"}
