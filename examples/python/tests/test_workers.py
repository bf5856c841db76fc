"""Worker processes, however they are started, predict the same bits as their parent."""

from __future__ import annotations

import multiprocessing
import os

import numpy as np
import pytest

from spectra_infer import Model

Image = tuple[np.ndarray, np.ndarray]

_inherited: Model | None = None
"""The model of the parent, which forked children find loaded."""


def bits(model: Model, energy: np.ndarray, counts: np.ndarray) -> bytes:
    prediction = model.predict(energy, counts)
    return b"".join(
        np.array([e.value, e.standard_error, *e.interval_95]).tobytes() for _, e in prediction
    )


def work(task: tuple[Model | None, np.ndarray, np.ndarray]) -> tuple[int, bytes]:
    model = task[0] or _inherited
    assert model is not None
    return os.getpid(), bits(model, *task[1:])


@pytest.mark.parametrize(
    ("method", "inherited"),
    # Only a fork inherits what is loaded; to the others the model is handed over.
    [("fork", True), ("fork", False), ("forkserver", False), ("spawn", False)],
)
def test_workers_get_the_bits_of_the_parent(
    method: str, inherited: bool, model: Model, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    energy, counts = image
    spectra = counts.reshape(-1, energy.size)
    alone = [bits(model, energy, spectrum) for spectrum in spectra]
    monkeypatch.setattr(f"{__name__}._inherited", model)
    with multiprocessing.get_context(method).Pool(3) as pool:
        handed_over = None if inherited else model
        answers = pool.map(work, [(handed_over, energy, spectrum) for spectrum in spectra])
    assert [answer for _, answer in answers] == alone
    assert os.getpid() not in {process for process, _ in answers}
    assert [bits(model, energy, spectrum) for spectrum in spectra] == alone


def test_a_forked_child_frees_its_copy_and_the_parent_goes_on(image: Image) -> None:
    energy, counts = image
    own = Model.load()
    alone = bits(own, energy, counts[0, 0])
    context = multiprocessing.get_context("fork")

    def child() -> None:
        assert bits(own, energy, counts[0, 0]) == alone
        own.close()
        Model.load().close()

    processes = [context.Process(target=child) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert bits(own, energy, counts[0, 0]) == alone
