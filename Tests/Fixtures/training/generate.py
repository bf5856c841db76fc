"""Trajectories of Adam and of a whole training in float64, for the tests of SpectraTrain.

Written from the papers, not from the Swift code: the gradient of each layer is checked here against
central differences before anything is written. Targets that are missing are null.

    python3 generate.py        writes adam.json, adamw.json, trajectory.json and PROVENANCE.json beside this file
"""

import json
import pathlib
import platform

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20190403
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """Kingma and Ba, ICLR 2015, algorithm 1, line by line; with weight_decay, the weights (not the biases)
    decay as in Loshchilov and Hutter, ICLR 2019, algorithm 2, without a schedule."""

    def __init__(self, parameters, learning_rate, weight_decay=0.0):
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]
        self.t = 0

    def step(self, parameters, gradients):
        self.t += 1
        for i, g in enumerate(gradients):
            self.m[i] = BETA1 * self.m[i] + (1 - BETA1) * g
            self.v[i] = BETA2 * self.v[i] + (1 - BETA2) * g**2
            m_hat = self.m[i] / (1 - BETA1**self.t)
            v_hat = self.v[i] / (1 - BETA2**self.t)
            decay = self.weight_decay * parameters[i] if g.ndim == 2 else 0.0
            parameters[i] -= self.learning_rate * (m_hat / (np.sqrt(v_hat) + EPSILON) + decay)


def forward(parameters, x):
    """The pre-activations of all layers; parameters are W1 [out, in], b1, W2, b2, ..."""
    signal, sums = x, []
    for w, b in zip(parameters[::2], parameters[1::2]):
        sums.append(signal @ w.T + b)
        signal = np.maximum(sums[-1], 0)
    return sums


def loss(parameters, x, t):
    return np.nanmean(np.abs(forward(parameters, x)[-1] - t))


def gradient(parameters, x, t):
    sums = forward(parameters, x)
    known = ~np.isnan(t)
    delta = np.where(known, np.sign(sums[-1] - np.where(known, t, 0)), 0) / known.sum()
    gradients = []
    for layer in reversed(range(len(sums))):
        signal = x if layer == 0 else np.maximum(sums[layer - 1], 0)
        gradients = [delta.T @ signal, delta.sum(axis=0)] + gradients
        if layer > 0:
            delta = (delta @ parameters[2 * layer]) * (sums[layer - 1] > 0)
    return gradients


def check_gradient(parameters, x, t, h=1e-6):
    for p, g in zip(parameters, gradient(parameters, x, t)):
        for index in np.ndindex(p.shape):
            kept = p[index]
            p[index] = kept + h
            above = loss(parameters, x, t)
            p[index] = kept - h
            below = loss(parameters, x, t)
            p[index] = kept
            assert abs((above - below) / (2 * h) - g[index]) < 1e-7, (index, g[index])


def single(values):
    """Values that a float32 holds exactly, in float64."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def plain(values):
    """Nested lists, null for NaN."""
    return np.where(np.isnan(values), None, np.asarray(values, dtype=object)).tolist()


def flat(parameters):
    return [plain(p.ravel()) for p in parameters]


def adam_case(random, l2, weight_decay):
    """Ten steps of one layer along given gradients, some of them zero, at two learning rates."""
    parameters = [single(random.normal(size=(2, 3))), single(random.normal(size=2))]
    case = {"inputs": 3, "outputs": 2, "l2": l2, "weightDecay": weight_decay, "initial": flat(parameters)}
    case["steps"] = []
    adam = Adam(parameters, 0.0, weight_decay)
    for step in range(10):
        adam.learning_rate = 0.125 if step < 5 else 0.03125
        raw = [single(random.normal(size=p.shape) * 10.0 ** random.integers(-3, 2)) for p in parameters]
        if step == 3:
            raw = [np.zeros_like(g) for g in raw]
        adam.step(parameters, [raw[0] + case["l2"] * parameters[0], raw[1]])
        case["steps"].append(
            {"learningRate": adam.learning_rate, "gradient": flat(raw), "parameters": flat(parameters)}
        )
    return case


def trajectory_case(random):
    """Twelve steps of a network with two hidden layers on three batches, some targets missing.

    The kinks of the rectifiers and of the error, and gradients so small that their sign is rounding, are
    kept at a distance, so that float32 goes the same way.
    """
    sizes, rate, l2 = [5, 8, 7, 3], 0.0078125, 0.03125
    parameters = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        parameters += [single(random.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs))]
        parameters += [single(random.normal(size=outputs) / 4)]
    batches = []
    for rows in (4, 6, 3):
        targets = single(random.normal(size=(rows, sizes[-1])) * 2)
        targets[random.random(size=targets.shape) < 0.2] = np.nan
        batches.append((single(random.normal(size=(rows, sizes[0]))), targets))
    case = {
        "sizes": sizes, "learningRate": rate, "l2": l2, "initial": flat(parameters), "steps": [],
        "batches": [{"features": plain(x), "targets": plain(t)} for x, t in batches],
    }
    adam, margin = Adam(parameters, rate), np.inf
    check_gradient(parameters, *batches[0])
    for step in range(12):
        x, t = batches[step % len(batches)]
        sums, gradients = forward(parameters, x), gradient(parameters, x, t)
        error = loss(parameters, x, t)
        regularised = [g + l2 * p if g.ndim == 2 else g for g, p in zip(gradients, parameters)]
        margin = min(margin, np.nanmin(np.abs(sums[-1] - t)), *(np.abs(z).min() for z in sums[:-1]))
        small = min(np.abs(g[g != 0]).min() for g in regularised)
        if margin < 2e-4 or small < 2e-5:
            return None
        adam.step(parameters, regularised)
        case["steps"].append({"loss": error, "gradient": flat(gradients), "parameters": flat(parameters)})
    return case


def write(name, value, indent=None):
    (HERE / name).write_text(json.dumps(value, indent=indent) + "\n")


def main():
    random = np.random.default_rng(SEED)
    write("adam.json", adam_case(random, l2=0.25, weight_decay=0.0))
    case = None
    while case is None:
        case = trajectory_case(random)
    write("trajectory.json", case)
    write("adamw.json", adam_case(random, l2=0.0, weight_decay=0.75))
    write(
        "PROVENANCE.json",
        {
            "generator": "generate.py",
            "seed": SEED,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "arithmetic": "float64",
            "files": ["adam.json", "adamw.json", "trajectory.json"],
        },
        indent=2,
    )


if __name__ == "__main__":
    main()
