"""Cells: rectangles of a gray that say of themselves what they are, each with its own checksum."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from invgray.fine import digits
from invgray.types import Pixels

VERSION = 1
"""Of the cells' format."""

SYNC = {
    2: "11010011100100010111101000101100",
    3: "20112010221100121020012221010221",
    4: "31022013321130210301233102112032",
}
"""First digits of a cell, by base."""

SIDES = (128, 256)
"""Pixels of a cell's side, but for a picture's last row and column of cells, which are longer."""

STRIP = 128
"""Columns of a cell whose digits come first: headers can be read in cells of any width."""

_HEADER_PIXELS, _HEADER_ROWS = 512, 512
_LARGEST = 2**24
_HEADER = struct.Struct(">B8sIIBHHI")
_CHECKSUM = struct.Struct(">I")
_LENGTH_SYNC = 32


class Kind(IntEnum):
    """What a cell holds."""

    CHROMINANCE = 0
    EXACT = 1


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        rows = slice(self.top, self.top + self.height)
        return rows, slice(self.left, self.left + self.width)


@dataclass(frozen=True)
class Layout:
    """How a picture is cut into cells.

    Attributes:
        height: of the picture.
        width: of the picture.
        side: of a cell, of ``SIDES``.
    """

    height: int
    width: int
    side: int

    @property
    def rows(self) -> int:
        """Number of rows of cells."""
        return max(1, self.height // self.side)

    @property
    def columns(self) -> int:
        """Number of columns of cells."""
        return max(1, self.width // self.side)

    def box(self, row: int, column: int) -> Box:
        """Where a cell is; the last ones take what is left."""
        top, left = row * self.side, column * self.side
        height = self.height - top if row == self.rows - 1 else self.side
        width = self.width - left if column == self.columns - 1 else self.side
        return Box(top, left, height, width)

    def boxes(self) -> Iterator[tuple[int, int, Box]]:
        """Row, column and place of every cell."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield row, column, self.box(row, column)


@dataclass(frozen=True)
class Cell:
    """What a cell says, and what it holds.

    Attributes:
        layout: of its picture.
        row: of the cell in the layout.
        column: likewise.
        weights: digest of the weights that drew the gray's pattern, 8 bytes; zeros for none.
        kind: of the payload.
        payload: its bytes.
    """

    layout: Layout
    row: int
    column: int
    weights: bytes
    kind: Kind
    payload: bytes


def room(height: int, width: int, base: int) -> int:
    """Bytes of payload that a cell has room for; negative if it has none.

    Its header must lie in its left strip.
    """
    strip = digits.capacity(max(0, height * min(width, STRIP) - _LENGTH_SYNC), base)
    if strip < _HEADER.size:
        return -1
    carried = digits.capacity(height * width - _LENGTH_SYNC, base)
    return carried - _HEADER.size - _CHECKSUM.size


def write(cell: Cell, base: int) -> Pixels:
    """The digits of a cell: uint8 ``(h, w)``."""
    box = cell.layout.box(cell.row, cell.column)
    head = _HEADER.pack(
        VERSION << 4 | cell.kind,
        cell.weights,
        cell.layout.height,
        cell.layout.width,
        SIDES.index(cell.layout.side),
        cell.row,
        cell.column,
        len(cell.payload),
    )
    data = head + cell.payload
    data += _CHECKSUM.pack(zlib.crc32(data))
    count = box.height * box.width
    carried = digits.from_bytes(data, count - _LENGTH_SYNC, base)
    return _placed(np.concatenate([_sync(base), carried]), box.height, box.width)


def read(levels: Pixels, top: int, left: int, base: int) -> Cell | None:
    """The cell that begins at a pixel, or None if there is no whole and intact one.

    Args:
        levels: uint8 ``(H, W)``.
        top: row of the cell's first pixel.
        left: its column.
        base: of its digits.
    """
    beginning = levels[top : top + _HEADER_ROWS, left : left + STRIP].ravel()[:_HEADER_PIXELS]
    carried = digits.of_levels(beginning, base)[_LENGTH_SYNC:]
    head = digits.to_bytes(carried, base)[: _HEADER.size]
    if len(head) < _HEADER.size:
        return None
    told, weights, height, width, side, row, column, length = _HEADER.unpack(head)
    if told >> 4 != VERSION or told & 15 not in list(Kind) or side >= len(SIDES):
        return None
    layout = Layout(height, width, SIDES[side])
    sound = 0 < height < _LARGEST and 0 < width < _LARGEST
    if not sound or row >= layout.rows or column >= layout.columns:
        return None
    box = layout.box(row, column)
    pixels = levels[top : top + box.height, left : left + box.width]
    if pixels.shape != (box.height, box.width) or length > room(box.height, box.width, base):
        return None
    found = digits.of_levels(_in_order(pixels), base)
    if not np.array_equal(found[:_LENGTH_SYNC], _sync(base)):
        return None
    data = digits.to_bytes(found[_LENGTH_SYNC:], base)
    end = _HEADER.size + length
    (checksum,) = _CHECKSUM.unpack(data[end : end + _CHECKSUM.size])
    if data[: _HEADER.size] != head or checksum != zlib.crc32(data[:end]):
        return None
    return Cell(layout, row, column, weights, Kind(told & 15), data[_HEADER.size : end])


def beginnings(levels: Pixels, base: int) -> Iterator[tuple[int, int]]:
    """Rows and columns where a cell of a base may begin, by its first digits in one row."""
    sync = _sync(base)
    height, width = levels.shape
    if width < _LENGTH_SYNC:
        return
    span = width - _LENGTH_SYNC + 1
    for first in range(0, height, _ROWS):
        found = digits.of_levels(levels[first : first + _ROWS], base)
        match = np.ones((len(found), span), bool)
        for place in range(_DENSE):
            match &= found[:, place : place + span] == sync[place]
        rows, columns = np.nonzero(match)
        for place in range(_DENSE, _LENGTH_SYNC):
            left = found[rows, columns + place] == sync[place]
            rows, columns = rows[left], columns[left]
        yield from zip((rows + first).tolist(), columns.tolist(), strict=True)


_ROWS, _DENSE = 512, 6


def _in_order(pixels: Pixels) -> Pixels:
    """The pixels of a cell in the order of their digits: its left strip first, row by row."""
    return np.concatenate([pixels[:, :STRIP].ravel(), pixels[:, STRIP:].ravel()])


def _placed(values: Pixels, height: int, width: int) -> Pixels:
    """Digits in their order as the pixels of a cell: uint8 ``(height, width)``."""
    strip = min(width, STRIP)
    left, right = values[: height * strip], values[height * strip :]
    return np.hstack([left.reshape(height, strip), right.reshape(height, width - strip)])


def _sync(base: int) -> Pixels:
    return np.array(list(SYNC[base]), np.uint8)
