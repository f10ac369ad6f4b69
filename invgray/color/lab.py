"""CIE Lab (D65) of sRGB: its constants, once, and what they say of gray pictures."""

from __future__ import annotations

from functools import cache

import numpy as np
import skimage  # its parts load when first used: commands that need none start faster

from invgray.types import Floats, Pixels


@cache
def white() -> Floats:
    """X, Y and Z of the white point: float64 ``(3,)``."""
    return np.asarray(skimage.color.xyz_tristimulus_values(illuminant="D65", observer="2"))


@cache
def to_xyz() -> Floats:
    """From linear sRGB to X, Y and Z as shares of the white's: float32 ``(3, 3)``, for columns."""
    from skimage.color import colorconv

    return np.asarray(colorconv.xyz_from_rgb / white()[:, None], np.float32)


@cache
def from_xyz() -> Floats:
    """From X, Y and Z as shares of the white's to linear sRGB: float32 ``(3, 3)``, for rows."""
    from skimage.color import colorconv

    return np.asarray((colorconv.rgb_from_xyz * white()).T, np.float32)


def lab(rgb: Pixels | Floats) -> Floats:
    """L in [0, 100], a and b of sRGB ``(..., 3)``, uint8 or floats in [0, 1]."""
    return np.asarray(skimage.color.rgb2lab(rgb))


def lightness(gray: Pixels | Floats) -> Floats:
    """CIE L, in [0, 100], of neutral levels in [0, 255]; any shape, float32."""
    return np.interp(gray, np.arange(256), _lightness_of_levels()).astype(np.float32)


def gray_of(rgb: Pixels) -> Floats:
    """Neutral levels of the same CIE L as colours: uint8 ``(H, W, 3)`` to float32 in [0, 255]."""
    levels = np.interp(lab(rgb)[..., 0], _lightness_of_levels(), np.arange(256))
    return levels.astype(np.float32)


@cache
def _lightness_of_levels() -> Floats:
    grays = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    return lab(grays)[:, 0].astype(np.float32)
