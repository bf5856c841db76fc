"""Reads the JSON and CSV of a folder of results; a complaint names the file and the remedy."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "FolderError", "number_text", "read_columns", "read_json", "write_rows"]

Floats = NDArray[np.float64]

FORMAT_VERSION = 1


class FolderError(ValueError):
    """A folder of results cannot be read: its text names the file and says what mends it.

    Parameters
    ----------
    path
        The file or folder.
    problem
        What is wrong with it.
    remedy
        What to do about it.
    """

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}; {remedy}")
        self.path = path
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[FolderError], tuple[Path, str, str]]:
        return type(self), (self.path, self.problem, self.remedy)


def read_json(path: Path, format_name: str, remedy: str) -> dict[str, Any]:
    """Read the JSON object of a format that this package knows.

    Parameters
    ----------
    path
        The file.
    format_name
        What its member ``format`` must be.
    remedy
        What writes such a file, for the complaint.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FolderError(path, f"cannot be read ({error.strerror})", remedy) from error
    except ValueError as error:
        raise FolderError(path, f"is not JSON ({error})", remedy) from error
    if not isinstance(document, dict) or document.get("format") != format_name:
        raise FolderError(path, f'its "format" is not "{format_name}"', remedy)
    if document.get("format_version") != FORMAT_VERSION:
        raise FolderError(
            path,
            f"its format_version is {document.get('format_version')}, this package reads "
            f"{FORMAT_VERSION}",
            "use the package of the same release as the program that wrote it",
        )
    return document


def member(document: dict[str, Any], name: str, kind: type, path: Path, remedy: str) -> Any:
    """Return a member of a JSON object that must be there and of a type."""
    value = document.get(name)
    allowed = (int, float) if kind is float else kind
    if not isinstance(value, allowed) or isinstance(value, bool):
        raise FolderError(path, f'"{name}" is missing or not of type {kind.__name__}', remedy)
    return value


class Columns:
    """The columns of one CSV file with a header.

    Parameters
    ----------
    path
        The file, for complaints.
    header
        Names of the columns.
    rows
        The cells, row by row.
    remedy
        What writes the file anew.
    """

    def __init__(
        self, path: Path, header: Sequence[str], rows: Sequence[Sequence[str]], remedy: str
    ) -> None:
        self.path = path
        self.header = tuple(header)
        self.remedy = remedy
        self._rows = rows
        self._place = {name: place for place, name in enumerate(self.header)}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def text(self, name: str) -> NDArray[np.str_]:
        """Return a column as it is written."""
        place = self._find(name)
        return np.array([row[place] for row in self._rows], dtype=np.str_)

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, NaN where a cell is empty."""
        values = np.empty(len(self))
        self._parse(name, lambda cell: float(cell) if cell else np.nan, values)
        return values

    def integers(self, name: str, *, empty: int | None = None) -> NDArray[np.int64]:
        """Return a column of whole numbers, `empty` for an empty cell where one is allowed."""

        def parse(cell: str) -> int:
            return empty if empty is not None and not cell else int(cell)

        values = np.empty(len(self), np.int64)
        self._parse(name, parse, values)
        return values

    def matrix(self, names: Iterable[str]) -> Floats:
        """Return several columns of numbers side by side, [rows, columns]."""
        columns = [self.numbers(name) for name in names]
        return np.stack(columns, axis=1) if columns else np.empty((len(self), 0))

    def _find(self, name: str) -> int:
        if name not in self._place:
            raise FolderError(self.path, f'there is no column "{name}"', self.remedy)
        return self._place[name]

    def _parse(self, name: str, parse: Callable[[str], float], values: NDArray[Any]) -> None:
        place = self._find(name)
        for number, row in enumerate(self._rows):
            try:
                values[number] = parse(row[place])
            except (ValueError, OverflowError):
                raise FolderError(
                    self.path,
                    f'line {number + 2}: "{row[place]}" in column "{name}" is not a number',
                    self.remedy,
                ) from None


def read_columns(path: Path, remedy: str) -> Columns:
    """Read a CSV file whose first line is a header."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise FolderError(path, f"cannot be read ({error.strerror})", remedy) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise FolderError(path, f"is not CSV in UTF-8 ({error})", remedy) from error
    if not rows:
        raise FolderError(path, "is empty", remedy)
    header, *body = rows
    for number, row in enumerate(body):
        if len(row) != len(header):
            raise FolderError(
                path,
                f"line {number + 2} has {len(row)} cells where the header has {len(header)}",
                remedy,
            )
    return Columns(path, header, body, remedy)


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same number; empty for NaN."""
    return "" if np.isnan(value) else repr(float(value))


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file, whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    os.replace(unfinished, path)
