"""Files that the program ``spectra`` reads, compared with NumPy and RosettaSciIO."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from gatan import DATA_TYPES, Writer, document, image

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = REPOSITORY / ".build" / "release" / "spectra"

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(),
    reason="the program is not built: swift build -c release --product spectra",
)


def spectra(*arguments: object) -> str:
    command = [str(PROGRAM), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def read(file: Path, *options: object) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Read a file with the program: energies, intensities and what it says of them."""
    out = file.parent / "converted.npy"
    spectra("convert", file, "--out", out, *options)
    energy = np.load(file.parent / "converted.energy.npy")
    intensities = np.load(out)
    assert energy.dtype == np.float64
    assert intensities.dtype == np.float32
    report = json.loads(spectra("inspect", file, "--json", *options))
    assert report["navigation_shape"] == list(intensities.shape[:-1])
    assert report["channel_count"] == energy.size == intensities.shape[-1]
    return energy, intensities, report


def reference(file: Path) -> list[dict[str, Any]]:
    """Read a file with RosettaSciIO."""
    name = {".msa": "msa", ".dm3": "digitalmicrograph", ".dm4": "digitalmicrograph"}[file.suffix]
    module = pytest.importorskip(f"rsciio.{name}", reason="rosettasciio is not installed")
    result: list[dict[str, Any]] = module.file_reader(str(file))
    return result


def linear(axis: dict[str, Any]) -> np.ndarray:
    values: np.ndarray = axis["offset"] + axis["scale"] * np.arange(axis["size"])
    return values


def energy_last(signal: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Give the energies, the intensities with the energy axis last, and the other axes."""
    axes = signal["axes"]
    (index,) = [number for number, axis in enumerate(axes) if axis["units"] == "eV"]
    data = np.moveaxis(signal["data"], index, -1)
    rest = [axis for number, axis in enumerate(axes) if number != index and axis["size"] > 1]
    return linear(axes[index]), np.squeeze(data), rest


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20220329)


EELS_TAGS = {
    "Meta Data": {"Format": "Spectrum image", "Signal": "EELS"},
    "Microscope Info": {"Voltage": np.float64(200e3), "Name": "µ"},
    "EELS": {
        "Acquisition": {
            "Date": "24/12/2013",
            "Start time": "6:56:37 PM",
            "Exposure (s)": np.float64(0.05),
            "Number of frames": np.uint32(3),
        },
        "Experimental Conditions": {
            "Convergence semi-angle (mrad)": np.float64(12.5),
            "Collection semi-angle (mrad)": np.float64(33),
        },
    },
}


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("shape", [(64,), (5, 64), (64, 4, 3), (64, 1, 3), (64, 1, 1)])
def test_gatan(
    version: int,
    order: Literal["<", ">"],
    shape: tuple[int, ...],
    random: np.random.Generator,
    tmp_path: Path,
) -> None:
    data = random.normal(100, 10, shape).astype("f4")
    energy = (-2123.5, 0.25, "eV")
    space = [(0.0, 2.0, "nm"), (1.5, 3.0, "nm")]
    calibrations = {1: [energy], 2: [space[1], energy], 3: [energy, *space]}[len(shape)]
    thumbnail = image(np.zeros((8, 8), "i4"), [(0, 1, ""), (0, 1, "")], name="thumbnail")
    picture = image(data, calibrations, name="Größe", tags=EELS_TAGS, brightness=(0, 1, "e-"))
    file = tmp_path / f"image.dm{version}"
    file.write_bytes(Writer(version, order).file(document([thumbnail, picture], thumbnails=[0])))
    (signal,) = reference(file)
    expected_energy, expected, axes = energy_last(signal)
    if order == ">":
        # RosettaSciIO takes the numbers of an image in the order of this machine, not of the file.
        expected = expected.byteswap()
    energies, intensities, report = read(file)
    np.testing.assert_allclose(energies, expected_energy, rtol=1e-12)
    np.testing.assert_array_equal(intensities, expected)
    assert report["format"] == f"dm{version}"
    assert report["warnings"] == []
    metadata = report["metadata"]
    assert metadata["title"] == signal["metadata"]["General"]["title"] == "Größe"
    assert len(metadata["navigation_axes"]) == len(axes)
    for ours, theirs in zip(metadata["navigation_axes"], axes):
        assert ours["offset"] == pytest.approx(theirs["offset"], rel=1e-12)
        assert ours["scale"] == pytest.approx(theirs["scale"], rel=1e-12)
        assert ours["unit"] == theirs["units"]
        assert ours["name"] == theirs["name"]
    mapped = mapping(signal)
    assert metadata["date"] == mapped["General.date"] == "2013-12-24"
    assert metadata["time"] == mapped["General.time"] == "18:56:37"
    tem = "Acquisition_instrument.TEM"
    assert metadata["beam_energy_kev"] == mapped[f"{tem}.beam_energy"] == 200
    assert metadata["convergence_semi_angle_mrad"] == mapped[f"{tem}.convergence_angle"] == 12.5
    eels = f"{tem}.Detector.EELS"
    assert metadata["collection_semi_angle_mrad"] == mapped[f"{eels}.collection_angle"] == 33
    assert metadata["exposure_s"] == pytest.approx(mapped[f"{eels}.exposure"], rel=1e-12)
    tags = {entry["key"]: entry["value"] for entry in metadata["other"]}
    assert tags["Microscope Info.Name"] == "µ"


def mapping(signal: dict[str, Any]) -> dict[str, Any]:
    """Give the metadata that HyperSpy would have, by RosettaSciIO's table of tags."""
    found = {}
    for path, (name, convert) in signal["mapping"].items():
        value = signal["original_metadata"]
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, dict):
            value = {key.replace(" ", "_").replace("(s)", "s"): each for key, each in value.items()}
        if value is not None:
            found[name] = convert(value) if convert else value
    return found


