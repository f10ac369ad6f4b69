"""Ways that grays are handled: compressed, resized, turned, printed (Xia et al. 2018, section 7.5).

They are handled with the tools that people use: Pillow's JPEG, WebP and resampling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.transform import estimate_transform, rotate, warp

from invgray.color.levels import to_8_bits
from invgray.types import Pixels


@dataclass(frozen=True)
class Handling:
    """What happens to a gray picture before it is decoded.

    Attributes:
        apply: to the gray, uint8 ``(H, W)`` to uint8 ``(H', W')``.
        undo: turns the restored colours back where ``apply`` turned the gray.
        margin: share of the height and width, on each side, that is not compared.
    """

    apply: Callable[[Pixels], Pixels]
    undo: Callable[[Pixels], Pixels] = lambda rgb: rgb
    margin: float = 0.0


def compressed(gray: Pixels, form: str, quality: int) -> Pixels:
    """Through a JPEG or WebP file."""
    file = BytesIO()
    Image.fromarray(gray).save(file, form, quality=quality)
    return np.asarray(Image.open(file).convert("L"))


def resized(gray: Pixels, factor: float) -> Pixels:
    """To another size and back (Lanczos)."""
    image = Image.fromarray(gray)
    width, height = (max(1, round(n * factor)) for n in image.size)
    there = image.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(there.resize(image.size, Image.Resampling.LANCZOS))


def turned(pixels: Pixels, degrees: float) -> Pixels:
    """Turned about the centre at the same size (bicubic)."""
    return to_8_bits(rotate(pixels, degrees, order=3, mode="reflect", preserve_range=True))


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


HANDLINGS = {
    "none": Handling(lambda gray: gray),
    **{
        f"jpeg-{quality}": Handling(partial(compressed, form="JPEG", quality=quality))
        for quality in (95, 90, 80, 75, 70, 50)
    },
    "webp-90": Handling(partial(compressed, form="WEBP", quality=90)),
    "resize-90%": Handling(partial(resized, factor=0.9)),
    "resize-99.5%": Handling(partial(resized, factor=0.995)),
    "resize-100.5%": Handling(partial(resized, factor=1.005)),
    "rotate-90": Handling(np.rot90, partial(np.rot90, k=-1)),
    "rotate-1": Handling(partial(turned, degrees=1), partial(turned, degrees=-1), margin=0.03),
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
}
