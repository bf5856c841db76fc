"""What a baseline is given: the training part of one fold and the inputs of its test part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..._optional import require
from .._files import Floats
from ..study import Study

__all__ = ["Block", "Problem"]

Rows = NDArray[np.intp]

SCALE_FLOOR = 0.1
"""Added in square to the deviation of each grid point, as for the networks: noise of a point that
hardly varies in training is not blown up to a signal."""

INNER_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Block:
    """Properties that are known for the same training spectra, so that one fit serves them all.

    Attributes
    ----------
    columns
        The properties, as columns of `Problem.targets`.
    rows
        The training spectra that have them.
    targets
        Their values with mean 0 and deviation 1, [rows, columns].
    mean, scale
        What brings `targets` back to the properties' units.
    """

    columns: Rows
    rows: Rows
    targets: Floats
    mean: Floats
    scale: Floats


@dataclass(frozen=True, eq=False)
class Problem:
    """One fold: everything to learn from, and the inputs to predict for.

    Attributes
    ----------
    features, test_features
        Prepared intensities, [spectra, grid points].
    targets
        Properties of the training spectra, NaN where one is missing.
    groups
        What the inner cross-validation keeps whole: a number for each training spectrum.
    seed
        Of every random number; it depends on the study's seed and the fold.
    """

    features: Floats
    targets: Floats
    groups: NDArray[np.intp]
    test_features: Floats
    seed: int

    @classmethod
    def of_fold(cls, study: Study, seed: int, fold: int) -> Problem:
        """Make the problem of one fold of a study."""
        training, test = study.training_rows(seed, fold), study.test_rows(seed, fold)
        _, groups = np.unique(study.groups[training], return_inverse=True)
        if study.split == "spectrum":
            groups = np.arange(training.size)
        return cls(
            features=study.features[training],
            targets=study.targets[training],
            groups=groups,
            test_features=study.features[test],
            seed=int(np.random.SeedSequence([seed, fold]).generate_state(1)[0]),
        )

    @cached_property
    def standardised(self) -> tuple[Floats, Floats]:
        """Training and test inputs, each grid point scaled by the training part."""
        mean = self.features.mean(axis=0)
        scale = np.sqrt(self.features.var(axis=0) + SCALE_FLOOR**2)
        return (self.features - mean) / scale, (self.test_features - mean) / scale

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The properties, those that are known for the same spectra together."""
        known = ~np.isnan(self.targets)
        patterns: dict[bytes, list[int]] = {}
        for column in range(known.shape[1]):
            patterns.setdefault(known[:, column].tobytes(), []).append(column)
        blocks = []
        for columns in map(np.array, patterns.values()):
            rows = np.flatnonzero(known[:, columns[0]])
            if rows.size < 2:
                raise ValueError(
                    "the training part of a fold has no values of a property; use fewer folds or "
                    "more spectra"
                )
            values = self.targets[np.ix_(rows, columns)]
            mean, scale = values.mean(axis=0), values.std(axis=0)
            scale = np.where(scale > 0, scale, 1.0)
            blocks.append(
                Block(columns, rows, (values - mean) / scale, mean, scale),
            )
        return tuple(blocks)

    def inner_splits(self, rows: Rows, folds: int = INNER_FOLDS) -> Iterator[tuple[Rows, Rows]]:
        """Divide training rows for the choice of hyperparameters.

        Yields
        ------
        Places in `rows` to fit to and places to measure on; groups are whole in one of both.
        """
        selection = require("sklearn.model_selection", "baselines")
        groups = self.groups[rows]
        count = min(folds, np.unique(groups).size)
        if count < 2:
            raise ValueError("the training part of a fold is a single group; use more groups")
        # GroupKFold deals in the order of size and then of number, which follows the names: groups
        # of one size are dealt in an order drawn from the seed, not in that of the database.
        order = np.random.default_rng(self.seed).permutation(int(self.groups.max()) + 1)
        yield from selection.GroupKFold(count).split(rows, groups=order[groups])
