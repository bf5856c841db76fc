"""The wheel carries the library and the models, and works without the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from conftest import MODELS, REPOSITORY

PROJECT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".venv")

PROGRAM = """
import numpy as np, spectra_infer
model = spectra_infer.Model.load()
prediction = model.predict_features(model.references.features[0])
assert np.isfinite(prediction.bond_length.value)
print(spectra_infer.library_path())
print(spectra_infer.model_path("edge"))
print(prediction)
"""


def build(project: Path, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "SPECTRA_INFER_ROOT"}
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(out), str(project)]
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project outside of the repository, as an unpacked sdist is."""
    return Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("away") / "p", ignore=LEFT_OUT))


@pytest.fixture(scope="module")
def wheel(away: Path) -> Path:
    out = away.parent / "wheels"
    result = build(away, out, SPECTRA_INFER_ROOT=str(REPOSITORY))
    assert result.returncode == 0, result.stderr
    (path,) = out.glob("*.whl")
    return path


def test_its_name_tells_the_oldest_glibc_it_runs_on(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        library = archive.extract("spectra_infer/lib/libspectra_infer.so", tmp_path)
    # Another reader of the file than the one that made the tag.
    symbols = subprocess.run(["objdump", "-T", library], capture_output=True, text=True, check=True)
    needed = re.findall(r"GLIBC_(\d+)\.(\d+)", symbols.stdout)
    major, minor = max((int(major), int(minor)) for major, minor in needed)
    machine = sysconfig.get_platform().split("-")[-1]
    assert wheel.name == f"spectra_infer-0.1.0-py3-none-manylinux_{major}_{minor}_{machine}.whl"
    # Nothing but glibc, which is what the tag allows to expect.
    dynamic = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=True)
    linked = re.findall(r"NEEDED +(\S+)", dynamic.stdout)
    assert linked
    assert all(re.fullmatch(r"(libc|libm|ld-linux.*)\.so\.\d+", name) for name in linked)


def test_it_holds_library_models_and_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("spectra_infer/")}
        models = {f"spectra_infer/models/{path.name}" for path in MODELS.glob("*.json")}
        assert models | {"spectra_infer/py.typed", "spectra_infer/lib/libspectra_infer.so"} <= names
        source = PROJECT / "src"
        modules = {p.relative_to(source).as_posix() for p in source.rglob("*.py")}
        assert modules <= names
        shipped = archive.read("spectra_infer/models/edge.json")
        assert shipped == (MODELS / "edge.json").read_bytes()


def test_it_works_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", wheel], check=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    result = subprocess.run(
        [python, "-c", PROGRAM], cwd=elsewhere, env={}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    library, model, *table = result.stdout.splitlines()
    assert Path(library).resolve().is_relative_to(environment.resolve())
    assert Path(model).resolve().is_relative_to(environment.resolve())
    assert "bond_length" in "\n".join(table)


def test_without_the_repository_it_says_what_to_do(away: Path, tmp_path: Path) -> None:
    result = build(away, tmp_path)
    assert result.returncode != 0
    assert "make library" in result.stderr
    assert "SPECTRA_INFER_ROOT" in result.stderr
