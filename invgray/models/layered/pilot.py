"""The pilot: a faint tile that is the same in every block, by which a pattern's grid is found.

It tells where blocks begin in a gray that was cropped, turned, mirrored or resized; and by its key,
whose gray it is.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from invgray.types import Floats

BLOCK = 8
"""Pixels of a side of a block; the pattern's mean over each is zero."""

FREQUENCIES = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (1, 2), (2, 1), (1, -2), (2, -1))
"""Periods of the pilot's waves in a block, down and across: low ones, which survive resizing."""

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)


@cache
def tile(key: int) -> Floats:
    """The pilot of a key: ``(8, 8)``, of mean zero and mean square one.

    A sum of waves of equal amplitude. The n-th one's phase is the fractional part of key times the
    root of the n-th prime, in turns.
    """
    y, x = np.mgrid[:BLOCK, :BLOCK] / BLOCK
    phases = key * np.sqrt(_PRIMES) % 1
    waves = [
        np.cos(2 * np.pi * (down * y + across * x + phase))
        for (down, across), phase in zip(FREQUENCIES, phases, strict=True)
    ]
    return np.asarray(np.sum(waves, axis=0) * np.sqrt(2 / len(waves)))
