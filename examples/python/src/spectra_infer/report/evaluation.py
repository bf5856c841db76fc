"""An evaluation of one model as ``spectra evaluate --report`` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._files import Columns, Floats, FolderError, member, read_columns, read_json
from .failures import (
    Failure,
    PredictedValues,
    read_failures,
    read_neighbors,
    show_spectrum,
)
from .study import Property, grid_of, properties_of

__all__ = ["FORMAT", "PART_TITLES", "REMEDY", "Evaluation", "PartPredictions", "read_evaluation"]

FORMAT = "spectra-infer evaluation"
REMEDY = "write the folder anew with `spectra evaluate MODEL data --report DIR`"

PART_TITLES = {
    "training": "training",
    "test": "test",
    "held_out": "held out",
    "new": "new groups",
}
"""What the parts are called, in the order in which they are drawn."""


@dataclass(frozen=True, eq=False)
class PartPredictions:
    """What a model predicts, one row a spectrum and property.

    Every attribute is an array over the rows, in the property's unit where it has one.
    """

    part: NDArray[np.str_]
    spectrum: NDArray[np.str_]
    material: NDArray[np.str_]
    group: NDArray[np.str_]
    property_name: NDArray[np.str_]
    expected: Floats
    predicted: Floats
    standard_error: Floats
    half_width_68: Floats
    half_width_95: Floats
    novelty: Floats


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model on the parts of the database: learned from, test, held out, new.

    Attributes
    ----------
    folder
        Where it is.
    alignment, split
        Of the model.
    parts
        Names of the parts that have spectra, in the order in which they are drawn.
    properties
        The properties.
    examined
        Materials that are looked at by name.
    similar_within
        The distance up to which a spectrum counts as similar; NaN for a model without references.
    predictions
        What was predicted for each spectrum.
    energies
        Of the grid points, eV.
    description
        All of report.json.
    """

    folder: Path
    alignment: str
    split: str
    parts: tuple[str, ...]
    properties: tuple[Property, ...]
    examined: tuple[str, ...]
    similar_within: float
    predictions: PartPredictions
    energies: Floats
    description: dict[str, Any]

    def values(self, part: str, name: str) -> tuple[Floats, Floats]:
        """Return the true and the predicted values of a property on a part."""
        rows = (self.predictions.part == part) & (self.predictions.property_name == name)
        rows &= ~np.isnan(self.predictions.expected)
        return self.predictions.expected[rows], self.predictions.predicted[rows]

    def count(self, *parts: str) -> int:
        """Return the number of spectra of the parts."""
        rows = np.isin(self.predictions.part, parts)
        return len(set(self.predictions.spectrum[rows].tolist()))

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """The spectra among the ten largest errors of a property, the worst in most first."""
        return read_failures(
            self.folder,
            REMEDY,
            properties=self._names,
            intensities=self._intensities,
            predictions=self._values,
        )

    @cached_property
    def examined_spectra(self) -> tuple[Failure, ...]:
        """The spectra of the materials that are looked at by name, failures or not."""
        known = {failure.spectrum: failure for failure in self.failures}
        neighbors = read_neighbors(self.folder, REMEDY, self._names, self._intensities)
        shown = {}
        for material in self.examined:
            rows = self.predictions.material == material
            for name in self.predictions.spectrum[rows].tolist():
                shown[name] = known.get(name) or show_spectrum(
                    name,
                    material,
                    properties=self._names,
                    intensities=self._intensities,
                    predictions=self._values,
                    neighbors=neighbors.get(name, ()),
                )
        return tuple(shown.values())

    def part_of(self, spectrum: str) -> str:
        """Return the part that a spectrum belongs to."""
        rows = np.flatnonzero(self.predictions.spectrum == spectrum)
        if not rows.size:
            raise KeyError(spectrum)
        return str(self.predictions.part[rows[0]])

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.properties)

    @cached_property
    def _values(self) -> PredictedValues:
        return PredictedValues(
            path=self.folder / "predictions.csv",
            remedy=REMEDY,
            spectrum=self.predictions.spectrum,
            property_name=self.predictions.property_name,
            expected=self.predictions.expected,
            predicted=self.predictions.predicted,
        )

    @cached_property
    def _intensities(self) -> dict[str, Floats]:
        table = read_columns(self.folder / "spectra.csv", REMEDY)
        values = table.matrix(table.header[1:])
        if values.shape[1] != self.energies.size:
            raise FolderError(
                table.path,
                f"it has {values.shape[1]} energies where report.json has {self.energies.size}",
                REMEDY,
            )
        return dict(zip(table.text("spectrum").tolist(), values))


def read_evaluation(folder: str | Path) -> Evaluation:
    """Read the folder of an evaluation; failures and spectra are read when asked for.

    Raises
    ------
    FolderError
        Where a file is missing or malformed.
    """
    folder = Path(folder)
    path = folder / "report.json"
    document = read_json(path, FORMAT, REMEDY)
    model = member(document, "model", dict, path, REMEDY)
    table = read_columns(folder / "predictions.csv", REMEDY)
    predictions = _predictions(table)
    present = dict.fromkeys(predictions.part.tolist())
    unknown = [part for part in present if part not in PART_TITLES]
    if unknown:
        raise FolderError(
            table.path, f'"{unknown[0]}" is no part; there are {", ".join(PART_TITLES)}', REMEDY
        )
    return Evaluation(
        folder=folder,
        alignment=member(model, "alignment", str, path, REMEDY),
        split=member(model, "split", str, path, REMEDY),
        parts=tuple(part for part in PART_TITLES if part in present),
        properties=properties_of(document, path, REMEDY),
        examined=tuple(str(name) for name in member(document, "examined", list, path, REMEDY)),
        similar_within=float(document.get("similar_within") or "nan"),
        predictions=predictions,
        energies=grid_of(document, path, REMEDY),
        description=document,
    )


def _predictions(table: Columns) -> PartPredictions:
    return PartPredictions(
        part=table.text("part"),
        spectrum=table.text("spectrum"),
        material=table.text("material"),
        group=table.text("group"),
        property_name=table.text("property"),
        expected=table.numbers("expected"),
        predicted=table.numbers("predicted"),
        standard_error=table.numbers("standard_error"),
        half_width_68=table.numbers("half_width_68"),
        half_width_95=table.numbers("half_width_95"),
        novelty=table.numbers("novelty"),
    )
