"""How the shared library is found, and what is said when it is not."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spectra_infer import LibraryError, _library


def compiled(source: str, folder: Path) -> str:
    compiler = shutil.which("cc")
    assert compiler is not None, "the tests need a C compiler"
    (folder / "other.c").write_text(source)
    path = folder / "libother.so"
    subprocess.run([compiler, "-shared", "-fPIC", folder / "other.c", "-o", path], check=True)
    return str(path)


def test_environment_variable_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_library.LIBRARY_VARIABLE, "/nowhere/libspectra_infer.so")
    assert _library.library_path() == "/nowhere/libspectra_infer.so"
    with pytest.raises(LibraryError, match=r"/nowhere/libspectra_infer\.so.*make library"):
        _library.load(_library.library_path())


def test_package_then_repository_then_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(_library.LIBRARY_VARIABLE, raising=False)
    package = tmp_path / "examples" / "python" / "src" / "spectra_infer"
    monkeypatch.setattr(_library, "_PACKAGE", package)
    assert _library.library_path() == _library.LIBRARY_NAME

    built = tmp_path / "build" / "lib" / _library.LIBRARY_NAME
    built.parent.mkdir(parents=True)
    built.touch()
    assert _library.library_path() == _library.LIBRARY_NAME  # not the repository: no header
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "spectra_infer.h").touch()
    assert _library.library_path() == str(built)

    inside = package / "lib" / _library.LIBRARY_NAME
    inside.parent.mkdir(parents=True)
    inside.touch()
    assert _library.library_path() == str(inside)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = compiled("unsigned spectra_version_number(void) { return 203; }", tmp_path)
    with pytest.raises(LibraryError, match=r"is SpectraInfer 0\.2\.3, and this package needs 0\.1"):
        _library.load(path)


def test_another_library_is_refused(tmp_path: Path) -> None:
    path = compiled("int something_else(void) { return 0; }", tmp_path)
    with pytest.raises(LibraryError, match="is not a SpectraInfer library"):
        _library.load(path)


def test_a_missing_function_is_named(tmp_path: Path) -> None:
    path = compiled("unsigned spectra_version_number(void) { return 100; }", tmp_path)
    with pytest.raises(LibraryError, match="has no function spectra_"):
        _library.load(path)


@pytest.mark.parametrize(
    ("number", "compatible"), [(99, False), (100, True), (107, True), (200, False), (10100, False)]
)
def test_versions_that_fit(number: int, compatible: bool) -> None:
    assert _library._compatible(number) is compatible


def test_importing_needs_no_library() -> None:
    program = "import spectra_infer; spectra_infer.Model.load('x.json')"
    environment = {_library.LIBRARY_VARIABLE: "/nowhere.so", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "LibraryError: cannot load the SpectraInfer library '/nowhere.so'" in run.stderr


def test_calls_release_the_interpreter() -> None:
    assert type(_library.library()) is ctypes.CDLL  # and not its subclass PyDLL
