"""Ways that grays are handled: compressed, resized, cut, turned, printed, stored in other files.

Some are those of Xia et al. 2018, section 7.5. Grays are handled with the tools that people use:
Pillow's formats and resampling.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, TypeVar

import numpy as np
from PIL import Image, PngImagePlugin
from scipy.ndimage import gaussian_filter
from skimage.transform import estimate_transform, rotate, warp

from invgray.color.levels import to_8_bits
from invgray.files import record
from invgray.types import Pixels

_T = TypeVar("_T")


def _same(it: _T) -> _T:
    return it


@dataclass(frozen=True)
class Handling:
    """What happens to a gray picture before it is decoded.

    Attributes:
        apply: to the gray, uint8 ``(H, W)`` to uint8 ``(H', W')``.
        convert: to the bytes of a PNG with that gray and with what it tells of itself, if it does.
        expected: what of the original is compared, uint8 ``(H, W, 3)`` to ``(..., ..., 3)``.
        found: what of the restored colours is compared with that, uint8 ``(H', W', 3)`` to the
            same shape.
    """

    apply: Callable[[Pixels], Pixels] = _same
    convert: Callable[[bytes], bytes] = _same
    expected: Callable[[Pixels], Pixels] = _same
    found: Callable[[Pixels], Pixels] = _same


def compressed(gray: Pixels, form: str, quality: int) -> Pixels:
    """Through a JPEG or WebP file."""
    file = BytesIO()
    Image.fromarray(gray).save(file, form, quality=quality)
    return np.asarray(Image.open(file).convert("L"))


def shrunk(pixels: Pixels, factor: float) -> Pixels:
    """To another size (Lanczos): ``(H, W)`` or ``(H, W, 3)``."""
    image = Image.fromarray(pixels)
    width, height = (max(1, round(n * factor)) for n in image.size)
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def resized(gray: Pixels, factor: float) -> Pixels:
    """To another size and back (Lanczos)."""
    there = Image.fromarray(shrunk(gray, factor))
    return np.asarray(there.resize(gray.shape[::-1], Image.Resampling.LANCZOS))


def turned(pixels: Pixels, degrees: float) -> Pixels:
    """Turned about the centre at the same size (bicubic)."""
    return to_8_bits(rotate(pixels, degrees, order=3, mode="reflect", preserve_range=True))


def cropped(pixels: Pixels, place: tuple[float, float]) -> Pixels:
    """A part of half the area, in the picture's proportions.

    Args:
        pixels: ``(H, W)`` or ``(H, W, 3)``.
        place: of the part, from 0 at the top and left to 1 at the bottom and right.
    """
    return pixels[_part(pixels, 1 / 2, place)]


def with_box(gray: Pixels, place: tuple[float, float]) -> Pixels:
    """With a black box over a tenth of it; arguments as for :func:`cropped`."""
    covered = gray.copy()
    covered[_part(gray, 1 / 10, place)] = 0
    return covered


def outside_box(rgb: Pixels, place: tuple[float, float]) -> Pixels:
    """What :func:`with_box` leaves: uint8 ``(H, W, 3)`` to ``(N, 1, 3)``."""
    outside = np.ones(rgb.shape[:2], bool)
    outside[_part(rgb, 1 / 10, place)] = False
    return rgb[outside][:, None]


def without_margin(rgb: Pixels, share: float) -> Pixels:
    """Without a share of the height and width on each side."""
    top, left = (int(np.ceil(share * n)) for n in rgb.shape[:2])
    return rgb[top : rgb.shape[0] - top, left : rgb.shape[1] - left]


def stored_as(
    png: bytes,
    form: str,
    mode: str = "L",
    *,
    told: bool = False,
    **options: Any,  # noqa: ANN401
) -> bytes:
    """The same levels in another file.

    Args:
        png: the bytes of the file with the gray.
        form: the other file's format, one of Pillow's.
        mode: of its pixels, one of Pillow's; ``I;16`` is of 16 bits.
        told: it goes on telling what made it.
        options: of Pillow's.
    """
    file = BytesIO()
    with Image.open(BytesIO(png)) as image:
        text, levels = image.info.get(record.KEYWORD), np.asarray(image)
    if told and text is not None:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text(record.KEYWORD, text)
    deep = Image.fromarray(levels.astype(np.uint16) * 257)
    other = deep if mode == "I;16" else Image.fromarray(levels).convert(mode)
    other.save(file, form, **options)
    return file.getvalue()


def _part(pixels: Pixels, area: float, place: tuple[float, float]) -> tuple[slice, slice]:
    """Rows and columns of a part with such a share of the area."""
    sides = [max(1, round(n * area**0.5)) for n in pixels.shape[:2]]
    starts = [
        round((n - side) * share)
        for n, side, share in zip(pixels.shape[:2], sides, place, strict=True)
    ]
    top, left = (slice(start, start + side) for start, side in zip(starts, sides, strict=True))
    return top, left


def noisy(gray: Pixels, sigma: float) -> Pixels:
    """With Gaussian noise, of deviation ``sigma`` in levels."""
    return to_8_bits(gray + np.random.default_rng(0).normal(0, sigma, gray.shape))


def blurred(gray: Pixels, sigma: float) -> Pixels:
    """With Gaussian blur, ``sigma`` in pixels."""
    return to_8_bits(gaussian_filter(gray.astype(np.float64), sigma))


def with_gamma(gray: Pixels, gamma: float) -> Pixels:
    """``255 (x / 255) ^ gamma``."""
    return to_8_bits(255 * (gray / 255) ** gamma)


def with_contrast(gray: Pixels, factor: float) -> Pixels:
    """Spread about mid-gray."""
    return to_8_bits(127.5 + factor * (gray - 127.5))


def printed_and_scanned(gray: Pixels, dpi: int) -> Pixels:
    """Printed at 300 pixels an inch without a halftone, scanned, and straightened.

    The ink spreads (blur of 0.6 pixels), the sheet lies askew (corners off by up to 1% of the
    side), light falls off by 5% across it, the sensor adds noise of 2 levels; the scan is rounded
    to 8 bits, and the picture's corners, taken as known, are put back in place.
    """
    height, width = gray.shape
    printed = gaussian_filter(gray.astype(np.float64), 0.6)
    scale = dpi / 300
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float)
    shift = np.array([[1.5, 1.8], [0.6, 1.1], [1.2, 0.5], [0.9, 1.4]]) * max(height, width) / 100
    sheet = estimate_transform("projective", (corners + shift) * scale, corners)
    margin = 3 * max(height, width) / 100
    scanned = tuple(max(1, round((n + margin) * scale)) for n in gray.shape)
    scan = warp(
        printed if scale >= 1 else gaussian_filter(printed, 0.4 / scale),
        sheet,
        output_shape=scanned,
        order=1,
        mode="edge",
        preserve_range=True,
    )
    light = 1 - 0.05 * np.linspace(0, 1, scan.shape[1])
    scan = noisy(scan * light, 2)
    straight = warp(
        scan, sheet.inverse, output_shape=gray.shape, order=3, mode="edge", preserve_range=True
    )
    return to_8_bits(straight)


def handlings(seed: int) -> dict[str, Handling]:
    """Every way by its name.

    Args:
        seed: of the random places of parts that are cut out or covered.
    """
    random = np.random.default_rng(seed)
    crop, box = ((float(y), float(x)) for y, x in random.random((2, 2)))
    outside = partial(outside_box, place=box)
    return {
        "none": Handling(),
        **{
            f"jpeg-{quality}": Handling(partial(compressed, form="JPEG", quality=quality))
            for quality in (95, 90, 80, 75, 70, 50)
        },
        "webp-90": Handling(partial(compressed, form="WEBP", quality=90)),
        **{
            f"shrink-{share}%": Handling(
                partial(shrunk, factor=share / 100), expected=partial(shrunk, factor=share / 100)
            )
            for share in (75, 50)
        },
        "resize-50%": Handling(partial(resized, factor=0.5)),
        "resize-90%": Handling(partial(resized, factor=0.9)),
        "resize-99.5%": Handling(partial(resized, factor=0.995)),
        "resize-100.5%": Handling(partial(resized, factor=1.005)),
        "crop": Handling(partial(cropped, place=crop), expected=partial(cropped, place=crop)),
        **{
            f"rotate-{90 * turns}": Handling(
                partial(np.rot90, k=turns), found=partial(np.rot90, k=-turns)
            )
            for turns in (1, 2, 3)
        },
        "mirror": Handling(np.fliplr, found=np.fliplr),
        "rotate-1": Handling(
            partial(turned, degrees=1),
            expected=partial(without_margin, share=0.03),
            found=lambda rgb: without_margin(turned(rgb, degrees=-1), share=0.03),
        ),
        "black-box": Handling(partial(with_box, place=box), expected=outside, found=outside),
        **{f"noise-{sigma}": Handling(partial(noisy, sigma=sigma)) for sigma in (1, 2, 4)},
        **{f"blur-{sigma}": Handling(partial(blurred, sigma=sigma)) for sigma in (0.5, 1.0)},
        **{f"gamma-{gamma}": Handling(partial(with_gamma, gamma=gamma)) for gamma in (0.9, 1.1)},
        **{
            f"contrast-{factor}": Handling(partial(with_contrast, factor=factor))
            for factor in (0.9, 1.1)
        },
        **{
            f"print-scan-{dpi}dpi": Handling(partial(printed_and_scanned, dpi=dpi))
            for dpi in (300, 150)
        },
        "optimised-png": Handling(
            convert=partial(
                stored_as, form="PNG", told=True, optimize=True, compress_type=zlib.Z_FILTERED
            )
        ),
        "stripped": Handling(convert=partial(stored_as, form="PNG")),
        "16-bit": Handling(convert=partial(stored_as, form="PNG", mode="I;16", told=True)),
        "palette": Handling(convert=partial(stored_as, form="PNG", mode="P", told=True)),
        "tiff": Handling(convert=partial(stored_as, form="TIFF")),
        "webp-lossless": Handling(convert=partial(stored_as, form="WEBP", lossless=True)),
    }


HANDLINGS = handlings(seed=0)
"""Every way by its name, with parts at some random places."""
