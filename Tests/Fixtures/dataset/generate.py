"""What the tests of SpectraTrain's dataset and model file compare with, in NumPy's float64 and Python's hashlib.

Written from the definitions, not from the Swift code.

    python3 generate.py        writes broadening.json, scaling.json, percentiles.json, payload.json, seal.json and
                               PROVENANCE.json beside this file
"""

import base64
import hashlib
import json
import pathlib
import platform

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20190403
random = np.random.default_rng(SEED)


def broadening():
    """Sum of Gaussians of unit area; the axis is clamped 2 sigma below the end of the transitions."""
    cases = []
    for sigma, count in [(0.1, 3), (0.5, 40), (2.0, 40)]:
        position = np.sort(random.uniform(0.3, 18, count)).round(3)
        strength = random.lognormal(-7, 1.5, count)
        end = 17.5
        energy = np.linspace(-5, 25, 211).round(6)
        seen = np.minimum(energy, end - 2 * sigma)
        gauss = np.exp(-((seen[:, None] - position) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)
        cases.append({
            "sigma": sigma, "rangeEnd": end, "positions": position.tolist(), "strengths": strength.tolist(),
            "energies": energy.tolist(), "intensities": (gauss @ strength).tolist(),
        })
    return cases


def scaling():
    """Mean and deviation (ddof 0) of columns with missing values; the floor is added in square."""
    rows = random.normal(loc=[0, 5, -300, 1e-3], scale=[1, 0.01, 40, 1e-5], size=(17, 4)).astype(np.float32).astype(float)
    rows[3, 0] = rows[4, 0] = rows[16, 2] = np.nan
    constant = np.full((17, 1), 2.5)
    rows = np.hstack([rows, constant])
    mean = np.nanmean(rows, axis=0)
    floor = 0.1
    scale = np.sqrt(np.nanstd(rows, axis=0, ddof=0) ** 2 + floor**2)
    scaled = (rows - mean) / scale
    listed = [[None if np.isnan(x) else x for x in row] for row in rows.tolist()]
    return {"floor": floor, "rows": listed, "mean": mean.tolist(), "scale": scale.tolist(), "scaled": scaled[0].tolist()}


def percentiles():
    """numpy.percentile, linear between the order statistics."""
    cases = []
    for count in [1, 2, 7, 101, 150]:
        values = np.sort(random.gamma(2, size=count))
        cases.append({"sorted": values.tolist(), "percentiles": np.percentile(values, np.arange(101)).tolist()})
    return cases


def payload():
    """Little-endian IEEE float32, whatever the machine."""
    values = np.array([0, -0.0, 1, -1.5, 3.14159274, 1e-45, 1.17549435e-38, 3.40282347e38, -2.5e-7], dtype="<f4")
    data = values.tobytes()
    return {"bits": values.view("<u4").tolist(), "base64": base64.b64encode(data).decode(),
            "sha256": hashlib.sha256(data).hexdigest()}


def seal():
    """A JSON object and the object closed by the checksum of all bytes before its digits."""
    cases = []
    for text in ['{\n  "a" : 1\n}', '{\n  "a" : {\n    "b" : [1, 2]\n  }\n}\n', '{"ä" : "}"}']:
        body = text.rstrip("\n")[:-1].rstrip("\n")
        head = (body + ',\n  "file_sha256" : "').encode()
        cases.append({"object": text, "sealed": (head + hashlib.sha256(head).hexdigest().encode() + b'"\n}\n').decode()})
    return cases


def main():
    files = {"broadening.json": broadening(), "scaling.json": scaling(), "percentiles.json": percentiles(),
             "payload.json": payload(), "seal.json": seal()}
    for name, value in files.items():
        (HERE / name).write_text(json.dumps(value, ensure_ascii=False) + "\n")
    provenance = {"generator": "generate.py", "seed": SEED, "python": platform.python_version(), "numpy": np.__version__,
                  "arithmetic": "float64", "files": sorted(files)}
    (HERE / "PROVENANCE.json").write_text(json.dumps(provenance, indent=2) + "\n")


if __name__ == "__main__":
    main()
