"""The examples live.py, two_phases.py and cluster.py, as a person runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_maps_are_filled_and_drawn(tmp_path: Path) -> None:
    # The queue holds the whole image: on a slow machine too, nothing is dropped.
    scan = ("--rate", 2000, "--rows", 12, "--columns", 20, "--every", 10)
    result = run("live.py", tmp_path / "frames", *scan)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("240 spectra in ")
    assert ", 0 dropped\n" in result.stdout
    assert re.search(r"all within \d+\.\d ms\n", result.stdout)
    assert re.search(
        r"\d+ us a spectrum, \d+ % of one core at 2000 spectra a second", result.stdout
    )
    first = f"{tmp_path}/frames/frame-000.png"
    assert result.stdout.endswith(f"1 frames: {first} to frame-000.png\n")
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["frame-000.png"]


def test_a_rate_of_nothing_is_refused(tmp_path: Path) -> None:
    result = run("live.py", tmp_path, "--rate", 0)
    assert result.returncode == 2
    assert "must be positive" in result.stderr


def test_the_same_seed_gives_the_same_image(tmp_path: Path) -> None:
    for name in ("one.npy", "other.npy"):
        result = run("two_phases.py", tmp_path / name, "--rows", 3, "--columns", 4, "--seed", 5)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "other.npy").read_bytes()
    assert (tmp_path / "one-energy.npy").is_file()


def test_the_figures_of_the_tutorial_are_drawn(tmp_path: Path) -> None:
    result = run("tutorial_figures.py", tmp_path, "--rows", 6, "--columns", 16)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"maps.png", "spectrum.png", "trust.png"}
    assert re.match(
        r"60 counts, .* 0\.0\d\d angstrom with summed counts, 0\.0\d\d with averaged predictions\n",
        result.stdout,
    )


def test_a_cluster_is_started_and_told_of() -> None:
    result = run("cluster.py", "--workers", 1, "--tiles", 1, "--repeat", 1)
    assert result.returncode == 0, result.stderr
    assert re.match(
        r"1 workers: 2304 spectra of 640 channels in [\d.]+ s, \d+ a second; \d+ without",
        result.stdout,
    )
