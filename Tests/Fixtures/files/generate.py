"""Writes numpy.json: files of NumPy, as NumPy itself writes them, in base64.

Every array has the shape (2, 3, 4), two rows of three spectra of four channels, and the element
[row, column, channel] is 50 row + 10 column + channel. The energies are 500, 500.25, 500.5, 500.75.

    python3 generate.py
"""

import base64
import io
import json
import platform
import warnings
from pathlib import Path

import numpy as np

ENERGIES = 500 + 0.25 * np.arange(4)
ROW, COLUMN, CHANNEL = np.ogrid[:2, :3, :4]
VALUES = 50 * ROW + 10 * COLUMN + CHANNEL
TYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"]


def array(values, version=None):
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that version 2 or 3 is not needed
        np.lib.format.write_array(stream, values, version)
    return stream.getvalue()


def archive(save, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def main():
    files = {}
    for kind in TYPES:
        for order in "<>":
            values = VALUES.astype(order + kind)
            files[f"{order}{kind}, C"] = array(values)
            files[f"{order}{kind}, Fortran"] = array(np.asfortranarray(values))
    for version in [(1, 0), (2, 0), (3, 0)]:
        files[f"version {version[0]}"] = array(VALUES.astype("f4"), version)
    single = VALUES.astype("f4")
    for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
        files[name] = archive(save, energy=ENERGIES, intensities=single)
        files[f"{name}, by default names"] = archive(
            lambda stream, save=save, **arrays: save(stream, *arrays.values()), first=single
        )
        files[f"{name}, Fortran, other names"] = archive(
            save, note=np.arange(3), axis=ENERGIES.astype(">f8"), counts=np.asfortranarray(single)
        )
    folder = Path(__file__).parent
    text = {name: base64.b64encode(data).decode() for name, data in files.items()}
    (folder / "numpy.json").write_text(json.dumps(text, indent=0) + "\n")
    provenance = {
        "generator": "generate.py",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seed": None,
    }
    (folder / "PROVENANCE.json").write_text(json.dumps(provenance, indent=2) + "\n")


if __name__ == "__main__":
    main()
