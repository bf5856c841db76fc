"""The C library: where it is, its structures and its prototypes, named as in ``spectra_infer.h``.

Nothing here is part of the public interface. `ctypes.CDLL` releases the GIL for the length of each
call, so that threads predict side by side.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from ctypes import (
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int32,
    c_size_t,
    c_ssize_t,
    c_uint32,
    c_void_p,
)
from pathlib import Path
from typing import Any

from .errors import LibraryError

# ---------------------------------------------------------------- constants

SPECTRA_VERSION_MAJOR = 0
SPECTRA_VERSION_MINOR = 1
SPECTRA_VERSION_PATCH = 0
SPECTRA_VERSION_NUMBER = (
    SPECTRA_VERSION_MAJOR * 10000 + SPECTRA_VERSION_MINOR * 100 + SPECTRA_VERSION_PATCH
)
SPECTRA_MESSAGE_CAPACITY = 512
SPECTRA_PROPERTY_COUNT = 6
SPECTRA_NEIGHBOR_COUNT = 3
SPECTRA_CHANNEL_COUNT_MAX = 16777216
SPECTRA_LOW_LOSS_ALIGN = 1 << 0
SPECTRA_LOW_LOSS_RESOLUTION = 1 << 1
SPECTRA_LOW_LOSS_DECONVOLVE = 1 << 2

# ---------------------------------------------------------------- structures

# An enum of the header is 32 bits wide.
_enum = c_int32


class spectra_model(Structure):
    """Opaque."""


class spectra_model_info(Structure):
    """What a model is."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("format_version", c_uint32),
        ("alignment", _enum),
        ("background", _enum),
        ("feature_count", c_uint32),
        ("member_count", c_uint32),
        ("reference_count", c_uint32),
        ("reserved", c_uint32),
        ("grid_start_ev", c_double),
        ("grid_step_ev", c_double),
        ("broadening_sigma_ev", c_double),
        ("background_start_ev", c_double),
        ("background_end_ev", c_double),
    ]


class spectra_reference(Structure):
    """One reference spectrum of a model."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("feature_count", c_uint32),
        ("id", c_char_p),
        ("features", POINTER(c_float)),
        ("properties", c_double * SPECTRA_PROPERTY_COUNT),
    ]


class spectra_options(Structure):
    """What the caller knows of a measurement."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("background", _enum),
        ("background_start_ev", c_double),
        ("background_end_ev", c_double),
        ("threshold_ev", c_double),
        ("energy_offset_ev", c_double),
        ("axis_error_ev", c_double),
        ("spikes", _enum),
        ("calibration_point_count", c_uint32),
        ("calibration_measured_ev", c_double * 2),
        ("calibration_true_ev", c_double * 2),
        ("low_loss_energy_ev", c_void_p),
        ("low_loss_intensity", c_void_p),
        ("low_loss_count", c_size_t),
        ("low_loss_stride", c_ssize_t),
        ("low_loss_use", c_uint32),
        ("reserved_use", c_uint32),
        ("resolution_fwhm_ev", c_double),
        ("noise_gain", c_double),
        ("variance", c_void_p),
        ("variance_stride", c_ssize_t),
        ("reserved", c_double * 4),
    ]


class spectra_estimate(Structure):
    """One predicted property."""

    _fields_ = [
        ("value", c_double),
        ("standard_error", c_double),
        ("lower_68", c_double),
        ("upper_68", c_double),
        ("lower_95", c_double),
        ("upper_95", c_double),
        ("measurement_error", c_double),
    ]


class spectra_neighbor(Structure):
    """A reference spectrum near the measured one."""

    _fields_ = [
        ("reference", c_uint32),
        ("reserved", c_uint32),
        ("distance", c_double),
    ]


