"""The workspaces that a model keeps from call to call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from spectra_infer import Model


def test_one_thread_uses_its_workspace_again(model: Model) -> None:
    handle = model._open()
    first = handle._workspace(851)
    assert handle._workspace(851) is first
    other = handle._workspace(100)
    assert other is not first
    assert other.size < first.size


def test_each_thread_has_its_own(model: Model) -> None:
    handle = model._open()
    together = Barrier(2)

    def workspace() -> np.ndarray:
        found = handle._workspace(851)
        together.wait(60)
        return found

    with ThreadPoolExecutor(2) as threads:
        one, other = (threads.submit(workspace) for _ in range(2))
        assert not np.shares_memory(one.result(), other.result())


def test_a_large_one_is_given_back(model: Model) -> None:
    handle = model._open()
    small = handle._workspace(851)
    large = handle._workspace(1_000_000)
    assert large.size > 1 << 20
    assert handle._workspace(1_000_000) is not large
    assert handle._workspace(851) is small
