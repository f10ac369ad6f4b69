"""What Pillow's plugin does not tell of JPEG XL files: their size before decoding, and their XMP.

After ISO/IEC 18181: the headers of a codestream (part 1), and the boxes around it (part 2).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

_CODESTREAM = b"\xff\x0a"
_HEADERS = 128
"""Bytes at the beginning of a codestream that are looked at."""

_SIDES = ((1, 9), (1, 13), (1, 18), (1, 30))
_PREVIEW_8 = ((16, 0), (32, 0), (1, 5), (33, 9))
_PREVIEW = ((1, 6), (65, 8), (321, 10), (1345, 12))
_RATIOS = {
    1: Fraction(1),
    2: Fraction(12, 10),
    3: Fraction(4, 3),
    4: Fraction(3, 2),
    5: Fraction(16, 9),
    6: Fraction(5, 4),
    7: Fraction(2),
}
"""Width by height."""


@dataclass(frozen=True)
class Header:
    """What a codestream says of itself.

    Attributes:
        height: in pixels, before it is turned upright.
        width: likewise.
        bits: a channel.
        animated: whether there are further frames.
    """

    height: int
    width: int
    bits: int
    animated: bool


def header(file: BinaryIO) -> Header:
    """The header of a JPEG XL file, which may be a codestream or have boxes around it.

    Raises:
        ValueError: there is none.
    """
    file.seek(0)
    start = file.read(len(_CODESTREAM))
    if start != _CODESTREAM:
        start, skipped = b"", {b"jxlc": 0, b"jxlp": 4}
        for kind, at, _ in _boxes(file):
            if kind in skipped:
                file.seek(at + skipped[kind])
                start = file.read(len(_CODESTREAM))
                break
    if start != _CODESTREAM:
        raise ValueError("no codestream")
    return _header(_Bits(file.read(_HEADERS)))


def xmp(file: BinaryIO) -> bytes | None:
    """The XMP packet of a JPEG XL file, if it is not compressed."""
    for kind, start, length in _boxes(file):
        if kind == b"xml ":
            file.seek(start)
            return file.read(length)
    return None


class _Bits:
    """Numbers in bytes, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._bits, self._left = int.from_bytes(data, "little"), 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise ValueError("the header ends early")
        value = self._bits & ((1 << count) - 1)
        self._bits, self._left = self._bits >> count, self._left - count
        return value

    def choose(self, ranges: tuple[tuple[int, int], ...]) -> int:
        """A number of the range that two bits name: where it begins, and bits to add."""
        least, count = ranges[self.take(2)]
        return least + self.take(count)


def _header(bits: _Bits) -> Header:
    height, width = _size(bits)
    animated, depth = False, 8
    if not bits.take(1):  # not all is as usual
        if bits.take(1):
            bits.take(3)  # orientation
            if bits.take(1):
                _size(bits)  # at which it is meant to be shown
            if bits.take(1):
                _preview(bits)
            animated = bool(bits.take(1))
            if animated:
                bits.choose(((100, 0), (1000, 0), (1, 10), (1, 30)))
                bits.choose(((1, 0), (1001, 0), (1, 8), (1, 10)))
                bits.choose(((0, 0), (0, 3), (0, 16), (0, 32)))
                bits.take(1)
        floating = bits.take(1)
        least = (32, 16, 24) if floating else (8, 10, 12)
        depth = bits.choose((*((bits_, 0) for bits_ in least), (1, 6)))
    return Header(height, width, depth, animated)


def _size(bits: _Bits) -> tuple[int, int]:
    """Height and width."""
    small = bits.take(1)

    def side() -> int:
        return 8 * (1 + bits.take(5)) if small else bits.choose(_SIDES)

    height = side()
    ratio = bits.take(3)
    return height, int(height * _RATIOS[ratio]) if ratio else side()


def _preview(bits: _Bits) -> None:
    ranges = _PREVIEW_8 if bits.take(1) else _PREVIEW
    bits.choose(ranges)
    if not bits.take(3):
        bits.choose(ranges)


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the content, and its length, of each box; none in other files."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(8)[4:] != b"JXL ":
        return
    at = 0
    while at + 8 <= end:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            length, head = int.from_bytes(file.read(8), "big"), 16
        length = length or end - at
        if length < head or at + length > end:
            return
        yield kind, at + head, length - head
        at += length
