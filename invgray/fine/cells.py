"""Cells: rectangles of a gray that say of themselves what they are, each with its own checksum."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from invgray.color.mix import LUMINANCE, WHOLE, Mix
from invgray.fine import digits
from invgray.types import Pixels

VERSION, MIXED_VERSION = 2, 3
"""Of the cells' format, as it is written: of grays of the luminance, and of those of other mixes.

Version 1 is read, too.
"""

SYNC = {
    2: "11010011100100010111101000101100",
    3: "20112010221100121020012221010221",
    4: "31022013321130210301233102112032",
}
"""First digits of a cell, by base."""

LONGEST = 2**24 - 1
"""Pixels of a picture's side."""

_SIDES = range(32, 512)
"""Pixels of a cell's side, where a picture has more than one of them."""

_FEW, _LEAST = (5, 6), 96
"""Cells along the shorter and the longer side of new grays, and pixels that their sides must have.

In whole ones of these, a crop to half the area keeps more than a third of itself.
"""

_LARGE, _SMALL = 256, 128
"""Pixels of a cell's side from which on there are more, and that it has if there are fewer."""

_LOW, _STRIP, _WIDE_STRIP = 16, 32, 128
"""A cell's strip, the columns whose digits come first, and its height from which on."""

_HEADER_PIXELS, _HEADER_ROWS = 512, 512
_HEADERS = {
    1: struct.Struct(">B8sIIBHHI"),
    2: struct.Struct(">B8sIIHHHHH"),
    3: struct.Struct(">B8sIIHHHHHHH"),
}
_SIDES_1 = (128, 256)
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
class Cuts:
    """How a picture is cut along one of its sides.

    Attributes:
        length: of the picture.
        parts: as equal as can be, but in version 1.
        side: of all parts but the last in version 1; else 0.
    """

    length: int
    parts: int
    side: int = 0

    def start(self, part: int) -> int:
        """Where a part begins; the one after the last would at the picture's end."""
        if self.side and part < self.parts:
            return part * self.side
        return part * self.length // self.parts

    def within(self, begin: int, end: int) -> range:
        """The parts that begin in a span of the picture."""
        first, last = (bisect_left(range(self.parts), n, key=self.start) for n in (begin, end))
        return range(first, last)


