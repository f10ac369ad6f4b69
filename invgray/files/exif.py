"""EXIF blocks, byte by byte: their orientation is set without touching anything else."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_ORIENTATION = 0x0112
_DIRECTORIES = frozenset({0x8769, 0x8825})
"""Tags that lead to further directories: of EXIF itself, and of GPS."""

_SHORT = 3
_PREFIX = b"Exif\0\0"


def upright(exif: bytes) -> bytes:
    """An EXIF block whose picture has been turned upright: its orientation becomes 1.

    Everything else stays as it is, text in other encodings than ASCII and private data included.
    """
    for entry, tag, kind, order in _entries(exif):
        if tag == _ORIENTATION and kind == _SHORT:
            return exif[: entry + 8] + struct.pack(f"{order}H", 1) + exif[entry + 10 :]
    return exif


def nested(exif: bytes) -> bool:
    """Whether there are further directories in an EXIF block, as cameras write them."""
    return any(tag in _DIRECTORIES for _, tag, _, _ in _entries(exif))


def _entries(exif: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Of the first directory: offset, tag and type of each entry, and the byte order.

    They end where the block is damaged.
    """
    offset = len(_PREFIX) if exif.startswith(_PREFIX) else 0
    order = {b"II": "<", b"MM": ">"}.get(exif[offset : offset + 2])
    if order is None:
        return
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, offset + 4)
        (count,) = struct.unpack_from(f"{order}H", exif, offset + start)
        for entry in range(offset + start + 2, offset + start + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, entry)
            yield entry, tag, kind, order
    except struct.error:
        return
