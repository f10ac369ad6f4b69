"""Pixels without any loss, where they are simple enough to fit: pages, charts, line art."""

from __future__ import annotations

import io
import zlib

import numpy as np
from PIL import Image

from invgray.types import Pixels

_WEBP, _DEFLATED = b"\0", b"\1"
"""First byte of what is stored: how the rest is coded."""


def encode(rgb: Pixels, size: int) -> bytes | None:
    """A rectangle's pixels in no more than so many bytes; None where they do not fit.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        size: bytes that there are.
    """
    raw = np.ascontiguousarray(rgb).tobytes()
    deflated = _DEFLATED + zlib.compress(raw, 1)
    if len(deflated) > 4 * size:
        return None  # no coder of pixels is so much better
    smallest = min(_DEFLATED + zlib.compress(raw, 9), _WEBP + _webp(rgb), key=len)
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
    try:
        with Image.open(io.BytesIO(data[1:]), formats=["WEBP"]) as image:
            fits = image.size == (width, height)
            rgb = np.asarray(image.convert("RGB")) if fits else None
    except Exception as error:  # Pillow's plugins raise almost anything on damaged data
        raise ValueError("pixels that cannot be decoded") from error
    if rgb is None:
        raise ValueError("pixels of another size")
    return rgb


def _webp(rgb: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "WEBP", lossless=True, quality=100, method=4)
    return file.getvalue()
