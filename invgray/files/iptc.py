"""IPTC: captions, names and rights as newsrooms write them, kept as they are."""

from __future__ import annotations

import struct
from contextlib import suppress

from PIL import Image

PNG_KEYWORD = "Raw profile type iptc"
"""Of the text chunk that carries IPTC in a PNG, as ImageMagick began it."""

TIFF_TAG = 33723
"""Of IPTC in a TIFF."""

_RESOURCE = 0x0404
_HEADER = b"8BIM" + struct.pack(">HH", _RESOURCE, 0)
_SEGMENT = b"Photoshop 3.0\0"
_LINE = 72


def of(image: Image.Image) -> bytes | None:
    """The records (IIM) that come with a JPEG, TIFF or PNG; None if there are none."""
    resources = image.info.get("photoshop")
    if isinstance(resources, dict):
        found = resources.get(_RESOURCE)
        return found if isinstance(found, bytes) and found else None
    tags = getattr(image, "tag_v2", {})
    if isinstance(found := tags.get(TIFF_TAG), bytes):
        return found or None
    text = image.info.get(PNG_KEYWORD)
    return _from_text(text) if isinstance(text, str) else None


def to_segment(iptc: bytes) -> bytes:
    """A whole APP13 segment of a JPEG."""
    content = _SEGMENT + _resource(iptc)
    return b"\xff\xed" + struct.pack(">H", 2 + len(content)) + content


def to_text(iptc: bytes) -> str:
    """What a PNG's text chunk holds."""
    digits = _resource(iptc).hex()
    lines = [digits[at : at + _LINE] for at in range(0, len(digits), _LINE)]
    return "\n".join(["", "iptc", f"{len(digits) // 2:8}", *lines, ""])


def _resource(iptc: bytes) -> bytes:
    return _HEADER + struct.pack(">I", len(iptc)) + iptc + bytes(len(iptc) % 2)


def _from_text(text: str) -> bytes | None:
    with suppress(ValueError, struct.error):
        _name, _length, *lines = text.split()
        data = bytes.fromhex("".join(lines))
        if data.startswith(_HEADER):
            (length,) = struct.unpack_from(">I", data, len(_HEADER))
            data = data[len(_HEADER) + 4 :][:length]
        return data or None
    return None
