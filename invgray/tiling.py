"""Run a network over a large picture in tiles, with the same result as over the whole.

Neighbouring tiles share a halo as wide as the network's view, and all start on the network's grid,
so every pixel is computed from what it would see in the whole picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np


def pad(image: np.ndarray, multiple: int) -> np.ndarray:
    """Repeat the last row and column of ``(H, W, C)`` up to multiples."""
    missing = [(0, -n % multiple) for n in image.shape[:2]]
    return np.pad(image, [*missing, (0, 0)], mode="edge")


def run(
    network: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    output: np.ndarray,
    *,
    tile: int,
    halo: int,
    multiple: int,
    before: Callable[[np.ndarray], np.ndarray],
    after: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Fill ``output`` with what the network makes of ``image``, a tile at a time.

    Args:
        network: float32 ``(1, h, w, C)`` to ``(1, h, w, C')``.
        image: ``(H, W, C)`` of any type.
        output: ``(H, W, C')`` of any type, written.
        tile: side of a tile in pixels, without its halo.
        halo: pixels that the network can see in each direction.
        multiple: the network's grid; sizes are padded to it.
        before: from a piece of the image to the network's values.
        after: from the network's values to a piece of the output.
    """
    height, width = image.shape[:2]
    halo = _up(halo, multiple)
    for top, bottom in _spans(height, _up(tile, multiple)):
        for left, right in _spans(width, _up(tile, multiple)):
            first, start = max(0, top - halo), max(0, left - halo)
            piece = pad(image[first : bottom + halo, start : right + halo], multiple)
            result = network(before(piece)[None])[0]
            inner = result[top - first : bottom - first, left - start : right - start]
            output[top:bottom, left:right] = after(inner)


def default_tile(bytes_per_pixel: int = 1200) -> int:
    """Side of a tile whose networks take at most a quarter of the memory that is free."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        free = 2**30
    return int(np.clip((free / 4 / bytes_per_pixel) ** 0.5 // 64 * 64, 256, 1024))


def _spans(length: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, length)) for start in range(0, length, step))


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
