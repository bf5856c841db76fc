"""``python -m spectra_infer.plot`` draws what ``spectra predict`` and ``spectra map`` wrote."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY
from synthetic import Site, measured

from spectra_infer import PROPERTIES, UNITS, Model, plot
from spectra_infer.plot.__main__ import main
from spectra_infer.report import FolderError

FIXTURE = REPOSITORY / "Tests" / "Fixtures" / "prediction.json"
PNG = b"\x89PNG\r\n\x1a\n"


def number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def document(
    model: Model, energy: np.ndarray, counts: np.ndarray, **options: Any
) -> dict[str, Any]:
    """What ``spectra predict --json`` writes of a spectrum, as docs/command-line.md says."""
    prediction = model.predict(energy, counts, **options)
    prepared = model.preprocess(energy, counts, **options)
    done = prepared.preparation
    own_axis = done.calibration_offset_ev + done.calibration_factor * energy
    law = done.background_amplitude * own_axis**-done.background_exponent
    names = (
        "background_start_ev",
        "background_end_ev",
        "calibration_offset_ev",
        "calibration_factor",
        "onset_ev",
        "onset_error_ev",
        "shift_ev",
    )
    one = {
        "file": "measured/quartz.msa",
        "title": None,
        "status": 0,
        "error": None,
        "properties": {
            name: {
                "unit": estimate.unit,
                "value": estimate.value,
                "standard_error": estimate.standard_error,
                "measurement_error": estimate.measurement_error,
                "lower_68": estimate.interval_68[0],
                "upper_68": estimate.interval_68[1],
                "lower_95": estimate.interval_95[0],
                "upper_95": estimate.interval_95[1],
            }
            for name, estimate in prediction
        },
        "flags": [{"bit": 0, "name": "x", "sentence": "Do not trust this."}],
        "novelty": prediction.novelty,
        "neighbors": [
            {
                "id": near.id,
                "distance": near.distance,
                "properties": {name: number(near.properties[name]) for name in PROPERTIES},
                "features": model.references.features[near.index].tolist(),
            }
            for near in prediction.neighbors
        ],
        "preparation": {name: number(getattr(done, name)) for name in names},
        "energy_ev": energy.tolist(),
        "intensity": counts.tolist(),
        "background": law.tolist(),
        "features": prepared.features.tolist(),
    }
    failed = {"file": "empty.msa", "status": 25, "error": "empty.msa: no edge"}
    return {
        "format": "spectra-infer prediction",
        "format_version": 1,
        "model": {"grid_start_ev": -1.0, "grid_step_ev": 0.1, "feature_count": 160},
        "predictions": [one, failed],
    }


@pytest.fixture(scope="module")
def quartz_document(model: Model, quartz: Site) -> dict[str, Any]:
    energy = np.arange(490.0, 565.0, 0.25)
    return document(model, energy, measured(quartz, energy, seed=2))


def test_a_document_is_read_as_the_model_gives_it(
    model: Model, quartz: Site, quartz_document: dict[str, Any]
) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    expected = plot.SpectrumView.of(model, energy, measured(quartz, energy, seed=2))
    (view,), failures = plot.read_predictions(json.dumps(quartz_document))
    assert failures == ["empty.msa: no edge"]
    assert view.estimates == expected.estimates
    for name in ("energies", "intensities", "grid_ev", "features"):
        np.testing.assert_allclose(getattr(view, name), getattr(expected, name), rtol=1e-12)
    assert expected.background is not None
    assert view.background is not None
    np.testing.assert_allclose(view.background, expected.background, rtol=1e-9)
    assert view.window_ev == expected.window_ev
    assert (view.onset_ev, view.shift_ev) == (expected.onset_ev, expected.shift_ev)
    assert [near.id for near in view.neighbors] == [near.id for near in expected.neighbors]
    assert view.warnings == ("Do not trust this.",)
    assert view.title == "quartz.msa"


def test_a_calibrated_document_is_read_on_the_axis_of_its_results(
    model: Model, quartz: Site
) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=2)
    text = json.dumps(document(model, energy - 20.0, counts, calibration={510.0: 530.0}))
    (view,), _ = plot.read_predictions(text)
    np.testing.assert_allclose(view.energies, energy, rtol=1e-12)
    assert view.background is not None
    assert view.window_ev is not None
    # Of counts, the likeliest background has as many in the window of the fit.
    inside = (energy >= view.window_ev[0]) & (energy <= view.window_ev[1])
    assert view.background[inside].sum() == pytest.approx(counts[inside].sum(), rel=1e-6)
    assert plot.draw_spectrum(view).axes[0].get_xlabel() == "energy, calibrated (eV)"


@pytest.mark.skipif(not FIXTURE.is_file(), reason="the command line's document is not here")
def test_the_command_lines_own_document_is_drawn(tmp_path: Path) -> None:
    predictions = json.loads(FIXTURE.read_text())["predictions"]
    drawn = [f"x-{n}.png" for n, one in enumerate(predictions, 1) if one["status"] == 0]
    assert 0 < len(drawn) < len(predictions)
    assert main(["prediction", "--json", str(FIXTURE), "--out", str(tmp_path / "x.png")]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == drawn


def test_standard_input_is_drawn_and_the_paths_are_told(
    quartz_document: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = dict(quartz_document, predictions=quartz_document["predictions"] * 2)
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(two)))
    out = tmp_path / "figures" / "quartz.v1.png"
    assert main(["prediction", "--json", "-", "--out", str(out)]) == 0
    told = capsys.readouterr()
    # Each has its place in the document, whatever became of those before it.
    assert told.out.split() == [str(out.with_name(f"quartz.v1-{n}.png")) for n in (1, 3)]
    assert told.err.splitlines() == ["empty.msa: no edge"] * 2
    for path in told.out.split():
        assert Path(path).read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    ("places", "names"), [([0], ["x.png"]), ([1, 0], ["x-2.png"]), ([0, 1], ["x-1.png"])]
)
def test_a_figure_has_the_number_of_its_spectrum(
    places: list[int], names: list[str], quartz_document: dict[str, Any], tmp_path: Path
) -> None:
    chosen = [quartz_document["predictions"][place] for place in places]
    file = tmp_path / "document.json"
    file.write_text(json.dumps({**quartz_document, "predictions": chosen}))
    out = tmp_path / "figures" / "x.png"
    assert main(["prediction", "--json", str(file), "--out", str(out)]) == 0
    assert [path.name for path in out.parent.iterdir()] == names


def test_a_file_that_is_not_text_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "quartz.dm4"
    file.write_bytes(b'{"format": "\xff"}')
    assert main(["prediction", "--json", str(file), "--out", str(tmp_path / "x.png")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{file}: this is not text in UTF-8")
    assert "spectra predict --json" in line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: "{", "not JSON"),
        (lambda _: "[]", '"format" differs'),
        (lambda d: json.dumps({**d, "format_version": 2}), "same release"),
        (lambda d: json.dumps({**d, "model": {}}), "there is no 'feature_count'"),
        (lambda d: json.dumps({**d, "predictions": None}), "not complete"),
        (
            lambda d: json.dumps({**d, "predictions": [{**d["predictions"][0], "features": [1]}]}),
            "1 numbers in place of 160",
        ),
        (
            lambda d: json.dumps({**d, "predictions": [{**d["predictions"][0], "energy_ev": []}]}),
            "0 numbers",
        ),
    ],
)
def test_what_is_wrong_with_a_document_is_said(
    change: Any, words: str, quartz_document: dict[str, Any]
) -> None:
    with pytest.raises(plot.DocumentError, match=words):
        plot.read_predictions(change(quartz_document))


def test_nothing_to_draw_is_no_success(
    quartz_document: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "document.json"
    file.write_text(json.dumps({**quartz_document, "predictions": []}))
    assert main(["prediction", "--json", str(file), "--out", str(tmp_path / "x.png")]) == 1
    assert main(["prediction", "--json", str(file), "--out", str(tmp_path / "x.jpeg")]) == 1
    assert "must be .png, .pdf or .svg" in capsys.readouterr().err


# ---------------------------------------------------------------- maps


def write_maps(folder: Path, shape: tuple[int, int], unit: str = "nm") -> dict[str, np.ndarray]:
    """What ``spectra map`` writes, as docs/command-line.md says."""
    generator = np.random.default_rng(1)
    folder.mkdir(exist_ok=True)
    names = [*PROPERTIES, *(f"{name}_error" for name in PROPERTIES), "novelty", "onset"]
    arrays = {name: generator.random(shape).astype(np.float32) for name in names}
    arrays["flags"] = np.zeros(shape, np.uint32)
    arrays["status"] = np.zeros(shape, np.uint32)
    arrays["status"][0, 0] = 25
    arrays["status"][0, -1] = np.iinfo(np.uint32).max
    for name in names:
        arrays[name][0, 0] = arrays[name][0, -1] = np.nan
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    units = {"onset": "eV", **UNITS}
    text = {
        "format": "spectra-infer maps",
        "format_version": 1,
        "is_complete": True,
        "shape": list(shape),
        "axes": [
            {"name": "y", "offset": 0.0, "scale": 0.4, "unit": unit},
            {"name": "x", "offset": 0.0, "scale": 0.2, "unit": unit},
        ],
        "maps": [
            {"name": name, "file": f"{name}.npy", "unit": units.get(name, "")} for name in arrays
        ],
    }
    (folder / "maps.json").write_text(json.dumps(text))
    return arrays


def test_a_folder_of_maps_is_read(tmp_path: Path) -> None:
    arrays = write_maps(tmp_path, (3, 5))
    view = plot.read_maps(tmp_path)
    for name in PROPERTIES:
        np.testing.assert_array_equal(view.properties[name].value, arrays[name])
        np.testing.assert_array_equal(view.properties[name].standard_error, arrays[f"{name}_error"])
    assert (view.rows, view.columns) == (plot.MapAxis("y", 0.4, "nm"), plot.MapAxis("x", 0.2, "nm"))
    assert np.argwhere(view.failed).tolist() == [[0, 0]]
    assert np.argwhere(view.pending).tolist() == [[0, 4]]


@pytest.mark.parametrize(("shape", "names"), [((3, 5), ["maps", "trust"]), ((1, 9), ["profile"])])
def test_an_axis_may_run_towards_smaller_numbers(
    shape: tuple[int, int], names: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "maps"
    write_maps(folder, shape)
    text = json.loads((folder / "maps.json").read_text())
    for axis in text["axes"]:
        axis["scale"] = -axis["scale"]
    (folder / "maps.json").write_text(json.dumps(text))
    view = plot.read_maps(folder)
    assert (view.rows.scale, view.columns.scale) == (0.4, 0.2)
    assert main(["maps", str(folder), "--out", str(tmp_path / "figures")]) == 0
    assert sorted(path.stem for path in (tmp_path / "figures").iterdir()) == names


@pytest.mark.parametrize(
    ("shape", "names"),
    [((3, 5), ["maps.pdf", "maps.png", "trust.pdf", "trust.png"]), ((1, 9), ["profile.png"])],
)
def test_the_figures_of_a_folder(shape: tuple[int, int], names: list[str], tmp_path: Path) -> None:
    write_maps(tmp_path / "maps", shape)
    formats = sorted({name.split(".")[1] for name in names})
    options = [word for suffix in formats for word in ("--format", suffix)]
    out = tmp_path / "figures"
    command = ["maps", str(tmp_path / "maps"), "--out", str(out), "--title", "a sample", *options]
    assert main(command) == 0
    assert sorted(path.name for path in out.iterdir()) == names


def break_folder(folder: Path, how: str) -> None:
    path = folder / "maps.json"
    text = json.loads(path.read_text())
    if how == "no document":
        path.unlink()
        return
    if how == "not complete":
        text["is_complete"] = False
    elif how == "no map":
        (folder / "bond_angle_error.npy").unlink()
    elif how == "cut map":
        (folder / "novelty.npy").write_bytes((folder / "novelty.npy").read_bytes()[:-8])
    elif how == "other shape":
        np.save(folder / "flags.npy", np.zeros((2, 2), np.uint32))
    elif how == "not listed":
        text["maps"] = text["maps"][1:]
    elif how == "one axis":
        text["axes"] = text["axes"][:1]
    elif how == "no scale":
        text["axes"][0]["scale"] = 0
    elif how == "pickle":
        np.save(folder / "onset.npy", np.array([{}], object), allow_pickle=True)
    path.write_text(json.dumps(text))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no document", "maps.json: cannot be read"),
        ("not complete", "run the same `spectra map` again"),
        ("no map", "bond_angle_error.npy: cannot be read"),
        ("cut map", "novelty.npy: cannot be read"),
        ("other shape", "flags has shape"),
        ("not listed", "there is no 'bond_length'"),
        ("one axis", "write the folder anew"),
        ("no scale", "scale of axis y"),
        ("pickle", "onset.npy: cannot be read"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    how: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_maps(tmp_path, (3, 5))
    break_folder(tmp_path, how)
    with pytest.raises(FolderError, match=words):
        plot.read_maps(tmp_path)
    assert main(["maps", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_a_missing_matplotlib_is_told_in_one_line(tmp_path: Path) -> None:
    write_maps(tmp_path, (3, 5))
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from spectra_infer.plot.__main__ import main\n"
        f"sys.exit(main(['maps', {str(tmp_path)!r}]))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "this needs matplotlib: pip install 'spectra-infer[plot]'"
    ]
