"""Images in blocks: the same numbers as in one piece, on threads and on a cluster of processes."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import distributed
import numpy as np
import pytest
from conftest import MODELS

import spectra_infer.dask as lazily
from spectra_infer import CallError, Model, Predictions, SpectrumError
from spectra_infer._records import RECORD, records_of

Image = tuple[np.ndarray, np.ndarray]


def same_maps(one: Predictions, other: Predictions) -> bool:
    return records_of(one).tobytes() == records_of(other).tobytes()


@pytest.mark.parametrize("chunks", [(4, 6, -1), (1, 1, -1), (3, 4, 77)])
def test_blocks_give_what_the_whole_image_gives(
    chunks: tuple[int, ...], model: Model, image: Image
) -> None:
    energy, counts = image
    found = lazily.predict(energy, da.from_array(counts, chunks=chunks))
    assert found.shape == (4, 6)
    computed = found.compute(scheduler="threads")
    assert same_maps(computed, model.predict_many(energy, counts))
    assert computed.first_error == ""


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_any_axis_may_be_the_energy(axis: int, model: Model, image: Image) -> None:
    energy, counts = image
    turned = da.from_array(np.moveaxis(counts, -1, axis), chunks=3)
    found = lazily.predict(energy, turned, axis=axis).compute(scheduler="sync")
    assert same_maps(found, model.predict_many(energy, counts))


def test_one_map_is_a_dask_array(model: Model, image: Image) -> None:
    energy, counts = image
    found = lazily.predict(energy, da.from_array(counts, chunks=(2, 3, -1)), model)
    length = found["bond_length"]
    assert isinstance(length, da.Array)
    assert (length.shape, length.dtype, length.chunks) == ((4, 6), np.float64, ((2, 2), (3, 3)))
    assert found["status"].dtype == np.int32
    expected = model.predict_many(energy, counts).bond_length.value
    np.testing.assert_array_equal(length.compute(scheduler="sync"), expected)
    assert [name for name, _ in found] == list(RECORD.names or ())
    with pytest.raises(KeyError):
        found["colour"]


def test_a_spectrum_that_fails_is_nan_and_counted(model: Model, image: Image) -> None:
    energy, counts = image
    counts = counts.copy()
    counts[2, 5] = np.nan
    found = lazily.predict(energy, da.from_array(counts, chunks=(2, 6, -1)), model)
    computed = found.compute(scheduler="sync")
    assert np.isnan(computed.bond_angle.value[2, 5])
    assert np.count_nonzero(computed.failed) == 1
    assert computed.first_error == "1 of 24 spectra, see status"


def test_one_spectrum_is_an_image_without_axes(model: Model, image: Image) -> None:
    energy, counts = image
    found = lazily.predict(energy, da.from_array(counts[0, 0]), model).compute(scheduler="sync")
    assert found.bond_length.value == model.predict(energy, counts[0, 0]).bond_length.value


def test_every_source_of_a_model_reaches_the_blocks(image: Image) -> None:
    energy, counts = image
    path = MODELS / "monochromated.json"
    blocks = da.from_array(counts[:1, :2], chunks=(1, 1, -1))
    expected = Model.load(path).predict_many(energy, counts[:1, :2])
    for model in (Model.load(path), Model.from_bytes(path.read_bytes())):
        found = lazily.predict(energy, blocks, model).compute(scheduler="sync")
        assert same_maps(found, expected)


@pytest.mark.parametrize("fate", ["replaced", "removed"])
def test_the_blocks_get_the_model_that_was_handed_in(
    fate: str, image: Image, tmp_path: Path
) -> None:
    energy, counts = image
    file = tmp_path / "model.json"
    shutil.copy(MODELS / "edge.json", file)
    model = Model.load(file)
    expected = model.predict_many(energy, counts[:1, :2])
    if fate == "replaced":
        shutil.copy(MODELS / "monochromated.json", file)
        assert not same_maps(Model.load(file).predict_many(energy, counts[:1, :2]), expected)
    else:
        file.unlink()
    found = lazily.predict(energy, da.from_array(counts[:1, :2]), model)
    assert same_maps(found.compute(scheduler="sync"), expected)


def test_options_reach_the_blocks(image: Image) -> None:
    energy, counts = image
    model = Model.load(MODELS / "absolute.json")
    blocks = da.from_array(counts, chunks=(2, 2, -1))
    found = lazily.predict(energy, blocks, model, energy_offset=0.1, window=(500, 520))
    expected = model.predict_many(energy, counts, energy_offset=0.1, window=(500, 520))
    assert same_maps(found.compute(scheduler="sync"), expected)


def test_nothing_is_computed_before_it_is_asked_for(image: Image) -> None:
    def never(_: np.ndarray) -> np.ndarray:
        raise AssertionError("computed")

    energy, counts = image
    array = da.from_array(counts, chunks=(2, 2, -1)).map_blocks(never, dtype=np.float32)
    found = lazily.predict(energy, array)
    with pytest.raises(AssertionError, match="computed"):
        found.compute(scheduler="sync")


@pytest.mark.parametrize(
    ("energy", "image", "error", "words"),
    [
        (np.arange(500.0, 560), np.ones((2, 60)), TypeError, r"dask\.array\.from_array"),
        (np.arange(500.0, 560), da.ones((2, 61)), ValueError, "60 channels of the energies"),
        (np.arange(500.0, 560), da.ones((0, 60)), ValueError, "holds no spectra"),
        (np.ones((2, 2)), da.ones((2, 60)), ValueError, "one axis"),
    ],
)
def test_what_is_wrong_is_said_before_computing(
    energy: Any, image: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        lazily.predict(energy, image)


def test_an_axis_or_option_that_is_wrong_is_told_when_computing(image: Image) -> None:
    energy, counts = image
    blocks = da.from_array(counts, chunks=(4, 6, -1))
    with pytest.raises(SpectrumError):
        lazily.predict(energy[::-1], blocks).compute(scheduler="sync")
    with pytest.raises(CallError):
        lazily.predict(energy, blocks, window=(1e9, 2e9)).compute(scheduler="sync")


# ---------------------------------------------------------------- a cluster of processes


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 10}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            memory_limit=0,
        ) as cluster,
    ):
        yield cluster


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    with distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        yield client


def count_loads() -> Any:
    """Begin to count the models that this process makes, once."""
    from spectra_infer import model

    module: Any = model

    if not hasattr(module, "loads_for_test"):
        module.loads_for_test = 0
        make = module.Model._loaded.__func__

        def counted(cls: Any, *arguments: Any) -> Any:
            module.loads_for_test += 1
            return make(cls, *arguments)

        module.Model._loaded = classmethod(counted)
    return module.loads_for_test


def slowly(block: np.ndarray) -> np.ndarray:
    time.sleep(0.05)
    return block


def test_a_cluster_gives_the_same_and_each_worker_loads_one_model(
    client: Any, model: Model, image: Image
) -> None:
    energy, counts = image
    before = client.run(count_loads)
    records = lazily.predict(energy, da.from_array(counts, chunks=(1, 1, -1))).records
    # The scheduler need not give work to both: each is given its half.
    halves = [
        client.persist(half, workers=[worker])
        for half, worker in zip((records[:1], records[1:]), before, strict=True)
    ]
    found = np.concatenate([half.compute() for half in halves])
    after = client.run(count_loads)
    assert {after[worker] - before[worker] for worker in before} == {1}
    assert found.tobytes() == records_of(model.predict_many(energy, counts)).tobytes()


def test_a_worker_that_is_killed_loses_nothing(client: Any, model: Model, image: Image) -> None:
    energy, counts = image
    pids = client.run(os.getpid)
    spectra = da.from_array(np.concatenate([counts, counts]), chunks=(1, 1, -1))
    spectra = spectra.map_blocks(slowly, dtype=np.float32)
    records = lazily.predict(energy, spectra).records.persist()
    until = time.monotonic() + 60
    victim = None
    while victim is None and time.monotonic() < until:
        time.sleep(0.02)
        done = client.has_what()
        # In the middle: it has finished blocks that will be lost, and not all are finished.
        victim = next((worker for worker, keys in done.items() if len(keys) >= 4), None)
    assert victim is not None, "no worker finished a block within a minute"
    os.kill(pids[victim], signal.SIGKILL)
    found = records.compute()
    expected = records_of(model.predict_many(energy, np.concatenate([counts, counts])))
    assert found.tobytes() == expected.tobytes()
    client.wait_for_workers(2)
    assert pids[victim] not in client.run(os.getpid).values()
