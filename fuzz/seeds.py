#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets: small files made by hand from the specifications, not by the library.

    fuzz/seeds.py [FOLDER]        default: fuzz/seeds beside this file

Needs Python's standard library only, and writes the same bytes each time: the random numbers come from SEED.
"""

import base64
import hashlib
import json
import pathlib
import random
import struct
import sys
import zlib

SEED = 7
PROPERTIES = [
    ("bond_length", "angstrom"), ("bond_angle", "degree"), ("voronoi_volume", "angstrom^3"),
    ("overlap_population", "electron"), ("mulliken_charge", "electron"), ("excitation_energy", "eV"),
]

# ---------------------------------------------------------------- model files (docs/model-format.md, model-format-2.md, model-format-3.md)


def payload(rows):
    shape = [len(rows)] + ([len(rows[0])] if rows and isinstance(rows[0], list) else [])
    flat = [x for row in rows for x in row] if len(shape) == 2 else rows
    content = struct.pack(f"<{len(flat)}f", *flat)
    return {"base64": base64.b64encode(content).decode(), "sha256": hashlib.sha256(content).hexdigest(),
            "shape": shape}


def seal(members):
    text = json.dumps(members, separators=(",", ":"))
    start = (text[:-1] + ',"file_sha256":"').encode()
    return start + hashlib.sha256(start).hexdigest().encode() + b'"\n}\n'


def model(generator, alignment, grid, layers, members, references, background=(500, 525), sigma=0.5, missing=False, version=1,
          domain=()):
    """A model with random weights; its golden values are computed here, in double precision.

    `domain` has the widths of the hidden layers of a network of the reference domain, for format 3.
    """
    start, step, count = grid
    single = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]
    gauss = lambda scale=1.0: single(round(generator.gauss(0, scale), 3))

    def random_network(widths):
        inputs, network = count, []
        for width in widths:
            network.append(([[gauss(0.3) for _ in range(inputs)] for _ in range(width)], [gauss(0.1) for _ in range(width)]))
            inputs = width
        return network

    def in_file(network):
        return {"layers": [
            {"weights": payload(weights), "bias": payload(bias), "activation": "relu" if i < len(network) - 1 else "linear"}
            for i, (weights, bias) in enumerate(network)]}

    networks = [random_network([*layers, 6]) for _ in range(members)]
    means, scales = [single(1.0)] * count, [single(0.5)] * count
    target_mean, target_scale = [1.6, 144, 20, 0.5, -1, 540], [1000.0] * 6
    golden = [single(0.2 + 1.6 * i / max(count - 1, 1)) for i in range(count)]
    values = [0.0] * 6
    for network in networks:
        h = [(x - m) / s for x, m, s in zip(golden, means, scales)]
        for index, (weights, bias) in enumerate(network):
            h = [b + sum(w * x for w, x in zip(row, h)) for row, b in zip(weights, bias)]
            if index < len(network) - 1:
                h = [max(x, 0.0) for x in h]
        values = [v + x / members for v, x in zip(values, h)]
    values = [m + s * v for m, s, v in zip(target_mean, target_scale, values)]
    rows = []
    for _ in range(references):
        row = [abs(generator.gauss(1, 0.3)) + 0.1 for _ in range(count)]
        rows.append([single(x * count / sum(row)) for x in row])
    known = [[round(generator.gauss(m, 1), 2) for m in target_mean] for _ in range(references)]
    if missing and known:
        known[0] = [None] * 6
    entry = {"base": 0.1, "spread_weight": 1, "novelty_weight": 0.5}
    quantiles, distances, groups = {"quantile_68": 1, "quantile_95": 2}, {}, {}
    if version >= 2:
        quantiles = {"quantiles_68": [0.8, 1, 1.1], "quantiles_95": [2.5, 2, 2.25]}
        distances = {"quantile_distances": [0.1, 0.3, 0.5]}
        groups = {"groups": [i // 3 for i in range(references)]}
    outside = {}
    if version >= 3:
        outside = {"domain": {"level": 0.25, "members": [in_file(random_network([*domain, 1])) for _ in range(2)]}}
    rule = {"rule": "power_law", "window_ev": list(background)} if background else {"rule": "none"}
    return seal({
        "format": "spectra-infer model", "format_version": version,
        "properties": [{"name": name, "unit": unit} for name, unit in PROPERTIES],
        "preprocessing": {
            "grid": {"start_ev": start, "step_ev": step, "count": count}, "alignment": alignment,
            "edge_rule": {"fraction": 0.1, "averaging_width_ev": 2, "maximum_within_ev": 15, "onset_window_ev": [510, 560]},
            "background": rule, "broadening_sigma_ev": sigma, "normalization": "mean"},
        "feature_scaling": {"mean": payload(means), "scale": payload(scales)},
        "target_scaling": {"mean": target_mean, "scale": target_scale},
        "members": [in_file(network) for network in networks], **outside,
        "calibration": {"properties": [{**entry, **quantiles}] * 6, **distances,
                        "novelty": {"distances": [round(0.01 * i, 2) for i in range(101)], "flag_level": 0.9}},
        "references": {"ids": [f"a-{i}/O1" for i in range(references)],
                       "features": payload(rows) if rows else {**payload([]), "shape": [0, count]}, "properties": known,
                       **groups},
        "golden": {"features": payload(golden), "values": values},
        "card": {"name": "\u00e9\ud83d\ude00"} if missing else {},
    })


def models(generator):
    return {
        "edge.json": model(generator, "edge", (-2, 1, 16), [4], 2, 21),
        "threshold.json": model(generator, "threshold", (-2, 1, 16), [], 1, 3, background=None, missing=True),
        "absolute.json": model(generator, "absolute", (532, 1, 12), [33], 2, 0, sigma=1.0),
        "deep.json": model(generator, "threshold", (0, 0.5, 4), [3, 2, 5], 5, 2, sigma=0.25),
        "minimal.json": model(generator, "edge", (-1, 4, 2), [], 1, 1, sigma=1.5),
        "format-2.json": model(generator, "threshold", (-2, 1, 8), [3], 2, 22, version=2),
        "format-3.json": model(generator, "absolute", (532, 1, 8), [3], 1, 5, version=3, domain=[4, 2]),
    }


# ---------------------------------------------------------------- calls, as fuzz/predict.c reads them


def number(x):
    known = {"nan": 0, "inf": 1, "0": 3, "1e308": 7, "tiny": 9, "0.5": 25, "2": 26, "0.1": 27}
    if isinstance(x, str):
        return bytes([known[x]])
    if x * 64 == int(x * 64) and abs(x) < 500:
        return b"\x20" + struct.pack("<h", int(x * 64))
    if x == int(x) and abs(x) < 32000:
        return b"\x70" + struct.pack("<h", int(x))
    return b"\xe0" + struct.pack("<d", x)


def axis(start, width, changed=()):
    return number(start) + number(width) + bytes([len(changed)]) + b"".join(bytes([c]) + number(x) for c, x in changed)


def shape(kind, scale, edge, place, noise=1, changed=()):
    return (bytes([kind]) + number(scale) + number(edge) + number(place) + struct.pack("<H", noise) + bytes([len(changed)])
            + b"".join(bytes([c]) + number(x) for c, x in changed))


def call(model=0, channels=80, spectra=1, energy=None, layout=0, shapes=None, options=(), slip=0):
    """`options` are pairs of a bit of the mask and the bytes that it calls for, in the order of the bits."""
    shapes = shapes or [shape(0x3B, 10000, 20000, 535, noise=s + 1) for s in range(spectra)]
    mask = sum(1 << bit for bit, _ in options)
    return (bytes([slip, model, channels - 1, spectra - 1]) + (energy or axis(490, 1)) + bytes([layout]) + b"".join(shapes)
            + struct.pack("<H", mask) + b"".join(content for _, content in options))


def calls():
    peak = (9, bytes([7, 99]) + axis(-20, 0.5) + b"\0" + shape(0x04, "0", 30000, 1))
    threshold, offset = (2, number(535)), (3, number("0"))
    found = {
        "edge": call(), "threshold": call(1, options=[threshold]), "absolute": call(2, options=[offset]), "minimal": call(3),
        "batch": call(spectra=3), "interleaved": call(spectra=3, layout=1), "gaps": call(spectra=3, layout=3),
        "overlapping": call(spectra=3, layout=4), "fine": call(channels=250, energy=axis(500, 0.25)),
        "window": call(options=[(0, b"\2"), (1, number(495) + number(520))]), "no-background": call(options=[(0, b"\1")]),
        "spikes": call(shapes=[shape(0x3B, 10000, 20000, 535, changed=[(20, 30000), (60, 31000)])], options=[(5, b"\1")]),
        "calibration": call(options=[(6, bytes([2]) + number(500) + number(501) + number(550) + number(551))]),
        "resolution": call(options=[(7, number(0.25))]), "gain": call(options=[(8, number(2))]),
        "resolution-not-uniform": call(energy=axis(490, 1, [(7, 497.25), (60, 550.5)]), options=[(7, number(0.25))]),
        "low-loss-resolution": call(1, energy=axis(490, 0.5), channels=160, options=[threshold, (9, b"\2" + peak[1][1:])]),
        "low-loss-deconvolution": call(2, energy=axis(490, 0.5), channels=160, options=[offset, (9, b"\4" + peak[1][1:])]),
        "not-uniform": call(energy=axis(490, 1, [(7, 497.25), (60, 550.5)]), options=[]),
        "deep": call(4, energy=axis(500, 0.25), channels=256, options=[threshold]),
        "format-2": call(5, options=[threshold]), "format-3": call(6, options=[offset]), "format-3-batch": call(6, spectra=3, options=[offset]),
        "axis-error": call(1, options=[threshold, (4, number("0.1"))]),
        "low-loss": call(energy=axis(490, 0.5), channels=160, options=[peak]),
        "low-loss-batch": call(energy=axis(490, 0.5), channels=160, spectra=2, options=[(9, peak[1][:-len(shape(0x04, "0", 30000, 1)) - 1] + b"\1"
                               + 2 * shape(0x04, "0", 30000, 1))]),
        "variance": call(options=[(10, b"\0" + shape(0x3B, 10000, 20000, 535))]), "defaults": call(options=[(11, b"")]),
        "no-counts": call(shapes=[shape(0, "0", "0", "0")]), "constant": call(shapes=[shape(1, 1000, "0", "0")]),
        "nan": call(shapes=[shape(0x3B, 10000, 20000, 535, changed=[(5, "nan")])]),
        "infinite": call(shapes=[shape(0x3B, 10000, 20000, 535, changed=[(50, "inf")])]),
        "denormal": call(shapes=[shape(0x3B, "tiny", "tiny", 535)]), "reversed": call(energy=axis(570, -1)),
        "duplicate": call(energy=axis(490, 1, [(7, 496)])), "short": call(channels=12), "one": call(channels=1),
    }
    for which in range(11):
        found[f"slip-{which}"] = call(slip=15) + bytes([which, 1])
    found["message"] = call(slip=244, channels=1)
    return {f"{name}.call": content for name, content in found.items()}


# ---------------------------------------------------------------- spectrum files

VALUES = [5, 4, 4, 3, 3, 9, 12, 11, 10, 9]


def msa(kind="Y", columns=1, units="eV", unit=1, extra="", rows=None):
    rows = rows or "".join(f"{v}, " + ("\n" if i % 3 == 2 else "") for i, v in enumerate(VALUES))
    return (f"#FORMAT      : EMSA/MAS Spectral Data File\n#VERSION     : 1.0\n#TITLE       : a\n#DATE        : 01-OCT-1991\n#TIME        : 12:00\n"
            f"#OWNER       : b\n#NPOINTS     : {len(VALUES)}.\n#NCOLUMNS    : {columns}.\n#XUNITS      : {units}\n#YUNITS      : counts\n"
            f"#DATATYPE    : {kind}\n#XPERCHAN    : {0.5 * unit}\n#OFFSET      : {520 * unit}\n#SIGNALTYPE  : ELS\n#BEAMKV   -kV: 200\n{extra}"
            f"#SPECTRUM    : Spectral Data Starts Here\n{rows}\n#ENDOFDATA   :\n").encode()


def npy(values, shape, descr="<f4", fortran=False, version=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({', '.join(map(str, shape))},), }}"
    size = 10 if version == 1 else 12
    header += " " * (-(size + len(header) + 1) % 16) + "\n"
    code = {"f4": "f", "f8": "d", "i2": "h", "u1": "B", "i4": "i", "u2": "H", "i8": "q"}[descr[1:]]
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return (b"\x93NUMPY" + bytes([version, 0]) + length + header.encode()
            + struct.pack(("<" if descr[0] != ">" else ">") + f"{len(values)}{code}", *values))


def archive(members, deflated):
    """A zip archive (PKWARE APPNOTE 6.3)."""
    files, directory = b"", b""
    for name, content in members.items():
        stored = content
        if deflated:
            compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
            stored = compressor.compress(content) + compressor.flush()
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8 if deflated else 0, 0, 33, zlib.crc32(content), len(stored), len(content), len(name), 0)
        directory += (b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(files)) + name.encode())
        files += b"PK\3\4" + common + name.encode() + stored
    return (files + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(files), 0))


class Gatan:
    """Tags of DigitalMicrograph (docs/files.md): lengths of four bytes in version 3, of eight in version 4."""

    def __init__(self, version, order="<"):
        self.version, self.order = version, order

    def length(self, n):
        return struct.pack(">Q" if self.version == 4 else ">I", n)

    def tag(self, kind, name, body):
        name = name.encode()
        content = bytes([kind]) + struct.pack(">H", len(name)) + name
        return content + (self.length(len(body)) if self.version == 4 else b"") + body

    def group(self, name, tags):
        return self.tag(20, name, self.entries(tags))

    def entries(self, tags):
        return b"\1\0" + self.length(len(tags)) + b"".join(tags)

    def data(self, name, types, content):
        return self.tag(21, name, b"%%%%" + self.length(len(types)) + b"".join(self.length(t) for t in types) + content)

    def whole(self, name, value):
        return self.data(name, [5], struct.pack(self.order + "I", value))

    def single(self, name, value):
        return self.data(name, [6], struct.pack(self.order + "f", value))

    def text(self, name, value):
        content = value.encode("utf-16-le" if self.order == "<" else "utf-16-be")
        return self.data(name, [20, 4, len(content) // 2], content)

    def axis(self, scale, origin, units):
        return self.group("", [self.single("Origin", origin), self.single("Scale", scale), self.text("Units", units)])

    def file(self, shape):
        count = 1
        for n in shape:
            count *= n
        values = struct.pack(self.order + f"{count}f", *[VALUES[i % len(VALUES)] for i in range(count)])
        axes = [self.axis(0.5, -1040, "eV")] if len(shape) == 1 else [self.axis(1, 0, "nm")] * (len(shape) - 1) + [self.axis(0.5, -1040, "eV")]
        image = self.group("", [
            self.group("ImageData", [
                self.group("Calibrations", [self.group("Dimension", axes),
                                            self.group("Brightness", [self.single("Origin", 0), self.single("Scale", 1)])]),
                self.data("Data", [20, 6, count], values), self.whole("DataType", 2),
                self.group("Dimensions", [self.whole("", n) for n in shape]), self.whole("PixelDepth", 4)]),
            self.group("ImageTags", [self.group("Microscope Info", [self.single("Voltage", 200000)]),
                                     self.group("Meta Data", [self.text("Signal", "EELS"), self.text("Format", "Spectrum image")])]),
            self.text("Name", "a")])
        tags = self.entries([self.group("ImageList", [image])])
        return struct.pack(">I", self.version) + self.length(len(tags)) + struct.pack(">I", self.order == "<") + tags + bytes(8)


def readers():
    energy = [520 + 0.5 * i for i in range(len(VALUES))]
    pairs = "".join(f"{e}, {v}\n" for e, v in zip(energy, VALUES))
    arrays = {"energy.npy": npy(energy, [10], "<f8"), "intensities.npy": npy(VALUES * 2, [2, 10])}
    return {
        "y.msa": msa(), "xy.msa": msa("XY", rows=pairs), "kev.msa": msa(units="keV", unit=1e-3),
        "offset.msa": msa(extra="#CHOFFSET    : -3\n#COLLANGLE-mR: 10\n"),
        "two-columns.txt": "".join(f"{e} {v}\n" for e, v in zip(energy, VALUES)).encode(),
        "headings.csv": ("# sample: a\nEnergy (eV),I,J\n" + "".join(f"{e},{v},{v * 2}\n" for e, v in zip(energy, VALUES))).encode(),
        "comma.txt": ("\ufeffEnergie;Z\r\n" + "".join(f"{e}".replace(".", ",") + f";{v}\r\n" for e, v in zip(energy, VALUES))).encode(),
        "utf-16.txt": "".join(f"{e}\t{v}\n" for e, v in zip(energy, VALUES)).encode("utf-16"),
        "reversed.txt": "".join(f"{e} {v}\n" for e, v in zip(energy[::-1], VALUES)).encode(),
        "kev.txt": ("Energy (keV)\tcounts\n" + "".join(f"{e / 1000}\t{v}e0\n" for e, v in zip(energy, VALUES))).encode(),
        "a.xdi": ("# XDI/1.0 a/1\n# Column.1: energy eV\n# Column.2: i0\n# Column.3: itrans\n# Element.symbol: O\n# Element.edge: K\n"
                  "# Scan.start_time: 2020-01-02T03:04:05\n# ///\n# a remark\n# ---\n# energy i0 itrans\n"
                  + "".join(f"{e} {v} 2\n" for e, v in zip(energy, VALUES))).encode(),
        "mu.xdi": ("# XDI/1.0\n# Column.1: energy keV\n# Column.2: mutrans\n# Mono.d_spacing: 3.1\n#---\n"
                   + "".join(f"{e / 1000} {v}\n" for e, v in zip(energy, VALUES))).encode(),
        "f4.npy": npy(VALUES, [10]), "i2.npy": npy(VALUES * 2, [2, 10], ">i2"), "fortran.npy": npy([v for v in VALUES for _ in range(2)], [2, 10], "<f8", True, 2),
        "cube.npy": npy(VALUES * 4, [2, 2, 10], "|u1", version=3), "i8.npy": npy(VALUES, [10], "<i8"),
        "stored.npz": archive(arrays, False), "deflated.npz": archive(arrays, True),
        "one.dm3": Gatan(3).file([10]), "cube.dm3": Gatan(3, ">").file([2, 2, 10]),
        "one.dm4": Gatan(4).file([10]), "cube.dm4": Gatan(4).file([2, 3, 4]),
    }


# ---------------------------------------------------------------- the database (data/README.md)


def databases():
    """Both tables, parted by a line that is "---", as fuzz/readers/DatabasePromises.swift reads them."""
    columns = "spectrum,material,group,multiplicity,bond_length,bond_angle,voronoi_volume,overlap_population,mulliken_charge,excitation_energy,ground_gap,range_end"
    site = "a-1/O1,a-1,g,2,1.6,144,20,0.5,-1,540,5.5,16"
    transitions = "spectrum,energy,strength\n0,0,1\n0,1.5,0.25\n"
    found = {
        "plain": f"{columns}\n{site}\n---\n{transitions}",
        "two": f"{columns}\n{site}\nb-2/O1,b-2,h,1,1.7,,21,,-1,541,5.5,16\n---\n{transitions}1,0.5,1e-3\n",
        "quoted": f'{columns}\n"a, ""1""",a-1,g,2,1.6,144,20,0.5,-1,540,5.5,16\n---\n{transitions}',
        "reversed": f"{','.join(columns.split(',')[::-1])}\n{','.join(site.split(',')[::-1])}\n---\nenergy,strength,spectrum\n0,1,0",
    }
    return {f"{name}.csv": content.encode() for name, content in found.items()}


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "seeds")
    for name, files in {"model": models(random.Random(SEED)), "predict": calls(), "readers": readers(), "database": databases()}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (folder / name / file).write_bytes(content)


if __name__ == "__main__":
    main()
