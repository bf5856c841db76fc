"""Six local properties of a silicon oxide from its O-K core-loss spectrum.

>>> import spectra_infer
>>> model = spectra_infer.Model.load()
>>> print(model.predict(energy, counts))                              # doctest: +SKIP
>>> maps = model.predict_many(energy, image, workers=4)               # doctest: +SKIP
>>> maps.bond_angle.value                                             # doctest: +SKIP
"""

from ._library import library_path
from .errors import (
    CallError,
    LibraryError,
    ModelError,
    ModelFileError,
    SpectraError,
    SpectraMemoryError,
    SpectrumError,
    Status,
)
from .model import Model, model_path
from .options import LowLossUse, Options, Spikes
from .prediction import (
    PROPERTIES,
    UNITS,
    Alignment,
    Background,
    Estimate,
    Flag,
    Neighbor,
    Prediction,
    Predictions,
    Preparation,
    Prepared,
    PropertyMap,
    References,
)

__all__ = [
    "PROPERTIES",
    "UNITS",
    "Alignment",
    "Background",
    "CallError",
    "Estimate",
    "Flag",
    "LibraryError",
    "LowLossUse",
    "Model",
    "ModelError",
    "ModelFileError",
    "Neighbor",
    "Options",
    "Prediction",
    "Predictions",
    "Preparation",
    "Prepared",
    "PropertyMap",
    "References",
    "SpectraError",
    "SpectraMemoryError",
    "SpectrumError",
    "Spikes",
    "Status",
    "__version__",
    "library_path",
    "model_path",
]

__version__ = "0.1.0"
