"""Small folders of results, written by the specification and not by the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectra_infer import PROPERTIES, UNITS

Floats = NDArray[np.float64]

CHECKSUMS = {"sites.csv": "0" * 64, "transitions.csv": "1" * 64}
MEASURES = (
    "count",
    "mean_absolute_error",
    "root_mean_square_error",
    "r2",
    "percentile_95",
)
MEAN = np.array([1.63, 145.0, 18.0, 0.54, -1.03, 541.8])
SPREAD = np.array([0.03, 15.0, 4.0, 0.02, 0.03, 0.8])


@dataclass(frozen=True, eq=False)
class Sample:
    """Made-up spectra: a peak whose place, width and shoulder follow from the properties."""

    spectra: list[str]
    materials: list[str]
    groups: list[str]
    targets: Floats
    features: Floats
    energies: Floats


def sample(*, groups: int = 8, of_each: int = 4, points: int = 24, seed: int = 1) -> Sample:
    """Make spectra of groups with one material each; the last spectrum has no bond angle."""
    generator = np.random.default_rng(seed)
    energies = np.round(-1 + 0.5 * np.arange(points), 1)
    hidden = np.repeat(generator.normal(size=(groups, 3)), of_each, axis=0)
    hidden += 0.4 * generator.normal(size=hidden.shape)
    mixing = generator.normal(size=(3, len(PROPERTIES)))
    targets = MEAN + SPREAD * (hidden @ mixing) / np.linalg.norm(mixing, axis=0)
    targets[-1, 1] = np.nan
    place, width = 4 + hidden[:, :1], 1.5 + 0.3 * np.tanh(hidden[:, 1:2])
    features = np.exp(-(((energies - place) / width) ** 2))
    features += (0.4 + 0.1 * hidden[:, 2:]) * np.exp(-(((energies - 9) / 2) ** 2)) + 0.05
    features /= features.mean(axis=1, keepdims=True)
    materials = [f"mp-{100 + number // of_each}" for number in range(groups * of_each)]
    return Sample(
        spectra=[f"{material}/O{number}" for number, material in enumerate(materials)],
        materials=materials,
        groups=materials,
        targets=targets,
        features=features,
        energies=energies,
    )


def text(value: float) -> str:
    """Return a number as the command line writes it."""
    return "" if np.isnan(value) else repr(float(value))


def write_csv(path: Path, header: str | Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file; a header of one string has the names between commas."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(",") if isinstance(header, str) else header)
        writer.writerows(rows)


def edit_json(path: Path, **changes: Any) -> None:
    """Change members of a JSON object; None removes one."""
    document = json.loads(path.read_text())
    for name, value in changes.items():
        document[name] = value
        if value is None:
            del document[name]
    path.write_text(json.dumps(document))


def assign_folds(sample: Sample, split: str, seed: int, count: int) -> list[int]:
    """Deal spectra or groups into folds."""
    generator = np.random.default_rng(seed)
    names = sample.groups if split == "group" else sample.spectra
    units = list(dict.fromkeys(names))
    places = {unit: int(place) for unit, place in zip(units, generator.permutation(len(units)))}
    return [places[name] % count for name in names]


def distances(one: Floats, others: Floats) -> Floats:
    found: Floats = np.sqrt(np.mean((others - one) ** 2, axis=1))
    return found


def write_study(
    folder: Path,
    made: Sample | None = None,
    *,
    alignment: str = "absolute",
    split: str = "group",
    seeds: Sequence[int] = (1, 2),
    fold_count: int = 4,
    error: float = 0.5,
    held_out: str | None = None,
    augmented: bool = False,
    calibration_members: int = 3,
) -> Path:
    """Write a cross-validation whose networks err by `error` times the spread, normally.

    `held_out` is a group that belongs to no fold.
    """
    made = made or sample()
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "format": "spectra-infer cross-validation",
        "format_version": 1,
        "alignment": alignment,
        "split": split,
        "broadening_sigma_ev": 0.5,
        "seeds": list(seeds),
        "fold_count": fold_count,
        "members": 3,
        "calibration_members": calibration_members,
        "training": {"hidden": [128, 128], "dropout": 0.5},
        "spectrum_count": len(made.spectra),
        "group_count": len(set(made.groups)),
        "held_out_groups": [held_out] if held_out else [],
        "software": "SpectraInfer 0.0.0",
        "data_sha256": CHECKSUMS,
        "grid": {"start_ev": -1, "step_ev": 0.5, "count": made.energies.size},
        "properties": [{"name": name, "unit": unit} for name, unit in UNITS.items()],
    }
    if augmented:
        document["augmentation"] = {"seed": 1}
    (folder / "study.json").write_text(json.dumps(document))
    write_csv(
        folder / "sites.csv",
        ["spectrum", "material", "group", "multiplicity", *PROPERTIES],
        (
            [name, material, group, 1, *map(text, values)]
            for name, material, group, values in zip(
                made.spectra, made.materials, made.groups, made.targets
            )
        ),
    )
    write_csv(
        folder / "features.csv",
        ["spectrum", *map(text, made.energies)],
        ([name, *map(text, values)] for name, values in zip(made.spectra, made.features)),
    )
    generator = np.random.default_rng(17)
    folds: list[list[Any]] = []
    predictions: list[list[Any]] = []
    worst: list[list[Any]] = []
    neighbors: list[list[Any]] = []
    errors: list[list[Any]] = []
    for seed in seeds:
        of_spectrum = [
            None if group == held_out else fold
            for group, fold in zip(made.groups, assign_folds(made, split, seed, fold_count))
        ]
        shown = ["" if fold is None else fold for fold in of_spectrum]
        folds += [[seed, name, fold] for name, fold in zip(made.spectra, shown)]
        predicted = made.targets + error * SPREAD * generator.normal(size=made.targets.shape)
        predicted[-1, 1] = 140.0
        mean = np.full_like(made.targets, np.nan)
        for row, fold in enumerate(of_spectrum):
            if fold is None:
                continue
            training = [other for other, own in enumerate(of_spectrum) if own not in (fold, None)]
            mean[row] = np.nanmean(made.targets[training], axis=0)
            away = distances(made.features[row], made.features[training])
            order = np.argsort(away)
            for column, name in enumerate(PROPERTIES):
                predictions.append(
                    [
                        seed,
                        fold,
                        made.spectra[row],
                        name,
                        text(made.targets[row, column]),
                        text(predicted[row, column]),
                        text(error * SPREAD[column]),
                        text(error * SPREAD[column]),
                        text(2 * error * SPREAD[column]),
                        text(min(1.0, float(away.min()))),
                        made.spectra[training[order[0]]],
                        text(float(away.min())),
                    ]
                )
            if row < 6:
                cause = ("nothing_similar", "similar_but_different", "neither")[row % 3]
                worst.append(
                    [
                        seed,
                        made.spectra[row],
                        made.materials[row],
                        1 + row % 3,
                        ";".join(PROPERTIES[: 1 + row % 3]),
                        text(float(away.min())),
                        "0.5",
                        "" if cause == "nothing_similar" else "1.5",
                        cause,
                    ]
                )
                for rank, place in enumerate(order[:3], 1):
                    other = training[place]
                    neighbors.append(
                        [
                            seed,
                            made.spectra[row],
                            rank,
                            made.spectra[other],
                            text(away[place]),
                            *map(text, made.targets[other]),
                        ]
                    )
        tested = np.array([fold is not None for fold in of_spectrum])
        for predictor, values in (("network", predicted), ("mean", mean), ("nearest", mean)):
            for column, name in enumerate(PROPERTIES):
                errors.append(
                    [
                        seed,
                        predictor,
                        name,
                        *measures(made.targets[tested, column], values[tested, column]),
                    ]
                )
    write_csv(folder / "folds.csv", ["seed", "spectrum", "fold"], folds)
    write_csv(
        folder / "predictions.csv",
        "seed,fold,spectrum,property,expected,predicted,standard_error,half_width_68,"
        "half_width_95,novelty,nearest,nearest_distance",
        predictions,
    )
    write_csv(folder / "errors.csv", ["seed", "predictor", "property", *MEASURES], errors)
    write_csv(
        folder / "failures.csv",
        "seed,spectrum,material,worst_in,properties,nearest_distance,novelty,"
        "neighbor_disagreement,cause",
        worst,
    )
    write_csv(
        folder / "neighbors.csv",
        ["seed", "spectrum", "rank", "neighbor", "distance", *PROPERTIES],
        neighbors,
    )
    return folder


def measures(expected: Floats, predicted: Floats) -> list[str]:
    """Return the cells of errors.csv, with NumPy alone."""
    known = ~np.isnan(expected)
    truth, values = expected[known], predicted[known]
    error = np.abs(values - truth)
    r2 = 1 - np.sum(error**2) / np.sum((truth - truth.mean()) ** 2)
    return [
        str(error.size),
        text(error.mean()),
        text(np.sqrt(np.mean(error**2))),
        text(r2),
        text(np.percentile(error, 95)),
    ]


def write_evaluation(
    folder: Path, made: Sample | None = None, *, alignment: str = "edge", references: bool = True
) -> Path:
    """Write an evaluation of one model: the last two groups are not learned from.

    The last of them is held out and examined by name.
    """
    made = made or sample()
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(made.groups))
    part_of = {group: "training" for group in names[:-2]}
    part_of |= {names[-2]: "test", names[-1]: "held_out"}
    parts = [part_of[group] for group in made.groups]
    document = {
        "format": "spectra-infer evaluation",
        "format_version": 1,
        "model": {"name": "made up", "alignment": alignment, "split": "group", "seed": 3},
        "parts": [
            {"name": name, "spectrum_count": parts.count(name), "group_count": 1}
            for name in ("training", "test", "held_out", "new")
        ],
        "examined": [made.materials[-1]],
        "properties": [{"name": name, "unit": unit} for name, unit in UNITS.items()],
        "grid": {"start_ev": -1, "step_ev": 0.5, "count": made.energies.size},
        "similar_within": 0.4,
        "data_sha256": CHECKSUMS,
    }
    if not references:
        del document["similar_within"]
    (folder / "report.json").write_text(json.dumps(document))
    generator = np.random.default_rng(5)
    predictions, failures, neighbors = [], [], []
    shown = [row for row, part in enumerate(parts) if part != "training"]
    training = [row for row, part in enumerate(parts) if part == "training"]
    for row, part in enumerate(parts):
        scale = 0.2 if part == "training" else 0.8
        predicted = np.where(np.isnan(made.targets[row]), MEAN, made.targets[row])
        predicted = predicted + scale * SPREAD * generator.normal(size=len(PROPERTIES))
        for column, name in enumerate(PROPERTIES):
            predictions.append(
                [
                    part,
                    made.spectra[row],
                    made.materials[row],
                    made.groups[row],
                    name,
                    text(made.targets[row, column]),
                    text(predicted[column]),
                    text(0.5 * SPREAD[column]),
                    text(0.5 * SPREAD[column]),
                    text(SPREAD[column]),
                    "0.5",
                ]
            )
    for place, row in enumerate(shown):
        away = distances(made.features[row], made.features[training])
        order = np.argsort(away)[: 3 if references else 0]
        # The last one is no failure: it is shown because its material is examined.
        if row != shown[-1]:
            cause = ("nothing_similar", "similar_but_different")[place % 2] if references else ""
            failures.append(
                [
                    made.spectra[row],
                    made.materials[row],
                    len(PROPERTIES) - place % 3,
                    ";".join(PROPERTIES[place % 3 :]),
                    text(float(away.min())) if references else "",
                    "0.5",
                    "1.5" if cause == "similar_but_different" else "",
                    cause,
                ]
            )
        neighbors += [
            [
                made.spectra[row],
                rank,
                made.spectra[training[other]],
                text(away[other]),
                *map(text, made.targets[training[other]]),
            ]
            for rank, other in enumerate(order, 1)
        ]
    write_csv(
        folder / "predictions.csv",
        "part,spectrum,material,group,property,expected,predicted,standard_error,"
        "half_width_68,half_width_95,novelty",
        predictions,
    )
    write_csv(
        folder / "failures.csv",
        "spectrum,material,worst_in,properties,nearest_distance,novelty,"
        "neighbor_disagreement,cause",
        failures,
    )
    write_csv(
        folder / "neighbors.csv",
        ["spectrum", "rank", "neighbor", "distance", *PROPERTIES],
        neighbors,
    )
    write_csv(
        folder / "spectra.csv",
        ["spectrum", *map(text, made.energies)],
        ([name, *map(text, values)] for name, values in zip(made.spectra, made.features)),
    )
    return folder


CONDITIONS: dict[str, list[float]] = {
    "dose": [300, 3000, 30000],
    "shift": [-0.3, 0, 0.3],
    "broadening": [0.3, 0.5, 0.8],
    "mixture": [1, 2, 4],
}


def write_robustness(
    folder: Path,
    conditions: Iterable[str] = tuple(CONDITIONS),
    *,
    alignments: Iterable[str] = ("edge", "absolute"),
) -> Path:
    """Write a robustness study whose errors are a known sum.

    Of 40 measurements at the first value of a condition, 8 are refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "format": "spectra-infer robustness",
        "format_version": 1,
        "spectrum_count": 16,
    }
    (folder / "robustness.json").write_text(json.dumps(document))
    rows = [
        [
            alignment,
            training,
            condition,
            text(value),
            seed,
            name,
            40 if place else 32,
            0 if place else 8,
            text(SPREAD[column] * robustness_ratio(training, place, seed)),
            text(SPREAD[column]),
        ]
        for alignment in alignments
        for training in ("clean", "augmented")
        for condition in conditions
        for place, value in enumerate(CONDITIONS[condition])
        for seed in (1, 2)
        for column, name in enumerate(PROPERTIES)
    ]
    write_csv(
        folder / "robustness.csv",
        "alignment,training,condition,value,seed,property,count,refused,mean_absolute_error,"
        "mean_error_of_predicting_the_mean",
        rows,
    )
    return folder


