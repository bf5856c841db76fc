"""A batch is its spectra one by one, bit for bit, through any strides and in any threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import Site, known, measured, same

from spectra_infer import Flag, Model, Predictions, SpectrumError, Status, _arrays, _batch

Image = tuple[np.ndarray, np.ndarray]


def assert_same_bits(one: Predictions, other: Predictions) -> None:
    for name, here in one:
        assert here.value.tobytes() == other[name].value.tobytes(), name
        assert here.standard_error.tobytes() == other[name].standard_error.tobytes(), name
    for field in ("status", "flags", "novelty", "nearest", "onset_ev"):
        assert getattr(one, field).tobytes() == getattr(other, field).tobytes(), field
    assert one.first_error == other.first_error


def test_batch_equals_single(any_model: Model, image: Image, quartz: Site) -> None:
    energy, counts = image
    maps = any_model.predict_many(energy, counts, **known(any_model, quartz))
    assert maps.shape == (4, 6)
    assert not maps.failed.any()
    assert maps.first_error == ""
    for index in np.ndindex(4, 6):
        alone = any_model.predict(energy, counts[index], **known(any_model, quartz))
        for name, estimate in alone:
            assert maps[name].value[index] == estimate.value
            assert maps[name].standard_error[index] == estimate.standard_error
            assert maps[name].unit == estimate.unit
        assert maps.flags[index] == alone.flags
        assert maps.novelty[index] == alone.novelty
        assert maps.nearest[index] == alone.neighbors[0].index
        assert alone.preparation is not None
        np.testing.assert_equal(maps.onset_ev[index], alone.preparation.onset_ev)


@pytest.mark.parametrize("workers", [2, 3, 8, 100])
def test_threads_equal_one(
    workers: int, model: Model, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    energy, counts = image
    alone = model.predict_many(energy, counts)
    assert_same_bits(model.predict_many(energy, counts, workers=workers), alone)
    monkeypatch.setattr(_batch, "_BLOCK", 5)  # does not divide 24
    assert_same_bits(model.predict_many(energy, counts, workers=workers), alone)
    assert_same_bits(model.predict_many(energy, counts), alone)


def test_a_model_is_shared_between_threads(model: Model, image: Image) -> None:
    energy, counts = image
    spectra = list(counts.reshape(-1, energy.size)) * 4
    alone = [model.predict(energy, spectrum) for spectrum in spectra]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda spectrum: model.predict(energy, spectrum), spectra)
        assert same(list(together), alone)


# ---------------------------------------------------------------- strides

LAYOUTS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], int, bool]] = {
    "energy last": (lambda a: a, -1, True),
    "energy first": (lambda a: np.ascontiguousarray(np.moveaxis(a, -1, 0)), 0, True),
    "energy in the middle": (lambda a: np.ascontiguousarray(np.moveaxis(a, -1, 1)), 1, False),
    "part of the channels": (
        lambda a: np.pad(a, ((0, 0), (0, 0), (3, 4)))[..., 3:-4],
        -1,
        True,
    ),
    "every second channel": (lambda a: np.repeat(a, 2, axis=-1)[..., ::2], -1, True),
    "every second pixel": (lambda a: np.repeat(a, 2, axis=1)[:, ::2], -1, True),
    "part of each row": (lambda a: np.pad(a, ((0, 0), (1, 2), (0, 0)))[:, 1:-2], -1, False),
    "transposed": (lambda a: np.asfortranarray(a), -1, False),
    "energy backwards": (
        lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
        2,
        False,
    ),
    "map backwards": (lambda a: np.ascontiguousarray(a[::-1])[::-1], -1, False),
    "double precision": (lambda a: a.astype(np.float64), -1, False),
    "16-bit counts": (lambda a: a.astype(np.uint16), -1, False),
    "other byte order": (lambda a: a.astype(a.dtype.newbyteorder()), -1, False),
    "not aligned": (lambda a: unaligned(a), -1, False),
    "read-only": (lambda a: read_only(a), -1, True),
}


def unaligned(a: np.ndarray) -> np.ndarray:
    record = np.zeros(a.shape, np.dtype([("mark", "u1"), ("counts", "f4")]))
    record["counts"] = a
    return record["counts"]


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


@pytest.mark.parametrize("layout", LAYOUTS)
def test_strided_views_equal_contiguous_copies(layout: str, model: Model, image: Image) -> None:
    energy, counts = image
    arrange, axis, in_place = LAYOUTS[layout]
    view = arrange(counts)
    before = view.copy()
    expected = model.predict_many(energy, counts)
    assert_same_bits(model.predict_many(energy, view, axis=axis), expected)
    assert np.array_equal(view, before)
    block = _arrays.Spectra(view, axis).block(0, 24)
    assert np.shares_memory(block, view) is in_place


def test_a_broadcast_image(model: Model, image: Image) -> None:
    energy, counts = image
    broadcast = np.broadcast_to(counts[0, 0], (2, 3, energy.size))
    expected = model.predict_many(energy, counts[:1, :1])
    maps = model.predict_many(energy, broadcast)
    assert np.all(maps.bond_angle.value == expected.bond_angle.value)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (24,), (2, 3, 4), (2, 1, 12)])
def test_maps_have_the_shape_of_the_image(
    shape: tuple[int, ...], model: Model, image: Image
) -> None:
    energy, counts = image
    spectra = counts.reshape(-1, energy.size)[: int(np.prod(shape))]
    maps = model.predict_many(energy, spectra.reshape(*shape, energy.size))
    assert maps.shape == maps.status.shape == maps.bond_length.value.shape == shape
    one = model.predict(energy, spectra[-1]).bond_length.value
    assert maps.bond_length.value.reshape(-1)[-1] == one


def test_a_memory_map_is_read_block_by_block(model: Model, image: Image, tmp_path: Path) -> None:
    energy, counts = image
    np.save(tmp_path / "image.npy", counts.astype(np.uint16))
    mapped = np.load(tmp_path / "image.npy", mmap_mode="r")
    assert_same_bits(model.predict_many(energy, mapped), model.predict_many(energy, counts))


# ---------------------------------------------------------------- failing spectra


def test_failed_pixels_are_nan_and_the_others_are_not(model: Model, image: Image) -> None:
    energy, counts = image
    expected = model.predict_many(energy, counts)
    damaged = counts.copy()
    damaged[1, 2, 40] = np.nan
    damaged[3, 5] = 0
    for workers in (1, 3):
        maps = model.predict_many(energy, damaged, workers=workers)
        assert np.argwhere(maps.failed).tolist() == [[1, 2], [3, 5]]
        assert maps.status[1, 2] == Status.NOT_FINITE
        with pytest.raises(SpectrumError) as caught:
            model.predict(energy, damaged[3, 5])
        assert maps.status[3, 5] == caught.value.code
        good = ~maps.failed
        for name, one in maps:
            assert np.isnan(one.value[maps.failed]).all()
            assert np.isnan(one.standard_error[maps.failed]).all()
            assert np.array_equal(one.value[good], expected[name].value[good])
        assert np.all(maps.flags[maps.failed] == 0)
        assert np.all(maps.nearest[maps.failed] == -1)
        with pytest.raises(SpectrumError) as caught:
            model.predict(energy, damaged[1, 2])
        assert maps.first_error == f"spectrum (1, 2): {caught.value}"
        assert "2 without a prediction" in str(maps)


def test_all_pixels_may_fail(model: Model, image: Image) -> None:
    energy, counts = image
    maps = model.predict_many(energy, np.full_like(counts, np.nan))
    assert maps.failed.all()
    assert "24 without a prediction" in str(maps)


def test_masked_pixels_are_not_predicted(model: Model, image: Image) -> None:
    energy, counts = image
    masked = np.ma.masked_array(counts.astype(np.uint16), mask=np.zeros(counts.shape, bool))
    masked[2, 2] = np.ma.masked
    maps = model.predict_many(energy, masked)
    assert np.argwhere(maps.failed).tolist() == [[2, 2]]
    assert maps.status[2, 2] == Status.NOT_FINITE


def test_flagged(model: Model, image: Image) -> None:
    maps = model.predict_many(*image)
    for flag in Flag:
        assert np.array_equal(maps.flagged(flag), (maps.flags & int(flag)) != 0)


@pytest.mark.parametrize("workers", [1, 4])
def test_an_axis_that_nothing_can_use_raises(workers: int, model: Model, image: Image) -> None:
    energy, counts = image
    backwards = energy[::-1]
    with pytest.raises(SpectrumError) as caught:
        model.predict_many(backwards, counts, workers=workers)
    assert caught.value.code == Status.AXIS


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"image": np.zeros((2, 7), np.float32)}, ValueError, "has 7 channels, and there are 300"),
        ({"image": np.zeros((0, 300), np.float32)}, ValueError, "holds no spectra"),
        ({"image": np.float32(1)}, ValueError, "no energy axis"),
        ({"axis": 7}, ValueError, "axis 7 is out of bounds"),
        ({"workers": 0}, ValueError, "workers must be at least 1"),
        ({"workers": 1.5}, TypeError, "integer"),
        ({"image": np.zeros((2, 300), complex)}, TypeError, "image must be real numbers"),
        ({"energy": np.zeros((2, 300))}, ValueError, "energy must have one axis"),
    ],
)
def test_wrong_arguments(
    change: dict[str, Any], error: type[Exception], message: str, model: Model, image: Image
) -> None:
    arguments: dict[str, Any] = {"energy": image[0], "image": image[1], **change}
    with pytest.raises(error, match=message):
        model.predict_many(**arguments)


# ---------------------------------------------------------------- features


def test_features_in_a_batch_equal_single(any_model: Model) -> None:
    features = any_model.references.features[:30]
    maps = any_model.predict_features_many(features.reshape(5, 6, 160), workers=2)
    first = any_model.predict_features_many(np.ascontiguousarray(features.T), axis=0)
    assert maps.shape == (5, 6)
    assert np.isnan(maps.onset_ev).all()
    for index in range(30):
        alone = any_model.predict_features(features[index])
        for name, estimate in alone:
            assert maps[name].value.reshape(-1)[index] == estimate.value
            assert first[name].value[index] == estimate.value


def test_failed_features_are_nan(model: Model) -> None:
    features = model.references.features[:4].copy()
    features[2, 7] = np.inf
    maps = model.predict_features_many(features)
    assert maps.failed.tolist() == [False, False, True, False]
    assert maps.status[2] == Status.NOT_FINITE
    assert np.isnan(maps.bond_angle.value[2])
    assert maps.first_error.startswith("spectrum (2): ")


def test_many_spectra_in_little_memory(model: Model, quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 0.5)
    row = measured(quartz, energy, seed=0)
    image = np.broadcast_to(row, (50, 100, energy.size))  # 5000 spectra, never copied whole
    maps = model.predict_many(energy, image, workers=2)
    assert len(np.unique(maps.bond_length.value)) == 1
