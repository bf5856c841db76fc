"""Figures of predictions: one spectrum with its references, maps with their errors.

>>> from spectra_infer import plot
>>> figure = plot.draw_spectrum(plot.SpectrumView.of(model, energy, counts))  # doctest: +SKIP
>>> plot.save(figure, "quartz", formats=("png", "pdf"))                # doctest: +SKIP
>>> plot.draw_maps(plot.MapsView.of(maps, pixel_size=0.5, unit="nm"))  # doctest: +SKIP

Needs matplotlib: ``pip install 'spectra-infer[plot]'``. From the command line:
``python -m spectra_infer.plot --help``.
"""

from ..report.figures.coverage import draw_coverage
from ..report.figures.parity import draw_cross_validated_parity, draw_parity
from ..report.style import paper_style, save
from .documents import DocumentError, read_maps, read_predictions
from .maps import draw_maps
from .maps_view import MapAxis, MapsView
from .profile import draw_profile
from .spectrum import draw_spectrum
from .spectrum_view import NeighborView, SpectrumView
from .trust import draw_trust

__all__ = [
    "DocumentError",
    "MapAxis",
    "MapsView",
    "NeighborView",
    "SpectrumView",
    "draw_coverage",
    "draw_cross_validated_parity",
    "draw_maps",
    "draw_parity",
    "draw_profile",
    "draw_spectrum",
    "draw_trust",
    "paper_style",
    "read_maps",
    "read_predictions",
    "save",
]