def robustness_ratio(training: str, place: int, seed: int) -> float:
    """Return the error over that of the mean at the value of a condition with index `place`."""
    return (0.5 if training == "augmented" else 0.6) + 0.1 * place + 0.02 * seed


SHARES = (1.0, 0.5, 0.25)


def write_learning_curve(
    folder: Path, *, alignments: Iterable[str] = ("edge", "absolute"), seeds: Sequence[int] = (1, 2)
) -> Path:
    """Write a learning curve whose errors are a known power of the number of groups."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "format": "spectra-infer learning curve",
        "format_version": 1,
        "properties": [{"name": name, "unit": unit} for name, unit in UNITS.items()],
    }
    (folder / "learning-curve.json").write_text(json.dumps(document))
    write_csv(
        folder / "learning-curve.csv",
        "alignment,seed,share,groups,spectra,property,count,mean_absolute_error,"
        "mean_error_of_predicting_the_mean,mean_error_of_the_nearest_spectrum",
        [
            [
                alignment,
                seed,
                text(share),
                text(40 * share),
                text(200 * share),
                name,
                220,
                text(SPREAD[column] * learning_ratio(share, seed)),
                text(SPREAD[column]),
                text(SPREAD[column] * 1.2 * learning_ratio(share, seed)),
            ]
            for alignment in alignments
            for seed in seeds
            for share in SHARES
            for column, name in enumerate(PROPERTIES)
        ],
    )
    return folder


def learning_ratio(share: float, seed: int) -> float:
    """Return the error over that of the mean at a share of the groups."""
    return float(0.5 * share**-0.3 + 0.02 * seed)
