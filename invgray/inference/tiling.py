"""Run a network over a large picture in tiles, with the same result as over the whole.

Neighbouring tiles share a halo as wide as the network's view, and all start on the network's grid,
so every pixel is computed from what it would see in the whole picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from invgray.models import Architecture
from invgray.types import Floats

Array = npt.NDArray[Any]

Watch = Callable[[int, int], None]
"""Hears before each tile how many pixels are done and how many there are; may raise to stop."""


def unwatched(done: int, total: int) -> None:
    """Watch nothing."""


def run(
    network: Callable[[Array], Floats],
    architecture: Architecture,
    image: Array,
    output: Array,
    after: Callable[[Floats], Array],
    *,
    tile: int | None = None,
    watch: Watch = unwatched,
) -> None:
    """Fill ``output`` with what the network makes of ``image``, a tile at a time.

    Args:
        network: ``(1, h, w, C)`` to ``(1, h, w, C')``.
        architecture: of the network: how far it sees, and the grid that sizes are padded to.
        image: ``(H, W, C)`` of any type.
        output: ``(H, W, C')`` of any type, written.
        after: from the network's values to a piece of the output.
        tile: side of a tile in pixels, without its halo; None chooses by memory.
        watch: hears of the progress.
    """
    height, width = image.shape[:2]
    multiple = architecture.ratio
    halo = _up(architecture.receptive_radius, multiple)
    step = _up(tile or default_tile(), multiple)
    done = 0
    for top, bottom in _spans(height, step):
        for left, right in _spans(width, step):
            watch(done, height * width)
            first, start = max(0, top - halo), max(0, left - halo)
            piece = _pad(image[first : bottom + halo, start : right + halo], multiple)
            result = network(piece[None])[0]
            inner = result[top - first : bottom - first, left - start : right - start]
            output[top:bottom, left:right] = after(inner)
            done += (bottom - top) * (right - left)


def default_tile(bytes_per_pixel: int = 1200) -> int:
    """Side of a tile whose networks take at most a quarter of the memory that is free."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        free = 2**30
    return int(np.clip((free / 4 / bytes_per_pixel) ** 0.5 // 64 * 64, 256, 1024))


def _pad(image: Array, multiple: int) -> Array:
    """Repeat the last row and column of ``(H, W, C)`` up to multiples."""
    missing = [(0, -n % multiple) for n in image.shape[:2]]
    return np.pad(image, [*missing, (0, 0)], mode="edge")


def _spans(length: int, step: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + step, length)) for start in range(0, length, step))


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
