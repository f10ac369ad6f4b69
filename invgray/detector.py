"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from invgray.codec import Codec
from invgray.luminance import luminance

THRESHOLD = 0.75
"""Least agreement of a gray that hides colours; the README has the rates of error."""

SIDE = 384
"""The middle of a picture, so many pixels a side, is enough to tell."""


def recognise(codecs: Iterable[Codec], gray: np.ndarray) -> Codec | None:
    """The codec that a gray seems to be made with, or None if it seems to hide no colours.

    Args:
        codecs: to choose from.
        gray: uint8 ``(H, W)``.
    """
    agreements = [(agreement(codec, gray), codec) for codec in codecs if leaves_pattern(codec)]
    best, codec = max(agreements, key=lambda found: found[0], default=(0.0, None))
    return codec if best >= THRESHOLD else None


def leaves_pattern(codec: Codec) -> bool:
    """Whether a codec adds a pattern to the luminance, by which its grays can be told.

    The paper's encoder draws the gray anew: to its decoder, any gray looks like one of its own.
    """
    return codec.preset.card["network"] == "subpixel"


def agreement(codec: Codec, gray: np.ndarray) -> float:
    """How far a gray is what its decoded colours would be encoded as, in [-1, 1].

    A gray that the codec made is, up to rounding, the encoding of the colours that come out of it:
    what both add to the luminance correlates almost fully. A plain gray has no such pattern; the
    few colours that a decoder finds in it leave another one.

    Args:
        codec: whose pattern to look for.
        gray: uint8 ``(H, W)``.
    """
    top, left = (max(0, (n - SIDE) // 2) for n in gray.shape)
    gray = gray[top : top + SIDE, left : left + SIDE]
    rgb = codec.decode(gray)
    plain = luminance(rgb)
    found, expected = (x - plain for x in (gray, codec.encode(rgb)))
    found, expected = found - found.mean(), expected - expected.mean()
    scale = np.sqrt(np.mean(found**2) * np.mean(expected**2))
    return float(np.mean(found * expected) / max(scale, 1e-6))
