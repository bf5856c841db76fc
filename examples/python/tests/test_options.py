"""What is known of a measurement reaches the library, for one spectrum and for each of many."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
import pytest
from conftest import MODELS
from synthetic import Floats, Site, measured, power_law

import spectra_infer.dask as lazily
from spectra_infer import Flag, LowLossUse, Model, Spikes
from spectra_infer._records import records_of

STEP = 0.2
PLASMON, PLASMON_WIDTH = 7.0, 1.0
"""Of a made-up sample, eV: near enough to change the edge within the model's grid."""
ENERGY: Floats = 470.0 + STEP * np.arange(700, dtype=np.float64)
LOW_ENERGY: Floats = -20.0 + STEP * np.arange(600, dtype=np.float64)


def low_loss(zero_loss: float = 0.0, thickness: float = 0.5, fwhm: float = 0.6) -> Floats:
    """A zero-loss peak and a Poisson series of a plasmon, on LOW_ENERGY."""
    sigma = fwhm / 2.3548
    counts = np.exp(-0.5 * ((LOW_ENERGY - zero_loss) / sigma) ** 2)
    total, series = counts.sum(), 1.0
    for order in (1, 2, 3):
        series *= thickness / order
        width = np.hypot(sigma, PLASMON_WIDTH * np.sqrt(order))
        loss = np.exp(-0.5 * ((LOW_ENERGY - zero_loss - PLASMON * order) / width) ** 2)
        counts += series * total * loss / loss.sum()
    return counts * 1e6


def thick(single: Floats, thickness: float) -> Floats:
    """Plural scattering of an edge on ENERGY, for a plasmon as in `low_loss`: a convolution."""
    loss = STEP * np.arange(ENERGY.size)
    result, series = single.copy(), 1.0
    for order in (1, 2, 3):
        series *= thickness / order
        kernel = np.exp(-0.5 * ((loss - PLASMON * order) / (PLASMON_WIDTH * np.sqrt(order))) ** 2)
        result += series * np.convolve(single, kernel / kernel.sum())[: ENERGY.size]
    return result


@pytest.fixture(scope="module")
def clean(quartz: Site) -> Floats:
    """Expected counts of a thin quartz."""
    edge: Floats = 2e5 * quartz.spectrum(ENERGY)
    return edge + power_law(ENERGY, 3.0, 1e5)


@pytest.mark.parametrize("points", [{500.0: 498.0}, {500.0: 498.0, 550.0: 548.5}, [(500, 498)]])
def test_calibration_is_that_of_an_axis_calibrated_by_hand(
    points: Any, model: Model, clean: Floats
) -> None:
    pairs = sorted(points.items() if isinstance(points, dict) else points)
    factor = 1.0
    if len(pairs) == 2:
        factor = (pairs[1][1] - pairs[0][1]) / (pairs[1][0] - pairs[0][0])
    by_hand = pairs[0][1] + factor * (ENERGY - pairs[0][0])
    found = model.predict(ENERGY, clean, calibration=points)
    expected = model.predict(by_hand, clean)
    assert found.preparation is not None
    assert expected.preparation is not None
    assert found.preparation.calibration_factor == pytest.approx(factor, rel=1e-12)
    assert found.preparation.onset_ev == pytest.approx(expected.preparation.onset_ev, abs=1e-6)
    assert found.bond_length.value == pytest.approx(expected.bond_length.value, abs=1e-5)


def test_spikes_are_reported_replaced_or_not_looked_for(model: Model, clean: Floats) -> None:
    counts = np.random.default_rng(1).poisson(clean).astype(np.float64)
    place = int(np.searchsorted(ENERGY, 555.0))
    expected = model.preprocess(ENERGY, counts).features
    counts[place] += 2e5
    reported = model.predict(ENERGY, counts)
    assert reported.flags & Flag.SPIKES
    assert reported.preparation is not None
    assert reported.preparation.spike_count == 1
    assert reported.preparation.spike_ev == pytest.approx(ENERGY[place])
    assert not model.predict(ENERGY, counts, spikes="ignore").flags & Flag.SPIKES
    replaced = model.preprocess(ENERGY, counts, spikes=Spikes.REPLACE).features
    left = model.preprocess(ENERGY, counts).features
    assert np.abs(replaced - expected).max() < 0.1 * np.abs(left - expected).max()


