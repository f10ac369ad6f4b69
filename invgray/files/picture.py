"""A picture in memory, with what should survive a conversion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from invgray.color.levels import nearly_gray, to_8_bits
from invgray.color.luminance import luminance
from invgray.files.parts import Part
from invgray.files.record import Record
from invgray.types import Pixels


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture, upright.

    Attributes:
        pixels: uint8 ``(H, W, 3)``, or ``(H, W)`` when there is no colour in it.
        alpha: uint8 ``(H, W)``, or None when opaque.
        icc: RGB colour profile of the pixels.
        exif: EXIF block; its orientation, already applied, is set to upright.
        xmp: XMP packet, without the record that a gray may have in it.
        iptc: IPTC records (IIM).
        dpi: print resolution, horizontal and vertical.
        record: what the gray picture tells about itself, if it does.
        dropped: what the file holds and this does not.
        notices: one line each for what else is worth knowing.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    record: Record | None = None
    dropped: tuple[Part, ...] = ()
    notices: tuple[str, ...] = ()


def as_gray(picture: Picture) -> Picture:
    """A gray picture whose channels differ by a level or two, as in one channel; others as is."""
    if picture.pixels.ndim == 2 or not nearly_gray(picture.pixels):
        return picture
    return replace(
        picture,
        pixels=to_8_bits(luminance(picture.pixels)),
        notices=(*picture.notices, "has channels that differ by a level or two; taken for gray"),
    )


def fitted(picture: Picture, long_side: int) -> Picture:
    """A picture whose longer side has so many pixels at most: a larger one is resized (Lanczos).

    Args:
        picture: to fit.
        long_side: in pixels, at least 1.
    """
    height, width = picture.pixels.shape[:2]
    longer = max(height, width)
    if longer <= long_side:
        return picture
    size = tuple(max(1, round(n * long_side / longer)) for n in (width, height))

    def resized(pixels: Pixels) -> Pixels:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))

    return replace(
        picture,
        pixels=resized(picture.pixels),
        alpha=None if picture.alpha is None else resized(picture.alpha),
        notices=(*picture.notices, f"was resized to {size[0]}x{size[1]} pixels"),
    )