@pytest.mark.parametrize("kind", DATA_TYPES)
@pytest.mark.parametrize("version", [3, 4])
def test_gatan_types(version: int, kind: str, random: np.random.Generator, tmp_path: Path) -> None:
    data = random.integers(0, 100, (16, 3, 2)).astype(kind)
    calibrations = [(-1000.0, 0.5, "eV"), (0.0, 1.0, "nm"), (0.0, 1.0, "nm")]
    picture = image(data, calibrations, tags=EELS_TAGS)
    file = tmp_path / f"image.dm{version}"
    file.write_bytes(Writer(version, "<").file(document([picture])))
    energies, intensities, _ = read(file)
    np.testing.assert_array_equal(intensities, np.moveaxis(data, 0, -1))
    np.testing.assert_allclose(energies, 500 + 0.5 * np.arange(16), rtol=1e-12)
    if kind not in ("i8", "u8"):  # these RosettaSciIO does not read
        (signal,) = reference(file)
        np.testing.assert_array_equal(intensities, energy_last(signal)[1])


def test_gatan_intensity_calibration(random: np.random.Generator, tmp_path: Path) -> None:
    data = random.integers(0, 1000, 32).astype("i4")
    picture = image(data, [(-4000.0, 0.125, "eV")], brightness=(8.0, 0.5, "e-"), tags=EELS_TAGS)
    file = tmp_path / "spectrum.dm4"
    file.write_bytes(Writer(4, "<").file(document([picture])))
    (signal,) = reference(file)
    noise = "Signal.Noise_properties.Variance_linear_model"
    mapped = mapping(signal)
    expected = mapped[f"{noise}.gain_factor"] * (signal["data"] - mapped[f"{noise}.gain_offset"])
    _, intensities, report = read(file)
    np.testing.assert_array_equal(intensities, expected)
    assert report["metadata"]["signal_unit"] == "e-"
    assert len(report["warnings"]) == 1


MSA_HEADER = """\
#FORMAT      : EMSA/MAS Spectral Data File
#VERSION     : 1.0
#TITLE       : NIO EELS
#DATE        : 01-OCT-1991
#TIME        : 12:00
#OWNER       : EMSA/MAS TASK FORCE
#NPOINTS     : 20.
#NCOLUMNS    : {columns}.
#XUNITS      : eV
#YUNITS      : Intensity
#DATATYPE    : {kind}
#XPERCHAN    : 3.1
#OFFSET      : 520.13
#CHOFFSET    : -168.
#SIGNALTYPE  : ELS
#XLABEL      : Energy
#YLABEL      : X-RAY INTENSITY
#BEAMKV   -kV: 120.0
#EMISSION -uA: 5.5
#PROBECUR -nA: 12.345
#CONVANGLE-mR: 1.5
#COLLANGLE-mR: 3.4
#OPERMODE    : IMAG
#THICKNESS-nm: 50
#INTEGTIME-ms: 100.
#ELSDET      : SERIAL
#SPECTRUM    : Spectral Data Starts Here
"""


