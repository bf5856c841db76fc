"""The example script, as a person runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY
from synthetic import Site, measured

import spectra_infer

SCRIPT = Path(__file__).resolve().parents[1] / "examples" / "predict.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("separator", [" ", "\t", ","])
def test_two_columns(separator: str, quartz: Site, tmp_path: Path) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=51)
    file = tmp_path / "spectrum.txt"
    np.savetxt(
        file, np.column_stack([energy, counts]), "%.4f", separator, header="eV counts, one by one"
    )
    result = run(file)
    assert result.returncode == 0, result.stderr
    expected = spectra_infer.Model.load().predict(energy, counts)
    assert result.stdout.splitlines() == str(expected).splitlines()


def test_headings_above_the_numbers() -> None:
    file = REPOSITORY / "examples" / "c" / "quartz.txt"
    energy, counts = np.loadtxt(file, skiprows=3, unpack=True)
    result = run(file)
    assert result.returncode == 0, result.stderr
    expected = spectra_infer.Model.load().predict(energy, counts)
    assert result.stdout.splitlines() == str(expected).splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "500 1\n501 2\n",
        "energy counts\n",
        "energy counts\n500 1\n",
        "500 1\nenergy counts\n501 2\n",
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "spectrum.txt"
    file.write_text(text)
    result = run(file)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith(str(file))


def test_missing_file(tmp_path: Path) -> None:
    result = run(tmp_path / "none.txt")
    assert result.returncode == 1
    assert "none.txt" in result.stderr
