"""Writes golden models of formats 1, 2 and 3, what is asked of them, and what they must answer.

    python3 generate.py            writes everything but trust.txt and raw.txt
    python3 generate.py --check    computes values.txt and domain.txt from the models here, and fails where they differ

The models are small and were never trained: their numbers are random, from the seed below, and each has
something that the others lack (docs/model-format.md, docs/model-format-2.md, docs/model-format-3.md). values.txt is no output of the library. It is computed
here, from the model file's page alone, with the arithmetic that the page promises: float32, each output as the
bias to which the products are added in the order of the inputs, each by one fused multiply-add, which
`fused` below carries out exactly; then double precision. The library must give these bits for ever. domain.txt is
computed in the same way, for the models of format 3: the mean output of the networks of the domain, the level, and
whether the spectrum is outside by it.

trust.txt and raw.txt are written by the library: Tests/c/golden.c says how and when.
"""

from __future__ import annotations

import base64
import hashlib
import json
import platform
import re
import sys
from pathlib import Path

import numpy as np

SEED = 20261123
FOLDER = Path(__file__).parent
PROPERTIES = {
    "bond_length": "angstrom",
    "bond_angle": "degree",
    "voronoi_volume": "angstrom^3",
    "overlap_population": "electron",
    "mulliken_charge": "electron",
    "excitation_energy": "eV",
}
MEAN = np.array([1.62, 143.0, 17.5, 0.49, -1.03, 542.0])
SCALE = np.array([0.03, 14.0, 3.5, 0.05, 0.06, 0.9])

# name: alignment, features, widths of the hidden layers, members, references
MODELS = {
    "edge-1": ("edge", 40, [], 1, 0),
    "edge-5": ("edge", 40, [12, 8], 5, 7),
    "threshold-1": ("threshold", 40, [9], 1, 3),
    "threshold-5": ("threshold", 40, [16, 16], 5, 5),
    "absolute-1": ("absolute", 40, [10, 10, 10], 1, 4),
    "absolute-5": ("absolute", 40, [7], 5, 0),
    "edge-160": ("edge", 160, [33, 17], 3, 20),
    # What is new stands at the end: the random numbers of those above must stay.
    "format2-edge-5": ("edge", 40, [11, 6], 5, 26),
    "format2-absolute-1": ("absolute", 40, [8], 1, 24),
    "format3-edge-5": ("edge", 40, [10, 7], 5, 26),
    "format3-absolute-1": ("absolute", 40, [9], 1, 24),
}
# Those of formats 2 and 3: numbers of the groups, distances of the quantiles, how far sites of one group lie apart
FORMAT_2 = {
    "format2-edge-5": ([7, 0, 999_999_999], [0.2, 0.3, 1.0], 0.15),
    "format2-absolute-1": ([3, 1, 4, 5], [0.25], 0.15),
    "format3-edge-5": ([2, 9, 4], [0.15, 0.35], 0.15),
    "format3-absolute-1": ([0, 6, 5, 8], [0.25], 0.15),
}
# Those of format 3, of the networks of the domain: widths of the hidden layers, networks
FORMAT_3 = {"format3-edge-5": ([12], 2), "format3-absolute-1": ([], 1)}
VECTORS = 5


# ---------------------------------------------------------------- the file


def payload(values):
    values = np.ascontiguousarray(values, "<f4")
    content = values.tobytes()
    return {
        "base64": base64.b64encode(content).decode(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "shape": list(values.shape),
    }


def array(value):
    return np.frombuffer(base64.b64decode(value["base64"]), "<f4").reshape(value["shape"])


def seal(members):
    text = json.dumps(members, indent=1, ensure_ascii=False, allow_nan=False)
    start = (text[:-2] + ',\n "file_sha256" : "').encode()
    return start + hashlib.sha256(start).hexdigest().encode() + b'"\n}\n'


def spectra(random, count, features):
    """Shapes like an edge with three peaks, of random places and heights; a mean of 1."""
    energy = np.linspace(-1, 14.9, features)
    edge = 1 / (1 + np.exp(-energy[None] / 0.4))
    peaks = sum(
        random.uniform(0.3, 2, (count, 1))
        * np.exp(-(((energy[None] - at - random.normal(0, 0.4, (count, 1))) / width) ** 2))
        for at, width in [(1.5, 0.8), (5, 1.7), (9, 3)]
    )
    shape = edge * (0.3 + peaks)
    return (shape / shape.mean(axis=1, keepdims=True)).astype("<f4")


def networks(widths, count, random):
    return [
        {
            "layers": [
                {
                    "weights": payload(random.normal(0, 1.4 / np.sqrt(inputs), (outputs, inputs))),
                    "bias": payload(random.normal(0, 0.3, outputs)),
                    "activation": "relu" if layer + 2 < len(widths) else "linear",
                }
                for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:]))
            ]
        }
        for _ in range(count)
    ]


