"""The notebook runs from its first cell to its last, and shows what it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from conftest import REPOSITORY

PROJECT = REPOSITORY / "examples" / "python"
NOTEBOOK = PROJECT / "notebooks" / "from-file-to-maps.ipynb"


def outputs(cells: list[Any], kind: str) -> list[str]:
    """What the cells show of a MIME type, or print (``"text"``)."""
    shown = [one for cell in cells for one in cell.get("outputs", [])]
    if kind == "text":
        return [one["text"] for one in shown if one.get("name") == "stdout"]
    return [one["data"][kind] for one in shown if kind in one.get("data", {})]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], Path]:
    """The cells after they ran, in a copy of the folder, and that folder."""
    folder = tmp_path_factory.mktemp("project") / "notebooks"
    folder.mkdir()
    (folder.parent / "examples").symlink_to(PROJECT / "examples")
    shutil.copy(NOTEBOOK, folder)
    notebook = nbformat.read(folder / NOTEBOOK.name, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook.cells, folder


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
class TestNotebook:
    """Executed once for all of these."""

    def test_it_draws_and_writes(self, run: tuple[list[Any], Path]) -> None:
        cells, folder = run
        assert len(outputs(cells, "image/png")) == 3
        written = {path.name for path in (folder / "measured").iterdir()}
        assert {"quartz.msa", "image.hspy", "maps.png", "maps.pdf", "bond_length.hspy"} <= written

    def test_it_says_nothing_on_its_error_output(self, run: tuple[list[Any], Path]) -> None:
        cells, _ = run
        said = [
            one["text"]
            for cell in cells
            for one in cell.get("outputs", [])
            if one.get("name") == "stderr"
        ]
        assert said == []

    def test_its_errors_are_what_it_states(self, run: tuple[list[Any], Path]) -> None:
        cells, _ = run
        text = "".join(outputs(cells, "text"))
        rows = re.findall(r"pixels: mean absolute error ([\d.]+), stated error ([\d.]+)", text)
        assert len(rows) == 2
        for found, stated in rows:
            assert float(found) < float(stated)


def test_it_is_kept_without_outputs() -> None:
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