def msa_numbers(kind: str, columns: int, energy: np.ndarray, counts: np.ndarray) -> str:
    cells = [f"{count:.6g}" for count in counts]
    if kind == "XY":
        cells = [f"{each!r}, {count}" for each, count in zip(energy.tolist(), cells)]
    rows = [", ".join(cells[start : start + columns]) for start in range(0, len(cells), columns)]
    return "\n".join(rows)


# RosettaSciIO reads at most two pairs a line.
@pytest.mark.parametrize(("kind", "columns"), [("Y", 1), ("Y", 2), ("Y", 4), ("XY", 1), ("XY", 2)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_msa(
    kind: str, columns: int, line_end: str, random: np.random.Generator, tmp_path: Path
) -> None:
    energy = 520.13 + 3.1 * np.arange(20)
    counts = random.normal(1000, 30, 20)
    text = MSA_HEADER.format(kind=kind, columns=columns)
    text += msa_numbers(kind, columns, energy, counts) + "\n#ENDOFDATA   :\n"
    file = tmp_path / "spectrum.msa"
    file.write_bytes(text.replace("\n", line_end).encode())
    (signal,) = reference(file)
    energies, intensities, report = read(file)
    np.testing.assert_allclose(energies, linear(signal["axes"][0]), rtol=1e-12)
    np.testing.assert_array_equal(intensities, signal["data"].astype(np.float32))
    assert report["warnings"] == []
    assert report["format"] == "msa"
    (ours, theirs) = (report["metadata"], signal["metadata"])
    assert ours["title"] == theirs["General"]["title"]
    assert ours["date"] == theirs["General"]["date"] == "1991-10-01"
    assert ours["time"] == theirs["General"]["time"] == "12:00:00"
    tem = theirs["Acquisition_instrument"]["TEM"]
    assert ours["beam_energy_kev"] == tem["beam_energy"]
    assert ours["convergence_semi_angle_mrad"] == tem["convergence_angle"]
    assert ours["collection_semi_angle_mrad"] == tem["Detector"]["EELS"]["collection_angle"]
    # Theirs is in ms, as it stands.
    assert ours["exposure_s"] == tem["Detector"]["EELS"]["exposure"] / 1e3
    keys = {entry["key"]: entry["value"] for entry in ours["other"]}
    assert keys["THICKNESS-nm"] == "50"


@pytest.mark.parametrize("kind", ["Y", "XY"])
def test_msa_that_rosettasciio_writes(
    kind: str, random: np.random.Generator, tmp_path: Path
) -> None:
    module = pytest.importorskip("rsciio.msa", reason="rosettasciio is not installed")
    file = tmp_path / "written.msa"
    counts = random.integers(0, 1000, 50).astype(float)
    axis = {"name": "E", "size": 50, "scale": 0.2, "offset": 500.0, "units": "eV"}
    signal = {
        "data": counts,
        "axes": [{**axis, "navigate": False, "index_in_array": 0}],
        "metadata": {"General": {"title": "a title"}, "Signal": {"signal_type": "EELS"}},
        "original_metadata": {},
        "attributes": {"_lazy": False},
        "learning_results": {},
    }
    module.file_writer(str(file), signal, format=kind)
    energies, intensities, report = read(file)
    np.testing.assert_allclose(energies, 500 + 0.2 * np.arange(50), rtol=1e-12)
    np.testing.assert_array_equal(intensities, counts)
    assert report["metadata"]["title"] == "a title"


def test_msa_that_spectra_writes(random: np.random.Generator, tmp_path: Path) -> None:
    text = tmp_path / "spectrum.csv"
    (energy, counts) = (500 + 0.25 * np.arange(40), random.normal(100, 10, 40).astype("f4"))
    np.savetxt(text, np.column_stack([energy, counts]), "%.9g", ",", header="energy_ev,counts")
    spectra("convert", text, "--out", tmp_path / "spectrum.msa")
    (signal,) = reference(tmp_path / "spectrum.msa")
    np.testing.assert_allclose(linear(signal["axes"][0]), energy, rtol=1e-12)
    np.testing.assert_array_equal(signal["data"].astype("f4"), counts)
    assert signal["axes"][0]["units"] == "eV"


@pytest.mark.parametrize("delimiter", [",", "\t", " ", ";"])
@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("name", ["spectrum.txt", "spectrum.msa"])
@pytest.mark.parametrize("comments", ["# ", ""])
def test_text(
    delimiter: str,
    columns: int,
    name: str,
    comments: str,
    random: np.random.Generator,
    tmp_path: Path,
) -> None:
    table = np.column_stack([500 + 0.1 * np.arange(30), random.normal(5, 1, (30, columns))])
    file = tmp_path / name
    header = delimiter.join(["Energy[eV]", *"abc"[:columns]])
    np.savetxt(file, table, delimiter=delimiter, header=header, comments=comments)
    skip = 0 if comments else 1
    expected = np.loadtxt(file, delimiter=None if delimiter == " " else delimiter, skiprows=skip)
    energies, intensities, report = read(file)
    np.testing.assert_array_equal(energies, expected[:, 0])
    np.testing.assert_array_equal(intensities, expected[:, 1:].astype("f4").T.squeeze())
    assert report["format"] == "text"
    assert report["warnings"] == []


@pytest.mark.parametrize("kind", ["f4", "f8", "u2", "i4"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("shape", [(40,), (5, 40), (3, 4, 40)])
def test_npy(
    kind: str,
    order: str,
    layout: Any,
    shape: tuple[int, ...],
    random: np.random.Generator,
    tmp_path: Path,
) -> None:
    data = np.asarray(random.normal(1000, 30, shape).astype(order + kind), order=layout)
    (file, axis) = (tmp_path / "image.npy", tmp_path / "axis.npy")
    energy = 500 + 0.1 * np.arange(40) ** 1.1
    np.save(file, data)
    np.save(axis, energy)
    energies, intensities, _ = read(file, "--axis", axis)
    np.testing.assert_array_equal(energies, energy)
    np.testing.assert_array_equal(intensities, data.astype("f4"))
    energies, _, _ = read(file, "--offset", 500, "--dispersion", 0.1)
    np.testing.assert_allclose(energies, 500 + 0.1 * np.arange(40), rtol=1e-12)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("falls", [False, True])
def test_npz(save: Any, falls: bool, random: np.random.Generator, tmp_path: Path) -> None:
    # More than a block of what is inflated at once.
    data = random.normal(1000, 30, (60, 50, 128)).astype("f4")
    energy = 500 + 0.1 * np.arange(128)
    file = tmp_path / "image.npz"
    save(file, energy=energy[::-1] if falls else energy, intensities=data)
    energies, intensities, report = read(file)
    np.testing.assert_array_equal(energies, energy)
    np.testing.assert_array_equal(intensities, data[..., ::-1] if falls else data)
    assert len(report["warnings"]) == int(falls)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_of_64_bits(save: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Python then writes the form for archives of more than 4 GiB, as it would for these.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    data = np.arange(60, dtype="f4").reshape(3, 20)
    file = tmp_path / "image.npz"
    save(file, energy=500.0 + np.arange(20), intensities=data)
    assert b"PK\x06\x06" in file.read_bytes()
    energies, intensities, _ = read(file)
    np.testing.assert_array_equal(energies, 500.0 + np.arange(20))
    np.testing.assert_array_equal(intensities, data)


@pytest.mark.parametrize("layout", ["C", "F", "dm4"])
@pytest.mark.parametrize("shape", [(120, 50, 256), (2, 40000, 64), (5000, 200)])
def test_images_of_many_blocks(
    layout: Any, shape: tuple[int, ...], random: np.random.Generator, tmp_path: Path
) -> None:
    data = random.integers(0, 60000, shape).astype("u2")
    if layout == "dm4":
        file = tmp_path / "image.dm4"
        space = [(0.0, 1.0, "nm")] * (len(shape) - 1)
        picture = image(np.moveaxis(data, -1, 0), [(-500.0, 1.0, "eV"), *space])
        file.write_bytes(Writer(4, "<").file(document([picture])))
        options: tuple[object, ...] = ()
    else:
        file = tmp_path / "image.npy"
        np.save(file, np.asarray(data, order=layout))
        options = ("--offset", 500, "--dispersion", 1)
    _, intensities, _ = read(file, *options)
    np.testing.assert_array_equal(intensities, data)


def test_a_model_is_told_from_a_spectrum() -> None:
    card = json.loads(spectra("inspect", REPOSITORY / "data" / "models" / "edge.json", "--json"))
    assert "licence" in card


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    picture = image(np.zeros(64, "f4"), [(0.0, 1.0, "eV")])
    data = Writer(4, "<").file(document([picture]))
    file = tmp_path / "cut.dm4"
    file.write_bytes(data[: len(data) // 2])
    result = subprocess.run([str(PROGRAM), "inspect", str(file)], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {file}, byte ")
    assert result.stderr.count("\n") == 1