class spectra_preparation(Structure):
    """What preprocessing did."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("alignment", _enum),
        ("background", _enum),
        ("background_channels", c_uint32),
        ("background_start_ev", c_double),
        ("background_end_ev", c_double),
        ("background_amplitude", c_double),
        ("background_amplitude_error", c_double),
        ("background_exponent", c_double),
        ("background_exponent_error", c_double),
        ("background_dispersion", c_double),
        ("onset_ev", c_double),
        ("onset_error_ev", c_double),
        ("shift_ev", c_double),
        ("channel_width_ev", c_double),
        ("area", c_double),
        ("negative_fraction", c_double),
        ("calibration_offset_ev", c_double),
        ("calibration_factor", c_double),
        ("zero_loss_ev", c_double),
        ("zero_loss_error_ev", c_double),
        ("zero_loss_fwhm_ev", c_double),
        ("resolution_fwhm_ev", c_double),
        ("broadening_sigma_ev", c_double),
        ("thickness", c_double),
        ("noise_gain", c_double),
        ("background_covariance", c_double),
        ("background_residual_slope", c_double),
        ("background_residual_significance", c_double),
        ("pre_edge_excess", c_double),
        ("pre_edge_significance", c_double),
        ("spike_ev", c_double),
        ("spike_count", c_uint32),
        ("saturated_channels", c_uint32),
        ("constant_channels", c_uint32),
        ("low_loss_use", c_uint32),
        ("reserved", c_double * 8),
    ]


class spectra_result(Structure):
    """A prediction."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("status", _enum),
        ("flags", c_uint32),
        ("neighbor_count", c_uint32),
        ("properties", spectra_estimate * SPECTRA_PROPERTY_COUNT),
        ("novelty", c_double),
        ("neighbors", spectra_neighbor * SPECTRA_NEIGHBOR_COUNT),
        ("preparation", spectra_preparation),
    ]


# ---------------------------------------------------------------- prototypes

_message = (POINTER(c_char), c_size_t)
_workspace = (c_void_p, c_size_t)
# The address of a NumPy array's data. Not POINTER(c_float): ctypes.cast() makes a reference cycle
# that keeps the array until the garbage collector runs.
_array = c_void_p

PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "spectra_version_number": (c_uint32, ()),
    "spectra_version_string": (c_char_p, ()),
    "spectra_model_format_max": (c_uint32, ()),
    "spectra_status_name": (c_char_p, (_enum,)),
    "spectra_status_text": (c_char_p, (_enum,)),
    "spectra_property_name": (c_char_p, (c_int,)),
    "spectra_property_unit": (c_char_p, (c_int,)),
    "spectra_model_load_file": (_enum, (c_char_p, POINTER(POINTER(spectra_model)), *_message)),
    "spectra_model_load_memory": (
        _enum,
        (c_void_p, c_size_t, POINTER(POINTER(spectra_model)), *_message),
    ),
    "spectra_model_free": (None, (POINTER(spectra_model),)),
    "spectra_model_get_info": (_enum, (POINTER(spectra_model), POINTER(spectra_model_info))),
    "spectra_model_card": (c_char_p, (POINTER(spectra_model),)),
    "spectra_model_get_reference": (
        _enum,
        (POINTER(spectra_model), c_size_t, POINTER(spectra_reference)),
    ),
    "spectra_options_init": (None, (POINTER(spectra_options),)),
    "spectra_flag_text": (c_char_p, (c_uint32,)),
    "spectra_workspace_size": (c_size_t, (POINTER(spectra_model), c_size_t)),
    "spectra_predict": (
        _enum,
        (
            POINTER(spectra_model),
            *_workspace,
            _array,  # energy_ev
            _array,  # intensity
            c_size_t,  # channel_count
            POINTER(spectra_options),
            POINTER(spectra_result),
            *_message,
        ),
    ),
    "spectra_predict_batch": (
        _enum,
        (
            POINTER(spectra_model),
            *_workspace,
            _array,  # energy_ev
            c_size_t,  # channel_count
            _array,  # intensity
            c_size_t,  # spectrum_count
            c_ssize_t,  # spectrum_stride
            c_ssize_t,  # channel_stride
            POINTER(spectra_options),
            _array,  # results
            c_size_t,  # result_size
            *_message,
        ),
    ),
    "spectra_preprocess": (
        _enum,
        (
            POINTER(spectra_model),
            *_workspace,
            _array,  # energy_ev
            _array,  # intensity
            c_size_t,  # channel_count
            POINTER(spectra_options),
            _array,  # features
            c_size_t,  # feature_capacity
            POINTER(spectra_preparation),
            *_message,
        ),
    ),
    "spectra_predict_features": (
        _enum,
        (
            POINTER(spectra_model),
            *_workspace,
            _array,  # features
            c_size_t,  # feature_count
            c_size_t,  # spectrum_count
            c_ssize_t,  # spectrum_stride
            _array,  # results
            c_size_t,  # result_size
            *_message,
        ),
    ),
    "spectra_find_neighbors": (
        _enum,
        (
            POINTER(spectra_model),
            _array,  # features
            c_size_t,  # feature_count
            POINTER(spectra_neighbor),
            c_size_t,  # neighbor_capacity
            POINTER(c_size_t),  # neighbor_count
            *_message,
        ),
    ),
}

