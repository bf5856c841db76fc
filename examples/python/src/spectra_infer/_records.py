"""Predictions as one array with a field for each map, which is easy to cut, send and fill."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .prediction import PROPERTIES, UNITS, Predictions, PropertyMap

__all__ = ["RECORD", "predictions_of", "records_of"]

_OTHERS = {
    "status": np.int32,
    "flags": np.uint32,
    "novelty": np.float64,
    "nearest": np.int32,
    "onset_ev": np.float64,
}

RECORD = np.dtype(
    [(name, np.float64) for name in PROPERTIES]
    + [(f"{name}_error", np.float64) for name in PROPERTIES]
    + list(_OTHERS.items())
)
"""What is kept of each spectrum: 124 bytes."""


def records_of(predictions: Predictions) -> NDArray[Any]:
    """Return an array of `RECORD`, of the map's shape."""
    records = np.empty(predictions.shape, RECORD)
    for name, one in predictions:
        records[name] = one.value
        records[f"{name}_error"] = one.standard_error
    for name in _OTHERS:
        records[name] = getattr(predictions, name)
    return records


def predictions_of(records: NDArray[Any], first_error: str = "") -> Predictions:
    """Return the maps of an array of `RECORD`, as arrays of their own."""
    records = np.asarray(records, RECORD)
    failed = int(np.count_nonzero(records["status"] > 0))
    if failed and not first_error:
        first_error = f"{failed} of {records.size} spectra, see status"
    maps: dict[str, Any] = {
        name: PropertyMap(records[name].copy(), records[f"{name}_error"].copy(), unit)
        for name, unit in UNITS.items()
    }
    maps.update({name: records[name].copy() for name in _OTHERS})
    return Predictions(**maps, first_error=first_error)
