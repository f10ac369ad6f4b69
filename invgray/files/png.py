"""What Pillow does not do for PNGs: it refuses large chunks, and takes missing rows for black."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from PIL import PngImagePlugin

LARGEST = 16 * 2**20
"""Bytes that a chunk is inflated to; a larger one is dropped."""

_PIECE = 2**20
"""Bytes that are inflated at a time."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of the kinds of colour."""

_PASSES = (
    ((0, 8), (0, 8)),
    ((4, 8), (0, 8)),
    ((0, 4), (4, 8)),
    ((2, 4), (0, 4)),
    ((0, 2), (2, 4)),
    ((1, 2), (0, 2)),
    ((0, 1), (1, 2)),
)
"""Of an interlaced picture: first column and row, and steps to the next."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class LargeChunks:
    """What the large chunks of a PNG hold that is of use here.

    Attributes:
        profile: colour profile.
        text: of the keyword that was asked for.
        dropped: whether a chunk was damaged, or larger than ``LARGEST``.
    """

    profile: bytes | None = None
    text: bytes | None = None
    dropped: bool = False


def without_large_chunks(file: BinaryIO, keyword: bytes) -> tuple[BinaryIO, LargeChunks]:
    """A picture without the chunks for which Pillow refuses all of it, and what these hold.

    Pillow inflates profiles and texts to 1 MB; its limit is one for the whole process.

    Args:
        file: a picture of any format, seekable.
        keyword: of the text that is wanted.

    Returns:
        The same file, at its start, where there is nothing to take out.
    """
    large, cut = LargeChunks(), []
    for kind, start, length in _chunks(file):
        if kind not in (b"iCCP", b"zTXt", b"iTXt"):
            continue
        key, compressed = _parts(kind, file.read(length))
        if not _too_large(compressed):
            continue
        cut.append((start - 8, start + length + 4))
        content = _inflated(compressed)
        large = LargeChunks(
            profile=content if kind == b"iCCP" else large.profile,
            text=content if kind != b"iCCP" and key == keyword else large.text,
            dropped=large.dropped or content is None,
        )
    file.seek(0)
    return _without(file.read(), cut) if cut else file, large


def ends_early(file: BinaryIO) -> bool:
    """Whether a PNG has data for fewer rows than its header says.

    Args:
        file: of a picture that Pillow has decoded.
    """
    missing, inflater = 0, zlib.decompressobj()
    for kind, start, length in _chunks(file):
        file.seek(start)
        if kind == b"IHDR":
            missing = _size(*struct.unpack(">IIBBBBB", file.read(13)))
        elif kind == b"IDAT":
            left = file.read(length)
            while left and missing > 0:
                missing -= len(inflater.decompress(left, _PIECE))
                left = inflater.unconsumed_tail
    return missing > 0


def _size(
    width: int, height: int, depth: int, kind: int, _coding: int, _filter: int, interlaced: int
) -> int:
    """Bytes of the rows of a PNG, by the fields of its header."""
    bits = depth * _CHANNELS[kind]
    passes = _PASSES if interlaced else (((0, 1), (0, 1)),)
    sizes = [
        (len(range(x, width, right)), len(range(y, height, down)))
        for (x, right), (y, down) in passes
    ]
    return sum(down * (1 + (right * bits + 7) // 8) for right, down in sizes if right)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the content, and its length, of each whole chunk; none in other files."""
    file.seek(0)
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return
    end = file.seek(0, os.SEEK_END)
    start = len(_SIGNATURE) + 8
    while start + 4 <= end:
        file.seek(start - 8)
        length, kind = struct.unpack(">I4s", file.read(8))
        if start + length + 4 > end:
            return
        yield kind, start, length
        start += length + 12


def _parts(kind: bytes, chunk: bytes) -> tuple[bytes, bytes]:
    """Keyword and compressed content of a chunk, which is none of a text that is not compressed."""
    key, _, rest = chunk.partition(b"\0")
    if kind != b"iTXt":
        return key, rest[1:]
    if not rest.startswith(b"\1"):
        return key, b""
    _language, _, rest = rest[2:].partition(b"\0")
    _translated, _, rest = rest.partition(b"\0")
    return key, rest


def _too_large(compressed: bytes) -> bool:
    """Whether Pillow refuses a chunk; one that is damaged at its beginning it ignores."""
    inflater = zlib.decompressobj()
    with suppress(zlib.error):
        inflater.decompress(compressed, PngImagePlugin.MAX_TEXT_CHUNK)
        return bool(inflater.unconsumed_tail)
    return False


def _inflated(compressed: bytes) -> bytes | None:
    inflater = zlib.decompressobj()
    with suppress(zlib.error):
        content = inflater.decompress(compressed, LARGEST)
        if inflater.eof:
            return content
    return None


def _without(data: bytes, cut: list[tuple[int, int]]) -> BinaryIO:
    starts, ends = [0, *(end for _, end in cut)], [*(start for start, _ in cut), len(data)]
    return io.BytesIO(b"".join(data[a:b] for a, b in zip(starts, ends, strict=True)))
