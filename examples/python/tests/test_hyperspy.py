"""HyperSpy signals in, HyperSpy signals out: real ones, with EXSpy's EELSSpectrum."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MODELS
from synthetic import Site, measured

with warnings.catch_warnings():  # of HyperSpy's own, while it is imported
    warnings.simplefilter("ignore")
    import exspy
    import hyperspy.api as hs

import spectra_infer
from spectra_infer import PROPERTIES, Model
from spectra_infer.hyperspy import predict

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


def spectra(image: tuple[np.ndarray, np.ndarray]) -> Any:
    """An EELSSpectrum (6, 4|channels) with axes and a microscope."""
    energy, counts = image
    signal = exspy.signals.EELSSpectrum(counts.copy())
    axis = signal.axes_manager.signal_axes[0]
    axis.name, axis.units = "Energy loss", "eV"
    axis.offset, axis.scale = energy[0], energy[1] - energy[0]
    for axis, name, scale in zip(signal.axes_manager.navigation_axes, "xy", (0.5, 0.25)):
        axis.name, axis.units, axis.scale, axis.offset = name, "nm", scale, 3.0
    signal.metadata.General.title = "a wedge"
    signal.set_microscope_parameters(beam_energy=200, convergence_angle=10, collection_angle=20)
    return signal


@pytest.fixture
def signal(image: tuple[np.ndarray, np.ndarray]) -> Any:
    return spectra(image)


def test_an_image_gives_maps_on_its_axes(
    signal: Any, model: Model, image: tuple[np.ndarray, np.ndarray]
) -> None:
    maps = predict(signal)
    expected = model.predict_many(*image)
    for name, one in expected:
        for found, values in (
            (maps[name], one.value),
            (maps[f"{name}_error"], one.standard_error),
        ):
            assert isinstance(found, hs.signals.Signal2D)
            np.testing.assert_array_equal(found.data, values)
            assert [
                (a.name, a.units, a.scale, a.offset) for a in found.axes_manager.signal_axes
            ] == [
                ("x", "nm", 0.5, 3.0),
                ("y", "nm", 0.25, 3.0),
            ]
            assert found.metadata.Acquisition_instrument.TEM.beam_energy == 200
            assert found.metadata.Acquisition_instrument.TEM.Detector.EELS.collection_angle == 20
    for name in ("status", "flags", "novelty", "nearest", "onset_ev"):
        np.testing.assert_array_equal(maps[name].data, getattr(expected, name))
    assert maps.bond_length is maps["bond_length"]
    assert maps.bond_length.metadata.General.title == "a wedge: bond length"
    assert maps.bond_length.metadata.Signal.quantity == "bond length (Å)"
    title = maps.bond_angle_error.metadata.General.title
    assert title == "a wedge: bond angle, standard error"
    assert len(maps) == 17


def test_the_spectra_are_not_changed(signal: Any, image: tuple[np.ndarray, np.ndarray]) -> None:
    before = signal.metadata.as_dictionary(), str(signal.axes_manager)
    predict(signal)
    np.testing.assert_array_equal(signal.data, image[1])
    assert (signal.metadata.as_dictionary(), str(signal.axes_manager)) == before


@pytest.mark.parametrize("lazy", [False, True])
def test_a_line_and_a_point(lazy: bool, signal: Any, model: Model) -> None:
    whole = predict(signal, model).bond_length.data
    signal = signal.as_lazy() if lazy else signal
    line = predict(signal.inav[:, 2], model)
    line.compute()
    assert type(line.bond_length) is hs.signals.Signal1D
    np.testing.assert_array_equal(line.bond_length.data, whole[2])
    (axis,) = line.bond_length.axes_manager.signal_axes
    assert (axis.name, axis.units, axis.scale) == ("x", "nm", 0.5)
    point = predict(signal.inav[3, 1], model)
    point.compute()
    assert type(point.bond_length) is hs.signals.BaseSignal
    assert point.bond_length.data.tolist() == [whole[1, 3]]


def test_a_stack_of_images_keeps_its_first_axis(signal: Any, model: Model) -> None:
    stack = hs.stack([signal, signal], new_axis_name="time")
    maps = predict(stack, model)
    shape = maps.bond_length.axes_manager
    assert (shape.navigation_shape, shape.signal_shape) == ((2,), (6, 4))
    assert shape.navigation_axes[0].name == "time"
    np.testing.assert_array_equal(maps.bond_length.data[1], predict(signal, model).bond_length.data)


def test_lazy_signals_stay_lazy_until_they_are_computed(signal: Any, model: Model) -> None:
    lazy = signal.as_lazy()
    lazy.rechunk(nav_chunks=(2, 3))
    maps = predict(lazy, model)
    assert all(one._lazy for one in maps.values())
    one_by_one = maps.bond_length.deepcopy()
    one_by_one.compute(show_progressbar=False)
    maps.compute()
    eager = predict(signal, model)
    for name, one in eager.items():
        assert not maps[name]._lazy
        assert type(maps[name]) is hs.signals.Signal2D
        np.testing.assert_array_equal(maps[name].data, one.data)
    np.testing.assert_array_equal(one_by_one.data, eager.bond_length.data)
    assert maps.bond_length.metadata.General.title == "a wedge: bond length"


@pytest.mark.parametrize(("unit", "factor"), [("keV", 1e-3), ("meV", 1e3), (" eV ", 1.0)])
def test_the_unit_of_the_energy_is_heeded(
    unit: str, factor: float, signal: Any, model: Model
) -> None:
    expected = predict(signal, model).bond_length.data
    axis = signal.axes_manager.signal_axes[0]
    axis.units, axis.scale, axis.offset = unit, axis.scale * factor, axis.offset * factor
    # The axis is that of before but for its last bits.
    np.testing.assert_allclose(predict(signal, model).bond_length.data, expected, rtol=1e-4)


def test_a_signal_without_unit_is_in_ev(signal: Any, model: Model) -> None:
    expected = predict(signal, model).bond_length.data
    signal.axes_manager.signal_axes[0].units = ""
    np.testing.assert_array_equal(predict(signal, model).bond_length.data, expected)


def test_other_units_and_things_are_refused(signal: Any) -> None:
    signal.axes_manager.signal_axes[0].units = "nm"
    with pytest.raises(ValueError, match=r"must be in eV: set signal\.axes_manager"):
        predict(signal)
    with pytest.raises(TypeError, match="2 signal axes and must have one"):
        predict(hs.signals.Signal2D(np.ones((2, 3, 4))))
    with pytest.raises(TypeError, match=r"use Model\.predict_many"):
        predict(np.ones(100))


def test_of_the_signals_of_a_file_one_must_be_chosen(signal: Any) -> None:
    several = [signal, hs.signals.Signal2D(np.ones((3, 4)))]  # as a picture of the survey
    with pytest.raises(TypeError, match=r"2 signals.* holds several: choose one"):
        predict(several)
    with pytest.raises(TypeError, match="choose one"):
        predict(signal, low_loss=several, low_loss_use="align")
    with pytest.raises(TypeError, match=r"use Model\.predict_many"):
        predict([1.0, 2.0])


def test_an_axis_that_is_not_uniform(model: Model, quartz: Site) -> None:
    energy = 490.0 + 75.0 * np.linspace(0, 1, 300) ** 1.1
    counts = measured(quartz, energy, seed=4)
    axis = {"axis": energy, "units": "eV", "navigate": False}
    signal = hs.signals.Signal1D(counts, axes=[axis])
    expected = model.predict(energy, counts)
    assert predict(signal, model).bond_angle.data.tolist() == [expected.bond_angle.value]


def test_options_and_provenance(signal: Any, image: tuple[np.ndarray, np.ndarray]) -> None:
    model = Model.load(MODELS / "absolute.json")
    maps = predict(signal, model, workers=1, energy_offset=0.25, window=(500, 520))
    expected = model.predict_many(*image, energy_offset=0.25, window=(500, 520))
    np.testing.assert_array_equal(maps.bond_length.data, expected.bond_length.value)
    origin = maps.bond_length.metadata.Spectra_infer
    assert origin.version == spectra_infer.__version__
    assert origin.model == str(MODELS / "absolute.json")
    assert origin.options.energy_offset == 0.25
    assert origin.options.window == "(500, 520)"


@pytest.mark.usefixtures("closed_figures")
def test_maps_and_lines_are_plotted(signal: Any, model: Model) -> None:
    import matplotlib.pyplot as plt

    signal.data[1, 2] = np.nan  # a pixel that fails
    maps = predict(signal, model)
    maps.bond_length.plot()
    labels = [axes.get_ylabel() for axes in plt.gcf().axes]
    assert "bond length (Å)" in labels
    assert "y axis (nm)" in labels
    predict(signal.inav[:, 2], model).bond_angle.plot()
    assert plt.gcf().axes[0].get_ylabel() == "bond angle (°)"


def test_maps_are_saved_and_loaded(signal: Any, model: Model, tmp_path: Path) -> None:
    maps = predict(signal, model)
    maps.mulliken_charge.save(tmp_path / "charge.hspy")
    loaded = hs.load(tmp_path / "charge.hspy")
    np.testing.assert_array_equal(loaded.data, maps.mulliken_charge.data)
    assert loaded.metadata.Spectra_infer.version == spectra_infer.__version__
    assert str(loaded.axes_manager) == str(maps.mulliken_charge.axes_manager)


def test_names(signal: Any, model: Model) -> None:
    maps = predict(signal.inav[0, 0], model)
    assert list(maps)[:6] == list(PROPERTIES)
    assert "bond_length_error" in dir(maps)
    assert repr(maps).startswith("bond_length: <BaseSignal, title: a wedge: bond length")
    with pytest.raises(AttributeError, match="there is no signal 'colour'"):
        _ = maps.colour


@pytest.mark.parametrize("lazy", ["neither", "spectra", "both"])
@pytest.mark.parametrize("each", [True, False])
def test_the_low_loss_signal_of_dual_eels(
    each: bool, lazy: str, signal: Any, model: Model, image: tuple[np.ndarray, np.ndarray]
) -> None:
    energy, counts = image
    low_energy = -20.0 + 0.25 * np.arange(300)
    peaks = 0.25 * np.arange(24).reshape(4, 6, 1)  # the zero-loss peak drifts
    low_counts = 1e6 * np.exp(-0.5 * ((low_energy - peaks) / 0.4) ** 2) + 10.0
    low_counts = low_counts if each else low_counts[0, 2]
    low_loss = exspy.signals.EELSSpectrum(low_counts)
    axis = low_loss.axes_manager.signal_axes[0]
    axis.offset, axis.scale, axis.units = low_energy[0], 0.25, "eV"
    signal = signal if lazy == "neither" else signal.as_lazy()
    low_loss = low_loss.as_lazy() if lazy == "both" else low_loss
    maps = predict(signal, model, low_loss=low_loss, low_loss_use="align")
    maps.compute()
    beside = (low_energy, low_counts)
    expected = model.predict_many(energy, counts, low_loss=beside, low_loss_use="align")
    np.testing.assert_array_equal(maps.onset_ev.data, expected.onset_ev)
    without = model.predict_many(energy, counts).onset_ev
    drift = peaks[..., 0] if each else peaks[0, 2, 0]
    # The window of the background takes in other channels, so not to the last bit.
    np.testing.assert_allclose(without - maps.onset_ev.data, drift, atol=0.15)
    assert maps.onset_ev.metadata.Spectra_infer.options.as_dictionary() == {"low_loss_use": "align"}


def test_a_low_loss_signal_of_another_scan_is_refused(signal: Any, model: Model) -> None:
    with pytest.raises(ValueError, match=r"navigation shape \(5,\)"):
        predict(signal, model, low_loss=signal.inav[:5, 0], low_loss_use="align")
