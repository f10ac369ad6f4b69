"""File formats: what can be written as what, and what is recognised by its first bytes."""

from __future__ import annotations

from collections.abc import Mapping
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
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    lossy: bool = False
    keeps_alpha: bool = True


_JPEG = Format("JPEG", {"quality": 95, "subsampling": 0}, lossy=True, keeps_alpha=False)
_TIFF = Format("TIFF", {"compression": "tiff_lzw"})

GRAY_FORMATS = {".png": Format("PNG"), ".jpg": _JPEG, ".jpeg": _JPEG}
"""Suffixes that a gray picture can be written as."""

COLOR_FORMATS = {
    ".png": Format("PNG", {"compress_level": 3}),  # as small as 6 for photographs, in half the time
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": Format("WEBP", {"lossless": True}),
    ".tif": _TIFF,
    ".tiff": _TIFF,
}
"""Suffixes that a restored colour picture can be written as."""

NOT_PIXELS = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})
"""What Pillow recognises but draws or plays with other programs, if at all."""

_FOREIGN = {".heic": "HEIC", ".heif": "HEIC", ".hif": "HEIC", ".jxl": "JPEG XL"}
"""Suffixes of pictures that cannot be read here."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", None),
    (b"\x89PNG\r\n\x1a\n", None),
    (b"GIF8", None),
    (b"II*\0", None),
    (b"MM\0*", None),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
)
"""First bytes of common pictures; with a name, of those that cannot be read here."""

_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}


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
    start = _first_bytes(path)
    known = start.startswith(tuple(beginning for beginning, _ in _BEGINNINGS))
    return known or _webp(start) or foreign_format(path) is not None


def foreign_format(path: Path) -> str | None:
    """Name of the format of a picture that cannot be read here; None for any other file."""
    start = _first_bytes(path)
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return "HEIC"
    for beginning, name in _BEGINNINGS:
        if start.startswith(beginning):
            return name
    return _FOREIGN.get(path.suffix.lower())


def _webp(start: bytes) -> bool:
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError:
        return b""
