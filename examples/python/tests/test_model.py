"""Loading, describing, sharing and freeing a model."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MODELS
from synthetic import Site, measured, same

import spectra_infer
from spectra_infer import (
    Alignment,
    CallError,
    Model,
    ModelError,
    ModelFileError,
    SpectraError,
    Status,
    _library,
)

EDGE = MODELS / "edge.json"


def test_default_model_finds_the_edge_itself(model: Model) -> None:
    assert model.alignment is Alignment.EDGE


def test_description(any_model: Model) -> None:
    assert any_model.format_version == 3
    assert any_model.feature_count == 160
    assert any_model.energies.shape == (160,)
    assert np.allclose(np.diff(any_model.energies), 0.1)
    assert any_model.member_count >= 1
    assert len(any_model.references) == any_model.reference_count > 0
    assert any_model.card
    assert any_model.broadening_sigma_ev > 0
    assert any_model.alignment.name.lower() in repr(any_model)


def test_references_are_the_model_s_own_copies(any_model: Model) -> None:
    references = any_model.references
    assert references.features.shape == (any_model.reference_count, 160)
    assert references.properties.shape == (any_model.reference_count, 6)
    assert len(set(references.ids)) == len(references)
    assert np.all(np.isfinite(references.features))
    assert np.allclose(references.features.mean(axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="read-only"):
        references.features[0, 0] = 0


def test_path_and_bytes_give_the_same_model(quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=1)
    by_path, by_bytes = Model.load(EDGE), Model.from_bytes(EDGE.read_bytes())
    assert same(by_path.predict(energy, counts), by_bytes.predict(energy, counts))


@pytest.mark.parametrize("source", ["default", "path", "bytes"])
def test_pickling(
    source: str, quartz: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(MODELS)
    if source == "bytes":
        model = Model.from_bytes(EDGE.read_bytes())
    else:
        model = Model.load("edge.json" if source == "path" else None)
    monkeypatch.chdir(tmp_path)  # a relative path must not matter
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=2)
    for clone in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert clone is not model
        assert same(clone.predict(energy, counts), model.predict(energy, counts))


def pickled(model: Model) -> Model:
    clone: Model = pickle.loads(pickle.dumps(model))
    return clone


@pytest.mark.parametrize("fate", ["replaced", "removed"])
@pytest.mark.parametrize("clone_of", [pickled, copy.copy, copy.deepcopy])
def test_a_copy_is_of_the_model_and_not_of_its_file(
    clone_of: Callable[[Model], Model], fate: str, quartz: Site, tmp_path: Path
) -> None:
    file = tmp_path / "model.json"
    file.write_bytes(EDGE.read_bytes())
    model = Model.load(file)
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=2)
    expected = model.predict(energy, counts)
    if fate == "replaced":
        file.write_bytes((MODELS / "monochromated.json").read_bytes())
        assert not same(Model.load(file).predict(energy, counts), expected)
    else:
        file.unlink()
    clone = clone_of(model)
    assert same(clone.predict(energy, counts), expected)
    assert (clone.source, clone.data) == (str(file), EDGE.read_bytes())


def test_another_process_predicts_the_same(model: Model, quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=3)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(model.predict, energy, counts).result()
    assert same(there, model.predict(energy, counts))


# ---------------------------------------------------------------- freeing


def test_a_closed_model_refuses(quartz: Site) -> None:
    with Model.load() as model:
        assert not model.closed
    model.close()  # again is fine
    assert model.closed
    assert "closed" in repr(model)
    energy = np.arange(490.0, 565.0, 0.25)
    counts = measured(quartz, energy, seed=4)
    for call in (
        lambda: model.predict(energy, counts),
        lambda: model.predict_many(energy, counts[np.newaxis]),
        lambda: model.preprocess(energy, counts),
        lambda: model.predict_features(np.ones(160)),
        lambda: model.predict_features_many(np.ones((2, 160))),
        lambda: model.__enter__(),
        lambda: pickle.dumps(model),
    ):
        with pytest.raises(CallError, match="closed") as caught:
            call()
        assert caught.value.code == Status.NULL_ARGUMENT
    assert len(model.references) > 0  # what it was can still be read


def test_each_model_is_freed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _library.library()
    free, freed = library.spectra_model_free, []

    def record(pointer: Any) -> None:
        freed.append(pointer)
        free(pointer)

    monkeypatch.setattr(library, "spectra_model_free", record)
    model = Model.load()
    model.close()
    model.close()
    assert len(freed) == 1

    model = Model.load()
    in_use = model._open()  # as a call in another thread holds it
    model.close()
    assert len(freed) == 1
    del in_use
    assert len(freed) == 2

    model = Model.load()
    del model  # never closed
    gc.collect()
    assert len(freed) == 3


def test_closing_waits_for_the_calls_that_run(quartz: Site) -> None:
    energy = np.arange(490.0, 565.0, 0.25)
    image = np.tile(measured(quartz, energy, seed=5), (4000, 1))
    model = Model.load()
    expected = model.predict(energy, image[0]).bond_angle.value
    results: list[np.ndarray] = []
    thread = threading.Thread(
        target=lambda: results.append(model.predict_many(energy, image).bond_angle.value)
    )
    thread.start()
    while not results and not model.closed:
        model.close()
    thread.join()
    if results:  # or the thread came too late, and was refused
        assert np.all(results[0] == expected)


def test_models_are_made_by_loading_only() -> None:
    with pytest.raises(TypeError, match=r"Model\.load"):
        Model()


# ---------------------------------------------------------------- errors


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        Model.load(tmp_path / "none.json")
    assert isinstance(caught.value, OSError)
    assert caught.value.code == Status.FILE
    assert caught.value.name == "SPECTRA_ERROR_FILE"
    assert str(caught.value).startswith(f"{tmp_path / 'none.json'}: there is no file")


def test_folder_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="a file, and no folder or pipe") as caught:
        Model.load(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: ")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match="a file, and no folder or pipe"):
        Model.load(tmp_path / "pipe")


def test_a_file_larger_than_any_model_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with open(file, "wb") as opened:
        opened.truncate(1 << 36)  # of nothing, which takes no room
    with pytest.raises(ModelError, match="too large for a model"):
        Model.load(file)


def test_path_with_a_null_character() -> None:
    with pytest.raises(ValueError, match="null character"):
        Model.load(f"{EDGE}\0.json")


def test_path_beyond_ascii(tmp_path: Path) -> None:
    path = tmp_path / "Modell für Quarz ±.json"
    path.write_bytes(EDGE.read_bytes())
    assert Model.load(path).member_count >= 1
    assert Model.load(os.fspath(path)).member_count >= 1


def test_unknown_name() -> None:
    with pytest.raises(FileNotFoundError, match="no model 'nonesuch'"):
        spectra_infer.model_path("nonesuch")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_truncated_model(share: float, tmp_path: Path) -> None:
    whole = EDGE.read_bytes().rstrip()
    part = whole[: int(share * len(whole))]
    (tmp_path / "part.json").write_bytes(part)
    with pytest.raises(ModelError) as from_memory:
        Model.from_bytes(part)
    with pytest.raises(ModelError) as from_file:
        Model.load(tmp_path / "part.json")
    assert from_memory.value.code == from_file.value.code == Status.MODEL_SYNTAX


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"format": "something else"}'])
def test_not_a_model(data: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        Model.from_bytes(data)
    assert Status.MODEL_SYNTAX <= caught.value.code <= Status.MODEL_CONTENT


def test_errors_survive_pickling() -> None:
    with pytest.raises(ModelFileError) as caught:
        Model.load("/nowhere/none.json")
    clone = pickle.loads(pickle.dumps(caught.value))
    assert type(clone) is ModelFileError
    assert isinstance(clone, SpectraError)
    assert (clone.code, clone.name, str(clone)) == (40, "SPECTRA_ERROR_FILE", str(caught.value))
