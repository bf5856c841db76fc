"""A cross-validation as ``spectra cross-validate --out`` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._files import Columns, Floats, FolderError, member, read_columns, read_json
from .failures import Failure, PredictedValues, read_failures

__all__ = ["FORMAT", "REMEDY", "ErrorTable", "Property", "Study", "read_study"]

FORMAT = "spectra-infer cross-validation"
REMEDY = "write the folder anew with `spectra cross-validate ... --out DIR`"
HELD_OUT = -1
"""The fold of a spectrum that is held out: it is neither learned from nor tested."""


@dataclass(frozen=True)
class Property:
    """One predicted property: its name in the C header and its unit."""

    name: str
    unit: str


@dataclass(frozen=True, eq=False)
class ErrorTable:
    """Errors in a long table: one row a seed, predictor and property.

    Every attribute is an array over the rows; errors are in the property's unit.
    """

    seed: NDArray[np.int64]
    predictor: NDArray[np.str_]
    property_name: NDArray[np.str_]
    count: NDArray[np.int64]
    mean_absolute_error: Floats
    root_mean_square_error: Floats
    r2: Floats
    percentile_95: Floats

    HEADER = (
        "seed",
        "predictor",
        "property",
        "count",
        "mean_absolute_error",
        "root_mean_square_error",
        "r2",
        "percentile_95",
    )

    @classmethod
    def of(cls, table: Columns) -> ErrorTable:
        """Take the columns of errors.csv or baseline_errors.csv."""
        return cls(
            seed=table.integers("seed"),
            predictor=table.text("predictor"),
            property_name=table.text("property"),
            count=table.integers("count"),
            **{name: table.numbers(name) for name in cls.HEADER[4:]},
        )

    @property
    def predictors(self) -> tuple[str, ...]:
        """The predictors, in the order in which they occur."""
        return tuple(dict.fromkeys(self.predictor.tolist()))

    def over_seeds(self, predictor: str, name: str, column: str = "mean_absolute_error") -> Floats:
        """Return a measure of a predictor and property, one value a seed in rising order."""
        rows = np.flatnonzero((self.predictor == predictor) & (self.property_name == name))
        rows = rows[np.argsort(self.seed[rows], kind="stable")]
        values: Floats = getattr(self, column)[rows]
        return values


@dataclass(frozen=True, eq=False)
class CrossPredictions:
    """The predictions of a cross-validation: one row a seed, fold, spectrum and property."""

    seed: NDArray[np.int64]
    fold: NDArray[np.int64]
    spectrum: NDArray[np.str_]
    property_name: NDArray[np.str_]
    expected: Floats
    predicted: Floats
    standard_error: Floats
    half_width_68: Floats
    half_width_95: Floats
    novelty: Floats
    nearest: NDArray[np.str_]
    nearest_distance: Floats


@dataclass(frozen=True, eq=False)
class Study:
    """A cross-validation: which spectra, in which folds, and what was predicted for them.

    Attributes
    ----------
    folder
        Where it is.
    alignment, split
        ``"threshold"``, ``"edge"`` or ``"absolute"``; ``"group"`` or ``"spectrum"``.
    seeds, fold_count, members
        Seeds of the folds, number of folds, networks in an ensemble.
    calibration_members
        Networks of each ensemble that was trained for the intervals alone; 0: none was, and the
        intervals are less sure than those of a shipped model.
    properties
        The properties, in the order of the columns of `targets`.
    spectra, materials, groups, multiplicities
        Of each spectrum.
    targets
        Simulated properties, [spectra, properties], NaN where a site has none.
    features
        Prepared intensities (mean 1), [spectra, grid points].
    energies
        Of the grid points, eV.
    folds
        For each seed the fold in whose test part each spectrum is; -1 is held out from all parts.
    description
        All of study.json.
    """

    folder: Path
    alignment: str
    split: str
    seeds: tuple[int, ...]
    fold_count: int
    members: int
    calibration_members: int
    properties: tuple[Property, ...]
    spectra: tuple[str, ...]
    materials: NDArray[np.str_]
    groups: NDArray[np.str_]
    multiplicities: NDArray[np.int64]
    targets: Floats
    features: Floats
    energies: Floats
    folds: dict[int, NDArray[np.int64]]
    description: dict[str, Any]

    @property
    def is_augmented(self) -> bool:
        """Whether the networks were trained on simulated measurements too."""
        return self.description.get("augmentation") is not None

    @property
    def name(self) -> str:
        """The alignment, and whether the training was augmented: ``"edge, augmented"``."""
        return f"{self.alignment}, augmented" if self.is_augmented else self.alignment

    @property
    def key(self) -> str:
        """A name for files: ``"edge-group"`` or ``"edge-group-augmented"``."""
        return f"{self.alignment}-{self.split}" + "-augmented" * self.is_augmented

    @property
    def has_baselines(self) -> bool:
        """Whether the baselines have been fitted."""
        return (self.folder / "baseline_errors.csv").is_file()

    @property
    def group_count(self) -> int:
        """Number of groups of materials."""
        return len(set(self.groups.tolist()))

    def test_rows(self, seed: int, fold: int) -> NDArray[np.intp]:
        """Return the rows of the test part of a fold."""
        return np.flatnonzero(self.folds[seed] == fold)

    def training_rows(self, seed: int, fold: int) -> NDArray[np.intp]:
        """Return the rows that the ensemble could learn from: neither tested nor held out."""
        folds = self.folds[seed]
        return np.flatnonzero((folds != fold) & (folds != HELD_OUT))

    @cached_property
    def predictions(self) -> CrossPredictions:
        """What the networks predicted, from predictions.csv."""
        table = read_columns(self.folder / "predictions.csv", REMEDY)
        return CrossPredictions(
            seed=table.integers("seed"),
            fold=table.integers("fold"),
            spectrum=table.text("spectrum"),
            property_name=table.text("property"),
            nearest=table.text("nearest"),
            **{
                name: table.numbers(name)
                for name in (
                    "expected",
                    "predicted",
                    "standard_error",
                    "half_width_68",
                    "half_width_95",
                    "novelty",
                    "nearest_distance",
                )
            },
        )

    @cached_property
    def errors(self) -> ErrorTable:
        """Errors of the network and of the naive predictors, from errors.csv."""
        return ErrorTable.of(read_columns(self.folder / "errors.csv", REMEDY))

    def failures(self, seed: int) -> tuple[Failure, ...]:
        """Return the spectra among the ten largest errors of a property, with one seed.

        Every spectrum is in the test part of a fold; its neighbours are the nearest of the spectra
        that the networks of this fold learned from.
        """
        own = self.predictions.seed == seed
        return read_failures(
            self.folder,
            REMEDY,
            properties=[each.name for each in self.properties],
            intensities=dict(zip(self.spectra, self.features)),
            predictions=PredictedValues(
                path=self.folder / "predictions.csv",
                remedy=REMEDY,
                spectrum=self.predictions.spectrum[own],
                property_name=self.predictions.property_name[own],
                expected=self.predictions.expected[own],
                predicted=self.predictions.predicted[own],
            ),
            seed=seed,
        )

    @cached_property
    def baseline_errors(self) -> ErrorTable | None:
        """Errors of the baselines, from baseline_errors.csv; None before they were fitted."""
        if not self.has_baselines:
            return None
        path = self.folder / "baseline_errors.csv"
        remedy = f"run `python -m spectra_infer.report.baselines {self.folder}` again"
        return ErrorTable.of(read_columns(path, remedy))


def properties_of(document: dict[str, Any], path: Path, remedy: str) -> tuple[Property, ...]:
    """Return the properties that study.json or report.json names."""
    entries = member(document, "properties", list, path, remedy)
    try:
        properties = tuple(Property(str(entry["name"]), str(entry["unit"])) for entry in entries)
    except (KeyError, TypeError) as error:
        raise FolderError(path, '"properties" lacks a name or a unit', remedy) from error
    if not properties:
        raise FolderError(path, '"properties" is empty', remedy)
    return properties


def grid_of(document: dict[str, Any], path: Path, remedy: str) -> Floats:
    """Return the energies (eV) of the grid that study.json or report.json names."""
    grid = member(document, "grid", dict, path, remedy)
    count = member(grid, "count", int, path, remedy)
    start = member(grid, "start_ev", float, path, remedy)
    step = member(grid, "step_ev", float, path, remedy)
    energies: Floats = start + step * np.arange(count)
    return energies


def read_study(folder: str | Path) -> Study:
    """Read the folder of a cross-validation; predictions and errors are read when asked for.

    Parameters
    ----------
    folder
        Has study.json, sites.csv, features.csv and folds.csv.

    Raises
    ------
    FolderError
        Where a file is missing or malformed, or where two files do not fit together.
    """
    folder = Path(folder)
    path = folder / "study.json"
    document = read_json(path, FORMAT, REMEDY)
    properties = properties_of(document, path, REMEDY)
    energies = grid_of(document, path, REMEDY)
    seeds = tuple(member(document, "seeds", list, path, REMEDY))
    if not seeds or not all(isinstance(seed, int) for seed in seeds):
        raise FolderError(path, '"seeds" is not a list of whole numbers', REMEDY)
    fold_count = member(document, "fold_count", int, path, REMEDY)

    sites = read_columns(folder / "sites.csv", REMEDY)
    spectra = tuple(sites.text("spectrum").tolist())
    if not spectra:
        raise FolderError(sites.path, "there is no spectrum in it", REMEDY)
    if len(set(spectra)) != len(spectra):
        raise FolderError(sites.path, "a spectrum is there twice", REMEDY)
    table = read_columns(folder / "features.csv", REMEDY)
    if tuple(table.text("spectrum").tolist()) != spectra:
        raise FolderError(table.path, "its spectra are not those of sites.csv in order", REMEDY)
    features = table.matrix(table.header[1:])
    if features.shape[1] != energies.size:
        raise FolderError(
            table.path,
            f"it has {features.shape[1]} energies where study.json has {energies.size}",
            REMEDY,
        )
    if not np.isfinite(features).all():
        raise FolderError(table.path, "an intensity is missing or not finite", REMEDY)
    return Study(
        folder=folder,
        alignment=member(document, "alignment", str, path, REMEDY),
        split=member(document, "split", str, path, REMEDY),
        seeds=seeds,
        fold_count=fold_count,
        members=member(document, "members", int, path, REMEDY),
        calibration_members=member(document, "calibration_members", int, path, REMEDY),
        properties=properties,
        spectra=spectra,
        materials=sites.text("material"),
        groups=sites.text("group"),
        multiplicities=sites.integers("multiplicity"),
        targets=sites.matrix(each.name for each in properties),
        features=features,
        energies=energies,
        folds=_read_folds(folder / "folds.csv", spectra, seeds, fold_count),
        description=document,
    )


def _read_folds(
    path: Path, spectra: tuple[str, ...], seeds: tuple[int, ...], fold_count: int
) -> dict[int, NDArray[np.int64]]:
    table = read_columns(path, REMEDY)
    seed, name = table.integers("seed"), table.text("spectrum")
    fold = table.integers("fold", empty=HELD_OUT)
    if fold.size and not (fold.min() >= HELD_OUT and fold.max() < fold_count):
        raise FolderError(path, f"a fold is not below the {fold_count} of study.json", REMEDY)
    folds = {}
    for each in seeds:
        own = seed == each
        of_spectrum = dict(zip(name[own].tolist(), fold[own].tolist()))
        if set(of_spectrum) != set(spectra) or np.count_nonzero(own) != len(spectra):
            raise FolderError(
                path, f"seed {each} has not every spectrum of sites.csv just once", REMEDY
            )
        folds[each] = np.array([of_spectrum[spectrum] for spectrum in spectra], np.int64)
    return folds
