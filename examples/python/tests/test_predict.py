"""One spectrum: against the simulated truth, against theory, and refused where it should be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import REPOSITORY
from synthetic import Floats, Site, known, measured, power_law, same, simulated_site, site_groups

from spectra_infer import (
    PROPERTIES,
    UNITS,
    Alignment,
    Background,
    CallError,
    Flag,
    Model,
    SpectraError,
    SpectrumError,
    Status,
)
from spectra_infer._library import spectra_result
from spectra_infer.prediction import prediction_from_c

ENERGY: Floats = np.arange(490.0, 565.0, 0.1)


# ---------------------------------------------------------------- against the simulated truth


@pytest.mark.parametrize("which", [0, 50, 100, -1])
def test_a_clean_reference_is_recognised(which: int, any_model: Model) -> None:
    """Without noise or background, the features are those that the model was trained on."""
    references = any_model.references
    site = simulated_site(REPOSITORY / "data", references.ids[which])
    energy = np.arange(500.0, 585.0, 0.05)
    spectrum = 1000 * site.spectrum(energy, any_model.broadening_sigma_ev)
    prepared = any_model.preprocess(energy, spectrum, background="none", **known(any_model, site))
    assert np.array_equal(prepared.energies, any_model.energies)
    assert prepared.features.dtype == np.float32
    assert prepared.features.mean() == pytest.approx(1, abs=1e-5)
    assert prepared.preparation.background is Background.NONE
    difference = prepared.features - references.features[which]
    assert np.sqrt(np.mean(difference**2)) < 1e-3

    prediction = any_model.predict(energy, spectrum, background="none", **known(any_model, site))
    assert prediction.neighbors[0].id == site.id
    np.testing.assert_equal(dict(prediction.neighbors[0].properties), site.properties)
    assert Flag.OUTSIDE_REFERENCE_DOMAIN not in prediction.flags


def test_quartz_was_never_seen(any_model: Model, quartz: Site) -> None:
    """What the next test predicts is no memory."""
    groups = site_groups(REPOSITORY / "data")
    assert quartz.group not in {groups[name] for name in any_model.references.ids}


def test_noisy_quartz_is_predicted(any_model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=11, scale=5000, counts_at_520=4000)
    prediction = any_model.predict(ENERGY, counts, **known(any_model, quartz))
    for name, estimate in prediction:
        assert abs(estimate.value - quartz.properties[name]) < 4 * estimate.standard_error, name


def test_estimates_are_in_order(model: Model, quartz: Site) -> None:
    prediction = model.predict(ENERGY, measured(quartz, ENERGY, seed=12))
    assert [name for name, _ in prediction] == list(PROPERTIES)
    for name, estimate in prediction:
        assert estimate.unit == UNITS[name]
        assert estimate.standard_error > 0
        assert estimate.interval_95[0] <= estimate.interval_68[0] < estimate.interval_68[1]
        assert estimate.interval_68[1] <= estimate.interval_95[1]
        assert float(prediction[name]) == getattr(prediction, name).value
    with pytest.raises(KeyError):
        prediction["status"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        prediction.novelty = 0.0  # type: ignore[misc]


def test_neighbors_are_the_nearest_references(any_model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=13)
    features = any_model.preprocess(ENERGY, counts, **known(any_model, quartz)).features
    neighbors = any_model.predict_features(features).neighbors
    references = any_model.references
    distances = np.sqrt(np.mean((references.features.astype(float) - features) ** 2, axis=1))
    nearest = np.argsort(distances)[: len(neighbors)]
    assert len(neighbors) == 3
    for neighbor, row in zip(neighbors, nearest):
        assert neighbor.distance == pytest.approx(distances[row], rel=1e-4)
        assert neighbor.id == references.ids[neighbor.index]
        np.testing.assert_equal(
            list(neighbor.properties.values()), references.properties[neighbor.index].tolist()
        )


@pytest.mark.parametrize("count", [1, 3, 20, 10_000])
def test_as_many_neighbors_as_are_wanted(any_model: Model, quartz: Site, count: int) -> None:
    counts = measured(quartz, ENERGY, seed=13)
    features = any_model.preprocess(ENERGY, counts, **known(any_model, quartz)).features
    found = any_model.find_neighbors(features, count)
    distances = np.sqrt(
        np.mean((any_model.references.features.astype(float) - features) ** 2, axis=1)
    )
    assert len(found) == min(count, any_model.reference_count)
    order = np.argsort(distances, kind="stable")[: len(found)]
    np.testing.assert_allclose([n.distance for n in found], distances[order], rtol=1e-5)
    assert found[:3] == any_model.predict_features(features).neighbors[:count]


@pytest.mark.parametrize("count", [0, -1])
def test_no_neighbors_are_no_wish(model: Model, count: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        model.find_neighbors(np.ones(model.feature_count), count)


def test_stages_apart_equal_the_whole(any_model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=14)
    whole = any_model.predict(ENERGY, counts, **known(any_model, quartz))
    prepared = any_model.preprocess(ENERGY, counts, **known(any_model, quartz))
    apart = any_model.predict_features(prepared.features)
    assert apart.preparation is None
    assert whole.preparation is not None
    assert same(prepared.preparation, whole.preparation)
    for name, estimate in whole:
        # Features know nothing of the noise: what is left is the error of the model.
        assert estimate.value == apart[name].value
        assert apart[name].measurement_error == 0 < estimate.measurement_error
        model_error = np.sqrt(estimate.standard_error**2 - estimate.measurement_error**2)
        assert apart[name].standard_error == pytest.approx(model_error, rel=1e-12)
    assert same(whole.neighbors, apart.neighbors)
    assert whole.novelty == apart.novelty


# ---------------------------------------------------------------- invariances


@pytest.mark.parametrize("factor", [1e-6, 0.37, 1e6])
def test_the_unit_of_intensity_does_not_matter(factor: float, model: Model, quartz: Site) -> None:
    counts = 1000 * quartz.spectrum(ENERGY) + power_law(ENERGY, 3.0, 700)
    one = model.predict(ENERGY, counts)
    other = model.predict(ENERGY, factor * counts)
    for name, estimate in one:
        assert other[name].value == pytest.approx(
            estimate.value, abs=0.02 * estimate.standard_error
        )


def test_an_uncalibrated_axis_does_not_matter_to_the_edge_model(model: Model, quartz: Site) -> None:
    spectrum = 1000 * quartz.spectrum(ENERGY)
    here = model.predict(ENERGY, spectrum, background="none")
    there = model.predict(ENERGY - 11.03, spectrum, background="none")
    assert here.preparation is not None
    assert there.preparation is not None
    assert there.preparation.onset_ev == pytest.approx(here.preparation.onset_ev - 11.03, abs=1e-6)
    for name, estimate in here:
        assert there[name].value == pytest.approx(
            estimate.value, abs=0.01 * estimate.standard_error
        )


def test_inputs_of_any_kind(model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=15)
    expected = model.predict(ENERGY, counts)
    inputs: list[tuple[Any, Any]] = [
        (ENERGY.tolist(), counts.tolist()),
        (ENERGY, counts.astype(np.uint32)),
        (ENERGY, np.repeat(counts, 3)[::3]),
        (np.repeat(ENERGY, 2)[::2], counts.astype(">f8")),
        (np.ma.masked_array(ENERGY), np.ma.masked_array(counts)),
    ]
    for energy, intensity in inputs:
        assert same(model.predict(energy, intensity), expected)


# ---------------------------------------------------------------- background


def poisson_fit(energy: Floats, counts: Floats) -> tuple[float, float]:
    """Maximum-likelihood exponent of ``A E^-r`` for Poisson counts, with its standard error."""
    design = np.column_stack([np.ones_like(energy), -np.log(energy / energy.mean())])
    parameters = np.array([np.log(counts.mean()), 0.0])
    for _ in range(50):  # Newton's method
        mean = np.exp(design @ parameters)
        information = design.T @ (mean[:, np.newaxis] * design)
        step = np.linalg.solve(information, design.T @ (counts - mean))
        parameters += step
        if np.abs(step).max() < 1e-12:
            break
    covariance = np.linalg.inv(information)
    return float(parameters[1]), float(np.sqrt(covariance[1, 1]))


def window_of(preparation: Any) -> Any:
    inside = (preparation.background_start_ev - 1e-9 <= ENERGY) & (
        preparation.background_end_ev + 1e-9 >= ENERGY
    )
    assert np.count_nonzero(inside) == preparation.background_channels
    return inside


@pytest.mark.parametrize("counts_at_520", [50.0, 800.0, 20000.0])
def test_background_agrees_with_a_poisson_fit(
    counts_at_520: float, model: Model, quartz: Site
) -> None:
    counts = measured(quartz, ENERGY, seed=21, scale=counts_at_520, counts_at_520=counts_at_520)
    preparation = model.preprocess(ENERGY, counts, background="power_law").preparation
    inside = window_of(preparation)
    exponent, error = poisson_fit(ENERGY[inside], counts[inside].astype(float))
    assert preparation.background is Background.POWER_LAW
    assert abs(preparation.background_exponent - exponent) < 0.5 * error
    assert preparation.background_exponent_error == pytest.approx(error, rel=0.25)


def test_background_exponent_is_within_its_stated_error(model: Model, quartz: Site) -> None:
    """Over many spectra the errors made are as large as the errors stated."""
    truth, scores, dispersions = 3.2, [], []
    for seed in range(100, 200):
        counts = measured(quartz, ENERGY, seed=seed, exponent=truth)
        preparation = model.preprocess(ENERGY, counts, background="power_law").preparation
        scores.append(
            (preparation.background_exponent - truth) / preparation.background_exponent_error
        )
        dispersions.append(preparation.background_dispersion)
    assert abs(np.mean(scores)) < 0.4  # four standard errors of the mean of 100
    assert 0.75 < np.std(scores) < 1.3
    assert np.mean(dispersions) == pytest.approx(1, abs=0.05)


def test_window_is_the_one_asked_for(model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=22)
    preparation = model.preprocess(ENERGY, counts, window=(500.0, 522.0)).preparation
    assert preparation.background_start_ev == pytest.approx(500.0, abs=0.11)
    assert preparation.background_end_ev == pytest.approx(522.0, abs=0.11)
    window_of(preparation)


def test_background_may_be_named_in_several_ways(model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=23)
    named = [model.predict(ENERGY, counts, background=b) for b in (None, "recipe")]
    assert same(named[0], named[1])
    by_member = model.predict(ENERGY, counts, background=Background.POWER_LAW)
    assert same(by_member, model.predict(ENERGY, counts, background="power_law"))
    with pytest.raises(ValueError, match="recipe, none, power_law, not 'linear'"):
        model.predict(ENERGY, counts, background="linear")


# ---------------------------------------------------------------- refusals


@pytest.fixture(scope="module")
def counts(quartz: Site) -> np.ndarray:
    return measured(quartz, ENERGY, seed=31)


def with_nan(values: np.ndarray) -> np.ndarray:
    values = values.astype(float)
    values[30] = np.nan
    return values


BAD_SPECTRA: dict[str, tuple[Callable[[Any, Any], tuple[Any, Any]], Status]] = {
    "NaN": (lambda e, c: (e, with_nan(c)), Status.NOT_FINITE),
    "infinity": (lambda e, c: (e, np.where(e > 550, np.inf, c)), Status.NOT_FINITE),
    "beyond single precision": (lambda e, c: (e, 1e300 * c.astype(float)), Status.NOT_FINITE),
    "axis with NaN": (lambda e, c: (with_nan(e), c), Status.AXIS),
    "unsorted axis": (lambda e, c: (np.roll(e, 40), c), Status.AXIS),
    "decreasing axis": (lambda e, c: (e[::-1], c[::-1]), Status.AXIS),
    "repeated energy": (lambda e, c: (np.floor(e), c), Status.AXIS),
    "short axis": (lambda e, c: (e[e < 548], c[e < 548]), Status.AXIS_RANGE),
}


@pytest.mark.parametrize("case", BAD_SPECTRA)
def test_spectra_that_are_refused(case: str, model: Model, counts: np.ndarray) -> None:
    change, status = BAD_SPECTRA[case]
    energy, intensity = change(ENERGY, counts)
    for call in (model.predict, model.preprocess):
        with pytest.raises(SpectrumError) as caught:
            call(energy, intensity)
        assert caught.value.code == status
        assert caught.value.name == f"SPECTRA_ERROR_{status.name}"
        assert len(str(caught.value)) > 20
        assert isinstance(caught.value, ValueError)


def test_noise_has_no_edge(model: Model) -> None:
    noise = np.random.default_rng(1).poisson(power_law(ENERGY, 3.0, 100)).astype(np.float32)
    with pytest.raises(SpectrumError) as caught:
        model.predict(ENERGY, noise)
    assert caught.value.code in (Status.NO_EDGE, Status.NO_SIGNAL)


@pytest.mark.parametrize("channels", [0, 1])
def test_too_few_channels(channels: int, model: Model, counts: np.ndarray) -> None:
    with pytest.raises(SpectraError):
        model.predict(ENERGY[:channels], counts[:channels])


def test_missing_knowledge_is_asked_for(any_model: Model, quartz: Site) -> None:
    counts = measured(quartz, ENERGY, seed=32)
    if any_model.alignment is Alignment.EDGE:
        any_model.predict(ENERGY, counts)
        return
    with pytest.raises(SpectrumError) as caught:
        any_model.predict(ENERGY, counts)
    assert caught.value.code == Status.ALIGNMENT


def test_wrong_feature_count(model: Model) -> None:
    for call in (
        lambda: model.predict_features(np.ones(159)),
        lambda: model.predict_features_many(np.ones((3, 161))),
    ):
        with pytest.raises(CallError) as caught:
            call()
        assert caught.value.code == Status.COUNT
    with pytest.raises(SpectrumError) as not_finite:
        model.predict_features(np.full(160, np.nan))
    assert not_finite.value.code == Status.NOT_FINITE


def test_option_out_of_range(model: Model, counts: np.ndarray) -> None:
    with pytest.raises(CallError) as caught:
        model.predict(ENERGY, counts, window=(float("-inf"), 520.0))
    assert caught.value.code == Status.OPTION


@pytest.mark.parametrize(
    ("energy", "intensity", "options", "error", "message"),
    [
        (np.zeros(5), np.zeros(6), {}, ValueError, "there are 6 counts and 5 energies"),
        (np.zeros(5), np.zeros((2, 5)), {}, ValueError, "counts must have one axis"),
        (np.zeros((2, 5)), np.zeros(5), {}, ValueError, "energy must have one axis"),
        (5.0, 5.0, {}, ValueError, "energy must have one axis"),
        (["a"], ["b"], {}, TypeError, "energy must be real numbers"),
        (np.zeros(5), np.zeros(5, complex), {}, TypeError, "counts must be real numbers"),
        (np.zeros(5), np.zeros(5), {"window": (3.0, 2.0)}, ValueError, "must start before"),
        (np.zeros(5), np.zeros(5), {"window": (0.0, 0.0)}, ValueError, "must start before"),
        (np.zeros(5), np.zeros(5), {"background": 7}, ValueError, "7 is not a valid Background"),
    ],
)
def test_wrong_arguments(
    energy: Any,
    intensity: Any,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    model: Model,
) -> None:
    with pytest.raises(error, match=message):
        model.predict(energy, intensity, **options)


# ---------------------------------------------------------------- text


def test_table(model: Model, quartz: Site) -> None:
    prediction = model.predict(ENERGY, measured(quartz, ENERGY, seed=41))
    table = str(prediction)
    for name, unit in UNITS.items():
        assert re.search(rf"^{name} +-?\d+(\.\d+)? .* {re.escape(unit)}$", table, re.MULTILINE)
    assert prediction.neighbors[0].id in table
    for text in prediction.flags.texts:
        assert text in table
    assert str(prediction.bond_length).endswith("angstrom")


def test_flag_texts() -> None:
    for flag in Flag:
        (text,) = flag.texts
        assert text.strip()
    assert Flag(0).texts == ()
    assert len((Flag.AMBIGUOUS | Flag.UNCERTAIN_ONSET).texts) == 2
    assert Flag(1 << 30).texts == ("unknown flag 0x40000000",)


def test_coarse_channels_are_flagged(model: Model, quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 1.5)
    spectrum = 1000 * quartz.spectrum(energy)
    prediction = model.predict(energy, spectrum, background="none")
    assert Flag.COARSE_CHANNELS in prediction.flags
    assert prediction.preparation is not None
    assert prediction.preparation.channel_width_ev == pytest.approx(1.5)


def test_arrays_that_begin_at_any_byte_are_read(model: Model, quartz: Site) -> None:
    """As they come through a socket, or out of a file that was read whole."""
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=8)

    def moved(array: np.ndarray) -> np.ndarray:
        shifted = np.frombuffer(b"x" + array.tobytes(), array.dtype, offset=1)
        assert not shifted.flags.aligned
        return shifted

    expected = model.predict(energy, counts)
    assert same(model.predict(moved(energy), moved(counts)), expected)
    prepared = model.preprocess(moved(energy), moved(counts))
    again = model.predict_features(moved(prepared.features))
    assert again.bond_length.value == expected.bond_length.value
    many = model.predict_many(moved(energy), moved(counts))
    assert many.bond_length.value == expected.bond_length.value


def test_the_part_of_the_error_that_the_measurement_has_is_handed_on(model: Model) -> None:
    result = spectra_result()
    for place, estimate in enumerate(result.properties):
        estimate.standard_error, estimate.measurement_error = 1.0 + place, 0.25 * place
    prediction = prediction_from_c(result, model.references, None)
    assert [one.measurement_error for _, one in prediction] == [0.25 * p for p in range(6)]
    features = model.predict_features(model.references.features[0])
    assert features.bond_length.measurement_error == 0
