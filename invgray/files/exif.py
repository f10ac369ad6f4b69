"""EXIF blocks: orientation and thumbnail are set in them, and TIFFs take them in."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress

from PIL import ExifTags, Image

from invgray.files.formats import LARGEST_SEGMENT

PREFIX = b"Exif\0\0"
"""What a block begins with, before the header of a TIFF."""

THUMBNAIL = 160
"""Longest side of a thumbnail in pixels."""

_JPEG, _STRIPS = (0x0201, 0x0202), (0x0111, 0x0117)
"""Tags of where a thumbnail's data are, and how many bytes: as JPEG, and in other forms."""

_SHORT, _LONG = 3, 4
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


_CARRIED = frozenset({0x011A, 0x011B, 0x0128, 0x02BC, 0x83BB, 0x8649, 0x8773, 0x935C})
"""Tags of a TIFF that hold what is read apart: resolution, XMP, IPTC, profile, Photoshop's."""

_RESOLUTION = 0x011A


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
    tiff = _without_prefix(exif)
    order, first = _header(tiff)
    for tag, entry in _entries(tiff, order, first):
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
                directory[tag] = _kept(value)
        tags.tobytes()
        return tags
    return None


def of_tiff(image: Image.Image) -> bytes | None:
    """The EXIF block that a TIFF's own directory amounts to; None where it says nothing.

    Args:
        image: once it is loaded, and turned upright.
    """
    with suppress(Exception):  # Pillow raises almost anything on damaged directories
        found, tags = image.getexif(), Image.Exif()
        for tag in set(found) - _LAYOUT - _CARRIED - {ExifTags.Base.Orientation}:
            if tag not in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
                tags[tag] = _kept(found[tag])
        for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
            inner = dict(found.get_ifd(directory))
            inner.pop(ExifTags.IFD.Interop, None)
            if inner:
                tags.get_ifd(directory).update({tag: _kept(inner[tag]) for tag in inner})
                tags[directory] = tags.get_ifd(directory)
        return PREFIX + _without_prefix(tags.tobytes()) if len(tags) else None
    return None


def with_thumbnail(exif: bytes, image: Image.Image) -> bytes:
    """An EXIF block whose thumbnail shows an image: gray for a gray one.

    A block without a thumbnail stays as it is, and one whose thumbnail cannot be replaced loses it.

    Args:
        exif: a sound block with ``PREFIX``.
        image: of any size.
    """
    tiff = bytearray(_without_prefix(exif))
    order, first = _header(tiff)
    try:
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        link = first + 2 + 12 * count
        (second,) = struct.unpack_from(f"{order}I", tiff, link)
    except struct.error:  # there is no link to a second directory
        return exif
    if not second:
        return exif
    entries = dict(_entries(tiff, order, second))
    for start, length in _thumbnails(tiff, order, entries):
        tiff[start : start + length] = bytes(len(tiff[start : start + length]))
    thumbnail, (at, size) = _thumbnail(image), _JPEG
    if at in entries and size in entries and len(tiff) + len(thumbnail) < LARGEST_SEGMENT:
        for tag, value in ((at, len(tiff)), (size, len(thumbnail))):
            struct.pack_into(f"{order}HHII", tiff, entries[tag], tag, _LONG, 1, value)
        tiff += thumbnail
    else:
        struct.pack_into(f"{order}I", tiff, link, 0)
    return PREFIX + bytes(tiff)


def tells_place(exif: bytes) -> bool:
    """Whether an EXIF block says where on earth the picture was taken."""
    tiff = _without_prefix(exif)
    return ExifTags.IFD.GPSInfo in dict(_entries(tiff, *_header(tiff)))


def tells_resolution(exif: bytes) -> bool:
    """Whether an EXIF block says how large a picture is printed."""
    tiff = _without_prefix(exif)
    return _RESOLUTION in dict(_entries(tiff, *_header(tiff)))


def _kept(value: object) -> object:
    """A tag's value, whose text is written as it was read."""
    return _Text(value) if isinstance(value, str) else value


def _without_prefix(exif: bytes) -> bytes:
    while exif.startswith(PREFIX):
        exif = exif[len(PREFIX) :]
    return exif


def _header(tiff: bytes | bytearray) -> tuple[str, int]:
    """Byte order, and where the first directory begins; nowhere in a damaged block."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(tiff[:4]))
    if order is None or len(tiff) < 8:
        return "<", len(tiff)
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    return order, start


def _entries(tiff: bytes | bytearray, order: str, start: int) -> Iterator[tuple[int, int]]:
    """Tag and offset of each entry of a directory; they end where the block is damaged."""
    with suppress(struct.error):
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, *_ = struct.unpack_from(f"{order}HHII", tiff, entry)
            yield tag, entry


def _thumbnails(
    tiff: bytearray, order: str, entries: Mapping[int, int]
) -> Iterator[tuple[int, int]]:
    """Start and length of all that a directory's thumbnail is made of."""
    for starts, lengths in (_JPEG, _STRIPS):
        if starts in entries and lengths in entries:
            yield from zip(
                _numbers(tiff, order, entries[starts]),
                _numbers(tiff, order, entries[lengths]),
                strict=False,  # a damaged one
            )


def _numbers(tiff: bytearray, order: str, entry: int) -> tuple[int, ...]:
    """The values of an entry of offsets or lengths; none where the block is damaged."""
    _, kind, count = struct.unpack_from(f"{order}HHI", tiff, entry)
    form = f"{order}{min(count, len(tiff))}{'H' if kind == _SHORT else 'I'}"
    inline = struct.calcsize(form) <= 4
    with suppress(struct.error):
        at = entry + 8 if inline else struct.unpack_from(f"{order}I", tiff, entry + 8)[0]
        return struct.unpack_from(form, tiff, at)
    return ()


def _thumbnail(image: Image.Image) -> bytes:
    """A JPEG that shows an image in small."""
    small, file = image.convert("L" if image.mode in ("L", "LA") else "RGB"), io.BytesIO()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(file, "JPEG")
    return file.getvalue()
