"""Rows of several folders, each of another alignment, joined into one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ._files import FolderError

__all__ = ["Rows", "join"]


class Rows:
    """What a data class of `folders`, `descriptions`, then arrays over rows, tells of its rows."""

    folders: tuple[Path, ...]
    descriptions: tuple[dict[str, Any], ...]
    alignment: NDArray[np.str_]
    property_name: NDArray[np.str_]
    seed: NDArray[np.int64]

    @property
    def alignments(self) -> tuple[str, ...]:
        """The alignments, in the order in which they occur."""
        return tuple(dict.fromkeys(self.alignment.tolist()))

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties, in the order in which they occur."""
        return tuple(dict.fromkeys(self.property_name.tolist()))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, rising."""
        return tuple(np.unique(self.seed).tolist())


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
