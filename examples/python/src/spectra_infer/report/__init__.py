"""Reads the folders of results that ``spectra`` writes."""

from ._files import FolderError
from .comparison import Comparison, Difference, Subset, compare
from .evaluation import Evaluation, read_evaluation
from .failures import Failure, Neighbor
from .measures import Measures, measure
from .results import Results, find_results
from .robustness import Robustness, read_robustness
from .study import ErrorTable, Property, Study, read_study

__all__ = [
    "Comparison",
    "Difference",
    "ErrorTable",
    "Evaluation",
    "Failure",
    "FolderError",
    "Measures",
    "Neighbor",
    "Property",
    "Results",
    "Robustness",
    "Study",
    "Subset",
    "compare",
    "find_results",
    "measure",
    "read_evaluation",
    "read_robustness",
    "read_study",
]
