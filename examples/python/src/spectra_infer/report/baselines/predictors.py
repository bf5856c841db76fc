"""The baselines: naive ones, neighbours, linear and kernel methods, forests, Gaussian processes."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..._optional import require
from .._files import Floats
from .problem import Block, Problem

__all__ = [
    "PREDICTORS",
    "Forest",
    "GaussianProcess",
    "KernelRidge",
    "Mean",
    "Nearest",
    "Predictor",
    "Ridge",
]


class Predictor(Protocol):
    """A way to predict the properties of test spectra from training spectra."""

    @property
    def name(self) -> str:
        """Its name in baselines.csv."""

    def predict(self, problem: Problem) -> Floats:
        """Return the properties of the test spectra, [test spectra, properties]."""


def sklearn(module: str) -> Any:
    """Import a module of scikit-learn, or say which extra brings it."""
    return require(f"sklearn.{module}", "baselines")


def by_block(problem: Problem, predict: Callable[[Block], Floats]) -> Floats:
    """Put together what is predicted for each block, in the properties' units."""
    predicted = np.empty((len(problem.test_features), problem.targets.shape[1]))
    for block in problem.blocks:
        predicted[:, block.columns] = block.mean + block.scale * predict(block)
    return predicted


def best_of(
    problem: Problem,
    block: Block,
    candidates: Sequence[Any],
    predict: Callable[[Any, Any], Iterator[Floats]],
    folds: int = 5,
) -> list[Any]:
    """Choose a candidate for each property of a block, by the mean absolute error.

    Parameters
    ----------
    candidates
        Hyperparameters; the first of equally good ones is taken.
    predict
        ``predict(fit, measure)`` fits to the places ``fit`` of the block's rows and yields the
        predictions for the places ``measure``, those of each candidate in turn.
    folds
        Folds of the inner cross-validation.
    """
    sums = np.zeros((len(candidates), block.columns.size))
    for fit, measure in problem.inner_splits(block.rows, folds):
        for place, predicted in enumerate(predict(fit, measure)):
            sums[place] += np.abs(predicted - block.targets[measure]).sum(axis=0)
    return [candidates[place] for place in np.argmin(sums, axis=0)]


@dataclass(frozen=True)
class Mean:
    """The mean of the training spectra, whatever the spectrum."""

    name: str = "mean"

    def predict(self, problem: Problem) -> Floats:
        """Return the means, once for each test spectrum."""
        return by_block(problem, lambda _: np.zeros((len(problem.test_features), 1)))


@dataclass(frozen=True)
class Nearest:
    """The mean of the nearest training spectra that have the property, by Euclidean distance.

    The inputs are the prepared intensities as they are, as in the library's own list of neighbours.
    """

    neighbors: int = 1

    @property
    def name(self) -> str:
        """``nearest`` or ``nearest_5``."""
        return "nearest" if self.neighbors == 1 else f"nearest_{self.neighbors}"

    def predict(self, problem: Problem) -> Floats:
        """Look up the neighbours."""

        def predict(block: Block) -> Floats:
            count = min(self.neighbors, block.rows.size)
            model = sklearn("neighbors").KNeighborsRegressor(count, algorithm="brute")
            model.fit(problem.features[block.rows], block.targets)
            predicted: Floats = model.predict(problem.test_features)
            return predicted

        return by_block(problem, predict)


@dataclass(frozen=True)
class Ridge:
    """Linear least squares with an L2 penalty, chosen from a grid."""

    name: str = "ridge"
    penalties: tuple[float, ...] = tuple(10.0 ** (power / 2) for power in range(-4, 11))

    def predict(self, problem: Problem) -> Floats:
        """Choose the penalty for each property and fit."""
        inputs, test_inputs = problem.standardised
        linear_model = sklearn("linear_model")

        def predict(block: Block) -> Floats:
            own = inputs[block.rows]

            def try_out(fit: Any, measure: Any) -> Iterator[Floats]:
                for penalty in self.penalties:
                    model = linear_model.Ridge(alpha=penalty).fit(own[fit], block.targets[fit])
                    yield model.predict(own[measure]).reshape(len(measure), -1)

            penalties = best_of(problem, block, self.penalties, try_out)
            model = linear_model.Ridge(alpha=np.array(penalties)).fit(own, block.targets)
            predicted: Floats = model.predict(test_inputs)
            return predicted.reshape(len(test_inputs), -1)

        return by_block(problem, predict)


