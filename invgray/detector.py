"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from invgray.codec import Codec
from invgray.color.luminance import luminance
from invgray.fine.orientation import ORIENTATIONS, Orientation
from invgray.types import Pixels

THRESHOLD, HANDLED_THRESHOLD = 0.75, 0.85
"""Least agreement of a gray that hides colours; the docs have the rates of error.

Decoders of handled grays make do with little of a pattern, and see more of one in plain grays.
"""

LEAST_COLOR = 8.0
"""Least colour, in levels, that a print which hides colours decodes to."""

SIDE = 384
"""The middle of a picture, so many pixels a side, is enough to tell."""


SMALLEST = 16
"""Pixels a side from which on a pattern tells which way it lies."""

UPRIGHT_BONUS = 0.01
"""Agreement by which another orientation must exceed that of the gray as it is."""


def recognise(codecs: Iterable[Codec], gray: Pixels) -> Codec | None:
    """The codec that a gray seems to be made with, or None if it seems to hide no colours.

    Only codecs that add a pattern to the luminance can be told: the paper's encoder draws the gray
    anew, and to its decoder any gray looks like one of its own.

    Args:
        codecs: to choose from.
        gray: uint8 ``(H, W)``, whole and upright.
    """
    margins = [(margin(codec, gray), codec) for codec in codecs]
    best, codec = max(margins, key=lambda found: found[0], default=(-1.0, None))
    return codec if best >= 0 else None


def locate(codec: Codec, gray: Pixels) -> Orientation | None:
    """How a whole gray was turned by right angles or mirrored; None if no pattern is seen.

    A pattern may be seen the wrong way round, too, but less of it. Crops are not tried: at several
    phases of its grid a pattern is seen as well as at its own, with other colours.

    Args:
        codec: whose pattern to look for.
        gray: uint8 ``(H, W)``.
    """
    if min(gray.shape) < SMALLEST:
        return None
    margins = [margin(codec, np.ascontiguousarray(way.undo(gray))) for way in ORIENTATIONS]
    margins[0] += UPRIGHT_BONUS
    best = int(np.argmax(margins))
    return ORIENTATIONS[best] if margins[best] >= 0 else None


def margin(codec: Codec, gray: Pixels) -> float:
    """By how much a codec's pattern is seen in a gray, beyond what is needed; below zero if not."""
    abilities = codec.preset.card.abilities
    if not abilities.has_pattern:
        return -1.0
    return agreement(codec, gray) - (HANDLED_THRESHOLD if abilities.handled else THRESHOLD)


def survived_print(codec: Codec, gray: Pixels) -> bool:
    """Whether a printed and rectified gray hides colours that a codec can restore.

    Paper takes the finest part of a pattern, and with it the agreement. But to the decoder of
    handled grays, the print of any other gray is one of no colour.

    Args:
        codec: to decode with.
        gray: uint8 ``(H, W)``.
    """
    if not codec.preset.card.abilities.handled:
        return False
    return bool(np.ptp(codec.read_pattern(_middle(codec, gray)), axis=-1).mean() >= LEAST_COLOR)


def agreement(codec: Codec, gray: Pixels) -> float:
    """How far a gray is what its decoded colours would be encoded as, in [-1, 1].

    A gray that the codec made is, up to rounding, the encoding of the colours that come out of it:
    what both add to the luminance correlates almost fully. A plain gray has no such pattern; the
    few colours that a decoder finds in it leave another one.

    Args:
        codec: whose pattern to look for.
        gray: uint8 ``(H, W)``.
    """
    gray = _middle(codec, gray)
    rgb = codec.read_pattern(gray)
    plain = luminance(rgb)
    found, expected = (x - plain for x in (gray, codec.unrounded(rgb)))
    found, expected = found - found.mean(), expected - expected.mean()
    scale = np.sqrt(np.mean(found**2) * np.mean(expected**2))
    return float(np.mean(found * expected) / max(scale, 1e-6))


def _middle(codec: Codec, gray: Pixels) -> Pixels:
    """The middle of a picture, from a corner of the networks' grid on: patterns lie on that."""
    grid = codec.preset.card.architecture.ratio
    top, left = (max(0, (n - SIDE) // 2) // grid * grid for n in gray.shape)
    return gray[top : top + SIDE, left : left + SIDE]
