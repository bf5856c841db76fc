"""Predictions as pandas tables."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pandas
import pytest
from synthetic import Site, measured

from spectra_infer import PROPERTIES, UNITS, Model, Predictions, Status


@pytest.fixture(scope="module")
def predictions(model: Model, image: tuple[np.ndarray, np.ndarray]) -> Predictions:
    energy, counts = image
    counts = counts.copy()
    counts[1, 2] = np.nan
    return model.predict_many(energy, counts)


def test_one_prediction(model: Model, quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    prediction = model.predict(energy, measured(quartz, energy, seed=1))
    frame = prediction.to_frame()
    assert list(frame.index) == list(PROPERTIES)
    assert list(frame["unit"]) == list(UNITS.values())
    for name, one in prediction:
        row = frame.loc[name]
        assert (row["value"], row["standard_error"]) == (one.value, one.standard_error)
        assert row["measurement_error"] == one.measurement_error
        assert (row["lower_68"], row["upper_68"]) == one.interval_68
        assert (row["lower_95"], row["upper_95"]) == one.interval_95


def test_an_image_has_a_row_for_each_pixel(predictions: Predictions) -> None:
    frame = predictions.to_frame()
    assert frame.index.names == ["row", "column"]
    assert len(frame) == 24
    row = frame.loc[(3, 4)]
    for name, one in predictions:
        assert row[name] == one.value[3, 4]
        assert row[f"{name}_error"] == one.standard_error[3, 4]
    assert row["onset_ev"] == predictions.onset_ev[3, 4]
    assert row["status"] == "ok"
    failed = frame[frame["status"] != "ok"]
    assert list(failed.index) == [(1, 2)]
    assert failed.loc[(1, 2), "status"] == Status.NOT_FINITE.name.lower()
    assert frame.attrs["units"] == dict(UNITS)


@pytest.mark.parametrize(
    ("shape", "names"),
    [((24,), ["spectrum"]), ((2, 3, 4), ["axis_0", "axis_1", "axis_2"]), ((), ["spectrum"])],
)
def test_other_shapes(
    shape: tuple[int, ...],
    names: list[str],
    model: Model,
    image: tuple[np.ndarray, np.ndarray],
) -> None:
    energy, counts = image
    spectra = counts.reshape(24, -1)[0] if shape == () else counts.reshape(*shape, energy.size)
    found = model.predict_many(energy, spectra)
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.index.names) == names
    np.testing.assert_array_equal(frame["bond_angle"], found.bond_angle.value.ravel())


def test_a_table_is_read_back_from_csv(predictions: Predictions) -> None:
    text = predictions.to_frame().to_csv()
    read = pandas.read_csv(StringIO(text), index_col=["row", "column"])
    np.testing.assert_allclose(read["bond_length"], predictions.bond_length.value.ravel())
