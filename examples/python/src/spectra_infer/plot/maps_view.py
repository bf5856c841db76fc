"""The maps of a spectrum image, as the figures want them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..live import NOT_MEASURED
from ..prediction import Predictions, PropertyMap

__all__ = ["MapAxis", "MapsView"]


@dataclass(frozen=True)
class MapAxis:
    """A navigation axis of a map.

    Attributes
    ----------
    name
        Such as ``"x"``.
    scale
        Distance from one pixel to the next, in `unit`.
    unit
        Such as ``"nm"``; empty where the axis is not calibrated.
    """

    name: str
    scale: float = 1.0
    unit: str = ""

    @property
    def label(self) -> str:
        """Return the label of an axis: ``"x (nm)"``."""
        return f"{self.name} ({self.unit or 'pixel'})"


@dataclass(frozen=True, eq=False)
class MapsView:
    """Six maps with their errors, and what is known of their axes.

    All arrays have one shape, ``(rows, columns)``; that of a line scan is ``(1, columns)``.

    Attributes
    ----------
    properties
        By name, in the order of the panels.
    status, flags, novelty, onset_ev
        As in `Predictions`.
    rows, columns
        The axes, slow and fast.
    title
        Written above the figures where it is not empty.
    """

    properties: Mapping[str, PropertyMap]
    status: NDArray[np.int32]
    flags: NDArray[np.uint32]
    novelty: NDArray[np.float64]
    onset_ev: NDArray[np.float64]
    rows: MapAxis
    columns: MapAxis
    title: str = ""

    def __post_init__(self) -> None:
        shape = self.status.shape
        if len(shape) != 2 or 0 in shape:
            raise ValueError(f"maps have two axes and at least one pixel, not shape {shape}")
        arrays: dict[str, NDArray[Any]] = {
            "flags": self.flags,
            "novelty": self.novelty,
            "onset_ev": self.onset_ev,
        }
        for name, one in self.properties.items():
            arrays[name], arrays[f"{name} (error)"] = one.value, one.standard_error
        for name, array in arrays.items():
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, and the status {shape}")
        for axis in (self.rows, self.columns):
            if not (math.isfinite(axis.scale) and axis.scale > 0):
                raise ValueError(
                    f"the scale of axis {axis.name} must be positive, not {axis.scale}"
                )

    @classmethod
    def of(
        cls,
        predictions: Predictions,
        *,
        pixel_size: float | tuple[float, float] = 1.0,
        unit: str = "",
        title: str = "",
    ) -> MapsView:
        """View what `Model.predict_many` returned for an image or a line scan.

        Parameters
        ----------
        predictions
            Of shape ``(rows, columns)``, ``(columns,)`` or ``()``.
        pixel_size
            Distance between pixels in `unit`, one number or ``(rows, columns)``.
        unit
            Of the distance, such as ``"nm"``; empty where it is not known.
        title
            Written above the figures.
        """
        if len(predictions.shape) > 2:
            raise ValueError(
                f"figures show two axes, and the predictions have shape {predictions.shape}: "
                "predict one image of the stack at a time"
            )
        shape = (1, 1, *predictions.shape)[-2:]
        slow, fast = pixel_size if isinstance(pixel_size, tuple) else (pixel_size, pixel_size)
        return cls(
            properties={
                name: PropertyMap(
                    one.value.reshape(shape), one.standard_error.reshape(shape), one.unit
                )
                for name, one in predictions
            },
            status=predictions.status.reshape(shape),
            flags=predictions.flags.reshape(shape),
            novelty=predictions.novelty.reshape(shape),
            onset_ev=predictions.onset_ev.reshape(shape),
            rows=MapAxis("y", float(slow), unit),
            columns=MapAxis("x", float(fast), unit),
            title=title,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """``(rows, columns)``."""
        rows, columns = self.status.shape
        return rows, columns

    @property
    def pending(self) -> NDArray[np.bool_]:
        """Where nothing was measured yet (`spectra_infer.live`)."""
        pending: NDArray[np.bool_] = self.status == NOT_MEASURED
        return pending

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Where a spectrum allowed no prediction."""
        failed: NDArray[np.bool_] = (self.status != 0) & ~self.pending
        return failed

    @property
    def is_profile(self) -> bool:
        """Whether this is a line scan, for which curves say more than an image."""
        return min(self.shape) == 1
