"""Measures of error: mean absolute error, root mean square, R2 and the 95th percentile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Measures", "measure"]


@dataclass(frozen=True)
class Measures:
    """How far predictions are from the truth.

    Attributes
    ----------
    count
        Number of values that were compared.
    mean_absolute_error, root_mean_square_error, percentile_95
        Of the errors (the last of their magnitudes), in the property's unit.
    r2
        1 - sum of squared errors / sum of squared deviations of the true values from their mean.
        Zero is what their mean would reach, which no predictor knows; negative is worse.
    """

    count: int
    mean_absolute_error: float
    root_mean_square_error: float
    r2: float
    percentile_95: float


def measure(expected: ArrayLike, predicted: ArrayLike) -> Measures:
    """Measure the errors of predictions, leaving out those whose true value is NaN.

    Everything is NaN where nothing is left; R2 also where the true values do not differ. The
    percentile is linear between the order statistics.

    Examples
    --------
    >>> measure([1.0, 2.0, 3.0], [1.0, 2.0, 4.0]).mean_absolute_error
    0.3333333333333333
    """
    truth = np.asarray(expected, float).ravel()
    values = np.asarray(predicted, float).ravel()
    if truth.shape != values.shape:
        raise ValueError(f"{truth.size} true values and {values.size} predictions")
    known = ~np.isnan(truth)
    truth, values = truth[known], values[known]
    if truth.size == 0:
        return Measures(0, np.nan, np.nan, np.nan, np.nan)
    errors = values - truth
    deviations = float(np.sum((truth - truth.mean()) ** 2))
    return Measures(
        count=int(truth.size),
        mean_absolute_error=float(np.mean(np.abs(errors))),
        root_mean_square_error=float(np.sqrt(np.mean(errors**2))),
        r2=1 - float(np.sum(errors**2)) / deviations if deviations > 0 else float("nan"),
        percentile_95=float(np.percentile(np.abs(errors), 95)),
    )