def test_deconvolution_gives_the_thin_spectrum(model: Model, quartz: Site) -> None:
    single: Floats = 2e5 * quartz.spectrum(ENERGY)
    background = power_law(ENERGY, 3.0, 1e5)
    thin = model.preprocess(ENERGY, single + background).features
    counts = thick(single, 0.5) + background
    beside = (LOW_ENERGY, low_loss(thickness=0.5))
    plural = model.preprocess(ENERGY, counts)
    single_again = model.preprocess(ENERGY, counts, low_loss=beside, low_loss_use="deconvolve")
    before = np.sqrt(np.mean((plural.features - thin) ** 2))
    after = np.sqrt(np.mean((single_again.features - thin) ** 2))
    assert after < 0.5 * before
    assert single_again.preparation.thickness == pytest.approx(0.5, rel=0.05)
    assert single_again.preparation.low_loss_use == LowLossUse.DECONVOLVE


def test_alignment_takes_a_drift_of_both_spectra_away(clean: Floats) -> None:
    model = Model.load(MODELS / "absolute.json")
    expected = model.predict(ENERGY, clean, energy_offset=0.0)
    drift = 1.37
    found = model.predict(
        ENERGY + drift,
        clean,
        energy_offset=0.0,
        low_loss=(LOW_ENERGY, low_loss(zero_loss=drift)),
        low_loss_use=["align", "resolution"],
    )
    assert found.preparation is not None
    assert found.preparation.zero_loss_ev == pytest.approx(drift, abs=0.01)
    assert found.preparation.zero_loss_fwhm_ev == pytest.approx(0.6, rel=0.05)
    assert found.preparation.resolution_fwhm_ev == pytest.approx(0.6, rel=0.05)
    aligned = model.predict(
        ENERGY + drift,
        clean,
        energy_offset=0.0,
        low_loss=(LOW_ENERGY, low_loss(zero_loss=drift)),
        low_loss_use="align",
    )
    assert aligned.bond_length.value == pytest.approx(expected.bond_length.value, abs=1e-3)


def test_a_given_noise_and_resolution_are_told(model: Model, clean: Floats) -> None:
    prepared = model.preprocess(ENERGY, clean, noise_gain=2.5, resolution=0.7)
    assert prepared.preparation.noise_gain == 2.5
    assert prepared.preparation.resolution_fwhm_ev == 0.7


# ---------------------------------------------------------------- one for each pixel


@pytest.fixture(scope="module")
def many(quartz: Site) -> dict[str, Any]:
    """An image (2, 3, channels), with a low-loss spectrum and a variance for each pixel."""
    counts = np.empty((2, 3, ENERGY.size), np.float32)
    low = np.empty((2, 3, LOW_ENERGY.size), np.float64)
    for pixel, place in enumerate(np.ndindex(2, 3)):
        counts[place] = measured(quartz, ENERGY, seed=pixel, scale=2e4, counts_at_520=1e4)
        low[place] = low_loss(zero_loss=0.2 * pixel, thickness=0.2 + 0.1 * pixel)
    return {"counts": counts, "low": low, "variance": 2 * counts + 1}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("axis", [-1, 0])
def test_each_pixel_has_its_own_low_loss_and_variance(
    axis: int, workers: int, model: Model, many: dict[str, Any]
) -> None:
    use = LowLossUse.ALIGN | LowLossUse.DECONVOLVE

    def turned(array: np.ndarray) -> np.ndarray:
        return np.moveaxis(array, -1, axis)

    found = model.predict_many(
        ENERGY,
        turned(many["counts"]),
        axis=axis,
        workers=workers,
        low_loss=(LOW_ENERGY, turned(many["low"])),
        low_loss_use=use,
        variance=turned(many["variance"]),
    )
    assert not found.failed.any()
    values = []
    for place in np.ndindex(2, 3):
        one = model.predict(
            ENERGY,
            many["counts"][place],
            low_loss=(LOW_ENERGY, many["low"][place]),
            low_loss_use=use,
            variance=many["variance"][place],
        )
        assert found.bond_length.value[place] == one.bond_length.value
        assert found.bond_length.standard_error[place] == one.bond_length.standard_error
        values.append(one.bond_length.value)
    assert len(set(values)) == 6


def test_one_low_loss_serves_all_pixels(model: Model, many: dict[str, Any]) -> None:
    beside = (LOW_ENERGY, many["low"][0, 2])
    found = model.predict_many(
        ENERGY, many["counts"], workers=2, low_loss=beside, low_loss_use="deconvolve"
    )
    one = model.predict(ENERGY, many["counts"][1, 1], low_loss=beside, low_loss_use="deconvolve")
    assert found.bond_angle.value[1, 1] == one.bond_angle.value


