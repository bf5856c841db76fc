"""Joins what was read from several folders, each of another alignment, into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from ._files import FolderError

__all__ = ["join"]


class Rows(Protocol):
    """A data class of `folders`, `descriptions`, and then arrays over rows."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the rows are from."""
        ...

    @property
    def descriptions(self) -> tuple[dict[str, Any], ...]:
        """What each folder says of itself."""
        ...

    @property
    def alignments(self) -> tuple[str, ...]:
        """The alignments of the rows."""
        ...


RowsT = TypeVar("RowsT", bound=Rows)


def join(parts: Sequence[RowsT]) -> RowsT:
    """Return the rows of all parts, one part after the other.

    Raises
    ------
    FolderError
        Where two are of one alignment.
    """
    seen: dict[str, Path] = {}
    for part in parts:
        for alignment in part.alignments:
            if alignment in seen:
                raise FolderError(
                    part.folders[0],
                    f"is of the same alignment as {seen[alignment]}",
                    "give one of them",
                )
            seen[alignment] = part.folders[0]
    kind: Any = type(parts[0])
    joined: RowsT = kind(
        folders=tuple(folder for part in parts for folder in part.folders),
        descriptions=tuple(each for part in parts for each in part.descriptions),
        **{
            each.name: np.concatenate([getattr(part, each.name) for part in parts])
            for each in fields(kind)[2:]
        },
    )
    return joined
