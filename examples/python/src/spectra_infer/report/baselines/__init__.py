"""What a plain method of scikit-learn makes of the folds that the network was tested on.

``python -m spectra_infer.report.baselines DIR`` fits every baseline on every fold of a
cross-validation and writes baselines.csv and baseline_errors.csv beside it. A baseline learns from
just the spectra that the network's ensemble could learn from, and chooses its hyperparameters by an
inner cross-validation on them alone, which divides as the study does: by group or by spectrum. With
``--inputs`` some of them are fitted on changed spectra, which says what they read.
"""

from .inputs import InputErrors, fit_changed_inputs, read_changed_inputs
from .predictors import PREDICTORS, Predictor
from .problem import Problem
from .run import fit_baselines

__all__ = [
    "PREDICTORS",
    "InputErrors",
    "Predictor",
    "Problem",
    "fit_baselines",
    "fit_changed_inputs",
    "read_changed_inputs",
]
