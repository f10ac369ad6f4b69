"""How far an eye sees what was added to a luminance: contrast sensitivity, and masking by texture.

The eye is most sensitive to about eight periods a degree of its view (Mannos and Sakrison, 1974),
and less to anything in busy surroundings (Watson, 1993).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.ndimage import convolve, convolve1d

from invgray.types import Floats

PIXELS_PER_DEGREE = 40.0
"""Of a monitor with 96 pixels an inch, seen from 60 cm."""

TEXTURE, EXPONENT = 4.0, 0.7
"""Levels of texture that begin to mask what was added, and the power by which more masks more."""

RADIUS, SPREAD = 9, 3.0
"""Of the Gaussian window that texture is measured in: its half width and standard deviation."""


@cache
def sensitivity() -> Floats:
    """The eye's contrast sensitivity as a filter whose highest gain is 1: ``(21, 21)``.

    The gain at f periods a degree is ``2.6 (0.0192 + 0.114 f) exp(-(0.114 f)^1.1)`` (Mannos and
    Sakrison, 1974), but for the scale, and for even brightness, which has none.
    """
    size, radius = 256, 10
    frequency = 0.114 * PIXELS_PER_DEGREE * np.fft.fftfreq(size)
    f = np.hypot(frequency[:, None], frequency)
    gain = (0.0192 + f) * np.exp(-(f**1.1))
    taps = np.fft.fftshift(np.fft.ifft2(gain / gain.max()).real)
    middle = slice(size // 2 - radius, size // 2 + radius + 1)
    taps = taps[middle, middle]
    return np.asarray(taps - taps.mean())


@cache
def window() -> Floats:
    """The Gaussian window that texture is measured in: ``(19,)``, of sum 1."""
    taps = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SPREAD) ** 2)
    return np.asarray(taps / taps.sum())


def visible(added: Floats, luminance: Floats) -> Floats:
    """What an eye sees of what was added to a luminance: ``(H, W)`` of both to ``(H, W)``.

    In levels, as are both: those of a pattern of eight periods a degree on a plain ground that is
    seen as well.
    """
    seen = convolve(np.asarray(luminance, float), sensitivity())
    energy = convolve1d(convolve1d(seen**2, window(), axis=0), window(), axis=1)
    elevation = (1 + energy / TEXTURE**2) ** (EXPONENT / 2)
    return np.asarray(convolve(np.asarray(added, float), sensitivity()) / elevation)
