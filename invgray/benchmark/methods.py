"""What a benchmark compares: ways from colour to gray and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pywt

from invgray.codec import Codec
from invgray.luminance import WEIGHTS, luminance


@dataclass(frozen=True)
class Method:
    """A way to gray and back.

    Attributes:
        name: in tables.
        encode: uint8 ``(H, W, 3)`` to ``(H, W)`` in [0, 255], not yet rounded.
        decode: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.
        digest: of the weights, if there are any.
    """

    name: str
    encode: Callable[[np.ndarray], np.ndarray]
    decode: Callable[[np.ndarray], np.ndarray]
    digest: str = ""


def trained(codec: Codec) -> Method:
    """A preset."""
    return Method(codec.preset.name, codec.encode, codec.decode, codec.preset.digest)


def gray_as_color(gray: np.ndarray) -> np.ndarray:
    """A gray picture in three equal channels."""
    return np.repeat(gray[..., None], 3, axis=-1)


LUMINANCE = Method("luminance", luminance, gray_as_color)
"""Plain luminance, shown as it is: what is lost when nothing is hidden."""


def embed_chrominance(rgb: np.ndarray) -> np.ndarray:
    """Gray with its colours in wavelet subbands (de Queiroz and Braun 2006).

    One level of an orthonormal Haar transform of the luminance Y; the subbands of horizontal and
    vertical detail give way to Cb and Cr at half the resolution.

    Args:
        rgb: uint8 ``(H, W, 3)``.

    Returns:
        ``(H, W)``, not rounded, not clipped.
    """
    height, width = rgb.shape[:2]
    y, cb, cr = np.moveaxis(_even(rgb).astype(np.float64) @ _TO_YCBCR.T, -1, 0)
    mean, (_, _, diagonal) = pywt.dwt2(y, "haar")
    gray = pywt.idwt2((mean, (_halved(cb), _halved(cr), diagonal)), "haar")
    return gray[:height, :width]


def extract_chrominance(gray: np.ndarray) -> np.ndarray:
    """Undo :func:`embed_chrominance`: ``(H, W)`` to uint8 ``(H, W, 3)``."""
    height, width = gray.shape
    mean, (cb, cr, diagonal) = pywt.dwt2(_even(gray).astype(np.float64), "haar")
    nothing = np.zeros_like(mean)
    y = pywt.idwt2((mean, (nothing, nothing, diagonal)), "haar")
    planes = np.stack([y, _doubled(cb), _doubled(cr)], axis=-1)
    rgb = planes @ np.linalg.inv(_TO_YCBCR).T
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)[:height, :width]


WAVELET = Method("de Queiroz-Braun", embed_chrominance, extract_chrominance)
"""The classical reversible method."""

BASELINES = (LUMINANCE, WAVELET)

_TO_YCBCR = np.array([WEIGHTS, [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
"""Y, Cb and Cr of JPEG (ITU-R BT.601, full range), chrominance around zero."""


def _even(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    more = [(0, height % 2), (0, width % 2)] + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, more, mode="edge")


def _halved(plane: np.ndarray) -> np.ndarray:
    return (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4


def _doubled(plane: np.ndarray) -> np.ndarray:
    return plane.repeat(2, axis=0).repeat(2, axis=1)
