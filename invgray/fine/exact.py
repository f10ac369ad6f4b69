"""Pixels without any loss, where they are simple enough to fit: pages, charts, line art."""

from __future__ import annotations

import io
import zlib

import numpy as np
from PIL import Image

from invgray.types import Pixels

_WEBP, _DEFLATED = b"\0", b"\1"
"""First byte of what is stored: how the rest is coded."""

_SMOOTH, _REPEATED, _DEFLATABLE, _BYTES = 1.6, 3.0, 1.5, 64
"""What quick tries may take, in sizes, and bytes beside: there is no hope for what takes more.

WebP's quick try is near its best for smooth pixels, but not for repeated ones, which deflate, too.
"""


def encode(rgb: Pixels, size: int) -> bytes | None:
    """A rectangle's pixels in no more than so many bytes; None where they do not fit.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        size: bytes that there are.
    """
    raw = rgb.tobytes()
    quick = len(_webp(rgb, method=0, effort=0)) - _BYTES
    if quick > _REPEATED * size:
        return None
    if quick > _SMOOTH * size and len(zlib.compress(raw, 1)) > _DEFLATABLE * size:
        return None
    deflated = _DEFLATED + zlib.compress(raw, 9)
    smallest = min(deflated, _WEBP + _webp(rgb, method=2, effort=50), key=len)
    return smallest if len(smallest) <= size else None


def decode(data: bytes, height: int, width: int) -> Pixels:
    """Pixels from what :func:`encode` made: uint8 ``(H, W, 3)``.

    The size is the caller's, and is looked at before anything is decoded.

    Raises:
        ValueError: the data is damaged, or of another size.
    """
    if data[:1] == _DEFLATED:
        length = 3 * height * width
        try:
            raw = zlib.decompressobj().decompress(data[1:], length)
        except zlib.error as error:
            raise ValueError("pixels that cannot be decoded") from error
        if len(raw) != length:
            raise ValueError("pixels of another size")
        return np.frombuffer(raw, np.uint8).reshape(height, width, 3)
    if _size_of(data[1:]) != (width, height):
        raise ValueError("pixels of another size")
    try:
        with Image.open(io.BytesIO(data[1:]), formats=["WEBP"]) as image:
            return np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow's plugins raise almost anything on damaged data
        raise ValueError("pixels that cannot be decoded") from error


def _size_of(webp: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP file of one lossless chunk tells; libraries take room first."""
    if webp[12:16] != b"VP8L" or len(webp) < 25:
        return None
    sides = int.from_bytes(webp[21:25], "little")
    return (sides & _14_BITS) + 1, (sides >> 14 & _14_BITS) + 1


_14_BITS = 2**14 - 1


def _webp(rgb: Pixels, method: int, effort: int) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.save(file, "WEBP", lossless=True, quality=effort, method=method)
    return file.getvalue()