@dataclass(frozen=True)
class KernelRidge:
    """Kernel ridge regression with ``exp(-d / width)`` of a distance d between the inputs.

    d is the squared Euclidean distance (``rbf``) or the sum of absolute differences
    (``laplacian``). Widths are multiples of the median distance of the training spectra.
    """

    kernel: str = "rbf"
    widths: tuple[float, ...] = tuple(2.0**power for power in range(-3, 6))
    penalties: tuple[float, ...] = tuple(10.0 ** (power / 2) for power in range(-8, 2))

    @property
    def name(self) -> str:
        """``kernel_ridge_rbf`` or ``kernel_ridge_laplacian``."""
        return f"kernel_ridge_{self.kernel}"

    def predict(self, problem: Problem) -> Floats:
        """Choose width and penalty for each property and fit."""
        inputs, test_inputs = problem.standardised
        distances = self._distances(inputs, inputs)
        to_test = self._distances(test_inputs, inputs)
        kernel_ridge = sklearn("kernel_ridge")

        def predict(block: Block) -> Floats:
            own = distances[np.ix_(block.rows, block.rows)]
            median = float(np.median(own[np.triu_indices_from(own, 1)])) or 1.0
            kernels = {width: np.exp(-own / (width * median)) for width in self.widths}

            def try_out(fit: Any, measure: Any) -> Iterator[Floats]:
                for kernel in kernels.values():
                    # One decomposition serves all penalties p: (K + p)^-1 y = V (w + p)^-1 V' y.
                    values, vectors = np.linalg.eigh(kernel[np.ix_(fit, fit)])
                    turned = kernel[np.ix_(measure, fit)] @ vectors
                    targets = vectors.T @ block.targets[fit]
                    for penalty in self.penalties:
                        yield turned @ (targets / (values + penalty)[:, np.newaxis])

            candidates = list(itertools.product(self.widths, self.penalties))
            chosen = best_of(problem, block, candidates, try_out)
            predicted = np.empty((len(test_inputs), block.columns.size))
            for column, (width, penalty) in enumerate(chosen):
                model = kernel_ridge.KernelRidge(alpha=penalty, kernel="precomputed")
                fitted = model.fit(kernels[width], block.targets[:, column])
                test_kernel = np.exp(-to_test[:, block.rows] / (width * median))
                predicted[:, column] = fitted.predict(test_kernel)
            return predicted

        return by_block(problem, predict)

    def _distances(self, one: Floats, other: Floats) -> Floats:
        pairwise = sklearn("metrics.pairwise")
        distances: Floats
        if self.kernel == "rbf":
            distances = pairwise.euclidean_distances(one, other, squared=True)
        else:
            distances = pairwise.manhattan_distances(one, other)
        return distances


@dataclass(frozen=True)
class Forest:
    """A random forest (Breiman 2001), or extremely randomised trees (Geurts 2006).

    The inner cross-validation, with fewer trees, chooses the share of the inputs that a node may
    ask and the smallest leaf.
    """

    name: str = "random_forest"
    estimator: str = "RandomForestRegressor"
    trees: int = 100
    trial_trees: int = 20
    trial_folds: int = 3
    shares: tuple[float, ...] = (0.1, 0.4)
    leaves: tuple[int, ...] = (1, 4)

    def predict(self, problem: Problem) -> Floats:
        """Choose the hyperparameters for each property and grow the forest."""
        make = getattr(sklearn("ensemble"), self.estimator)

        def forest(candidate: tuple[float, int], trees: int) -> Any:
            share, leaf = candidate
            return make(
                n_estimators=trees,
                max_features=share,
                min_samples_leaf=leaf,
                random_state=problem.seed,
                n_jobs=1,
            )

        def predict(block: Block) -> Floats:
            own = problem.features[block.rows]

            candidates = list(itertools.product(self.shares, self.leaves))

            def try_out(fit: Any, measure: Any) -> Iterator[Floats]:
                for candidate in candidates:
                    columns = [
                        forest(candidate, self.trial_trees)
                        .fit(own[fit], targets[fit])
                        .predict(own[measure])
                        for targets in block.targets.T
                    ]
                    yield np.stack(columns, axis=1)

            chosen = best_of(problem, block, candidates, try_out, self.trial_folds)
            columns = [
                forest(candidate, self.trees).fit(own, targets).predict(problem.test_features)
                for candidate, targets in zip(chosen, block.targets.T)
            ]
            return np.stack(columns, axis=1)

        return by_block(problem, predict)


