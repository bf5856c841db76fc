"""Predictions as pandas tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._optional import require
from .errors import Status

if TYPE_CHECKING:
    from .prediction import Prediction, Predictions

__all__ = ["frame_of_prediction", "frame_of_predictions"]

_AXES = {1: ("spectrum",), 2: ("row", "column")}


def frame_of_prediction(prediction: Prediction) -> Any:
    """Return a row for each property, with its errors and unit."""
    pandas = require("pandas", "pandas")
    rows = [
        {
            "value": one.value,
            "standard_error": one.standard_error,
            "measurement_error": one.measurement_error,
            "lower_68": one.interval_68[0],
            "upper_68": one.interval_68[1],
            "lower_95": one.interval_95[0],
            "upper_95": one.interval_95[1],
            "unit": one.unit,
        }
        for _, one in prediction
    ]
    index = pandas.Index([name for name, _ in prediction], name="property")
    return pandas.DataFrame(rows, index=index)


def frame_of_predictions(predictions: Predictions) -> Any:
    """Return a row for each spectrum, indexed by its place in the image."""
    pandas = require("pandas", "pandas")
    columns: dict[str, Any] = {}
    for name, one in predictions:
        columns[name] = one.value.ravel()
        columns[f"{name}_error"] = one.standard_error.ravel()
    columns["status"] = pandas.Categorical(
        [_status_name(code) for code in predictions.status.ravel().tolist()]
    )
    columns["flags"] = predictions.flags.ravel()
    columns["novelty"] = predictions.novelty.ravel()
    columns["nearest"] = predictions.nearest.ravel()
    columns["onset_ev"] = predictions.onset_ev.ravel()
    shape = predictions.shape or (1,)
    names = _AXES.get(len(shape), tuple(f"axis_{n}" for n in range(len(shape))))
    places = [axis.ravel() for axis in np.indices(shape)]
    index = (
        pandas.MultiIndex.from_arrays(places, names=names)
        if len(shape) > 1
        else pandas.Index(places[0], name=names[0])
    )
    table = pandas.DataFrame(columns, index=index)
    table.attrs["units"] = {name: one.unit for name, one in predictions}
    return table


def _status_name(code: int) -> str:
    try:
        return Status(int(code)).name.lower()
    except ValueError:
        return f"status {int(code)}"