def model(name, random):
    alignment, features, hidden, members, references = MODELS[name]
    step = 16 / features
    start = 536.0 if alignment == "absolute" else -1.0
    background = {"rule": "power_law", "window_ev": [490.0, 525.0]}
    if name == "threshold-1":
        background = {"rule": "none"}
    layers = networks([features, *hidden, 6], members, random)
    shapes = spectra(random, 64, features)
    properties = (MEAN + SCALE * random.normal(0, 1, (references, 6))).tolist()
    if references > 4:
        properties[2][1] = None
    card = {"name": name, "purpose": "a golden file of the tests; it knows nothing of oxides"}
    if name == "edge-5":  # as deep as the format allows, and not of ASCII alone
        deep = "Å, °, ³, 氧, 🜁"
        for _ in range(30):
            deep = [deep]
        card["deep"] = deep
    quantiles = random.uniform(0.9, 1.1, 6)
    contents = {
        "format": "spectra-infer model",
        "format_version": 1,
        "properties": [{"name": key, "unit": unit} for key, unit in PROPERTIES.items()],
        "preprocessing": {
            "grid": {"start_ev": start, "step_ev": step, "count": features},
            "alignment": alignment,
            "edge_rule": {
                "fraction": 0.25,
                "averaging_width_ev": 1.0,
                "maximum_within_ev": 12.0,
                "onset_window_ev": [505.0, 570.0],
            },
            "background": background,
            "broadening_sigma_ev": 0.5,
            "normalization": "mean",
        },
        "feature_scaling": {
            "mean": payload(shapes.mean(axis=0)),
            "scale": payload(np.maximum(shapes.std(axis=0), 0.05)),
        },
        "target_scaling": {"mean": MEAN.tolist(), "scale": SCALE.tolist()},
        "members": layers,
        "calibration": {
            "properties": [
                {
                    "base": 0.2 * float(SCALE[p]),
                    "spread_weight": 0.7 if members > 1 else 0.0,
                    "novelty_weight": 0.5 * float(SCALE[p]) if references else 0.0,
                    "quantile_68": float(quantiles[p]),
                    "quantile_95": 2.25 * float(quantiles[p]),
                }
                for p in range(6)
            ],
            "novelty": {
                "distances": np.sort(random.uniform(0.05, 0.6, 101)).tolist(),
                "flag_level": 0.95,
            },
        },
        "references": {
            "ids": [f"golden-{n}/O{n % 3}" for n in range(references)],
            "features": payload(shapes[:references]),
            "properties": properties,
        },
        "card": card,
    }
    golden = shapes[40]
    if name in FORMAT_2:
        become_format_2(name, contents, shapes, random)
    if name in FORMAT_3:
        become_format_3(name, contents, random)
    contents["golden"] = {
        "features": payload(golden),
        "values": predict(contents, golden).tolist(),
    }
    return contents


def become_format_2(name, contents, shapes, random):
    """Groups whose sites are much alike, which no identifier tells, and quantiles at distances."""
    numbers, distances, apart = FORMAT_2[name]
    calibration, references = contents["calibration"], contents["references"]
    contents["format_version"] = 2
    calibration["quantile_distances"] = distances
    for fit in calibration["properties"]:
        del fit["quantile_68"], fit["quantile_95"]
        fit["quantiles_68"] = random.uniform(0.6, 1.4, len(distances)).tolist()
        fit["quantiles_95"] = random.uniform(1.6, 3.5, len(distances)).tolist()
    count = len(references["ids"])
    group = np.arange(count) % len(numbers)
    rows = (1 - apart) * shapes[group] + apart * shapes[:count]
    references["features"] = payload(rows)
    references["groups"] = [numbers[g] for g in group]
    if name in ("format2-absolute-1", "format3-absolute-1"):  # by their names all of one material
        references["ids"] = [f"golden/O{n}" for n in range(count)]


def become_format_3(name, contents, random):
    """Networks of the domain, and a level that has spectra of the usual kind far from it on both sides."""
    hidden, count = FORMAT_3[name]
    features = contents["preprocessing"]["grid"]["count"]
    contents["format_version"] = 3
    contents["domain"] = {"level": 0.0, "members": networks([features, *hidden, 1], count, random)}
    said = sorted(domain_output(contents, vector) for vector in vectors(features)[:3])
    below = int(np.argmax(np.diff(said)))
    contents["domain"]["level"] = round((said[below] + said[below + 1]) / 2, 2)


# ---------------------------------------------------------------- the arithmetic of the page


def fused(a, b, c):
    """a b + c of float32, rounded once: the sum is rounded to odd in double precision first."""
    product = a.astype(np.float64) * b.astype(np.float64)  # exact: 48 bits
    c = c.astype(np.float64)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)  # exactly what the sum has lost
    even = (total.view(np.int64) & 1) == 0
    odd = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    return np.where((error != 0) & even, odd, total).astype(np.float32)


def outputs_of(contents, members, features):
    """What networks say of a prepared spectrum on average."""
    scaling = contents["feature_scaling"]
    inverse = np.float32(1) / array(scaling["scale"])
    scaled = (np.asarray(features, np.float32) - array(scaling["mean"])) * inverse
    outputs = []
    for member in members:
        signal = scaled
        for layer in member["layers"]:
            weights = array(layer["weights"])
            total = array(layer["bias"]).copy()
            for i, x in enumerate(signal):
                total = fused(weights[:, i], np.full(len(total), x, np.float32), total)
            signal = np.maximum(total, np.float32(0)) if layer["activation"] == "relu" else total
        outputs.append(signal)
    sums = np.zeros(len(outputs[0]))
    for output in outputs:
        sums = sums + output.astype(np.float64)
    return sums / len(outputs)