@pytest.mark.parametrize("kind", ["arrays", "dask arrays", "one for all"])
def test_dask_hands_each_block_its_own(kind: str, model: Model, many: dict[str, Any]) -> None:
    beside = {"low_loss": (LOW_ENERGY, many["low"]), "variance": many["variance"]}
    if kind == "one for all":
        beside = {"low_loss": (LOW_ENERGY, many["low"][0, 0]), "variance": many["variance"][0, 0]}
    expected = model.predict_many(ENERGY, many["counts"], low_loss_use="align", **beside)
    if kind == "dask arrays":
        beside = {
            "low_loss": (LOW_ENERGY, da.from_array(many["low"], chunks=(2, 1, 100))),
            "variance": da.from_array(many["variance"], chunks=(1, 3, 50)),
        }
    blocks = da.from_array(many["counts"], chunks=(1, 2, 300))
    found = lazily.predict(ENERGY, blocks, model, low_loss_use="align", **beside)
    computed = found.compute(scheduler="threads")
    assert records_of(computed).tobytes() == records_of(expected).tobytes()


def test_a_low_loss_that_fails_is_told_by_its_pixel(model: Model, many: dict[str, Any]) -> None:
    low = many["low"].copy()
    low[1, 0] = 1.0  # no zero-loss peak
    found = model.predict_many(
        ENERGY, many["counts"], low_loss=(LOW_ENERGY, low), low_loss_use="align"
    )
    assert np.argwhere(found.failed).tolist() == [[1, 0]]
    assert found.first_error.startswith("spectrum (1, 0): ")


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"low_loss": (LOW_ENERGY, low_loss())}, ValueError, "say what the low-loss spectrum"),
        ({"low_loss_use": "align"}, ValueError, "go together"),
        (
            {"low_loss": (LOW_ENERGY, np.ones(5)), "low_loss_use": "align"},
            ValueError,
            "5 counts and 600 energies",
        ),
        (
            {"low_loss": (LOW_ENERGY, low_loss()), "low_loss_use": "lift"},
            ValueError,
            "low_loss_use must be one of align, resolution, deconvolve",
        ),
        ({"variance": np.ones(3)}, ValueError, "3 channels and the spectrum 700"),
        ({"variance": np.ones((2, 700))}, ValueError, "one for each of the map's shape"),
        ({"spikes": "eat"}, ValueError, "spikes must be one of report, replace, ignore"),
        ({"calibration": {1: 1, 2: 2, 3: 3}}, ValueError, "one or two energies, not 3"),
        ({"colour": 1}, TypeError, "no option 'colour': use one of background, window, "),
        ({"offset": 3}, TypeError, "no option 'offset': use one of .* energy_offset, "),
        ({"calibration": (545.2, 546.0)}, TypeError, r"such as \{545\.2: 546\.0\}, not float"),
        ({"calibration": 545.2}, TypeError, r"such as \{545\.2: 546\.0\}, not 545\.2"),
        ({"calibration": [(1, 2, 3)]}, ValueError, r"such as .* this tuple has not two members"),
        ({"calibration": {"peak": 546}}, TypeError, "calibration must be a number, not 'peak'"),
        (
            {"low_loss": low_loss(), "low_loss_use": "align"},
            ValueError,
            r"low_loss must be a pair, \(energy, counts\)",
        ),
        ({"low_loss": (LOW_ENERGY, low_loss()), "low_loss_use": 1.0}, TypeError, 'as "align"'),
        ({"window": 505}, TypeError, r"\(start, end\) in eV, such as \(505, 525\), not int"),
        ({"window": "505:525"}, TypeError, r"\(start, end\) in eV, such as .* not str"),
        ({"window": (505, 515, 525)}, ValueError, r"such as .* this tuple has not two members"),
        ({"window": (505, None)}, TypeError, "window must be a number, not None"),
        ({"threshold": "edge"}, TypeError, "threshold must be a number, not 'edge'"),
        ({"axis_error": None}, TypeError, "axis_error must be a number, not None"),
    ],
)
def test_what_does_not_fit_is_refused(
    options: dict[str, Any], error: type[Exception], words: str, model: Model, clean: Floats
) -> None:
    for call in (model.predict, model.preprocess):
        with pytest.raises(error, match=words):
            call(ENERGY, clean, **options)
    with pytest.raises(error, match=words):
        model.predict_many(ENERGY, np.stack([clean, clean, clean]), **options)


def test_a_low_loss_without_energies_is_told_before_computing(many: dict[str, Any]) -> None:
    blocks = da.from_array(many["counts"], chunks=(1, 3, -1))
    with pytest.raises(ValueError, match=r"low_loss must be a pair, \(energy, counts\)"):
        lazily.predict(ENERGY, blocks, low_loss=low_loss(), low_loss_use="align")
