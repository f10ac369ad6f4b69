"""A frame to print around a gray picture, by which a photograph of the print can be straightened.

From the outside: a white margin, a black frame, a white gap, the picture. White cells in the upper
bar of the frame tell the picture's width and height, and which way is up.
"""

from __future__ import annotations

import binascii
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from invgray.errors import InputError
from invgray.files.picture import Picture
from invgray.types import Floats, Pixels

_Number = TypeVar("_Number", bound=np.generic)

SMALLEST = 160
"""Pixels of width that a picture must have for the cells to be legible."""

CELLS = 44
"""Of equal width, over the whole upper bar; the outermost two on each side stay black."""


MARGIN, FRAME, GAP = 2, 3, 1
"""Widths of the parts of a border, in units, from the outside."""


def unit(height: int, width: int) -> int:
    """The measure of a border, in pixels."""
    return max(4, round(min(height, width) / 64))


def thickness(height: int, width: int) -> int:
    """Pixels that a border adds on each side of a picture."""
    return (MARGIN + FRAME + GAP) * unit(height, width)


def check(height: int, width: int, name: str = "the picture") -> None:
    """See to it that a picture can have a border.

    Args:
        height: of the picture.
        width: of the picture.
        name: of it, for errors.

    Raises:
        InputError: the picture is narrower than ``SMALLEST``, or longer than 65,535 pixels.
    """
    if width < SMALLEST or max(height, width) > 0xFFFF:
        raise InputError(
            f"{name}: {width}x{height} pixels are too few or too many for a border",
            f"a border takes {SMALLEST} to 65535 pixels a side",
        )


def draw(gray: Pixels) -> Pixels:
    """A gray picture, uint8 ``(H, W)``, with its border; see :func:`check` for its size."""
    height, width = gray.shape
    u, around = unit(height, width), thickness(height, width)
    framed = np.full((height + 2 * around, width + 2 * around), 255, gray.dtype)
    crop(framed, MARGIN * u)[:] = 0
    crop(framed, (MARGIN + FRAME) * u)[:] = 255
    crop(framed, around)[:] = gray
    upper = slice(round((MARGIN + 0.2 * FRAME) * u), round((MARGIN + 0.8 * FRAME) * u))
    cell = (width + 2 * (FRAME + GAP) * u) / CELLS
    for i, bit in enumerate(_bits(height, width)):
        left = MARGIN * u + (i + 2.15) * cell
        framed[upper, round(left) : round(left + 0.7 * cell)] = 255 * bit
    return framed


def crop(framed: npt.NDArray[_Number], border: int) -> npt.NDArray[_Number]:
    """The picture within a border of a known thickness; any further axes are kept."""
    return framed[border : len(framed) - border, border : framed.shape[1] - border]


def without(picture: Picture) -> Picture:
    """The part of a gray picture within the border that it says it has."""
    around = picture.record.border if picture.record else 0
    if 2 * around >= min(picture.pixels.shape[:2]):
        return picture
    alpha = None if picture.alpha is None else crop(picture.alpha, around)
    return replace(picture, pixels=crop(picture.pixels, around), alpha=alpha)


def read_cells(levels: Floats) -> tuple[int, int] | None:
    """Height and width that cells tell, or None if they tell nothing sound.

    Args:
        levels: brightness in the middle of every cell, ``(CELLS,)``, as a share of the paper's.
    """
    threshold = (levels.min() + levels.max()) / 2
    if np.any(levels[[0, 1, -2, -1]] > threshold):
        return None
    data = np.packbits(levels[2:-2] > threshold).tobytes()
    height, width = (int.from_bytes(data[i : i + 2], "big") for i in (0, 2))
    sound = height and width and data == _bytes(height, width)
    return (height, width) if sound else None


def _bytes(height: int, width: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return size + bytes([binascii.crc32(size) & 0xFF])


def _bits(height: int, width: int) -> Pixels:
    return np.unpackbits(np.frombuffer(_bytes(height, width), np.uint8))
