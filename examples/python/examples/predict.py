"""Six properties of a silicon oxide from a measured O-K spectrum.

    python predict.py spectrum.txt [--background none] [--window START END] ...

spectrum.txt has two columns, energy in eV and counts, separated by blanks, tabs or commas; lines
that begin with # are comments, and headings may stand above the numbers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import spectra_infer


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the energies and the counts of a file."""
    lines = path.read_text().replace(",", " ").splitlines()
    rows = [line.split()[:2] for line in lines if line.strip() and not line.startswith("#")]
    # Above the numbers only: a word among them is a mistake, which must be told.
    while rows and not is_number(rows[0][0]):
        del rows[0]
    energy, counts = np.array(rows, float).reshape(-1, 2).T
    return energy, counts


def is_number(word: str) -> bool:
    """Return whether a word is a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def main() -> int:
    """Read a spectrum, predict, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spectrum", type=Path, help="two columns: energy in eV, counts")
    parser.add_argument("--model", type=Path, help="model file (default: the edge model)")
    parser.add_argument("--background", choices=["recipe", "none", "power_law"], default="recipe")
    parser.add_argument("--window", type=float, nargs=2, metavar="EV", help="pre-edge window")
    parser.add_argument("--threshold", type=float, metavar="EV", help="for a threshold model")
    parser.add_argument("--offset", type=float, metavar="EV", help="for an absolute model")
    arguments = parser.parse_args()
    try:
        energy, counts = read(arguments.spectrum)
        with spectra_infer.Model.load(arguments.model) as model:
            prediction = model.predict(
                energy,
                counts,
                background=arguments.background,
                window=arguments.window,
                threshold=arguments.threshold,
                energy_offset=arguments.offset,
            )
    except (OSError, ValueError, spectra_infer.SpectraError) as error:
        print(f"{arguments.spectrum}: {error}", file=sys.stderr)
        return 1
    print(prediction)
    return 0


if __name__ == "__main__":
    sys.exit(main())
