"""Chrominance as JPEG 2000 in the lowest bit of the luminance: what takes no networks."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.fine import chroma, digits
from invgray.types import Floats, Pixels

BASE = 2
"""A level's lowest bit is its digit to this base."""


def embed_codestream(rgb: Pixels) -> Floats:
    """Colour to gray: uint8 ``(H, W, 3)`` to ``(H, W)`` in levels.

    The luminance goes to the nearest levels whose lowest bits, row by row, are those of one
    codestream of Cb and Cr. Where a picture is too small for one, the luminance is left as it is.
    """
    y = luminance(rgb)
    stream = _codestream(*chroma.of(rgb.astype(np.float64), y), room=y.size // 8)
    if stream is None:
        return y
    bits = np.zeros(y.size, np.uint8)
    bits[: 8 * len(stream)] = np.unpackbits(np.frombuffer(stream, np.uint8))
    return digits.to_levels(y, bits.reshape(y.shape), BASE).astype(np.float64)


def extract_codestream(gray: Pixels) -> Pixels:
    """Undo :func:`embed_codestream`: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

    Where the codestream cannot be decoded, the gray has no colour.
    """
    height, width = gray.shape
    stream = np.packbits(digits.of_levels(gray, BASE).ravel()).tobytes()
    try:
        with Image.open(BytesIO(stream), formats=["JPEG2000"]) as image:
            if (image.mode, image.size) != ("L", (width, 2 * height)):
                return neutral(gray)
            planes = np.asarray(image).astype(np.float64) - _MIDDLE
    except Exception:  # Pillow raises almost anything on damaged data
        return neutral(gray)
    return to_8_bits(chroma.to_rgb(gray.astype(np.float64), planes[:height], planes[height:]))


_MIDDLE = 128
"""Level of no chrominance."""


def _codestream(cb: Floats, cr: Floats, room: int) -> bytes | None:
    """Both planes as one 8-bit picture, Cb above Cr; None where there is too little room."""
    planes = Image.fromarray(to_8_bits(np.vstack([cb, cr]) + _MIDDLE))
    target = room
    while target > 0:
        file = BytesIO()
        planes.save(
            file,
            "JPEG2000",
            quality_mode="rates",
            quality_layers=[planes.width * planes.height / target],
            num_resolutions=min(6, min(planes.size).bit_length()),
            irreversible=True,
            no_jp2=True,
        )
        if file.tell() <= room:
            return file.getvalue()
        target -= file.tell() - room
    return None
