"""What a picture file may hold beside 8-bit pixels, and a conversion may have to leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Part(StrEnum):
    """A part of a picture file; its name is what ``--json`` lists as ``dropped``."""

    DEPTH = "depth"
    PAGES = "pages"
    LAYERS = "layers"
    GAIN_MAP = "gain-map"
    DEPTH_MAP = "depth-map"
    TRANSPARENCY = "transparency"
    PROFILE = "profile"
    RESOLUTION = "resolution"
    EXIF = "exif"
    XMP = "xmp"
    IPTC = "iptc"

    @property
    def words(self) -> str:
        """What it is, for people."""
        return _WORDS[self]


_WORDS = {
    Part.DEPTH: "bits beyond 8 a channel",
    Part.PAGES: "further pages",
    Part.LAYERS: "layers",
    Part.GAIN_MAP: "gain map",
    Part.DEPTH_MAP: "depth map",
    Part.TRANSPARENCY: "transparency",
    Part.PROFILE: "colour profile",
    Part.RESOLUTION: "print resolution",
    Part.EXIF: "EXIF",
    Part.XMP: "XMP",
    Part.IPTC: "IPTC",
}


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Each part once, in the order of the enumeration."""
    chosen = frozenset(parts)
    return tuple(part for part in Part if part in chosen)
