"""Colours of a small picture for a large gray one, led by its levels: they stop where these do.

Joint bilateral upsampling (Kopf et al. 2007) with the four nearest pixels of the small picture.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invgray.color import gamut
from invgray.color.lab import lightness
from invgray.color.levels import to_8_bits
from invgray.types import Floats, Pixels
from invgray.watching import Watch, unwatched

SIGMA = 8.0
"""Levels by which a small picture's pixel may differ and still lend its colours."""

_LEAST = 1e-4
"""Weight by levels of those that differ more."""

_PIXELS = 1 << 19
"""Pixels that are coloured at a time, to spare memory."""


def with_colors(
    gray: Pixels,
    small: Pixels,
    ab: Floats,
    watch: Watch = unwatched,
) -> Pixels:
    """A gray picture with the colours of a smaller version of it: uint8 ``(H, W, 3)``.

    Args:
        gray: levels, uint8 ``(H, W)``.
        small: levels of the smaller version, uint8 ``(h, w)``.
        ab: its colours, ``(h, w, 2)``.
        watch: hears how many pixels are done and how many there are; may raise to stop.
    """
    height, width = gray.shape
    rgb = np.empty((height, width, 3), np.uint8)
    band = max(1, _PIXELS // width)
    for top in range(0, height, band):
        watch(top * width, gray.size)
        rows = slice(top, min(top + band, height))
        spread = _spread(gray, small, ab, rows)
        rgb[rows] = to_8_bits(255 * gamut.to_srgb(lightness(gray[rows]), spread))
    return rgb


def _spread(gray: Pixels, small: Pixels, ab: Floats, rows: slice) -> Floats:
    """The ab of some rows: float32 ``(rows, W, 2)``."""
    tops, down = _neighbours(gray.shape[0], small.shape[0])
    lefts, right = _neighbours(gray.shape[1], small.shape[1])
    tops, down, levels = tops[:, rows], down[rows], gray[rows].astype(np.float32)
    total = np.zeros((*levels.shape, 1), np.float32)
    colors = np.zeros((*levels.shape, 2), np.float32)
    for y, share_y in zip(tops, (1 - down, down), strict=True):
        for x, share_x in zip(lefts, (1 - right, right), strict=True):
            near = np.ix_(y, x)
            apart = levels - small[near].astype(np.float32)
            alike = np.exp(-np.square(apart) / np.float32(2 * SIGMA**2)) + np.float32(_LEAST)
            weight = (alike * share_y[:, None] * share_x)[..., None]
            total += weight
            colors += weight * ab[near]
    return np.asarray(colors / total)


def _neighbours(large: int, small: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Of each pixel of a side the two nearest of a smaller one, and the second one's share."""
    place = (np.arange(large) + 0.5) * (small / large) - 0.5
    first = np.floor(place).astype(np.intp)
    both = np.clip(np.stack([first, first + 1]), 0, small - 1)
    return both, (place - first).astype(np.float32)
