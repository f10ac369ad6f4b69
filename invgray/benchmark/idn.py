"""The protocol of IDN's published log (Zhao et al. 2021): its pictures, its gray, its figures.

Of Kodak's pictures the centre 500x500 are taken, padded with black at the right and below to
512x512, converted, and scored without the padding. The gray's target is what OpenCV makes of CIE L
in 8 bits; the PSNR of the colours is that of the three channels' errors together.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from invgray.types import Pixels

SCORED, PADDED = 500, 512
"""Sides in pixels of the square that is scored, and of the one that is converted."""


def centre(picture: Image.Image) -> Image.Image:
    """The centre of a picture, ``SCORED`` pixels high and wide or what there is."""
    width, height = (min(side, SCORED) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def padded(rgb: Pixels) -> Pixels:
    """A picture, uint8 ``(H, W, 3)``, at the top left of a black one of ``PADDED`` pixels."""
    height, width = rgb.shape[:2]
    return np.pad(rgb, ((0, PADDED - height), (0, PADDED - width), (0, 0)))


def opencv_lightness(rgb: Pixels) -> Pixels:
    """What OpenCV's ``COLOR_RGB2LAB`` makes of L: uint8 ``(H, W, 3)`` to uint8 ``(H, W)``.

    It computes in integers, whose results differ from the rounded CIE L by up to one level.
    """
    gamma, roots = _tables()
    luminance = (gamma[rgb] @ np.array([871, 2929, 296]) + 2**11) >> 12
    scale, shift = (116 * 255 + 50) // 100, (16 * 255 * 2**15 + 50) // 100
    return np.asarray((scale * roots[luminance] - shift + 2**14) >> 15, np.uint8)


@cache
def _tables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Linear light of levels, in 1/8 of a level; and CIE Lab's f of such, in 2**-15."""
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    light = np.arange(256 * 12) / (255 * 8)
    roots = np.where(light < 216 / 24389, light * 841 / 108 + 16 / 116, np.cbrt(light))
    return np.rint(255 * 8 * linear).astype(np.int64), np.rint(2**15 * roots).astype(np.int64)


def psnr(x: Pixels, y: Pixels) -> float:
    """PSNR in dB of uint8 pictures of one shape, all channels together; infinite if they agree."""
    with np.errstate(divide="ignore"):
        return float(peak_signal_noise_ratio(x, y, data_range=255))
