"""The problem of the training benchmark: made-up spectra, each a few peaks whose places, widths and heights
decide six properties. Standardised, float32, row by row, as raw little-endian files that any program reads.
"""

import json
import pathlib

import numpy as np

SEED = 20190403
TRAINING_SPECTRA, TEST_SPECTRA = 1000, 200
PROBLEM = {
    "inputs": 160,
    "outputs": 6,
    "hidden": [256, 256],
    "training_spectra": TRAINING_SPECTRA,
    "batch_size": 64,
    "learning_rate": 1e-3,
}


def spectra(random, count):
    """Intensities on the paper's grid, and six properties that follow from the peaks, with 5 % of noise."""
    energy = -1 + 0.1 * np.arange(PROBLEM["inputs"])
    place = np.array([1.0, 5.0, 10.0]) + random.uniform(-1, 1, size=(count, 3))
    width = random.uniform(0.5, 1.5, size=(count, 3))
    height = random.uniform(0.5, 1.5, size=(count, 3))
    peaks = np.exp(-0.5 * ((energy[None, None, :] - place[:, :, None]) / width[:, :, None]) ** 2)
    features = (height[:, :, None] * peaks).sum(axis=1) + random.normal(scale=0.01, size=(count, energy.size))
    properties = np.column_stack([
        place[:, 0], place[:, 1] * place[:, 2], np.sin(2 * place[:, 2]) * width[:, 0],
        height[:, 0] / height[:, 1], np.exp(width[:, 1]) - height[:, 2], (place[:, 1] - place[:, 0]) ** 2,
    ])
    return features, properties + 0.05 * properties.std(axis=0) * random.normal(size=properties.shape)


def standardised(values):
    seen = values[:TRAINING_SPECTRA]
    return ((values - seen.mean(axis=0)) / seen.std(axis=0)).astype("<f4")


def load(directory):
    """The problem, and features and targets of the training and of the test spectra."""
    directory = pathlib.Path(directory)
    problem = json.loads((directory / "problem.json").read_text())
    features = np.fromfile(directory / "features.f32", dtype="<f4").reshape(-1, problem["inputs"])
    targets = np.fromfile(directory / "targets.f32", dtype="<f4").reshape(-1, problem["outputs"])
    n = problem["training_spectra"]
    return problem, (features[:n], targets[:n]), (features[n:], targets[n:])


def write(directory, epochs):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    features, targets = spectra(np.random.default_rng(SEED), TRAINING_SPECTRA + TEST_SPECTRA)
    (directory / "problem.json").write_text(json.dumps({**PROBLEM, "epochs": epochs}, indent=2) + "\n")
    standardised(features).tofile(directory / "features.f32")
    standardised(targets).tofile(directory / "targets.f32")
