"""EXIF blocks: their orientation is set without touching anything else, and TIFFs take them in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from PIL import ExifTags, Image

PREFIX = b"Exif\0\0"
"""What a block begins with, before the header of a TIFF."""

_SHORT = 3
_UPRIGHT = 1

_LAYOUT = frozenset(
    {0x00FE, 0x00FF, 0x014A, 0x8773}
    | set(range(0x0100, 0x0108))
    | {0x010A, 0x0111, 0x0115, 0x0116, 0x0117, 0x0118, 0x0119, 0x011C, 0x012D, 0x013D}
    | set(range(0x0140, 0x0146))
    | {0x0152, 0x0153, 0x015B}
    | set(range(0x0200, 0x0215))
)
"""Tags that tell how pixels are stored, which a TIFF tells of its own: sizes, strips, tiles, ..."""


class _Text(str):
    """Text that Pillow, which reads Latin-1 and writes ASCII, writes as the bytes that it read."""

    def encode(self, encoding: str = "latin-1", errors: str = "strict") -> bytes:
        return super().encode("latin-1")


def upright(exif: bytes) -> bytes | None:
    """An EXIF block whose picture has been turned upright: its orientation becomes 1.

    Everything else stays as it is, text in other encodings than ASCII and private data included.

    Args:
        exif: the block, with or without ``PREFIX``.

    Returns:
        The block with ``PREFIX``; None for a damaged one.
    """
    tiff = exif
    while tiff.startswith(PREFIX):
        tiff = tiff[len(PREFIX) :]
    for entry, tag, order in _entries(tiff):
        if tag == ExifTags.Base.Orientation:
            value = struct.pack(f"{order}HIHH", _SHORT, 1, _UPRIGHT, 0)
            tiff = tiff[: entry + 2] + value + tiff[entry + 12 :]
    with suppress(Exception):  # Pillow raises almost anything on damaged blocks
        read = Image.Exif()
        read.load(tiff)
        if tiff and read.get(ExifTags.Base.Orientation, _UPRIGHT) == _UPRIGHT:
            return PREFIX + tiff
    return None


def for_tiff(exif: bytes) -> Image.Exif | None:
    """What an EXIF block tells of a picture, for Pillow to write into a TIFF's own directory.

    Text keeps its bytes; what the block tells of the storage of pixels is left out.

    Args:
        exif: the block.

    Returns:
        The tags; None for a block that Pillow cannot write.
    """
    with suppress(Exception):  # Pillow raises almost anything on damaged blocks
        tags = Image.Exif()
        tags.load(exif)
        for tag in _LAYOUT & set(tags):
            del tags[tag]
        camera, place = tags.get_ifd(ExifTags.IFD.Exif), tags.get_ifd(ExifTags.IFD.GPSInfo)
        camera.pop(ExifTags.IFD.Interop, None)  # an offset, which Pillow does not follow here
        for directory in (tags, camera, place):
            for tag, value in directory.items():
                if isinstance(value, str):
                    directory[tag] = _Text(value)
        tags.tobytes()
        return tags
    return None


def _entries(tiff: bytes) -> Iterator[tuple[int, int, str]]:
    """Of the first directory: offset and tag of each entry, and the byte order.

    They end where the block is damaged.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return
    with suppress(struct.error):
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, *_ = struct.unpack_from(f"{order}HHII", tiff, entry)
            yield entry, tag, order
