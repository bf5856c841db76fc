"""Errors against the number of materials, as ``spectra learning-curve --out`` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._files import Floats, FolderError, read_columns, read_json
from .rows import Rows, join

__all__ = ["FILE", "PREDICTORS", "REMEDY", "LearningCurve", "read_learning_curve"]

FILE = "learning-curve.csv"
FORMAT = "spectra-infer learning curve"
REMEDY = "write the folder anew with `spectra learning-curve ... --out DIR`"

PREDICTORS = {
    "network": "mean_absolute_error",
    "mean": "mean_error_of_predicting_the_mean",
    "nearest": "mean_error_of_the_nearest_spectrum",
}
"""The column of the error of each predictor."""


@dataclass(frozen=True, eq=False)
class LearningCurve(Rows):
    """Errors of models that learned from a share of the materials, on the same unseen ones.

    Every attribute but `folders` and `descriptions` is an array over the rows: one row an
    alignment, seed, share of the groups, and property.

    Attributes
    ----------
    folders
        Where it is, a folder for each alignment.
    descriptions
        All of learning-curve.json of each folder.
    groups, spectra
        Number that was learned from, the mean over the folds.
    """

    folders: tuple[Path, ...]
    descriptions: tuple[dict[str, Any], ...]
    alignment: NDArray[np.str_]
    seed: NDArray[np.int64]
    share: Floats
    groups: Floats
    spectra: Floats
    property_name: NDArray[np.str_]
    count: NDArray[np.int64]
    mean_absolute_error: Floats
    mean_error_of_predicting_the_mean: Floats
    mean_error_of_the_nearest_spectrum: Floats

    @property
    def units(self) -> dict[str, str]:
        """The unit of each property, as the folders name it."""
        return {
            each["name"]: each["unit"]
            for description in self.descriptions
            for each in description.get("properties", ())
        }

    def curve(
        self, alignment: str, name: str, predictor: str = "network"
    ) -> tuple[Floats, Floats, Floats]:
        """Return numbers of groups with the error of a property, and its spread.

        Parameters
        ----------
        predictor
            ``network``, ``mean`` or ``nearest``.

        Returns
        -------
        Rising numbers of groups, the mean over folds and seeds; the mean absolute error, the mean
        over the seeds, in the property's unit; its standard deviation over them, zero for a single
        seed.
        """
        shares = self.shares(alignment)
        seeds = [self.over_seeds(alignment, name, share, predictor) for share in shares]
        groups = np.array([self.group_count(alignment, share) for share in shares])
        mean = np.array([each.mean() for each in seeds])
        spread = np.array([each.std(ddof=1) if each.size > 1 else 0.0 for each in seeds])
        return groups, mean, spread

    def shares(self, alignment: str) -> tuple[float, ...]:
        """Return the shares of the groups that were learned from, rising."""
        return tuple(np.unique(self.share[self.alignment == alignment]).tolist())

    def group_count(self, alignment: str, share: float) -> float:
        """Return the number of groups that a share is, the mean over folds and seeds."""
        return float(self.groups[(self.alignment == alignment) & (self.share == share)].mean())

    def over_seeds(
        self, alignment: str, name: str, share: float, predictor: str = "network"
    ) -> Floats:
        """Return the mean absolute error of a property, one value a seed, in its unit."""
        rows = (self.alignment == alignment) & (self.property_name == name) & (self.share == share)
        errors: Floats = getattr(self, PREDICTORS[predictor])
        values: Floats = errors[rows][np.argsort(self.seed[rows])]
        return values


def read_learning_curve(*folders: str | Path) -> LearningCurve:
    """Read one or more folders of a learning curve, each of another alignment.

    Raises
    ------
    FolderError
        Where a file is missing or malformed, or where two folders are of one alignment.
    """
    if not folders:
        raise ValueError("name a folder to read")
    return join([_read(Path(folder)) for folder in folders])


def _read(folder: Path) -> LearningCurve:
    description = read_json(folder / "learning-curve.json", FORMAT, REMEDY)
    table = read_columns(folder / FILE, REMEDY)
    if not len(table):
        raise FolderError(table.path, "there is no row in it", REMEDY)
    return LearningCurve(
        folders=(folder,),
        descriptions=(description,),
        alignment=table.text("alignment"),
        seed=table.integers("seed"),
        share=table.numbers("share"),
        groups=table.numbers("groups"),
        spectra=table.numbers("spectra"),
        property_name=table.text("property"),
        count=table.integers("count"),
        **{name: table.numbers(name) for name in PREDICTORS.values()},
    )
