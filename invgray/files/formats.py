"""File formats: what can be written as what, and what is recognised by its first bytes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

LIMIT = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""Pixels that a picture may have; Pillow takes more for an attack (a decompression bomb)."""

LARGEST_SEGMENT = 65_000
"""Bytes that a JPEG's segment holds, of EXIF or of a comment."""


@dataclass(frozen=True)
class Format:
    """A way to write a picture.

    Attributes:
        name: Pillow's.
        options: for Pillow.
        lossy: whether levels change.
        keeps_alpha: whether transparency can be written.
        merges_exif: whether EXIF tags become the file's own.
        longest: pixels a side that a picture may have.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    lossy: bool = False
    keeps_alpha: bool = True
    merges_exif: bool = False
    longest: int = 2**31 - 1


_JPEG = Format(
    "JPEG", {"quality": 95, "subsampling": 0}, lossy=True, keeps_alpha=False, longest=65_500
)
_TIFF = Format("TIFF", {"compression": "tiff_lzw"}, merges_exif=True)

GRAY_FORMATS = {".png": Format("PNG"), ".jpg": _JPEG, ".jpeg": _JPEG}
"""Suffixes that a gray picture can be written as."""

COLOR_FORMATS = {
    ".png": Format("PNG", {"compress_level": 3}),  # as small as 6 for photographs, in half the time
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": Format("WEBP", {"lossless": True, "exact": True}, longest=16_383),
    ".tif": _TIFF,
    ".tiff": _TIFF,
}
"""Suffixes that a restored colour picture can be written as."""

NOT_PIXELS = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})
"""What Pillow recognises but draws or plays with other programs, if at all."""

FIRST_BYTES = 16
"""Bytes by which the format of a picture is told."""

_FOREIGN = {".heic": "HEIC", ".heif": "HEIC", ".hif": "HEIC", ".jxl": "JPEG XL"}
"""Suffixes of pictures that cannot be read here."""

_FOREIGN_BEGINNINGS = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*")
"""First bytes of common pictures that can be read."""


@cache
def readable_suffixes() -> frozenset[str]:
    """Suffixes of the pictures that can be read here, in lower case."""
    readable = set(Image.registered_extensions().values()) & set(Image.OPEN) - NOT_PIXELS
    return frozenset(s for s, form in Image.registered_extensions().items() if form in readable)


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its suffix or, if that tells nothing, by its first bytes.

    Pictures that cannot be read here count, too.
    """
    suffix = path.suffix.lower()
    if suffix in readable_suffixes() or suffix in _FOREIGN:
        return True
    start = b""
    with suppress(OSError), path.open("rb") as file:
        start = file.read(FIRST_BYTES)
    return _readable(start) or foreign_format(start, suffix) is not None


def foreign_format(start: bytes, suffix: str) -> str | None:
    """Name of the format of a picture that cannot be read here; None for any other file.

    Args:
        start: the file's ``FIRST_BYTES``, or as many as there are.
        suffix: of its name, with the dot.
    """
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return "HEIC"
    for beginning, name in _FOREIGN_BEGINNINGS.items():
        if start.startswith(beginning):
            return name
    return None if _readable(start) else _FOREIGN.get(suffix.lower())


def _readable(start: bytes) -> bool:
    return start.startswith(_BEGINNINGS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
