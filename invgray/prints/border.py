"""A frame to print around a gray picture, by which a photograph of the print can be straightened.

From the outside: a white margin, a black frame, a white gap, the picture. White cells in the upper
bar of the frame tell the picture's width and height, and which way is up; those in the lower bar
are a check of them. Frames of the first version, whose lower bar is black, are read only.
"""

from __future__ import annotations

import binascii
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from invgray.errors import InputError
from invgray.files.picture import Picture
from invgray.types import Floats, Mask, Pixels

_Number = TypeVar("_Number", bound=np.generic)

SMALLEST = 160
"""Pixels of width that a picture must have for the cells to be legible."""

CELLS = 44
"""Of equal width, over a whole bar; the outermost two on each side tell the version."""

_FIRST, _SECOND = [False, False, False, False], [False, True, True, False]
"""Which of the outermost cells are white."""

_VERSION = 2

_STAINED = 0.25
"""Share of the lower bar of a frame of the first version that need not be black."""

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
    depth = slice(round((MARGIN + 0.2 * FRAME) * u), round((MARGIN + 0.8 * FRAME) * u))
    cell = (width + 2 * (FRAME + GAP) * u) / CELLS
    for bar, cells in zip((framed, framed[::-1]), _cells(height, width), strict=True):
        for i in np.flatnonzero(cells):
            left = MARGIN * u + (i + 0.15) * cell
            bar[depth, round(left) : round(left + 0.7 * cell)] = 255
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
        levels: brightness in the middle of every cell of the upper and the lower bar,
            ``(2, CELLS)``, as a share of the paper's.
    """
    middle = (levels.min(axis=1) + levels.max(axis=1)) / 2
    white = levels > middle[:, None]
    told = _told(white[0])
    if told is None:
        return None
    first = white[0].tolist() == _bar(_size(*told), _FIRST)
    black = np.mean(levels[1] > middle[0]) < _STAINED
    return told if (first and black) or white.tolist() == _cells(*told) else None


def _told(upper: Mask) -> tuple[int, int] | None:
    """Height and width by an upper bar, if they are those of a picture with a border."""
    data = np.packbits(upper[2:-2]).tobytes()
    height, width = (int.from_bytes(data[i : i + 2], "big") for i in (0, 2))
    return (height, width) if height and width >= SMALLEST else None


def _cells(height: int, width: int) -> list[list[bool]]:
    """Which cells of the upper and the lower bar are white."""
    size = _size(height, width)
    return [_bar(size, _SECOND), _bar(_check(size), _SECOND)]


def _bar(data: bytes, edges: list[bool]) -> list[bool]:
    bits = np.unpackbits(np.frombuffer(data, np.uint8)) > 0
    return [*edges[:2], *bits.tolist(), *edges[2:]]


def _size(height: int, width: int) -> bytes:
    """What the upper bar tells."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return size + bytes([binascii.crc32(size) & 0xFF])


def _check(size: bytes) -> bytes:
    """What the lower bar tells, of the upper one's bytes."""
    version = bytes([_VERSION])
    return version + binascii.crc32(size + version).to_bytes(4, "big")
