"""The calls of the C library that concern one model, on arrays of the types that C expects."""

from __future__ import annotations

import ctypes
import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _library
from ._arrays import Array, strides_in_floats
from ._library import (
    spectra_model_info,
    spectra_neighbor,
    spectra_options,
    spectra_preparation,
    spectra_reference,
    spectra_result,
)
from .errors import Status, error_from_status
from .prediction import PROPERTIES, References

__all__ = ["RESULT", "Handle", "Message", "read_info", "read_references"]

RESULT = np.dtype(spectra_result)
"""``spectra_result`` as the item of an array."""


class Message:
    """The buffer that a call writes its sentence to."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(_library.SPECTRA_MESSAGE_CAPACITY)
        self.arguments = (self._buffer, len(self._buffer))

    def check(self, status: int) -> None:
        if status != Status.OK:
            raise error_from_status(status, self._buffer.value.decode(errors="replace"))


class _Workspaces(threading.local):
    """The workspace of the last call, for the next one on as many channels; one for each thread."""

    largest = 1 << 20  # bytes that are kept

    def __init__(self) -> None:
        self.channels = -1
        self.kept = np.empty(0, np.uint8)


class Handle:
    """Owns a ``spectra_model``. Every array handed to its methods is of the type that C expects.

    Whoever holds the handle keeps the model alive; the last one to let go of it frees it.
    """

    def __init__(self, pointer: Any) -> None:
        self.pointer = pointer
        self._workspaces = _Workspaces()
        library = _library.library()
        # At exit the system takes the memory back: a daemon thread may still be predicting then.
        weakref.finalize(self, library.spectra_model_free, pointer).atexit = False

    def _workspace(self, channels: int) -> NDArray[np.uint8]:
        last = self._workspaces
        if last.channels == channels:
            return last.kept
        size = _library.library().spectra_workspace_size(self.pointer, channels)
        workspace = np.empty(size, np.uint8)
        if size <= last.largest:
            last.channels, last.kept = channels, workspace
        return workspace

    def predict(
        self,
        energies: NDArray[np.float64],
        spectrum: NDArray[np.float32],
        options: spectra_options,
        channels: int,
    ) -> spectra_result:
        """Predict one spectrum; `channels` is that of the longest spectrum handed in."""
        workspace = self._workspace(channels)
        result = spectra_result(struct_size=ctypes.sizeof(spectra_result))
        message = Message()
        status = _library.library().spectra_predict(
            self.pointer,
            workspace.ctypes.data,
            workspace.size,
            energies.ctypes.data,
            spectrum.ctypes.data,
            energies.size,
            ctypes.byref(options),
            ctypes.byref(result),
            *message.arguments,
        )
        message.check(status)
        return result

    def predict_batch(
        self,
        energies: NDArray[np.float64],
        block: NDArray[np.float32],
        options: spectra_options,
        channels: int,
        results: Array,
    ) -> None:
        """Predict every row of `block`, which may have any positive strides."""
        workspace = self._workspace(channels)
        spectrum_stride, channel_stride = strides_in_floats(block)
        message = Message()
        status = _library.library().spectra_predict_batch(
            self.pointer,
            workspace.ctypes.data,
            workspace.size,
            energies.ctypes.data,
            energies.size,
            block.ctypes.data,
            len(block),
            spectrum_stride,
            channel_stride,
            ctypes.byref(options),
            results.ctypes.data,
            results.itemsize,
            *message.arguments,
        )
        message.check(status)

    def preprocess(
        self,
        energies: NDArray[np.float64],
        spectrum: NDArray[np.float32],
        options: spectra_options,
        channels: int,
        features: NDArray[np.float32],
    ) -> spectra_preparation:
        workspace = self._workspace(channels)
        preparation = spectra_preparation(struct_size=ctypes.sizeof(spectra_preparation))
        message = Message()
        status = _library.library().spectra_preprocess(
            self.pointer,
            workspace.ctypes.data,
            workspace.size,
            energies.ctypes.data,
            spectrum.ctypes.data,
            energies.size,
            ctypes.byref(options),
            features.ctypes.data,
            features.size,
            ctypes.byref(preparation),
            *message.arguments,
        )
        message.check(status)
        return preparation

    def predict_features(self, features: NDArray[np.float32]) -> spectra_result:
        result = spectra_result()
        message = self._predict_features(features[np.newaxis], ctypes.addressof(result))
        message.check(result.status)
        return result

    def predict_features_batch(self, block: NDArray[np.float32], results: Array) -> None:
        # The library strides over spectra only, not over the points of one.
        self._predict_features(
            np.require(block, requirements=["C_CONTIGUOUS", "ALIGNED"]), results.ctypes.data
        )

    def find_neighbors(
        self, features: NDArray[np.float32], count: int
    ) -> ctypes.Array[spectra_neighbor]:
        found = (spectra_neighbor * count)()
        found_count = ctypes.c_size_t()
        message = Message()
        message.check(
            _library.library().spectra_find_neighbors(
                self.pointer,
                features.ctypes.data,
                features.size,
                found,
                count,
                ctypes.byref(found_count),
                *message.arguments,
            )
        )
        return (spectra_neighbor * found_count.value).from_buffer(found)

    def _predict_features(self, rows: NDArray[np.float32], results: int) -> Message:
        workspace = self._workspace(0)
        message = Message()
        status = _library.library().spectra_predict_features(
            self.pointer,
            workspace.ctypes.data,
            workspace.size,
            rows.ctypes.data,
            rows.shape[1],
            rows.shape[0],
            rows.shape[1],
            results,
            ctypes.sizeof(spectra_result),
            *message.arguments,
        )
        message.check(status)
        return message


def _check(status: int) -> None:
    if status != Status.OK:
        raise error_from_status(status, _library.library().spectra_status_text(status).decode())


def read_info(pointer: Any) -> spectra_model_info:
    info = spectra_model_info(struct_size=ctypes.sizeof(spectra_model_info))
    _check(_library.library().spectra_model_get_info(pointer, ctypes.byref(info)))
    return info


def read_references(pointer: Any, info: spectra_model_info) -> References:
    ids = []
    features = np.empty((info.reference_count, info.feature_count), np.float32)
    properties = np.empty((info.reference_count, len(PROPERTIES)), np.float64)
    for index in range(info.reference_count):
        c = spectra_reference(struct_size=ctypes.sizeof(spectra_reference))
        read = _library.library().spectra_model_get_reference
        _check(read(pointer, index, ctypes.byref(c)))
        ids.append(c.id.decode())
        features[index] = np.ctypeslib.as_array(c.features, (c.feature_count,))
        properties[index] = c.properties
    features.flags.writeable = False
    properties.flags.writeable = False
    return References(tuple(ids), features, properties)