@dataclass(frozen=True)
class GaussianProcess:
    """A Gaussian process with one length scale and white noise.

    Amplitude, length scale and noise maximise the marginal likelihood of the training part (of
    `likelihood_spectra` of them, drawn by the seed, where there are more); the inner
    cross-validation chooses among the squared exponential and two Matern kernels.
    """

    name: str = "gaussian_process"
    smoothness: tuple[float, ...] = (np.inf, 1.5, 0.5)
    likelihood_spectra: int = 200

    def predict(self, problem: Problem) -> Floats:
        """Fit each kernel, choose one for each property, predict its mean."""
        inputs, test_inputs = problem.standardised
        generator = np.random.default_rng(problem.seed)

        def predict(block: Block) -> Floats:
            own = inputs[block.rows]
            places = np.arange(len(own))
            if places.size > self.likelihood_spectra:
                places = np.sort(generator.choice(places, self.likelihood_spectra, replace=False))
            columns = []
            for targets in block.targets.T:
                single = Block(
                    block.columns[:1], block.rows, targets[:, np.newaxis], block.mean, block.scale
                )
                kernels = [
                    self._fitted(self._kernel(smoothness, own), own[places], targets[places])
                    for smoothness in self.smoothness
                ]

                def try_out(
                    fit: Any, measure: Any, kernels: Any = kernels, targets: Floats = targets
                ) -> Iterator[Floats]:
                    for kernel in kernels:
                        process = self._process(kernel, optimizer=None).fit(own[fit], targets[fit])
                        yield process.predict(own[measure])[:, np.newaxis]

                (kernel,) = best_of(problem, single, kernels, try_out)
                process = self._process(kernel, optimizer=None).fit(own, targets)
                columns.append(process.predict(test_inputs))
            return np.stack(columns, axis=1)

        return by_block(problem, predict)

    @staticmethod
    def _kernel(smoothness: float, inputs: Floats) -> Any:
        kernels = sklearn("gaussian_process.kernels")
        distances = sklearn("metrics.pairwise").euclidean_distances(inputs)
        median = float(np.median(distances[np.triu_indices_from(distances, 1)])) or 1.0
        shape = kernels.Matern(median, (0.02 * median, 100 * median), nu=smoothness)
        noise = kernels.WhiteKernel(0.1, (1e-5, 10.0))
        return kernels.ConstantKernel(1.0, (1e-2, 1e3)) * shape + noise

    @staticmethod
    def _process(kernel: Any, optimizer: str | None) -> Any:
        gaussian_process = sklearn("gaussian_process")
        return gaussian_process.GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=optimizer)

    def _fitted(self, kernel: Any, inputs: Floats, targets: Floats) -> Any:
        with warnings.catch_warnings():
            # A property that the spectrum says nothing about rightly ends at a bound: all noise.
            warnings.simplefilter("ignore", sklearn("exceptions").ConvergenceWarning)
            return self._process(kernel, "fmin_l_bfgs_b").fit(inputs, targets).kernel_


PREDICTORS: tuple[Predictor, ...] = (
    Mean(),
    Nearest(1),
    Nearest(5),
    Ridge(),
    KernelRidge("rbf"),
    KernelRidge("laplacian"),
    Forest(),
    Forest(name="extra_trees", estimator="ExtraTreesRegressor"),
    GaussianProcess(),
)
"""All baselines, in the order of tables and figures."""
