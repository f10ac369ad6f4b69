"""The pilot: a faint tile that is the same in every block, by which a pattern's grid is found.

It tells where blocks begin in a gray that was cropped, turned, mirrored or resized. The rest of the
pattern leaves its frequencies free. Some families of networks have the tile's negative, by which
their patterns are told from others'.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from invgray.types import Floats

BLOCK = 8
"""Pixels of a side of a block; the pattern's mean over each is zero."""

WAVES = ((1, 1, 0.0), (1, -1, 0.0), (1, 2, 0.3), (2, -1, 0.1))
"""Periods in a block, down and across, and phase in turns: together they look alike nowhere else.

Turned or shifted, the tile correlates with itself by 0.73 at most; mirrored, by half. With its
negative, it correlates by 0.61 at most if shifted by whole pixels, and by 0.84 if turned.
"""


@cache
def tile() -> Floats:
    """The pilot: ``(8, 8)``, of mean zero and mean square one."""
    y, x = np.mgrid[:BLOCK, :BLOCK] / BLOCK
    waves = [np.cos(2 * np.pi * (down * y + across * x + turn)) for down, across, turn in WAVES]
    return np.asarray(np.sum(waves, axis=0) * np.sqrt(2 / len(waves)))


@cache
def reserved() -> Floats:
    """What the rest of the pattern is without, in every block: orthonormal rows ``(9, 64)``.

    They are the mean and the pilot's frequencies, in any phase.
    """
    y, x = np.mgrid[:BLOCK, :BLOCK] / BLOCK
    turns = [2 * np.pi * (down * y + across * x) for down, across, _ in WAVES]
    rows = [np.full((BLOCK, BLOCK), 0.5**0.5), *map(np.cos, turns), *map(np.sin, turns)]
    return np.reshape(rows, (len(rows), -1)) * 2**0.5 / BLOCK
