"""Finds the folders of results and reads each for what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._files import FolderError
from .evaluation import Evaluation, read_evaluation
from .learning_curve import FILE as LEARNING_CURVE_FILE
from .learning_curve import LearningCurve, read_learning_curve
from .robustness import FILE as ROBUSTNESS_FILE
from .robustness import Robustness, read_robustness
from .study import Study, read_study

__all__ = ["Results", "find_results"]

ALIGNMENT_ORDER = ("absolute", "threshold", "edge")
SPLIT_ORDER = ("group", "spectrum")


@dataclass(frozen=True, eq=False)
class Results:
    """What a report is made of, the absolute alignment and the split by group first.

    Attributes
    ----------
    studies
        Cross-validations, at most one for an alignment, a split, and a training with or without
        augmentation; those without come first.
    evaluations
        Evaluations of single models.
    robustness
        The study of worse conditions, or None.
    learning_curve
        The errors against the number of materials, or None.
    """

    studies: tuple[Study, ...]
    evaluations: tuple[Evaluation, ...]
    robustness: Robustness | None
    learning_curve: LearningCurve | None

    def study(self, alignment: str, split: str) -> Study | None:
        """Return the cross-validation of an alignment and a split, or None."""
        for study in self.compared:
            if (study.alignment, study.split) == (alignment, split):
                return study
        return None

    @property
    def compared(self) -> tuple[Study, ...]:
        """One cross-validation for an alignment and a split, without augmentation if there is."""
        found: dict[tuple[str, str], Study] = {}
        for study in self.studies:
            found.setdefault((study.alignment, study.split), study)
        return tuple(found.values())

    @property
    def others(self) -> tuple[Study, ...]:
        """The cross-validations that are not in `compared`."""
        compared = {id(study) for study in self.compared}
        return tuple(study for study in self.studies if id(study) not in compared)

    @property
    def calibrated(self) -> tuple[Study, ...]:
        """The cross-validations whose intervals are learned as those of a shipped model."""
        return tuple(study for study in self.studies if study.calibration_members > 0)

    @property
    def main_study(self) -> Study | None:
        """The cross-validation that the text is about: the first."""
        return self.studies[0] if self.studies else None


def find_results(folders: Sequence[str | Path]) -> Results:
    """Read folders of results, or those that are in a folder.

    Parameters
    ----------
    folders
        Each has study.json, report.json, robustness.csv or learning-curve.csv, or subfolders
        that have.

    Raises
    ------
    FolderError
        Where there is nothing, where a folder is malformed, where there are two of a kind, or where
        two are of different databases.
    """
    studies: list[Study] = []
    evaluations: list[Evaluation] = []
    robustness: list[Path] = []
    curves: list[Path] = []
    for folder in (Path(each) for each in folders):
        if not folder.is_dir():
            raise FolderError(folder, "is no folder", "give a folder that `spectra` wrote")
        found = False
        for place in (folder, *sorted(each for each in folder.iterdir() if each.is_dir())):
            if (place / "study.json").is_file():
                studies.append(read_study(place))
                found = True
            if (place / "report.json").is_file():
                evaluations.append(read_evaluation(place))
                found = True
            if (place / ROBUSTNESS_FILE).is_file():
                robustness.append(place)
                found = True
            if (place / LEARNING_CURVE_FILE).is_file():
                curves.append(place)
                found = True
        if not found:
            raise FolderError(
                folder,
                "neither it nor a folder in it has study.json, report.json, robustness.csv or "
                "learning-curve.csv",
                "run `spectra cross-validate --out`, `spectra evaluate --report`, `spectra "
                "robustness --out` or `spectra learning-curve --out` first",
            )
    studies.sort(key=_order)
    evaluations.sort(key=_order)
    _check_single(studies)
    disturbed = read_robustness(*robustness) if robustness else None
    learning_curve = read_learning_curve(*curves) if curves else None
    described = [(study.folder, study.description) for study in studies]
    described += [(each.folder, each.description) for each in evaluations]
    if disturbed is not None:
        described += zip(disturbed.folders, disturbed.descriptions, strict=True)
    if learning_curve is not None:
        described += zip(learning_curve.folders, learning_curve.descriptions, strict=True)
    _check_database(described)
    return Results(
        studies=tuple(studies),
        evaluations=tuple(evaluations),
        robustness=disturbed,
        learning_curve=learning_curve,
    )


def _order(each: Study | Evaluation) -> tuple[bool, int, int, str]:
    def place(name: str, order: Sequence[str]) -> int:
        return order.index(name) if name in order else len(order)

    return (
        isinstance(each, Study) and each.is_augmented,
        place(each.split, SPLIT_ORDER),
        place(each.alignment, ALIGNMENT_ORDER),
        each.alignment,
    )


def _check_single(studies: Sequence[Study]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for study in studies:
        kind = (study.name, study.split)
        if kind in seen:
            raise FolderError(
                study.folder, f"is of the same kind as {seen[kind]}", "give one of them"
            )
        seen[kind] = study.folder


def _check_database(found: Sequence[tuple[Path, dict[str, Any]]]) -> None:
    """Refuse to compare results of different databases, as far as the folders tell."""
    first: tuple[Path, Any] | None = None
    for folder, description in found:
        checksums = description.get("data_sha256")
        if checksums is None:
            continue
        if first is None:
            first = (folder, checksums)
        elif checksums != first[1]:
            raise FolderError(
                folder,
                f"was made from another database than {first[0]}",
                "write both anew from the same `data`",
            )
