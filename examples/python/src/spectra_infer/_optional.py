"""Packages that only a part of this one needs, imported when they are first used."""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = ["require"]


def require(module: str, extra: str) -> ModuleType:
    """Import a module of an optional package, or say which extra brings it.

    Parameters
    ----------
    module
        Such as ``"matplotlib.pyplot"``.
    extra
        The extra of this package that asks for it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.split(".")[0]
        if (error.name or "").split(".")[0] != package:
            raise  # the package is there; something that it needs itself is not
        raise ModuleNotFoundError(
            f"this needs {package}: pip install 'spectra-infer[{extra}]'", name=error.name
        ) from error
