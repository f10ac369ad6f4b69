"""Chrominance as JPEG 2000: of a rectangle, in no more than so many bytes.

What is stored is the packets of one tile, which a standard codestream's fixed headers are put
around for decoding. Both planes are coded as one: Cb above Cr, which is negated and upside down, so
that they meet in rows that are alike.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image

from invgray.types import Floats, Pixels

SCALE, MIDDLE = 8, 2**15
"""A sample of a plane is chrominance in levels times one, plus the other."""

GAIN = 1.07
"""By which Cb is multiplied and Cr divided: errors of Cb change the colours more."""

SCALE_1, MIDDLE_1 = 4, 512
"""Those of version 1, in which the planes are as they are."""

_LL = (0x8000, 0x8824, 0x9F52, 0xA738, 0xAF20, 0xB720)
_HIGH = (
    (0x97D3, 0x97D3, 0x9762),
    (0x9005, 0x9005, 0x9047),
    (0xA750, 0xA750, 0xA768),
    (0xAF00, 0xAF00, 0xAEE0),
    (0xB6F0, 0xB6F0, 0xB6C0),
)
"""Step sizes of the subbands (ITU-T T.800, A.6.4): of the lowest by the number of decompositions,
and of HL, LH and HH by their level, the finest first. They are those that OpenJPEG writes."""

_TRIES, _MARGIN = 8, 12
"""An encoder may exceed its target by a few bytes: it aims so much lower, and if need be again."""


def of(rgb: Pixels | Floats, luminance: Floats) -> tuple[Floats, Floats]:
    """Cb and Cr (ITU-R BT.601, full range) in levels, around zero.

    Args:
        rgb: ``(H, W, 3)`` in [0, 255].
        luminance: of it, ``(H, W)``.
    """
    return (rgb[..., 2] - luminance) / 1.772, (rgb[..., 0] - luminance) / 1.402


def to_rgb(luminance: Floats, cb: Floats, cr: Floats) -> Floats:
    """Colours of a luminance and chrominance, ``(H, W)`` each: ``(H, W, 3)``, not clipped."""
    red, blue = luminance + 1.402 * cr, luminance + 1.772 * cb
    green = (luminance - 0.299 * red - 0.114 * blue) / 0.587
    return np.stack([red, green, blue], axis=-1)


def color_error(cb: Floats, cr: Floats) -> float:
    """Mean square error of R, G and B that comes of errors of Cb and Cr."""
    blue, both, red = (float(np.vdot(a, b)) / cb.size for a, b in ((cb, cb), (cb, cr), (cr, cr)))
    of_cb, of_cr = 0.114 * 1.772 / 0.587, 0.299 * 1.402 / 0.587
    green = of_cb**2 * blue + 2 * of_cb * of_cr * both + of_cr**2 * red
    return (1.402**2 * red + green + 1.772**2 * blue) / 3


def encode(cb: Floats, cr: Floats, size: int) -> bytes | None:
    """The packets of a codestream of no more than so many bytes, as good as that allows.

    Args:
        cb: ``(H, W)`` in levels, around zero.
        cr: likewise.
        size: bytes that there are; None comes back where they are too few for anything.
    """
    planes = np.rint(np.vstack([GAIN * cb, cr[::-1] / -GAIN]) * SCALE + MIDDLE)
    image = Image.fromarray(planes.astype(np.uint16))
    target = size + len(_headers(*cb.shape)) + _COMMENT - _MARGIN
    for _ in range(_TRIES):
        if target <= 0:
            break
        file = io.BytesIO()
        image.save(
            file,
            "JPEG2000",
            quality_mode="rates",
            quality_layers=[2 * planes.size / target],
            num_resolutions=_decompositions(*cb.shape) + 1,
            irreversible=True,
            no_jp2=True,
        )
        packets = _packets(file.getvalue())
        if len(packets) <= size:
            return packets
        target -= max(1, len(packets) - size)
    return None


def decode(packets: bytes, height: int, width: int, version: int = 2) -> tuple[Floats, Floats]:
    """Cb and Cr of a rectangle from the packets of a codestream: float32 ``(H, W)`` each.

    The size is the caller's and is not read from the data; so is the version of the format.

    Raises:
        ValueError: the packets are damaged beyond decoding.
    """
    stream = _headers(height, width, len(packets)) + packets + b"\xff\xd9"
    try:
        with Image.open(io.BytesIO(stream)) as image:
            samples = np.asarray(image).astype(np.float32)
    except Exception as error:  # Pillow's plugins raise almost anything on damaged data
        raise ValueError("chrominance that cannot be decoded") from error
    if samples.shape != (2 * height, width):
        raise ValueError("chrominance of another size")
    if version == 1:
        planes = (samples - MIDDLE_1) / SCALE_1
        return planes[:height], planes[height:]
    planes = (samples - MIDDLE) / SCALE
    return planes[:height] / GAIN, planes[height:][::-1] * -GAIN


_COMMENT = 39
"""Bytes of the comment that OpenJPEG writes."""


def _decompositions(height: int, width: int) -> int:
    return min(5, min(2 * height, width).bit_length() - 1)


def _headers(height: int, width: int, length: int = 0) -> bytes:
    """Main header and tile-part header of a codestream of 16-bit samples (T.800, annex A)."""
    levels = _decompositions(height, width)
    size = (0, width, 2 * height, 0, 0, width, 2 * height, 0, 0)
    steps = [_LL[levels], *(step for high in reversed(_HIGH[:levels]) for step in high)]
    return b"".join(
        [
            b"\xff\x4f",
            struct.pack(">2sHH8IHBBB", b"\xff\x51", 41, *size, 1, 15, 1, 1),
            struct.pack(">2sHBBHBBBBBB", b"\xff\x52", 12, 0, 0, 1, 0, levels, 4, 4, 0, 0),
            struct.pack(f">2sHB{len(steps)}H", b"\xff\x5c", 3 + 2 * len(steps), 0x42, *steps),
            struct.pack(">2sHHIBB", b"\xff\x90", 10, 0, length + 14, 0, 1),
            b"\xff\x93",
        ]
    )


def _packets(stream: bytes) -> bytes:
    """What stands between the start of data and the end of a codestream."""
    return stream[stream.index(b"\xff\x93") + 2 : -2]