@dataclass(frozen=True)
class Layout:
    """How a picture is cut into cells.

    Attributes:
        height: of the picture.
        width: of the picture.
        rows: number of rows of cells.
        columns: number of columns of cells.
        side: of all cells but the last of a row or column in version 1; else 0.
    """

    height: int
    width: int
    rows: int
    columns: int
    side: int = 0

    @classmethod
    def of(cls, height: int, width: int) -> Layout:
        """That of a new gray: large cells restore better; of small ones, a crop keeps more."""

        def parts(length: int, few: int) -> int:
            if length < few * _LEAST or height < _LOW:  # low cells need the width of their strip
                return max(1, length // _SMALL)
            return max(few, length // _LARGE)

        down, across = _FEW if height <= width else _FEW[::-1]
        return cls(height, width, parts(height, down), parts(width, across))

    @classmethod
    def first_version(cls, height: int, width: int, side: int) -> Layout:
        """That of a gray of version 1."""
        return cls(height, width, max(1, height // side), max(1, width // side), side)

    @property
    def down(self) -> Cuts:
        """Into rows of cells."""
        return Cuts(self.height, self.rows, self.side)

    @property
    def across(self) -> Cuts:
        """Into columns of cells."""
        return Cuts(self.width, self.columns, self.side)

    @property
    def sound(self) -> bool:
        """Whether it makes sense."""
        sides = (self.height, self.rows), (self.width, self.columns)
        return all(
            0 < length <= LONGEST and parts and (parts == 1 or length // parts in _SIDES)
            for length, parts in sides
        )

    def box(self, row: int, column: int) -> Box:
        """Where a cell is."""
        down, across = self.down, self.across
        top, left = down.start(row), across.start(column)
        return Box(top, left, down.start(row + 1) - top, across.start(column + 1) - left)

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
        mix: of the gray.
    """

    layout: Layout
    row: int
    column: int
    weights: bytes
    kind: Kind
    payload: bytes
    mix: Mix = LUMINANCE

    @property
    def version(self) -> int:
        """Of the format."""
        return 1 if self.layout.side else version_of(self.mix)


def version_of(mix: Mix) -> int:
    """Of the format, as it is written for a gray of a mix."""
    return VERSION if mix == LUMINANCE else MIXED_VERSION


def room(height: int, width: int, base: int, version: int = VERSION) -> int:
    """Bytes of payload that a cell has room for; negative if it has none.

    Its header must lie in its strip.
    """
    header = _HEADERS[version].size
    strip = height * min(width, _strip(height, version))
    if digits.capacity(max(0, strip - _LENGTH_SYNC), base) < header:
        return -1
    return digits.capacity(height * width - _LENGTH_SYNC, base) - header - _CHECKSUM.size


def write(cell: Cell, base: int) -> Pixels:
    """The digits of a cell: uint8 ``(h, w)``."""
    layout, version = cell.layout, version_of(cell.mix)
    box = layout.box(cell.row, cell.column)
    mixed = (cell.mix.red, cell.mix.blue) if version == MIXED_VERSION else ()
    data = _HEADERS[version].pack(
        version << 4 | cell.kind,
        cell.weights,
        layout.height,
        layout.width,
        layout.rows,
        layout.columns,
        *mixed,
        cell.row,
        cell.column,
        len(cell.payload),
    )
    data += cell.payload
    data += _CHECKSUM.pack(zlib.crc32(data))
    carried = digits.from_bytes(data, box.height * box.width - _LENGTH_SYNC, base)
    values = np.concatenate([_sync(base), carried])
    strip = min(box.width, _strip(box.height, version))
    left, right = values[: box.height * strip], values[box.height * strip :]
    shape = box.height, box.width - strip
    return np.hstack([left.reshape(box.height, strip), right.reshape(shape)])


def read(levels: Pixels, top: int, left: int, base: int) -> Cell | None:
    """The cell that begins at a pixel, or None if there is no whole and intact one.

    Args:
        levels: uint8 ``(H, W)``.
        top: row of the cell's first pixel.
        left: its column.
        base: of its digits.
    """
    for strip in (_STRIP, _WIDE_STRIP):
        beginning = levels[top : top + _HEADER_ROWS, left : left + strip].ravel()[:_HEADER_PIXELS]
        found = digits.of_levels(beginning, base)
        if np.array_equal(found[:_LENGTH_SYNC], _sync(base)):
            head = digits.to_bytes(found[_LENGTH_SYNC:], base)
            if cell := _read(head, levels[top:, left:], strip, base):
                return cell
    return None


def _read(head: bytes, levels: Pixels, strip: int, base: int) -> Cell | None:
    """The cell at the upper left, by its first bytes and the strip that they were read from."""
    version = head[0] >> 4 if head else 0
    if version not in _HEADERS or len(head) < (size := _HEADERS[version].size):
        return None
    told, weights, height, width, *cuts, row, column, length = _HEADERS[version].unpack(head[:size])
    mix = _mix(*cuts[2:])
    if version > 1:
        layout = Layout(height, width, *cuts[:2])
    elif cuts[0] < len(_SIDES_1):
        layout = Layout.first_version(height, width, _SIDES_1[cuts[0]])
    else:
        return None
    if not layout.sound or mix is None or told & 15 not in list(Kind):
        return None
    if row >= layout.rows or column >= layout.columns:
        return None
    box = layout.box(row, column)
    pixels = levels[: box.height, : box.width]
    whole = pixels.shape == (box.height, box.width) and strip == _strip(box.height, version)
    if not whole or length > room(box.height, box.width, base, version):
        return None
    in_order = np.concatenate([pixels[:, :strip].ravel(), pixels[:, strip:].ravel()])
    data = digits.to_bytes(digits.of_levels(in_order, base)[_LENGTH_SYNC:], base)
    end = size + length
    (checksum,) = _CHECKSUM.unpack(data[end : end + _CHECKSUM.size])
    if data[:size] != head[:size] or checksum != zlib.crc32(data[:end]):
        return None
    return Cell(layout, row, column, weights, Kind(told & 15), data[size:end], mix)


def _mix(red: int = LUMINANCE.red, blue: int = LUMINANCE.blue) -> Mix | None:
    """The mix that a header tells, if it makes sense; that of the luminance if it tells none."""
    return Mix(red, WHOLE - red - blue, blue) if red + blue <= WHOLE else None


def beginnings(levels: Pixels) -> Iterator[tuple[int, int, int]]:
    """Rows and columns where cells may begin, by their first digits in one row, and the base."""
    for top in range(0, levels.shape[0], _BAND):
        band = np.ascontiguousarray(levels[top : top + _BAND])
        for base in digits.BASES:
            rows, columns = _synced(digits.of_levels(band, base), base)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
                yield top + row, column, base


_BAND = 64
_AT_ONCE = {2: 8, 3: 4, 4: 4}
"""So many digits of a base make a number below 256."""


def _synced(found: Pixels, base: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns from which on digits are those that a cell begins with.

    Several digits are looked for at once, as one number; what follows, where these are right.
    """
    span = found.shape[1] - _LENGTH_SYNC + 1
    if span < 1:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    sync, length = _sync(base)[None], 1
    while length < _AT_ONCE[base]:
        factor = np.uint8(base**length)
        found, sync = (x[:, :-length] * factor + x[:, length:] for x in (found, sync))
        length *= 2
    rows, columns = np.nonzero(found[:, :span] == sync[0, 0])
    for place in range(length, _LENGTH_SYNC, length):
        right = found[rows, columns + place] == sync[0, place]
        rows, columns = rows[right], columns[right]
    return rows, columns


def _strip(height: int, version: int) -> int:
    """Columns of a cell whose digits come first, so that headers are read in cells of any width."""
    return _WIDE_STRIP if version == 1 or height < _LOW else _STRIP


def _sync(base: int) -> Pixels:
    return np.array(list(SYNC[base]), np.uint8)