def predict(contents, features):
    target = contents["target_scaling"]
    mean = outputs_of(contents, contents["members"], features)
    return np.array(target["mean"]) + np.array(target["scale"]) * mean


def domain_output(contents, features):
    """Mean of the outputs of the networks of the domain."""
    return float(outputs_of(contents, contents["domain"]["members"], features)[0])


# ---------------------------------------------------------------- what is asked


def vectors(features):
    """Prepared spectra: three of the usual kind, one that is flat, one that is like nothing."""
    random = np.random.default_rng(SEED + features)
    usual = spectra(random, 3, features)
    flat = np.ones((1, features), "<f4")
    strange = random.uniform(-3, 5, (1, features)).astype("<f4")
    return np.concatenate([usual, flat, strange])


def raw():
    """Raw spectra in whole counts: name, first energy, distance of two, counts."""
    random = np.random.default_rng(SEED)

    def counts(energy, before, edge, onset=538.2):
        above = energy - onset
        shape = 1 / (1 + np.exp(-above / 0.35)) * (
            0.5 + 1.6 * np.exp(-(((above - 2) / 1.1) ** 2)) + np.exp(-(((above - 6) / 3) ** 2))
        )
        return random.poisson(before * (energy / 500) ** -3 + edge * shape)

    fine = 485 + 0.25 * np.arange(321)
    coarse = 485 + 0.5 * np.arange(161)
    spikes = counts(fine, 20000, 30000)
    spikes[[37, 250]] += 40000
    return [
        ("usual", 485, 0.25, counts(fine, 20000, 30000)),
        ("shifted", 487.5, 0.25, counts(fine + 2.5, 20000, 30000, 541.7)),
        ("weak", 485, 0.25, counts(fine, 700, 900)),
        ("coarse", 485, 0.5, counts(coarse, 20000, 30000)),
        ("spikes", 485, 0.25, spikes),
        ("no-edge", 485, 0.25, counts(fine, 20000, 0)),
    ]


# ---------------------------------------------------------------- all


def hexadecimal(numbers):
    """As printf's %a, which leaves out the zeros at the end."""
    words = [float(x).hex() for x in numbers]
    return " ".join(re.sub(r"\.?0*p", "p", word) for word in words)


def answers(model_of, vectors_of):
    """values.txt, from models and vectors of features."""
    return "".join(
        f"{name} {v} {hexadecimal(predict(model_of(name), vector))}\n"
        for name, description in MODELS.items()
        for v, vector in enumerate(vectors_of(description[1]))
    )


def domains(model_of, vectors_of):
    """domain.txt, in the same way."""
    lines = []
    for name in FORMAT_3:
        contents = model_of(name)
        level = contents["domain"]["level"]
        for v, vector in enumerate(vectors_of(MODELS[name][1])):
            output = domain_output(contents, vector)
            where = "inside" if output <= level else "outside"
            lines.append(f"{name} {v} {hexadecimal([output, level])} {where}\n")
    return "".join(lines)


def files():
    random = np.random.default_rng(SEED)
    models = {name: model(name, random) for name in MODELS}
    written = {f"{name}.json": seal(contents) for name, contents in models.items()}
    written["values.txt"] = answers(models.__getitem__, vectors).encode()
    written["domain.txt"] = domains(models.__getitem__, vectors).encode()
    for features in sorted({description[1] for description in MODELS.values()}):
        lines = [hexadecimal(vector) + "\n" for vector in vectors(features)]
        written[f"features-{features}.txt"] = "".join(lines).encode()
    lines = [
        f"{name} {len(counts)} {start} {step} " + " ".join(map(str, counts)) + "\n"
        for name, start, step, counts in raw()
    ]
    written["spectra.txt"] = "".join(lines).encode()
    return written


def committed_model(name):
    return json.loads((FOLDER / f"{name}.json").read_bytes())


def committed_vectors(features):
    lines = (FOLDER / f"features-{features}.txt").read_text().splitlines()
    return [np.array([float.fromhex(word) for word in line.split()], "<f4") for line in lines]


def main():
    if "--check" in sys.argv:
        # From the files that are here: exp() and the random numbers of another NumPy may differ.
        if (FOLDER / "values.txt").read_text() != answers(committed_model, committed_vectors):
            sys.exit("other values")
        if (FOLDER / "domain.txt").read_text() != domains(committed_model, committed_vectors):
            sys.exit("another reference domain")
        return
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
    provenance = {
        "generator": "generate.py",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": SEED,
        "arithmetic": "float32, fused multiply-add, as docs/model-format.md says",
        "written by the library": "trust.txt, raw.txt: Tests/c/golden.c --write",
    }
    (FOLDER / "PROVENANCE.json").write_text(json.dumps(provenance, indent=2) + "\n")


if __name__ == "__main__":
    main()
