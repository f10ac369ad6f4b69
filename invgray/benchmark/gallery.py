"""Pictures on a page: photos, grays, differences and enlarged crops, as data URIs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
from PIL import Image

from invgray.benchmark.quality import RoundTrip
from invgray.benchmark.results import ImageQuality
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.types import Pixels

WORST = 32
"""Difference, in levels, that difference maps show in the last colour of their scale."""

CROP = 64
"""Side, in pixels, of the crops that are shown enlarged."""


@dataclass(frozen=True)
class Example:
    """A picture on its way to gray and back, as a page shows it; pictures are data URIs.

    Attributes:
        preset: name of the preset.
        figures: of merit.
        width: of the picture in pixels.
        height: of the picture in pixels.
        original: the photo.
        gray: with the colours hidden in it.
        restored: the colours restored from the gray.
        difference: map of the difference between original and restored colours.
        left: column where the crop begins.
        top: row where the crop begins.
        crop_width: of the crop in pixels.
        crop_height: of the crop in pixels.
        crop: of the gray.
        luminance: the same crop of the original's luminance.
    """

    preset: str
    figures: ImageQuality
    width: int
    height: int
    original: str
    gray: str
    restored: str
    difference: str
    left: int
    top: int
    crop_width: int
    crop_height: int
    crop: str
    luminance: str


def example(trip: RoundTrip) -> Example:
    """What a page shows of a round trip."""
    rows, columns = crop = most_colorful(trip.rgb)
    height, width = trip.gray.shape
    crop_height, crop_width = trip.gray[crop].shape
    return Example(
        preset=trip.method,
        figures=trip.figures,
        width=width,
        height=height,
        original=as_jpeg(trip.rgb),
        gray=_as_png(Image.fromarray(trip.gray)),
        restored=as_jpeg(trip.restored),
        difference=_as_png(difference_map(trip.rgb, trip.restored)),
        left=columns.start,
        top=rows.start,
        crop_width=crop_width,
        crop_height=crop_height,
        crop=_as_png(Image.fromarray(trip.gray[crop])),
        luminance=_as_png(Image.fromarray(to_8_bits(luminance(trip.rgb[crop])))),
    )


def scale() -> str:
    """The colours of difference maps, from none to :data:`WORST`: a data URI."""
    return _as_png(_in_colors(np.arange(256, dtype=np.uint8)[None]))


def difference_map(rgb: Pixels, restored: Pixels) -> Image.Image:
    """Mean absolute difference over R, G and B in colour, from 0 to at least :data:`WORST` levels.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        restored: likewise.
    """
    difference = np.abs(rgb.astype(np.float32) - restored).mean(axis=-1)
    return _in_colors(to_8_bits(difference * (255 / WORST)))


def most_colorful(rgb: Pixels, size: int = CROP) -> tuple[slice, slice]:
    """Rows and columns of the most saturated square (max - min of R, G, B) of a picture.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        size: side of the square; no more than the picture has.
    """
    height, width = (min(size, n) for n in rgb.shape[:2])
    sums = np.pad(np.ptp(rgb, axis=-1).cumsum(0, np.int64).cumsum(1), ((1, 0), (1, 0)))
    columns = sums[:, width:] - sums[:, :-width]
    squares = columns[height:] - columns[:-height]
    top, left = (int(n) for n in np.unravel_index(squares.argmax(), squares.shape))
    return slice(top, top + height), slice(left, left + width)


def as_jpeg(rgb: Pixels) -> str:
    """A data URI of uint8 ``(H, W, 3)``, at quality 95 without chroma subsampling."""
    return _data_uri(Image.fromarray(rgb), "jpeg", quality=95, subsampling=0)


def lossless(pixels: Pixels) -> str:
    """A data URI of uint8 ``(H, W, 3)`` or ``(H, W)``: WebP without loss."""
    return _data_uri(Image.fromarray(pixels), "webp", lossless=True, method=2)


def _as_png(image: Image.Image) -> str:
    return _data_uri(image, "png", optimize=True)


def _data_uri(image: Image.Image, form: str, **options: Any) -> str:  # noqa: ANN401 - Pillow's
    file = BytesIO()
    image.save(file, form, **options)
    return f"data:image/{form};base64,{base64.b64encode(file.getvalue()).decode()}"


def _in_colors(levels: Pixels) -> Image.Image:
    """Levels 0 to 255 in the colours of difference maps."""
    image = Image.fromarray(levels).convert("P")
    colors = matplotlib.colormaps["inferno"](np.arange(256), bytes=True)[:, :3]
    image.putpalette(colors.tobytes())
    return image
