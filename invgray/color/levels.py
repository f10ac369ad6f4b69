"""The 256 levels that a stored pixel can have."""

from __future__ import annotations

import numpy as np

from invgray.types import Floats, Pixels

_ROWS = 256
"""Rows worked on at a time, to spare memory."""

_SPREAD = 2
"""Levels by which the channels of a gray picture differ that was stored with loss, as WebP."""


def to_8_bits(values: Floats) -> Pixels:
    """Round to the nearest of the levels 0 to 255, clipping what lies outside: to uint8.

    Raises:
        ValueError: a value is not finite.
    """
    levels = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), _ROWS):
        rows = values[row : row + _ROWS]
        if not np.isfinite(rows).all():
            raise ValueError("levels must be finite, not NaN or infinity")
        levels[row : row + _ROWS] = np.rint(np.clip(rows, 0, 255))
    return levels


def without_color(pixels: Pixels) -> Pixels:
    """``(H, W)`` for ``(H, W, 3)`` whose channels are equal everywhere; else what came in."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = (pixels[..., i] for i in range(3))
    return pixels if np.any(red != green) or np.any(green != blue) else red.copy()


def nearly_gray(pixels: Pixels) -> bool:
    """Whether the channels of ``(H, W, 3)`` differ by no more than lossy formats make them."""
    return bool(np.all(pixels.max(axis=-1) - pixels.min(axis=-1) <= _SPREAD))


def neutral(gray: Pixels) -> Pixels:
    """A gray picture ``(H, W)`` in three equal channels: ``(H, W, 3)``."""
    return np.repeat(gray[..., None], 3, axis=-1)
