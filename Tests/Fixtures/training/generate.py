"""Trajectories of Adam and of a whole training in float64, for the tests of SpectraTrain.

Written from the papers, not from the Swift code: the gradient of each layer is checked here against
central differences before anything is written. Targets that are missing are null.

Which units are dropped follows from the seed, as the documentation of Dropout and SeededGenerator says: SplitMix64;
layer by layer; unit by unit, each beginning with a new word of 64 bits; 16 bits for each row of the batch, the
lowest first; dropped where they are below 65536 times the probability, rounded.

    python3 generate.py        writes the JSON files beside this one
"""

import json
import pathlib
import platform

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20190403
DROPOUT_SEED = 42
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


class SplitMix64:
    """Steele, Lea and Flood, OOPSLA 2014, figure 16."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)


class Dropout:
    """The factors of the units of all hidden layers, [rows][units] each: of the last one always 1."""

    def __init__(self, probability, seed):
        self.threshold = round(probability * 65536)
        self.generator = SplitMix64(seed)

    def factors(self, sizes, rows):
        hidden = sizes[1:-1]
        all_factors = [np.ones((rows, units)) for units in hidden]
        if self.threshold == 0:
            return all_factors
        for layer in range(len(hidden) - 1):
            for unit in range(hidden[layer]):
                for first in range(0, rows, 4):
                    word = self.generator.next()
                    for row in range(first, min(first + 4, rows)):
                        number = word >> 16 * (row - first) & 0xFFFF
                        kept = 65536 / (65536 - self.threshold)
                        all_factors[layer][row, unit] = 0 if number < self.threshold else kept
        return all_factors


def forward(parameters, x, factors):
    """Pre-activations of all layers and what enters each; parameters are W1 [out, in], b1, W2, b2, ..."""
    signals, sums = [x], []
    for layer, (w, b) in enumerate(zip(parameters[::2], parameters[1::2])):
        sums.append(signals[-1] @ w.T + b)
        if layer < len(factors):
            signals.append(np.maximum(sums[-1], 0) * factors[layer])
    return sums, signals


def loss(parameters, x, t, factors):
    return np.nanmean(np.abs(forward(parameters, x, factors)[0][-1] - t))


def gradient(parameters, x, t, factors):
    sums, signals = forward(parameters, x, factors)
    known = ~np.isnan(t)
    delta = np.where(known, np.sign(sums[-1] - np.where(known, t, 0)), 0) / known.sum()
    gradients = []
    for layer in reversed(range(len(sums))):
        gradients = [delta.T @ signals[layer], delta.sum(axis=0)] + gradients
        if layer > 0:
            delta = (delta @ parameters[2 * layer]) * (sums[layer - 1] > 0) * factors[layer - 1]
    return gradients


def check_gradient(parameters, x, t, factors, h=1e-6):
    for p, g in zip(parameters, gradient(parameters, x, t, factors)):
        for index in np.ndindex(p.shape):
            kept = p[index]
            p[index] = kept + h
            above = loss(parameters, x, t, factors)
            p[index] = kept - h
            below = loss(parameters, x, t, factors)
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
    parameters = [single(random.normal(size=(5, 7))), single(random.normal(size=5))]
    case = {"inputs": 7, "outputs": 5, "l2": l2, "weightDecay": weight_decay, "initial": flat(parameters)}
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


def trajectory_case(random, sizes, probability):
    """Twelve steps of a network on three batches of different sizes, some targets missing.

    The kinks of the rectifiers and of the error, and gradients so small that their sign is rounding, are
    kept at a distance, so that float32 goes the same way.
    """
    rate, l2 = 0.0078125, 0.03125
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
        "sizes": sizes, "learningRate": rate, "l2": l2, "dropout": probability, "seed": DROPOUT_SEED,
        "initial": flat(parameters), "steps": [],
        "batches": [{"features": plain(x), "targets": plain(t)} for x, t in batches],
    }
    adam, margin = Adam(parameters, rate), np.inf
    dropout = Dropout(probability, DROPOUT_SEED)
    check_gradient(parameters, *batches[0], Dropout(probability, DROPOUT_SEED + 1).factors(sizes, 4))
    for step in range(12):
        x, t = batches[step % len(batches)]
        factors = dropout.factors(sizes, len(x))
        sums, gradients = forward(parameters, x, factors)[0], gradient(parameters, x, t, factors)
        error = loss(parameters, x, t, factors)
        regularised = [g + l2 * p if g.ndim == 2 else g for g, p in zip(gradients, parameters)]
        margin = min(margin, np.nanmin(np.abs(sums[-1] - t)), *(np.abs(z).min() for z in sums[:-1]))
        small = min(np.abs(g[g != 0]).min(initial=np.inf) for g in regularised)
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
    write("adamw.json", adam_case(random, l2=0.0, weight_decay=0.75))
    for name, sizes, probability in (
        ("trajectory.json", [5, 8, 7, 3], 0.0), ("dropout.json", [5, 12, 10, 8, 3], 0.3),
    ):
        case = None
        while case is None:
            case = trajectory_case(random, sizes, probability)
        write(name, case)
    write(
        "PROVENANCE.json",
        {
            "generator": "generate.py",
            "seed": SEED,
            "dropoutSeed": DROPOUT_SEED,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "arithmetic": "float64",
            "files": ["adam.json", "adamw.json", "trajectory.json", "dropout.json"],
        },
        indent=2,
    )


if __name__ == "__main__":
    main()
