"""The figures and numbers of docs/tutorials/microscopist.md, from a simulated image.

    python tutorial_figures.py docs/tutorials [--rows 48] [--columns 64]

Writes spectrum.png, maps.png and trust.png into the folder, and prints what section 7 says of
summing pixels. Needs `pip install 'spectra-infer[plot]'`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from two_phases import PIXEL_SIZE, TwoPhases, two_phases

from spectra_infer import Model, plot
from spectra_infer.report.document import save_small

COUNTS = 4000.0
FEW_COUNTS = 60.0
"""At the maximum of the edge."""


def draw(folder: Path, model: Model, image: TwoPhases) -> None:
    """Write the figures: a spectrum of the left part, the maps, how far to trust them."""
    rows, _, _ = image.counts.shape
    counts = image.counts[rows // 2, 6]
    one = plot.SpectrumView.of(model, image.energies, counts, title="quartz.msa")
    predictions = model.predict_many(image.energies, image.counts, workers=2)
    view = plot.MapsView.of(predictions, pixel_size=PIXEL_SIZE, unit="nm")
    for name, figure in (
        ("spectrum", plot.draw_spectrum(one)),
        ("maps", plot.draw_maps(view)),
        ("trust", plot.draw_trust(view)),
    ):
        save_small(figure, folder / f"{name}.png")


def blocks(values: NDArray[Any]) -> NDArray[Any]:
    """Sum over blocks of 2 x 2 pixels; shape ``(rows / 2, columns / 2, ...)``."""
    rows, columns, *rest = values.shape
    sums: NDArray[Any] = values.reshape(rows // 2, 2, columns // 2, 2, *rest).sum(axis=(1, 3))
    return sums


def compare(model: Model, image: TwoPhases) -> tuple[float, float]:
    """Return the mean errors of the bond length, angstrom, of blocks of 2 x 2 pixels.

    The first is that of predictions from summed counts, the second that of averaged predictions,
    both over the blocks that have all predictions.
    """
    quartz, stishovite = image.bond_lengths
    share = blocks(image.fraction) / 4
    truth = (1 - share) * quartz + share * stishovite
    summed = model.predict_many(image.energies, blocks(image.counts)).bond_length.value
    averaged = blocks(model.predict_many(image.energies, image.counts).bond_length.value) / 4
    known = ~np.isnan(truth + summed + averaged)
    return (
        float(np.mean(np.abs(summed - truth)[known])),
        float(np.mean(np.abs(averaged - truth)[known])),
    )


def main() -> None:
    """Draw, and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where the figures are written")
    parser.add_argument("--rows", type=int, default=48, help="even")
    parser.add_argument("--columns", type=int, default=64, help="even")
    arguments = parser.parse_args()
    size = (arguments.rows, arguments.columns)
    model = Model.load()
    draw(arguments.folder, model, two_phases(*size, counts=COUNTS, seed=1))
    summed, averaged = compare(model, two_phases(*size, counts=FEW_COUNTS, seed=1))
    print(
        f"{FEW_COUNTS:.0f} counts, blocks of 2 x 2 pixels: bond length wrong by {summed:.3f} "
        f"angstrom with summed counts, {averaged:.3f} with averaged predictions"
    )


if __name__ == "__main__":
    main()
