"""Errors under worse conditions, as ``spectra robustness --out`` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._files import Floats, FolderError, read_columns, read_json
from .rows import Rows, join

__all__ = ["FILE", "REMEDY", "Robustness", "read_robustness"]

FILE = "robustness.csv"
FORMAT = "spectra-infer robustness"
REMEDY = "write the folder anew with `spectra robustness ... --out DIR`"
TRAININGS = ("clean", "augmented")


@dataclass(frozen=True, eq=False)
class Robustness(Rows):
    """Errors of models on spectra with noise, a shifted axis, and the like.

    Every attribute but `folders` and `descriptions` is an array over the rows: one row an
    alignment, training (``clean`` or ``augmented``), condition, its value, seed and property.

    Attributes
    ----------
    folders
        Where it is, a folder for each alignment.
    descriptions
        All of robustness.json of each folder, empty where there is none.
    refused
        Measurements whose edge was lost in the noise, which are in no error.
    """

    folders: tuple[Path, ...]
    descriptions: tuple[dict[str, Any], ...]
    alignment: NDArray[np.str_]
    training: NDArray[np.str_]
    condition: NDArray[np.str_]
    value: Floats
    seed: NDArray[np.int64]
    property_name: NDArray[np.str_]
    count: NDArray[np.int64]
    refused: NDArray[np.int64]
    mean_absolute_error: Floats
    mean_error_of_predicting_the_mean: Floats

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions, in the order in which they occur."""
        return tuple(dict.fromkeys(self.condition.tolist()))

    def refused_share(self, alignment: str, condition: str, value: float) -> float:
        """Return the share of the measurements at one value whose edge was lost in the noise."""
        rows = (self.alignment == alignment) & (self.condition == condition)
        rows &= (self.value == value) & (self.property_name == self.properties[0])
        refused, counted = self.refused[rows].sum(), self.count[rows].sum()
        return float(refused / (refused + counted)) if refused + counted else 0.0

    def curve(
        self, alignment: str, training: str, condition: str, name: str | None = None
    ) -> tuple[Floats, Floats, Floats]:
        """Return values of a condition with the error over that of the mean, and its spread.

        Parameters
        ----------
        name
            A property; None averages the ratios of all.

        Returns
        -------
        Rising values of the condition; the mean of the ratio over the seeds; its standard
        deviation over them, zero for a single seed.
        """
        rows = (self.alignment == alignment) & (self.training == training)
        rows &= self.condition == condition
        if name is not None:
            rows &= self.property_name == name
        values = np.unique(self.value[rows])
        ratios = self.mean_absolute_error / self.mean_error_of_predicting_the_mean
        mean, spread = np.empty(values.size), np.zeros(values.size)
        for place, value in enumerate(values):
            here = rows & (self.value == value)
            of_seeds = np.array(
                [ratios[here & (self.seed == seed)].mean() for seed in np.unique(self.seed[here])]
            )
            mean[place] = of_seeds.mean()
            if of_seeds.size > 1:
                spread[place] = of_seeds.std(ddof=1)
        return values, mean, spread


def read_robustness(*folders: str | Path) -> Robustness:
    """Read one or more folders of a robustness study, each of another alignment.

    Raises
    ------
    FolderError
        Where robustness.csv is missing or malformed, or where two are of one alignment.
    """
    if not folders:
        raise ValueError("name a folder to read")
    return join([_read(Path(folder)) for folder in folders])


def _read(folder: Path) -> Robustness:
    path = folder / "robustness.json"
    description = read_json(path, FORMAT, REMEDY) if path.is_file() else {}
    table = read_columns(folder / FILE, REMEDY)
    training = table.text("training")
    for each in training:
        if each not in TRAININGS:
            raise FolderError(
                table.path, f'"{each}" is no training; there are {" and ".join(TRAININGS)}', REMEDY
            )
    if not len(table):
        raise FolderError(table.path, "there is no row in it", REMEDY)
    count = table.integers("count")
    return Robustness(
        folders=(folder,),
        descriptions=(description,),
        alignment=table.text("alignment"),
        training=training,
        condition=table.text("condition"),
        value=table.numbers("value"),
        seed=table.integers("seed"),
        property_name=table.text("property"),
        count=count,
        refused=table.integers("refused") if "refused" in table else np.zeros_like(count),
        mean_absolute_error=table.numbers("mean_absolute_error"),
        mean_error_of_predicting_the_mean=table.numbers("mean_error_of_predicting_the_mean"),
    )
