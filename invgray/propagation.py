"""Hints spread over a gray picture by optimisation (Levin, Lischinski and Weiss 2004).

Neighbouring pixels of similar lightness shall have similar colours: the colour of every pixel
without a hint is the mean of its neighbours', weighted by how alike they are. That is a sparse
system of linear equations, which is solved at a bounded resolution; colours are then brought to the
full one along the lightness.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy  # its parts load when first used: commands that need none start faster

from invgray.color import guided
from invgray.hints import Hints, small
from invgray.types import Floats, Pixels
from invgray.watching import Watch, unwatched

SIDE = 384
"""The equations are for no more pixels than such a square has."""

_STEPS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))
"""From a pixel to its neighbours."""

_LEAST = 1e-5
"""Weight of neighbours that are not alike at all: no part of a picture is cut off."""


def colorize(
    gray: Pixels,
    hints: Hints,
    watch: Watch = unwatched,
) -> Pixels:
    """A gray picture in the colours of its hints: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

    The lightness stays as it is. Without any hint, the picture stays gray.

    Args:
        gray: levels.
        hints: of the picture.
        watch: hears how many pixels are done and how many there are; may raise to stop.
    """
    smaller, told = small(gray, hints, SIDE)
    return guided.with_colors(gray, smaller, propagate(smaller, told), watch)


def propagate(gray: Pixels, hints: Hints) -> Floats:
    """The ab of all pixels, those with hints as they are: float32 ``(H, W, 2)``.

    Args:
        gray: levels, uint8 ``(H, W)``.
        hints: of the picture, at least one; without any, all ab are 0.
    """
    known = hints.given.ravel()
    if not known.any() or known.all():
        return hints.ab
    equations = _equations(gray)
    order = _order(*gray.shape)
    open_, fixed = order[~known[order]], np.flatnonzero(known)
    colors = hints.ab.reshape(-1, 2).astype(np.float64)
    solve = scipy.sparse.linalg.splu(
        equations[open_][:, open_].tocsc(),
        permc_spec="NATURAL",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    ).solve
    colors[open_] = solve(-(equations[open_][:, fixed] @ colors[fixed]))
    return colors.reshape(hints.ab.shape).astype(np.float32)


@lru_cache(maxsize=8)
def _order(height: int, width: int) -> npt.NDArray[np.intp]:
    """Pixels in an order that keeps the solution sparse: nested dissection (George 1973).

    A line of pixels parts the picture into halves, and comes after them; and so do the halves.
    """

    def parts(places: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
        if min(places.shape) <= 2:
            return [places.ravel()]
        longer = places if places.shape[0] >= places.shape[1] else places.T
        middle = len(longer) // 2
        return [*parts(longer[:middle]), *parts(longer[middle + 1 :]), longer[middle]]

    return np.concatenate(parts(np.arange(height * width).reshape(height, width)))


def _equations(gray: Pixels) -> scipy.sparse.csr_matrix:
    """Of each pixel, its value less the weighted mean of its neighbours': ``(H W, H W)``."""
    height, width = gray.shape
    weights = _weights(gray)
    places = np.arange(gray.size).reshape(height, width)
    rows, columns, values = [], [], []
    for weight, (dy, dx) in zip(weights, _STEPS, strict=True):
        own = _window(height, dy), _window(width, dx)
        its = _window(height, -dy), _window(width, -dx)
        rows.append(places[own].ravel())
        columns.append(places[its].ravel())
        values.append(-weight[own].ravel())
    size = (gray.size, gray.size)
    where = np.concatenate(rows), np.concatenate(columns)
    neighbours = scipy.sparse.csr_matrix((np.concatenate(values), where), size)
    return neighbours + scipy.sparse.identity(gray.size, format="csr")


def _weights(gray: Pixels) -> Floats:
    """How alike neighbours are, in the order of ``_STEPS``: ``(8, H, W)``; sums are 1.

    A Gaussian of the difference, as wide as the levels around the pixel vary.
    """
    height, width = gray.shape
    levels = np.pad(gray / 255, 1, constant_values=np.nan)
    around = [levels[1 + dy :][:height, 1 + dx :][:, :width] for dy, dx in _STEPS]
    window = np.stack([*around, levels[1:-1, 1:-1]])
    squares = np.square(window[:-1] - window[-1])
    nearest = np.nanmin(squares, axis=0) if gray.size > 1 else squares[0]
    spread = np.maximum(0.6 * np.nanvar(window, axis=0), nearest / -math.log(0.01))
    weights = np.exp(-squares / np.maximum(spread, 2e-6)) + _LEAST
    weights = np.where(np.isnan(weights), 0, weights)
    return np.asarray(weights / weights.sum(axis=0))


def _window(size: int, step: int) -> slice:
    """The pixels of a side that have a neighbour so many steps on."""
    return slice(max(0, -step), size - max(0, step))
