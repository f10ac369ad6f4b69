"""The classical reversible gray: colours in wavelet subbands (de Queiroz and Braun 2006)."""

from __future__ import annotations

import numpy as np
import pywt

from invgray.color.levels import to_8_bits
from invgray.color.luminance import WEIGHTS
from invgray.types import Floats, Pixels


def embed_chrominance(rgb: Pixels) -> Floats:
    """Colour to gray: uint8 ``(H, W, 3)`` to ``(H, W)``, not rounded, not clipped.

    One level of an orthonormal Haar transform of the luminance Y; the subbands of horizontal and
    vertical detail give way to Cb and Cr at half the resolution.
    """
    height, width = rgb.shape[:2]
    y, cb, cr = np.moveaxis(_even(rgb).astype(np.float64) @ _TO_YCBCR.T, -1, 0)
    mean, (_, _, diagonal) = pywt.dwt2(y, "haar")
    gray = np.asarray(pywt.idwt2((mean, (_halved(cb), _halved(cr), diagonal)), "haar"))
    return gray[:height, :width]


def extract_chrominance(gray: Pixels) -> Pixels:
    """Undo :func:`embed_chrominance`: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``."""
    height, width = gray.shape
    mean, (cb, cr, diagonal) = pywt.dwt2(_even(gray).astype(np.float64), "haar")
    nothing = np.zeros_like(mean)
    y = pywt.idwt2((mean, (nothing, nothing, diagonal)), "haar")
    planes = np.stack([y, _doubled(cb), _doubled(cr)], axis=-1)
    return to_8_bits(planes @ np.linalg.inv(_TO_YCBCR).T)[:height, :width]


_TO_YCBCR = np.array([WEIGHTS, [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
"""Y, Cb and Cr of JPEG (ITU-R BT.601, full range), chrominance around zero."""


def _even(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    more = [(0, height % 2), (0, width % 2)] + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, more, mode="edge")


def _halved(plane: Floats) -> Floats:
    quarters: Floats = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return quarters / 4


def _doubled(plane: Floats) -> Floats:
    return plane.repeat(2, axis=0).repeat(2, axis=1)
