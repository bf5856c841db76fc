"""Puts the shared library and the models into the wheel; everything else is in pyproject.toml.

The library is built by ``make library`` in the root of the repository. The root is two directories
above this file, or where the environment variable ``SPECTRA_INFER_ROOT`` says (for a build from an
sdist, which carries neither the library nor the models).
"""

import os
import re
import shutil
import sysconfig
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py


def repository() -> Path:
    """Return the root of the repository that has the library and the models."""
    given = os.environ.get("SPECTRA_INFER_ROOT")
    return Path(given) if given else Path(__file__).resolve().parents[2]


def native_files() -> "tuple[Path, list[Path]]":
    """Return the shared library and the models to ship, or stop with what to do about it."""
    root = repository()
    library = root / "build" / "lib" / "libspectra_infer.so"
    models = sorted((root / "data" / "models").glob("*.json"))
    missing = []
    if not library.is_file():
        missing.append(str(library))
    if not any(model.name == "edge.json" for model in models):
        missing.append(str(root / "data" / "models" / "edge.json"))
    if missing:
        raise SystemExit(
            f"spectra_infer: {' and '.join(missing)} not found. Run `make library` in the root of "
            "the SpectraInfer repository first, or set SPECTRA_INFER_ROOT to a repository where "
            "that was done."
        )
    return library, models


class BuildWithLibrary(build_py):
    def run(self) -> None:
        super().run()
        if getattr(self, "editable_mode", False):
            return  # an editable install reads build/lib and data/models of the repository
        library, models = native_files()
        package = Path(self.build_lib) / "spectra_infer"
        for folder, files in (("lib", [library]), ("models", models)):
            target = package / folder
            shutil.rmtree(target, ignore_errors=True)  # nothing stale from an earlier build
            target.mkdir(parents=True)
            for file in files:
                shutil.copy2(file, target / file.name)


class NativeDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True  # of a kind: the library is compiled code, though not a Python extension


def platform_tag(library: bytes, platform: str) -> str:
    """Return the tag of the platforms on which a library runs: manylinux where it can be told.

    The library links nothing but glibc (a test of the repository holds it to that), and names the
    versions of glibc whose functions it needs. The highest is the oldest glibc it runs on, which
    is what a tag of PEP 600 says.
    """
    needed = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)", library)
    if not platform.startswith("linux_") or not needed:
        return platform
    major, minor = max((int(major), int(minor)) for major, minor in needed)
    # There are no tags for what is older than the oldest manylinux.
    major, minor = max((major, minor), (2, 17))
    return platform.replace("linux_", f"manylinux_{major}_{minor}_", 1)


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3, on the platforms on which the library runs."""

    def get_tag(self) -> "tuple[str, str, str]":
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        if not self._editable():
            platform = platform_tag(native_files()[0].read_bytes(), platform)
        return "py3", "none", platform

    def _editable(self) -> bool:
        return bool(getattr(self.get_finalized_command("build_py"), "editable_mode", False))


setup(
    distclass=NativeDistribution,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
)