# ---------------------------------------------------------------- finding and loading

LIBRARY_VARIABLE = "SPECTRA_INFER_LIBRARY"
LIBRARY_NAME = "libspectra_infer.dylib" if sys.platform == "darwin" else "libspectra_infer.so"

_PACKAGE = Path(__file__).resolve().parent

_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None


def repository() -> Path | None:
    """Return the root of the repository that this file is in, if it is in one."""
    # <root>/examples/python/src/spectra_infer/_library.py
    parents = _PACKAGE.parents
    if len(parents) > 3 and (parents[3] / "include" / "spectra_infer.h").is_file():
        return parents[3]
    return None


def library_path() -> str:
    """Return the path of the shared library, or its bare name for the system's loader to find.

    The environment variable ``SPECTRA_INFER_LIBRARY`` comes first; then the copy inside the package
    (of a wheel), the one built in the repository, and the system's.
    """
    given = os.environ.get(LIBRARY_VARIABLE)
    if given:
        return given
    root = repository()
    candidates = [_PACKAGE / "lib" / LIBRARY_NAME]
    if root is not None:
        candidates.append(root / "build" / "lib" / LIBRARY_NAME)
    for candidate in candidates:
        if candidate.is_file():
            return str(candidate)
    return LIBRARY_NAME


def load(path: str) -> ctypes.CDLL:
    """Load the shared library at `path`, check its version and declare its functions.

    Raises
    ------
    LibraryError
        It cannot be loaded, is not libspectra_infer, or is of an incompatible version.
    """
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise LibraryError(
            f"cannot load the SpectraInfer library {path!r} ({error}): run `make library` in the "
            f"repository, or set {LIBRARY_VARIABLE} to the path of {LIBRARY_NAME}"
        ) from error
    try:
        library.spectra_version_number.restype = c_uint32
        number = int(library.spectra_version_number())
    except AttributeError as error:
        raise LibraryError(f"{path!r} is not a SpectraInfer library") from error
    if not _compatible(number):
        raise LibraryError(
            f"{path!r} is SpectraInfer {_version_text(number)}, and this package needs "
            f"{_version_text(SPECTRA_VERSION_NUMBER)}: install the package and the library of one "
            "version"
        )
    for name, (restype, argtypes) in PROTOTYPES.items():
        try:
            function = getattr(library, name)
        except AttributeError as error:
            raise LibraryError(f"{path!r} has no function {name}") from error
        function.restype = restype
        function.argtypes = argtypes
    return library


def library() -> ctypes.CDLL:
    """Return the shared library, loaded at the first call."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = load(library_path())
    return _loaded


def _compatible(number: int) -> bool:
    # Up to 1.0 a minor version may change the interface; after it, only add to it.
    major, minor = divmod(number // 100, 100)
    if major != SPECTRA_VERSION_MAJOR:
        return False
    return minor == SPECTRA_VERSION_MINOR if major == 0 else minor >= SPECTRA_VERSION_MINOR


def _version_text(number: int) -> str:
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"
