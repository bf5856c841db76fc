"""The evaluation report: figures and tables from the folders that ``spectra`` writes.

    spectra cross-validate data --alignment absolute --seeds 5 --out build/report/absolute-group
    python -m spectra_infer.report.baselines build/report/absolute-group
    python -m spectra_infer.report build/report

Reading needs NumPy alone; drawing needs matplotlib (``pip install 'spectra-infer[report]'``), the
baselines scikit-learn (``'spectra-infer[baselines]'``). In a notebook:

>>> from spectra_infer import report
>>> study = report.read_study("build/report/absolute-group")          # doctest: +SKIP
>>> with report.paper_style():                                        # doctest: +SKIP
...     report.draw_cross_validated_parity(study).savefig("parity.pdf")
"""

from ._files import FolderError
from .comparison import Comparison, Difference, Subset, compare
from .compose import write_report
from .document import write_document
from .evaluation import Evaluation, read_evaluation
from .failures import Failure, Neighbor
from .figures.alignments import draw_alignments
from .figures.baselines import draw_baselines
from .figures.coverage import coverage, draw_coverage
from .figures.failures import draw_failures
from .figures.learning_curve import draw_learning_curve
from .figures.parity import draw_cross_validated_parity, draw_parity
from .figures.robustness import draw_robustness, draw_robustness_by_property
from .learning_curve import LearningCurve, read_learning_curve
from .measures import Measures, measure
from .results import Results, find_results
from .robustness import Robustness, read_robustness
from .study import ErrorTable, Property, Study, read_study
from .style import paper_style

__all__ = [
    "Comparison",
    "Difference",
    "ErrorTable",
    "Evaluation",
    "Failure",
    "FolderError",
    "LearningCurve",
    "Measures",
    "Neighbor",
    "Property",
    "Results",
    "Robustness",
    "Study",
    "Subset",
    "compare",
    "coverage",
    "draw_alignments",
    "draw_baselines",
    "draw_coverage",
    "draw_cross_validated_parity",
    "draw_failures",
    "draw_learning_curve",
    "draw_parity",
    "draw_robustness",
    "draw_robustness_by_property",
    "find_results",
    "measure",
    "paper_style",
    "read_evaluation",
    "read_learning_curve",
    "read_robustness",
    "read_study",
    "write_document",
    "write_report",
]
