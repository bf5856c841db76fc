"""``python -m spectra_infer.report.baselines DIR``: the baselines on the folds of a study."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from .._files import Floats
from ..study import read_study
from .inputs import fit_changed_inputs
from .run import fit_baselines, ratios


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, write, and print each baseline's error beside that of predicting the mean."""
    parser = argparse.ArgumentParser(
        prog="python -m spectra_infer.report.baselines",
        description="Fits baselines of scikit-learn on the folds of a cross-validation and writes "
        "baselines.csv and baseline_errors.csv beside it. A run that was stopped goes on.",
    )
    parser.add_argument(
        "folder", type=Path, help="as `spectra cross-validate --out` writes it", metavar="DIR"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument(
        "--inputs",
        action="store_true",
        help="fit some baselines on changed spectra instead, to see what they read",
    )
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    try:
        properties = [each.name for each in read_study(options.folder).properties]
        rows: dict[str, Floats]
        if options.inputs:
            found = fit_changed_inputs(options.folder, jobs=options.jobs, say=say)
            rows = {f"{name}, {inputs}": ratio for (name, inputs), ratio in found.ratios.items()}
        else:
            table = fit_baselines(options.folder, jobs=options.jobs, say=say)
            rows = {name: ratios(table, name, properties) for name in table.predictors}
    except (ValueError, ModuleNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenProcessPool:
        print(
            "one of the processes was killed; run the same command again, what is finished is kept",
            file=sys.stderr,
        )
        return 1
    print("mean absolute error over that of predicting the mean")
    width = max(map(len, rows))
    print(" " * width + "".join(f"{name.split('_')[-1]:>12}" for name in properties))
    for name, values in rows.items():
        print(f"{name:<{width}}" + "".join(f"{value:>12.2f}" for value in values))
    return 0


if __name__ == "__main__":
    sys.exit(main())
