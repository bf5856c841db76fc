"""What the tests of error measures compare with: scikit-learn and NumPy in float64.

    python3 generate.py        writes errors.json and PROVENANCE.json beside this file
"""

import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20190403
random = np.random.default_rng(SEED)


def case(name, expected, predicted):
    """The measures of the pairs whose true value is not missing."""
    known = ~np.isnan(expected)
    true, said = expected[known], predicted[known]
    return {
        "name": name,
        "expected": [None if np.isnan(x) else x for x in expected.tolist()],
        "predicted": predicted.tolist(),
        "count": int(known.sum()),
        "mean_absolute_error": mean_absolute_error(true, said),
        "root_mean_square_error": root_mean_squared_error(true, said),
        "r2": r2_score(true, said),
        "percentile_95": np.percentile(np.abs(said - true), 95),
    }


def cases():
    listed = []
    for count in [2, 3, 20, 21, 220]:
        expected = random.normal(140, 18, count)
        predicted = expected + 10 * random.standard_t(2, count)
        listed.append(case(f"{count} angles with heavy tails", expected, predicted))
    expected = random.normal(542, 0.7, 100)
    predicted = expected + random.normal(0.3, 0.2, 100)
    expected[[0, 17, 99]] = np.nan
    listed.append(case("missing values", expected, predicted))
    listed.append(case("perfect", expected, np.where(np.isnan(expected), 0, expected)))
    listed.append(case("worse than the mean", expected, random.normal(550, 3, 100)))
    listed.append(case("small numbers", random.normal(-1, 1e-6, 30), random.normal(-1, 1e-6, 30)))
    return listed


def main():
    (HERE / "errors.json").write_text(json.dumps(cases()) + "\n")
    provenance = {
        "generator": "generate.py", "seed": SEED, "python": platform.python_version(),
        "numpy": np.__version__, "scikit-learn": sklearn.__version__, "arithmetic": "float64", "files": ["errors.json"],
    }
    (HERE / "PROVENANCE.json").write_text(json.dumps(provenance, indent=2) + "\n")


if __name__ == "__main__":
    main()
