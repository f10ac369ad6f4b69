"""File formats: what is written as what and can carry what, and what is told by first bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from invgray.files.parts import Part
from invgray.files.plugins import Plugin

LIMIT = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""Pixels that a picture may have; Pillow takes more for an attack (a decompression bomb)."""

LARGEST_SEGMENT = 65_000
"""Bytes that a JPEG's segment holds, of EXIF, XMP or a comment."""


class Holder(Enum):
    """What holds all that a file has beside its pixels.

    A gray's record is a text chunk or a comment, in tags and boxes a property of the XMP.
    """

    CHUNKS = auto()
    SEGMENTS = auto()
    TAGS = auto()
    BOXES = auto()


@dataclass(frozen=True)
class Format:
    """A way to write a picture.

    Attributes:
        name: Pillow's.
        suffixes: of its files, the usual one first.
        media_type: of its files.
        carries: what can be written beside the pixels.
        exact: Pillow's options for writing without loss; None where that cannot be.
        lossy: Pillow's options for writing with loss, beside the quality; None likewise.
        quality: that a picture gets where none is asked for and loss cannot be helped.
        longest: pixels a side that a picture may have.
        holder: of what is beside the pixels.
        plugin: that has to be loaded first.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    carries: frozenset[Part]
    exact: Mapping[str, Any] | None = None
    lossy: Mapping[str, Any] | None = None
    quality: int = 90
    longest: int = 2**31 - 1
    holder: Holder = Holder.BOXES
    plugin: Plugin | None = None

    def loses(self, quality: int | None) -> bool:
        """Whether levels change at a quality, or where none is asked for."""
        return self.lossy is not None and (quality is not None or self.exact is None)

    def options(self, quality: int | None) -> dict[str, Any]:
        """Pillow's options for a quality from 1 to 100, or for none."""
        if self.lossy is not None and self.loses(quality):
            return {**self.lossy, "quality": self.quality if quality is None else quality}
        return dict(self.exact or {})


_EVERYTHING = frozenset(
    {Part.TRANSPARENCY, Part.PROFILE, Part.RESOLUTION, Part.EXIF, Part.XMP, Part.IPTC}
)
_MODERN = _EVERYTHING - {Part.RESOLUTION, Part.IPTC}

_PNG = Format(
    "PNG",
    (".png",),
    "image/png",
    _EVERYTHING,
    exact={"compress_level": 4},  # for grays as small as 6, in two thirds of the time
    holder=Holder.CHUNKS,
)
_JPEG = Format(
    "JPEG",
    (".jpg", ".jpeg"),
    "image/jpeg",
    _EVERYTHING - {Part.TRANSPARENCY},
    lossy={"subsampling": 0},
    longest=65_500,
    holder=Holder.SEGMENTS,
)
_WEBP = Format(
    "WEBP",
    (".webp",),
    "image/webp",
    _MODERN,
    exact={"lossless": True, "exact": True},
    lossy={"exact": True},
    longest=16_383,
)
_TIFF = Format(
    "TIFF",
    (".tif", ".tiff"),
    "image/tiff",
    _EVERYTHING,
    exact={"compression": "tiff_lzw"},
    holder=Holder.TAGS,
)
_AVIF = Format(
    "AVIF", (".avif",), "image/avif", _MODERN, lossy={"subsampling": "4:4:4"}, longest=32_768
)
_HEIF = Format(
    "HEIF",
    Plugin.HEIF.suffixes,
    "image/heic",
    _MODERN,
    lossy={},
    longest=16_384,  # beyond that, HEVC has no level for it
    plugin=Plugin.HEIF,
)
_JXL = Format(
    "JXL",
    Plugin.JXL.suffixes,
    "image/jxl",
    _MODERN - {Part.PROFILE},
    exact={"lossless": True, "use_container": True},
    lossy={"use_container": True},
    plugin=Plugin.JXL,
)

GRAYS = (_PNG, _JPEG, _WEBP, _TIFF, _JXL)
"""Formats that a gray picture can be written in."""

COLORS = (
    replace(_PNG, exact={"compress_level": 3}),  # as small as 6 for photographs, in half the time
    replace(_JPEG, quality=95),
    _WEBP,
    _TIFF,
    _AVIF,
    _HEIF,
    _JXL,
)
"""Formats that a restored colour picture can be written in."""


def _by_suffix(formats: Iterable[Format]) -> dict[str, Format]:
    return {suffix: form for form in formats for suffix in form.suffixes}


GRAY_FORMATS = _by_suffix(GRAYS)
"""Suffixes that a gray picture can be written as."""

COLOR_FORMATS = _by_suffix(COLORS)
"""Suffixes that a restored colour picture can be written as."""

NOT_PIXELS = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})
"""What Pillow recognises but draws or plays with other programs, if at all."""

FIRST_BYTES = 64
"""Bytes by which the format of a picture is told."""

_JXL_BEGINNINGS = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_CONTAINER_BRANDS = frozenset({b"mif1", b"msf1"})
"""Of HEIC and AVIF alike."""

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*")
"""First bytes of common pictures that Pillow reads."""


@cache
def readable_suffixes() -> frozenset[str]:
    """Suffixes of the pictures that can be read, with extras or without, in lower case."""
    readable = set(Image.registered_extensions().values()) & set(Image.OPEN) - NOT_PIXELS
    plain = (s for s, form in Image.registered_extensions().items() if form in readable)
    return frozenset(plain).union(*(plugin.suffixes for plugin in Plugin))


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its suffix or, if that tells nothing, by its first bytes.

    Pictures whose extra is not installed count, too.
    """
    if path.suffix.lower() in readable_suffixes():
        return True
    start = b""
    with suppress(OSError), path.open("rb") as file:
        start = file.read(FIRST_BYTES)
    return _plain(start) or plugin_for(start, "") is not None


def plugin_for(start: bytes, suffix: str) -> Plugin | None:
    """What has to be loaded before Pillow reads a picture; None for any other file.

    Args:
        start: the file's ``FIRST_BYTES``, or as many as there are.
        suffix: of its name, with the dot.
    """
    brand = start[8:12] if start[4:8] == b"ftyp" else b""
    if brand in _HEIC_BRANDS or (brand in _CONTAINER_BRANDS and b"avif" not in start[12:]):
        return Plugin.HEIF
    if start.startswith(_JXL_BEGINNINGS):
        return Plugin.JXL
    if brand or _plain(start):
        return None
    return next((plugin for plugin in Plugin if suffix.lower() in plugin.suffixes), None)


def names(formats: Iterable[Format]) -> tuple[str, ...]:
    """The usual suffix of each format, without its dot: what people call it."""
    return tuple(form.suffixes[0].removeprefix(".") for form in formats)


def _plain(start: bytes) -> bool:
    return start.startswith(_BEGINNINGS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
