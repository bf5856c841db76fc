"""Spectra that are predicted badly, beside the training spectra that are most like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._files import Columns, Floats, FolderError, read_columns

__all__ = ["CAUSES", "Failure", "Neighbor", "read_failures", "show_spectrum"]

CAUSES = {
    "nothing_similar": "nothing similar in training",
    "similar_but_different": "similar spectra with different properties",
    "neither": "neither",
}
"""The causes of a failure: the paper's two, and what is left."""

SHORT_CAUSES = {
    "nothing_similar": "nothing similar",
    "similar_but_different": "similar, but different",
    "neither": "neither",
}
"""The same for narrow tables."""


@dataclass(frozen=True, eq=False)
class Neighbor:
    """A training spectrum that is like another spectrum.

    Attributes
    ----------
    spectrum
        Its identifier.
    distance
        Euclidean distance of the prepared intensities over the root of the number of points.
    values
        Its properties, NaN where it has none.
    intensities
        Its prepared intensities (mean 1).
    """

    spectrum: str
    distance: float
    values: Floats
    intensities: Floats


@dataclass(frozen=True, eq=False)
class Failure:
    """A spectrum with large errors, or one that is examined, and what in training is nearest to it.

    Attributes
    ----------
    spectrum, material
        Identifiers.
    expected, predicted
        Its simulated and its predicted properties.
    intensities
        Its prepared intensities (mean 1).
    neighbors
        The nearest training spectra, nearest first, up to three.
    worst_in
        The properties in whose ten largest errors it is.
    disagreement
        How far its similar neighbours' properties are from its own: the median difference over the
        mean absolute error, the largest of the properties in `worst_in`. NaN where none is similar.
    cause
        A key of `CAUSES`; empty where the spectrum is no failure or the model has no references.
    """

    spectrum: str
    material: str
    expected: Floats
    predicted: Floats
    intensities: Floats
    neighbors: tuple[Neighbor, ...]
    worst_in: tuple[str, ...]
    disagreement: float
    cause: str


@dataclass(frozen=True, eq=False)
class PredictedValues:
    """What was predicted, one row a spectrum and property, as the failures need it."""

    path: Path
    remedy: str
    spectrum: NDArray[np.str_]
    property_name: NDArray[np.str_]
    expected: Floats
    predicted: Floats

    def of(self, spectrum: str, properties: Sequence[str]) -> tuple[Floats, Floats]:
        """Return true and predicted values of a spectrum, in the order of the properties."""
        rows = np.flatnonzero(self.spectrum == spectrum)
        place = {str(self.property_name[row]): row for row in rows}
        for name in properties:
            if name not in place:
                raise FolderError(self.path, f"there is no row of {spectrum}, {name}", self.remedy)
        order = [place[name] for name in properties]
        return self.expected[order], self.predicted[order]


def read_failures(
    folder: Path,
    remedy: str,
    *,
    properties: Sequence[str],
    intensities: Mapping[str, Floats],
    predictions: PredictedValues,
    seed: int | None = None,
) -> tuple[Failure, ...]:
    """Read failures.csv with the neighbours of each, the worst in most properties first.

    Parameters
    ----------
    folder
        Of an evaluation or a cross-validation.
    intensities
        Prepared intensities by spectrum.
    seed
        The seed of a cross-validation whose failures are read.
    """
    table = read_columns(folder / "failures.csv", remedy)
    neighbors = read_neighbors(folder, remedy, properties, intensities, seed)
    names, materials = table.text("spectrum"), table.text("material")
    worst_in, causes = table.text("properties"), table.text("cause")
    disagreements = table.numbers("neighbor_disagreement")
    for cause in causes:
        if cause and cause not in CAUSES:
            raise FolderError(
                table.path, f'"{cause}" is no cause; there are {", ".join(CAUSES)}', remedy
            )
    failures = []
    for row in _rows(table, seed):
        name = str(names[row])
        expected, predicted = predictions.of(name, properties)
        failures.append(
            Failure(
                spectrum=name,
                material=str(materials[row]),
                expected=expected,
                predicted=predicted,
                intensities=_intensities(intensities, name, table.path, remedy),
                neighbors=neighbors.get(name, ()),
                worst_in=tuple(each for each in str(worst_in[row]).split(";") if each),
                disagreement=float(disagreements[row]),
                cause=str(causes[row]),
            )
        )
    return tuple(sorted(failures, key=lambda failure: -len(failure.worst_in)))


def show_spectrum(
    name: str,
    material: str,
    *,
    properties: Sequence[str],
    intensities: Mapping[str, Floats],
    predictions: PredictedValues,
    neighbors: tuple[Neighbor, ...],
) -> Failure:
    """Return a spectrum that is examined by name, whether it failed or not."""
    expected, predicted = predictions.of(name, properties)
    return Failure(
        spectrum=name,
        material=material,
        expected=expected,
        predicted=predicted,
        intensities=_intensities(intensities, name, predictions.path, predictions.remedy),
        neighbors=neighbors,
        worst_in=(),
        disagreement=float("nan"),
        cause="",
    )


def read_neighbors(
    folder: Path,
    remedy: str,
    properties: Sequence[str],
    intensities: Mapping[str, Floats],
    seed: int | None = None,
) -> dict[str, tuple[Neighbor, ...]]:
    """Read neighbors.csv: the nearest training spectra by spectrum."""
    table = read_columns(folder / "neighbors.csv", remedy)
    spectra, names = table.text("spectrum"), table.text("neighbor")
    distances, ranks = table.numbers("distance"), table.integers("rank")
    values = table.matrix(properties)
    found: dict[str, list[tuple[int, Neighbor]]] = {}
    for row in _rows(table, seed):
        name = str(names[row])
        entry = Neighbor(
            spectrum=name,
            distance=float(distances[row]),
            values=values[row],
            intensities=_intensities(intensities, name, table.path, remedy),
        )
        found.setdefault(str(spectra[row]), []).append((int(ranks[row]), entry))
    return {
        name: tuple(entry for _, entry in sorted(entries, key=lambda pair: pair[0]))
        for name, entries in found.items()
    }


def _rows(table: Columns, seed: int | None) -> NDArray[np.intp]:
    if seed is None:
        return np.arange(len(table))
    return np.flatnonzero(table.integers("seed") == seed)


def _intensities(intensities: Mapping[str, Floats], name: str, path: Path, remedy: str) -> Floats:
    if name not in intensities:
        raise FolderError(path, f"it names {name}, of which there are no intensities", remedy)
    return intensities[name]
