"""The network and the baselines on the same spectra: errors, and which differences are resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ._files import Floats, FolderError, read_columns
from .measures import Measures, measure
from .study import REMEDY, Study

__all__ = ["Comparison", "Difference", "Subset", "compare"]

RESAMPLES = 4000
OUTER_PERCENT = 5.0


@dataclass(frozen=True)
class Difference:
    """A predictor's mean absolute error less that of another, on the same spectra.

    Attributes
    ----------
    value
        The difference, averaged over the seeds, in the property's unit; negative: the first is
        better.
    low, high
        A 95 % interval of it from resampling the groups of materials: what another set of materials
        might have given. The spread over seeds does not show this, because every seed has the same
        spectra.
    """

    value: float
    low: float
    high: float

    @property
    def resolved(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Subset:
    """Mean absolute errors by predictor on some of the spectra."""

    title: str
    count: int
    errors: dict[str, float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Predictions of the network and of the baselines for the same test spectra.

    Attributes
    ----------
    study
        The cross-validation.
    seeds
        The seeds that every predictor has finished.
    predictors
        Their names; the network is the first.
    predictions
        For each predictor [seeds, spectra, properties], NaN for spectra that are held out.
    """

    study: Study
    seeds: tuple[int, ...]
    predictors: tuple[str, ...]
    predictions: dict[str, Floats]

    @property
    def baselines(self) -> tuple[str, ...]:
        """All predictors but the network."""
        return self.predictors[1:]

    def measures(self, predictor: str, name: str) -> list[Measures]:
        """Return the measures of error of a property, one a seed."""
        column = self._column(name)
        targets = self.study.targets[:, column]
        return [
            measure(np.where(np.isnan(predicted), np.nan, targets), predicted)
            for predicted in self.predictions[predictor][:, :, column]
        ]

    def over_seeds(self, predictor: str, name: str, column: str = "mean_absolute_error") -> Floats:
        """Return one measure of error of a property, one value a seed."""
        return np.array([getattr(each, column) for each in self.measures(predictor, name)])

    def ratio(self, predictor: str, name: str) -> Floats:
        """Return the mean absolute error over that of predicting the mean, one value a seed."""
        return self.over_seeds(predictor, name) / self.over_seeds("mean", name)

    def best_baseline(self, name: str) -> str:
        """Return the baseline with the least mean absolute error of a property."""
        return min(self.baselines, key=lambda each: float(self.over_seeds(each, name).mean()))

    def difference(self, first: str, second: str, name: str, *, seed: int = 1) -> Difference:
        """Compare two predictors by a property.

        Parameters
        ----------
        seed
            Of the resampling.
        """
        column = self._column(name)
        gain = (self._errors(first) - self._errors(second))[:, column]
        known = ~np.isnan(gain)
        _, group = np.unique(self.study.groups[known], return_inverse=True)
        sums, sizes = np.bincount(group, gain[known]), np.bincount(group)
        draws = np.random.default_rng(seed).multinomial(
            sizes.size, np.full(sizes.size, 1 / sizes.size), RESAMPLES
        )
        low, high = np.percentile((draws @ sums) / (draws @ sizes), [2.5, 97.5])
        return Difference(float(gain[known].mean()), float(low), float(high))

    def subsets(self, name: str, predictors: Sequence[str]) -> list[Subset]:
        """Measure predictors on ordinary and on unusual spectra apart.

        Ordinary is a property between its 5th and 95th percentile, and a nearest training spectrum
        that is nearer than the median. A method that wins by a few unusual sites shows here.
        """
        column = self._column(name)
        values = self.study.targets[:, column]
        low, high = np.nanpercentile(values, [OUTER_PERCENT, 100 - OUTER_PERCENT])
        inner = (values >= low) & (values <= high)
        distances = self._nearest_distances
        near = distances <= np.nanmedian(distances)
        known = ~np.isnan(values) & ~np.isnan(distances)
        rows = {
            "inner 90 % of the values": known & inner,
            "outer 10 % of the values": known & ~inner,
            "nearer half of the spectra": known & near,
            "farther half of the spectra": known & ~near,
        }
        return [
            Subset(
                title,
                int(np.count_nonzero(selected)),
                {
                    each: float(np.nanmean(self._errors(each)[selected, column]))
                    for each in predictors
                },
            )
            for title, selected in rows.items()
            if selected.any()
        ]

    def _column(self, name: str) -> int:
        return [each.name for each in self.study.properties].index(name)

    def _errors(self, predictor: str) -> Floats:
        """Absolute errors averaged over the seeds, [spectra, properties]."""
        errors = np.abs(self.predictions[predictor] - self.study.targets)
        mean: Floats = errors.mean(axis=0)
        return mean

    @cached_property
    def _nearest_distances(self) -> Floats:
        """Distance of each spectrum to the nearest training spectrum, averaged over the seeds."""
        predictions = self.study.predictions
        place = {name: row for row, name in enumerate(self.study.spectra)}
        rows = np.array([place[name] for name in predictions.spectrum.tolist()])
        size = len(place)
        counts = np.bincount(rows, minlength=size).astype(float)
        counts[counts == 0] = np.nan
        distances: Floats = np.bincount(rows, predictions.nearest_distance, size) / counts
        return distances


def compare(study: Study) -> Comparison:
    """Put the predictions of the network beside those of the baselines.

    Raises
    ------
    FolderError
        Where the baselines are not there, or are of other folds than the network.
    """
    path = study.folder / "baselines.csv"
    remedy = f"run `python -m spectra_infer.report.baselines {study.folder}`"
    table = read_columns(path, remedy)
    own = study.predictions
    predictions = {
        "network": _wide(study, path, own.seed, own.spectrum, own.property_name, own.predicted)
    }
    predictor, seed = table.text("predictor"), table.integers("seed")
    spectrum, name = table.text("spectrum"), table.text("property")
    predicted = table.numbers("predicted")
    for each in dict.fromkeys(predictor.tolist()):
        rows = predictor == each
        predictions[each] = _wide(
            study, path, seed[rows], spectrum[rows], name[rows], predicted[rows]
        )
    finished = [
        row
        for row, folds in enumerate(study.folds[each] for each in study.seeds)
        if all(not np.isnan(values[row][folds >= 0]).any() for values in predictions.values())
    ]
    if not finished:
        raise FolderError(
            path,
            "there is no seed that network and baselines both finished",
            f"{remedy}, or {REMEDY}",
        )
    return Comparison(
        study=study,
        seeds=tuple(study.seeds[row] for row in finished),
        predictors=tuple(predictions),
        predictions={each: values[finished] for each, values in predictions.items()},
    )


def _wide(
    study: Study,
    path: Path,
    seed: NDArray[np.int64],
    spectrum: NDArray[np.str_],
    name: NDArray[np.str_],
    predicted: Floats,
) -> Floats:
    """Lay the rows of a long table out as [seeds, spectra, properties]."""
    seeds = {each: place for place, each in enumerate(study.seeds)}
    spectra = {each: place for place, each in enumerate(study.spectra)}
    columns = {each.name: place for place, each in enumerate(study.properties)}
    values = np.full((len(seeds), len(spectra), len(columns)), np.nan)
    try:
        values[
            [seeds[each] for each in seed.tolist()],
            [spectra[each] for each in spectrum.tolist()],
            [columns[each] for each in name.tolist()],
        ] = predicted
    except KeyError as error:
        raise FolderError(
            path,
            f"it names {error.args[0]}, which the study has not",
            f"run `python -m spectra_infer.report.baselines {study.folder}` again",
        ) from None
    return values
