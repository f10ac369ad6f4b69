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
from invgray.watching import Watch, unwatched

Array = npt.NDArray[Any]

Offset = tuple[int, int]
"""How far below and right of a corner of a network's grid a picture or a part of it begins."""

View = Callable[[slice, slice, Offset], Array]
"""From rows and columns of a picture, and their offset, to what is made of it: ``(h, w, ...)``."""

Tile = tuple[slice, slice, Array]
"""Rows and columns of a picture, and what was made of them."""


def run(
    view: View,
    architecture: Architecture,
    size: tuple[int, int],
    offset: Offset = (0, 0),
    *,
    tile: int | None = None,
    watch: Watch = unwatched,
) -> Iterator[Tile]:
    """What is made of a picture, one tile after the other.

    Args:
        view: of a tile with its halo; it calls :func:`forward`.
        architecture: of the network: how far it sees, and its grid.
        size: height and width of the picture.
        offset: of the picture.
        tile: side of a tile in pixels, without its halo; None chooses by memory.
        watch: hears of the progress.
    """
    height, width = size
    grid = architecture.ratio
    halo = _up(architecture.receptive_radius, grid)
    step = _up(tile or default_tile(), grid)
    done = 0
    for top, bottom in _spans(height, step, offset[0]):
        for left, right in _spans(width, step, offset[1]):
            watch(done, height * width)
            rows = slice(max(0, top - halo), min(height, bottom + halo))
            columns = slice(max(0, left - halo), min(width, right + halo))
            first, start = rows.start, columns.start
            seen = view(rows, columns, ((first + offset[0]) % grid, (start + offset[1]) % grid))
            inner = seen[top - first : bottom - first, left - start : right - start]
            yield slice(top, bottom), slice(left, right), inner
            done += (bottom - top) * (right - left)


def forward(
    network: Callable[[Array], Floats],
    architecture: Architecture,
    piece: Array,
    offset: Offset = (0, 0),
) -> Floats:
    """What a network makes of a piece of any size: float ``(H, W, C')``.

    The first and last rows and columns are repeated to fill the network's grid.

    Args:
        network: ``(1, h, w, C)`` to ``(1, h, w, C')``, for multiples of its grid.
        architecture: of the network.
        piece: ``(H, W, C)`` of any type.
        offset: of the piece.
    """
    height, width = piece.shape[:2]
    top, left = offset
    grid = architecture.ratio
    rows, columns = (top, -(top + height) % grid), (left, -(left + width) % grid)
    made = network(np.pad(piece, [rows, columns, (0, 0)], mode="edge")[None])[0]
    inner: Floats = made[top : top + height, left : left + width]
    return inner


def default_tile(bytes_per_pixel: int = 1200) -> int:
    """Side of a tile whose networks take at most a quarter of the memory that is free."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        free = 2**30
    return int(np.clip((free / 4 / bytes_per_pixel) ** 0.5 // 64 * 64, 256, 1024))


def _spans(length: int, step: int, offset: int) -> Iterator[tuple[int, int]]:
    starts = [0, *range(step - offset, length, step)]
    return zip(starts, [*starts[1:], length], strict=True)


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
