"""Reads what the command line writes: predictions as JSON, and folders of maps."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..prediction import PROPERTIES, UNITS, Estimate, PropertyMap
from ..report._files import FORMAT_VERSION, FolderError, read_json
from .maps_view import MapAxis, MapsView
from .spectrum_view import UNCALIBRATED, NeighborView, SpectrumView, on_own_axis

__all__ = ["DocumentError", "read_maps", "read_predictions"]

_REMEDY = "write the folder anew with `spectra map IMAGE --out FOLDER`"
_BOUNDS = ("lower_68", "upper_68", "lower_95", "upper_95")


class DocumentError(ValueError):
    """A document of predictions cannot be drawn: its text says why."""


def read_predictions(text: str) -> tuple[list[SpectrumView], list[str]]:
    """Read the JSON document of ``spectra predict --json``.

    Returns
    -------
    views
        Of the spectra that have a prediction.
    failures
        What is wrong with each of the others.

    Raises
    ------
    DocumentError
        It is no such document.
    """
    everything = read_in_order(text)
    views = [one for one in everything if isinstance(one, SpectrumView)]
    return views, [one for one in everything if isinstance(one, str)]


def read_in_order(text: str) -> list[SpectrumView | str]:
    """Read as `read_predictions`: a view, or what is wrong, in the place of each spectrum."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DocumentError(f"this is not JSON ({error})") from error
    if not isinstance(document, dict) or document.get("format") != "spectra-infer prediction":
        raise DocumentError('this is not what `spectra predict --json` writes: "format" differs')
    if document.get("format_version") != FORMAT_VERSION:
        raise DocumentError(
            f"its format_version is {document.get('format_version')}, this package reads "
            f"{FORMAT_VERSION}: use the package of the same release as the program that wrote it"
        )
    everything: list[SpectrumView | str] = []
    try:
        model = document["model"]
        steps = np.arange(int(model["feature_count"]), dtype=np.float64)
        grid = _number(model["grid_start_ev"]) + _number(model["grid_step_ev"]) * steps
        for one in document["predictions"]:
            failed = one["status"] != 0
            everything.append(str(one["error"]) if failed else _spectrum(one, grid))
    except (KeyError, TypeError, ValueError) as error:
        reason = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise DocumentError(f"the document is not complete: {reason}") from error
    return everything


def _spectrum(one: dict[str, Any], grid: NDArray[np.float64]) -> SpectrumView:
    done = one["preparation"]
    background = one["background"]
    window = (_number(done["background_start_ev"]), _number(done["background_end_ev"]))
    fitted = background is not None and all(map(math.isfinite, window))
    calibration = _number(done["calibration_offset_ev"]), _number(done["calibration_factor"])
    energies = on_own_axis(_numbers(one["energy_ev"]), *calibration)
    law = _numbers(background, energies.size) if fitted else None
    if law is not None:
        law = np.where(energies >= window[0], law, np.nan)
    return SpectrumView(
        energies=energies,
        intensities=_numbers(one["intensity"], energies.size),
        background=law,
        window_ev=window if fitted else None,
        onset_ev=_number(done["onset_ev"]),
        onset_error_ev=_number(done["onset_error_ev"]),
        grid_ev=grid,
        features=_numbers(one["features"], grid.size),
        shift_ev=_number(done["shift_ev"]),
        estimates={name: _estimate(one["properties"][name], UNITS[name]) for name in PROPERTIES},
        neighbors=tuple(
            NeighborView(
                id=str(near["id"]),
                distance=_number(near["distance"]),
                properties={name: _number(near["properties"].get(name)) for name in PROPERTIES},
                features=_numbers(near["features"], grid.size),
            )
            for near in one["neighbors"]
        ),
        novelty=_number(one["novelty"]),
        warnings=tuple(str(flag["sentence"]) for flag in one["flags"]),
        title=str(one["title"] or Path(one["file"]).name),
        calibrated=calibration != UNCALIBRATED,
    )


def _estimate(one: dict[str, Any], unit: str) -> Estimate:
    low_68, high_68, low_95, high_95 = (_number(one[name]) for name in _BOUNDS)
    return Estimate(
        value=_number(one["value"]),
        standard_error=_number(one["standard_error"]),
        interval_68=(low_68, high_68),
        interval_95=(low_95, high_95),
        unit=unit,
        measurement_error=_number(one["measurement_error"]),
    )


def _number(value: Any) -> float:
    # What does not apply is NaN, for which JSON has no number.
    return math.nan if value is None else float(value)


def _numbers(values: Any, count: int | None = None) -> NDArray[np.float64]:
    array = np.array([_number(value) for value in values], np.float64)
    if array.size == 0 or (count is not None and array.size != count):
        raise ValueError(f"{array.size} numbers in place of {count or 'some'}")
    return array


def read_maps(folder: Path) -> MapsView:
    """Read a folder that ``spectra map`` wrote.

    Raises
    ------
    FolderError
        It is no such folder, or its maps do not fit each other.
    """
    path = folder / "maps.json"
    document = read_json(path, "spectra-infer maps", _REMEDY)
    if not document.get("is_complete"):
        raise FolderError(path, "these maps are not complete", "run the same `spectra map` again")
    try:
        files = {one["name"]: folder / Path(one["file"]).name for one in document["maps"]}
        rows, columns = (
            # An axis may run towards smaller numbers; figures show distances, which are positive.
            MapAxis(str(axis["name"]), abs(float(axis["scale"])), str(axis["unit"]))
            for axis in document["axes"]
        )
        needed = [*PROPERTIES, *(f"{name}_error" for name in PROPERTIES)]
        arrays = {
            name: _array(files[name]) for name in [*needed, "novelty", "onset", "flags", "status"]
        }
        return MapsView(
            properties={
                name: PropertyMap(arrays[name], arrays[f"{name}_error"], UNITS[name])
                for name in PROPERTIES
            },
            # A pixel that was not reached has all bits set, which is -1: NOT_MEASURED.
            status=arrays["status"].astype(np.uint32).view(np.int32),
            flags=arrays["flags"].astype(np.uint32),
            novelty=arrays["novelty"],
            onset_ev=arrays["onset"],
            rows=rows,
            columns=columns,
        )
    except KeyError as error:
        raise FolderError(path, f"there is no {error}", _REMEDY) from error
    except (TypeError, ValueError) as error:
        if isinstance(error, FolderError):
            raise
        raise FolderError(path, str(error), _REMEDY) from error


def _array(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise FolderError(path, f"cannot be read ({error})", _REMEDY) from error
    return array
