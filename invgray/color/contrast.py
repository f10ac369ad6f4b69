"""The mix that keeps most of a picture's contrast, where the luminance loses colours' differences.

After Lu, Xu and Jia, "Real-time contrast preserving decolorization" (SIGGRAPH Asia 2012 technical
briefs): of all mixes in steps of a tenth, the one is taken in whose gray pairs of pixels differ as
much as their colours do, brighter or darker.
"""

from __future__ import annotations

import numpy as np

from invgray.color.mix import LUMINANCE, WHOLE, Mix
from invgray.types import Floats, Pixels

STEP = 100
"""Of the weights that are tried, in thousandths: 66 mixes."""

SIDE = 64
"""Pixels of a side of a square with as many pixels as are looked at."""

SIGMA, LEAST, UNIT = 0.05, 0.05, 2**0.5
"""Spread of the differences that count as equal; the least difference of colours that counts; and
what a difference of colours is divided by, so that it is 1 between two primary colours."""

MIXES = tuple(
    Mix(red, green, WHOLE - red - green)
    for red in range(0, WHOLE + 1, STEP)
    for green in range(0, WHOLE + 1 - red, STEP)
)
"""All mixes that are tried."""


def contrast_mix(rgb: Pixels) -> Mix:
    """The mix that keeps most of a picture's contrast: uint8 ``(H, W, 3)``.

    That of the luminance where no colours differ.
    """
    differences = _differences(_thinned(rgb, SIDE) / 255)
    color = np.linalg.norm(differences, axis=-1) / UNIT
    differences, color = differences[color >= LEAST], color[color >= LEAST, None]
    if not len(color):
        return LUMINANCE
    weights = np.array([mix.weights for mix in MIXES]) / WHOLE
    gray = differences @ weights.T
    likelihood = np.logaddexp(
        -(((gray - color) / SIGMA) ** 2) / 2, -(((gray + color) / SIGMA) ** 2) / 2
    )
    return MIXES[int(np.argmax(likelihood.sum(axis=0)))]


def _thinned(rgb: Pixels, side: int) -> Pixels:
    """About ``side * side`` pixels of a picture, evenly spread, or all."""
    step = max(1, round((rgb.shape[0] * rgb.shape[1]) ** 0.5 / side))
    return rgb[::step, ::step]


def _differences(rgb: Floats) -> Floats:
    """Between pixels far apart, and between neighbours of half the resolution: ``(N, 3)``."""
    flat, small = rgb.reshape(-1, 3), rgb[::2, ::2]
    partners = np.random.default_rng(0).permutation(len(flat))
    return np.concatenate(
        [
            flat - flat[partners],
            np.diff(small, axis=0).reshape(-1, 3),
            np.diff(small, axis=1).reshape(-1, 3),
        ]
    )
