"""Writes DigitalMicrograph files, versions 3 and 4, in both byte orders, to test their reader.

The layout is that which RosettaSciIO reads. ``tests/test_files.py`` reads the files of this writer
with RosettaSciIO too, which checks the writer.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

#: Type codes of numbers in a tag, by NumPy's kind and size.
TAG_TYPES = {
    "i2": 2, "i4": 3, "u2": 4, "u4": 5, "f4": 6, "f8": 7, "i1": 9, "u1": 10, "i8": 11, "u8": 12,
}  # fmt: skip
#: Codes of ImageData.DataType.
DATA_TYPES = {
    "i2": 1, "f4": 2, "u1": 6, "i4": 7, "i1": 9, "u2": 10, "u4": 11, "f8": 12, "i8": 39, "u8": 40,
}  # fmt: skip

#: A tag: a number of NumPy, text, a structure (tuple), an array, a dictionary or a list of tags.
Tag = Any


class Writer:
    """Writes tags; ``version`` is 3 or 4, ``order`` "<" or ">"."""

    def __init__(self, version: int, order: Literal["<", ">"]) -> None:
        self.version = version
        self.order = order

    def _word(self, value: int) -> bytes:
        return struct.pack(">I" if self.version == 3 else ">Q", value)

    def _value(self, description: Sequence[int], data: bytes) -> bytes:
        words = b"".join(self._word(word) for word in description)
        return b"%%%%" + self._word(len(description)) + words + data

    def _numbers(self, array: np.ndarray) -> bytes:
        return array.astype(array.dtype.newbyteorder(self.order)).tobytes()

    def _leaf(self, tag: Tag) -> bytes:
        if isinstance(tag, str):
            tag = np.frombuffer(tag.encode("utf-16-le"), "<u2")
        if isinstance(tag, tuple):
            fields = [np.asarray(field) for field in tag]
            description = [15, 0, len(fields)]
            for field in fields:
                description += [0, TAG_TYPES[field.dtype.str[1:]]]
            return self._value(description, b"".join(map(self._numbers, fields)))
        array = np.asarray(tag)
        code = TAG_TYPES[array.dtype.str[1:]]
        if array.ndim == 0:
            return self._value([code], self._numbers(array))
        return self._value([20, code, array.size], self._numbers(array))

    def group(self, tags: Mapping[str, Tag] | Sequence[Tag]) -> bytes:
        """Write a group of tags: a dictionary has names, a list has none."""
        items = tags.items() if isinstance(tags, Mapping) else [("", tag) for tag in tags]
        data = b"\x01\x00" + self._word(len(items))
        for name, tag in items:
            is_group = isinstance(tag, (Mapping, list))
            value = self.group(tag) if is_group else self._leaf(tag)
            encoded = name.encode("latin-1")
            data += bytes([20 if is_group else 21]) + struct.pack(">H", len(encoded)) + encoded
            data += (struct.pack(">Q", len(value)) if self.version == 4 else b"") + value
        return data

    def file(self, tags: Mapping[str, Tag]) -> bytes:
        """Write a whole file."""
        data = self.group(tags) + b"\0" * 8
        return (
            struct.pack(">I", self.version)
            + self._word(len(data))
            + struct.pack(">I", int(self.order == "<"))
            + data
        )


def image(
    data: np.ndarray,
    calibrations: Sequence[tuple[float, float, str]],
    *,
    name: str = "",
    tags: Mapping[str, Tag] | None = None,
    brightness: tuple[float, float, str] = (0.0, 1.0, ""),
) -> dict[str, Tag]:
    """Make the tags of an image.

    ``data`` is indexed as NumPy does, the slowest dimension first; ``calibrations`` has (origin in
    channels, scale, unit) of each dimension in the same order, ``brightness`` that of the numbers.
    """

    def calibration(origin: float, scale: float, unit: str) -> dict[str, Tag]:
        return {
            "Label": "", "Origin": np.float32(origin), "Scale": np.float32(scale), "Units": unit,
        }  # fmt: skip

    return {
        "ImageData": {
            "Calibrations": {
                "Brightness": calibration(*brightness),
                "Dimension": [calibration(*each) for each in reversed(calibrations)],
                "DisplayCalibratedUnits": np.uint8(1),
            },
            "Data": data.ravel(),
            "DataType": np.uint32(DATA_TYPES[data.dtype.str[1:]]),
            "Dimensions": [np.uint32(count) for count in reversed(data.shape)],
            "PixelDepth": np.uint32(data.dtype.itemsize),
        },
        "ImageTags": dict(tags or {}),
        "Name": name,
        "UniqueID": [np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4)],
    }


def document(images: Sequence[dict[str, Tag]], *, thumbnails: Sequence[int] = ()) -> dict[str, Tag]:
    """Make the tags of a file; ``thumbnails`` are the numbers of the images that are thumbnails."""
    return {
        "ApplicationBounds": (np.int16(0), np.int16(0), np.int16(1029), np.int16(1920)),
        "DocumentObjectList": [{"AnnotationType": np.int32(20), "Rectangle": (np.float32(0),) * 4}],
        "HasWindowPosition": np.uint8(1),
        "ImageList": list(images),
        "Thumbnails": [{"ImageIndex": np.uint32(index)} for index in thumbnails],
    }
