"""What was done: data, folds, seeds, training."""

from __future__ import annotations

from html import escape

from ..evaluation import PART_TITLES
from ..page import Page
from ..results import Results
from ..words import seed_count, seed_text

__all__ = ["add_protocol"]

ALIGNMENT_TEXTS = {
    "threshold": "the threshold is at 0 eV, as in the paper's first model",
    "edge": "the onset found in the spectrum is at 0 eV",
    "absolute": "the energy axis is kept, which tells the excitation energy, as in the paper's "
    "second model",
}


def add_protocol(page: Page, results: Results) -> None:
    """Say how the numbers came about."""
    page.section("Data and protocol")
    study = results.main_study
    if study is not None:
        page.text(
            f"{len(study.spectra)} simulated O-K spectra of {study.group_count} groups of "
            f"materials, broadened by a Gaussian of {study.description['broadening_sigma_ev']:g} "
            f"eV, on {study.energies.size} energies. A group holds the materials that are the same "
            f"structure. In a cross-validation the spectra are dealt into {study.fold_count} "
            f"folds; each is once the test part of an ensemble of {study.members} networks, which "
            "learn from the other folds, one of these in turn choosing the epoch (8:1:1). "
            f"{seed_text(study)} Split by group, a test spectrum belongs to a material that the "
            "networks have not seen; split by spectrum, as in the paper, other sites of its "
            "material may be among the training spectra, and errors look smaller."
        )
        page.text(
            "Errors are mean absolute errors (MAE) if nothing else is said; those of all folds of "
            "a seed are taken together. What stands behind ± is the standard deviation over the "
            "seeds: it shows the chance in folds and initial weights, not that of the choice of "
            "materials, which is the same for all."
        )
    entries = _entries(results)
    if entries:
        page.html(
            "<dl>"
            + "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>\n" for name, text in entries)
            + "</dl>"
        )


def _entries(results: Results) -> list[tuple[str, str]]:
    entries = []
    for study in results.studies:
        text = ALIGNMENT_TEXTS.get(study.alignment, study.alignment)
        if study.is_augmented:
            text += "; trained on simulated measurements too"
        entries.append(
            (f"cross-validation, {study.name}, by {study.split}", f"{seed_count(study)}; {text}")
        )
    for evaluation in results.evaluations:
        seed = evaluation.description["model"].get("seed")
        parts = ", ".join(
            f"{PART_TITLES[part]} {evaluation.count(part)}" for part in evaluation.parts
        )
        entries.append((f"model, {evaluation.alignment}", f"seed {seed}; {parts}"))
    if results.main_study is not None:
        document = results.main_study.description
        training = [
            f"{name.replace('_', ' ')} {value}"
            for name, value in sorted(document.get("training", {}).items())
            if name != "seed"
        ]
        if training:
            entries.append(("training", ", ".join(training)))
        if "software" in document:
            entries.append(("software", str(document["software"])))
        for name, value in sorted(document.get("data_sha256", {}).items()):
            entries.append((f"SHA-256 of {name}", str(value)))
    return entries
