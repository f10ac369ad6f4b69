"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from invgray.codec import Codec

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
    best = max(((agreement(codec, gray), codec) for codec in codecs), key=lambda found: found[0])
    return best[1] if best[0] >= THRESHOLD else None


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
    luminance = rgb @ np.array([0.299, 0.587, 0.114])
    found, expected = (x - luminance for x in (gray, codec.encode(rgb)))
    found, expected = found - found.mean(), expected - expected.mean()
    scale = np.sqrt(np.mean(found**2) * np.mean(expected**2))
    return float(np.mean(found * expected) / max(scale, 1e-6))
