"""Status codes of the C library and the exceptions they become."""

from __future__ import annotations

import enum

__all__ = [
    "CallError",
    "LibraryError",
    "ModelError",
    "ModelFileError",
    "SpectraError",
    "SpectraMemoryError",
    "SpectrumError",
    "Status",
    "error_class",
    "error_from_status",
]


class Status(enum.IntEnum):
    """What a call returned: the ``spectra_status`` of ``spectra_infer.h`` without its prefix."""

    OK = 0

    NULL_ARGUMENT = 10
    STRUCT_SIZE = 11
    COUNT = 12
    WORKSPACE = 13
    OPTION = 14
    MEMORY = 15

    AXIS = 20
    AXIS_RANGE = 21
    NOT_FINITE = 22
    BACKGROUND_WINDOW = 23
    BACKGROUND_FIT = 24
    NO_EDGE = 25
    NO_SIGNAL = 26
    ALIGNMENT = 27
    LOW_LOSS = 28
    DECONVOLUTION = 29
    UNCERTAIN_ONSET = 30

    FILE = 40
    MODEL_SYNTAX = 41
    MODEL_FORMAT = 42
    MODEL_CHECKSUM = 43
    MODEL_CONTENT = 44
    MODEL_SELF_TEST = 45


class LibraryError(ImportError):
    """The shared library was not found, cannot be loaded, or is of another version."""


class SpectraError(Exception):
    """An error that the library reported; its text is the library's sentence.

    Parameters
    ----------
    code
        The ``spectra_status`` returned.
    message
        What is wrong and what mends it.

    Attributes
    ----------
    code : int
        The ``spectra_status`` returned; also where this package does not know it.
    name : str
        Its name in C, such as ``"SPECTRA_ERROR_AXIS"``.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = int(code)
        self.name = _status_name(self.code)

    def __reduce__(self) -> tuple[type[SpectraError], tuple[int, str]]:
        return type(self), (self.code, str(self.args[0]))


class CallError(SpectraError, ValueError):
    """The call itself is wrong: an option out of range, a wrong size, a closed model."""


class SpectraMemoryError(SpectraError, MemoryError):
    """The library was refused memory while it loaded a model."""


class SpectrumError(SpectraError, ValueError):
    """The spectrum does not allow a prediction: its axis, values, background or edge."""


class ModelError(SpectraError):
    """The model is damaged, or is not a model that this library reads."""


class ModelFileError(ModelError, OSError):
    """The model file cannot be opened or read."""


_CLASSES: dict[Status, type[SpectraError]] = {
    Status.NULL_ARGUMENT: CallError,
    Status.STRUCT_SIZE: CallError,
    Status.COUNT: CallError,
    Status.WORKSPACE: CallError,
    Status.OPTION: CallError,
    Status.MEMORY: SpectraMemoryError,
    Status.AXIS: SpectrumError,
    Status.AXIS_RANGE: SpectrumError,
    Status.NOT_FINITE: SpectrumError,
    Status.BACKGROUND_WINDOW: SpectrumError,
    Status.BACKGROUND_FIT: SpectrumError,
    Status.NO_EDGE: SpectrumError,
    Status.NO_SIGNAL: SpectrumError,
    Status.ALIGNMENT: SpectrumError,
    Status.LOW_LOSS: SpectrumError,
    Status.DECONVOLUTION: SpectrumError,
    Status.UNCERTAIN_ONSET: SpectrumError,
    Status.FILE: ModelFileError,
    Status.MODEL_SYNTAX: ModelError,
    Status.MODEL_FORMAT: ModelError,
    Status.MODEL_CHECKSUM: ModelError,
    Status.MODEL_CONTENT: ModelError,
    Status.MODEL_SELF_TEST: ModelError,
}


def error_class(code: int) -> type[SpectraError]:
    """Return the exception class of a status; `SpectraError` for a code of a later library."""
    try:
        return _CLASSES[Status(code)]
    except (ValueError, KeyError):
        return SpectraError


def error_from_status(code: int, message: str) -> SpectraError:
    """Make the exception for a status other than ``SPECTRA_OK``."""
    return error_class(code)(code, message or f"the library returned {_status_name(code)}")


def _status_name(code: int) -> str:
    try:
        status = Status(code)
    except ValueError:
        return f"SPECTRA_ERROR_{code}"
    return "SPECTRA_OK" if status is Status.OK else f"SPECTRA_ERROR_{status.name}"
