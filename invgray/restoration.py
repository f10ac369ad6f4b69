"""Colours from what is left of a gray: the fine layer where it is intact, the pattern elsewhere.

The pattern is taken away where the chrominance is known: gray less pattern is the luminance, to
half the base of the fine layer's digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy  # its parts load when first used: an untouched gray needs none

from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.fine import chroma, layer
from invgray.fine.layer import Found, Restored
from invgray.types import Floats, Pixels

Pattern = Callable[[Floats, Floats, Floats], Floats]
"""From Cb, Cr and a luminance, ``(H, W)`` each in levels, to what is added to that: ``(H, W)``."""

Decoder = Callable[[Pixels], Pixels]
"""From a gray, uint8 ``(H, W)``, to colours by its pattern alone, uint8 ``(H, W, 3)``."""

SEAM = 4.0
"""Pixels over which colours from the pattern take on those of intact cells beside them."""

ROUNDS, DAMPING = 4, 0.7
"""How often a pattern that depends on the luminance is drawn, and how far each goes."""


@dataclass(frozen=True)
class Restoration:
    """What a gray gave back.

    Attributes:
        rgb: uint8 ``(H, W, 3)``, in the gray's own orientation.
        fine: share of the picture that was restored from the fine layer, 0 to 1.
        exact: whether all of the picture is bit for bit the original.
    """

    rgb: Pixels
    fine: float = 0.0
    exact: bool = False


def restore(
    found: Found, gray: Pixels, pattern: Pattern, decoder: Decoder, *, coarse: bool, grid: int
) -> Restoration:
    """Colours of a gray in which a fine layer was found.

    What lies around the picture, where it was pasted into a larger one, stays gray.

    Args:
        found: by :func:`invgray.fine.layer.find`.
        gray: uint8 ``(H, W)``.
        pattern: of the codec that made the gray.
        decoder: of the same.
        coarse: whether the pattern depends on no more of the luminance than the gray has, too, so
            that it comes off at once.
        grid: pixels that the pattern's own grid is aligned to, from the picture's first one on.
    """
    upright = found.orientation.undo(gray)
    restored = layer.restore(found, gray)
    rgb = neutral(upright)
    rows, columns = found.within(*upright.shape)
    phase = (max(0, -found.top) % grid, max(0, -found.left) % grid)

    def aligned(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
        edges = [(phase[0], 0), (phase[1], 0)] + [(0, 0)] * (plane.ndim - 2)
        return np.pad(plane[rows, columns], edges, mode="edge")

    colors = _colors(aligned(upright), restored.each(aligned), pattern, decoder, coarse)
    rgb[rows, columns] = colors[phase[0] :, phase[1] :]
    base, exact = restored.base[rows, columns], restored.exact[rows, columns]
    whole = base.size == found.layout.height * found.layout.width
    return Restoration(
        np.ascontiguousarray(found.orientation.apply(rgb)),
        float(np.mean(base > 0)),
        bool(whole and exact.all()),
    )


def _colors(
    gray: Pixels, restored: Restored, pattern: Pattern, decoder: Decoder, coarse: bool
) -> Pixels:
    """Colours of a picture that begins where its grid does, ``(H, W)`` to ``(H, W, 3)``."""
    intact = restored.base > 0
    guess = decoder(gray) if not (coarse and intact.all()) else None
    cb, cr = restored.cb, restored.cr
    if guess is not None:
        y = luminance(guess).astype(np.float32)
        guessed = chroma.of(guess.astype(np.float32), y)
        cb, cr = (np.where(intact, a, b) for a, b in zip((cb, cr), guessed, strict=True))
    if coarse:
        y = _unsaturated(gray, pattern(cb, cr, gray.astype(np.float32)), restored)
    else:
        y = _iterated(gray, y, cb, cr, pattern, restored)
    rgb = to_8_bits(chroma.to_rgb(y, cb, cr))
    if guess is not None and not intact.all():
        rgb[~intact] = _without_seam(guess, rgb, intact)[~intact]
    rgb[restored.exact] = restored.rgb[restored.exact]
    return rgb


def _saturated(gray: Pixels, base: Pixels) -> npt.NDArray[np.bool_]:
    """Where a level is an end of its digit's range, and may stand for anything beyond."""
    reach = np.maximum(base, 1).astype(int)
    return (gray < reach) | (gray > 255 - reach)


def _unsaturated(gray: Pixels, pattern: Floats, restored: Restored) -> Floats:
    """The luminance, by taking the pattern away.

    A level at an end of the scale tells only that luminance and pattern reach it; half the pattern
    is then the better guess.
    """
    outwards = np.where(gray > 127, pattern > 0, pattern < 0)
    share = np.where(_saturated(gray, restored.base) & outwards, 0.5, 1.0)
    return np.clip(gray - share * pattern, 0, 255).astype(np.float32)


def _iterated(
    gray: Pixels, y: Floats, cb: Floats, cr: Floats, pattern: Pattern, restored: Restored
) -> Floats:
    """The luminance, by drawing the pattern of better and better guesses.

    The best is that whose pattern gives the gray back; no original is needed to tell.
    """
    saturated = _saturated(gray, restored.base)
    best, least, first = y, np.inf, y
    for _ in range(ROUNDS):
        added = pattern(cb, cr, y)
        error = float(np.sum(np.abs(y + added - gray), where=~saturated))
        if error >= least:
            break
        best, least = y, error
        y = y + DAMPING * (np.where(saturated, first, gray - added) - y)
    return best


def _without_seam(guess: Pixels, rgb: Pixels, intact: npt.NDArray[np.bool_]) -> Pixels:
    """Colours from the pattern, drawn to those of intact cells near these."""
    if not intact.any():
        return guess
    difference = rgb.astype(np.float32) - guess
    difference = scipy.ndimage.gaussian_filter(difference * intact[..., None], (SEAM, SEAM, 0))
    weight = scipy.ndimage.gaussian_filter(intact.astype(np.float32), SEAM)
    near = difference / np.maximum(weight, 1e-3)[..., None]
    return to_8_bits(guess + np.minimum(2 * weight, 1)[..., None] * near)
