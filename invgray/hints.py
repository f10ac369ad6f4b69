"""Colours that somebody gives for parts of a gray picture: strokes, and points."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from PIL import Image

from invgray.color.lab import lab
from invgray.color.levels import neutral
from invgray.errors import InputError, UsageError
from invgray.files.picture import Picture
from invgray.types import Floats, Mask, Pixels

OPAQUE = 128
"""Alpha from which on a pixel of a picture of strokes is a hint."""

PATCH = 7
"""Side in pixels of the squares that random hints are the mean colours of (Zhang et al. 2017)."""

_ROWS = 256
"""Rows that are looked at at a time, to spare memory."""

_STRETCH = 0.02
"""Share by which the sides of strokes may differ from the picture's, beyond their scale."""


class HintEngine(StrEnum):
    """What spreads hints over a picture."""

    OPTIMIZATION = "optimization"
    NETWORK = "network"


@dataclass(frozen=True)
class Hint:
    """The colour of one pixel.

    Attributes:
        x: column in the upright picture, from 0.
        y: row, from 0.
        color: red, green and blue, from 0 to 255.
    """

    x: int
    y: int
    color: tuple[int, int, int]


@dataclass(frozen=True)
class Hints:
    """What is known of a picture's colours.

    Attributes:
        ab: CIE ab of the hints, 0 elsewhere: float32 ``(H, W, 2)``.
        given: where there are hints, ``(H, W)``.
    """

    ab: Floats
    given: Mask

    @classmethod
    def none(cls, height: int, width: int) -> Hints:
        """No hint at all."""
        return cls(np.zeros((height, width, 2), np.float32), np.zeros((height, width), bool))

    def reduced(self, height: int, width: int) -> Hints:
        """The hints for a smaller version of the picture: means, wherever there is one."""
        if self.given.shape == (height, width):
            return self
        rows, columns = np.nonzero(self.given)
        old_height, old_width = self.given.shape
        cells = (rows * height // old_height) * width + columns * width // old_width
        counts = np.bincount(cells, minlength=height * width)
        colors = self.ab[rows, columns]
        sums = [np.bincount(cells, colors[:, i], minlength=height * width) for i in range(2)]
        means = np.stack(sums, axis=-1) / np.maximum(counts, 1)[:, None]
        return Hints(
            means.reshape(height, width, 2).astype(np.float32),
            (counts > 0).reshape(height, width),
        )


def small(gray: Pixels, hints: Hints, side: int) -> tuple[Pixels, Hints]:
    """A gray picture and its hints, both made smaller if it has more pixels than a square.

    Args:
        gray: levels, uint8 ``(H, W)``.
        hints: of the picture.
        side: of the square, in pixels.
    """
    shrink = min(1.0, side / math.sqrt(gray.size))
    height, width = (max(1, round(n * shrink)) for n in gray.shape)
    resized = Image.fromarray(gray).resize((width, height), Image.Resampling.BOX)
    return np.asarray(resized), hints.reduced(height, width)


def parse(text: str) -> Hint:
    """A hint in words: ``X,Y,#RRGGBB``; the ``#`` may be left out.

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6}),(\d{1,6}),#?([0-9a-fA-F]{6})", text.strip())
    if found is None:
        raise UsageError(f"'{text}' is no hint", "give column, row and colour as 120,80,#d04030")
    red, green, blue = bytes.fromhex(found[3])
    return Hint(int(found[1]), int(found[2]), (red, green, blue))


def drawn(rgb: Pixels, count: int, random: np.random.Generator, side: int = PATCH) -> Hints:
    """Random hints for a picture whose colours are known: the mean ab of small squares.

    Args:
        rgb: the picture, uint8 ``(H, W, 3)``.
        count: of the hints, whose places are drawn evenly; a later one lies over those before it.
        random: draws.
        side: of the squares in pixels; no more than the picture has.
    """
    height, width = rgb.shape[:2]
    true, hints = lab(rgb)[..., 1:], Hints.none(height, width)
    for _ in range(count):
        top, left = (int(random.integers(max(1, n - side + 1))) for n in (height, width))
        patch = slice(top, top + side), slice(left, left + side)
        hints.ab[patch] = true[patch].mean(axis=(0, 1))
        hints.given[patch] = True
    return hints


def collected(
    height: int, width: int, strokes: Picture | None, points: Sequence[Hint]
) -> tuple[Hints, tuple[str, ...]]:
    """All hints for a picture, and what there is to say of them; points lie over strokes.

    Args:
        height: of the picture.
        width: of the picture.
        strokes: transparent where there is no hint; scaled if it is of another size.
        points: further hints.

    Raises:
        InputError: the strokes have no transparency, or another shape than the picture.
        UsageError: a point lies outside the picture.
    """
    hints, notices = (
        (Hints.none(height, width), ()) if strokes is None else _painted(height, width, strokes)
    )
    if not points:
        return hints, notices
    ab, given = hints.ab.copy(), hints.given.copy()
    for point in points:
        if not (point.x < width and point.y < height):
            raise UsageError(
                f"the hint at {point.x},{point.y} lies outside the picture ({width}x{height})",
                "columns and rows count from 0",
            )
        given[point.y, point.x] = True
        ab[point.y, point.x] = lab(np.array(point.color, np.uint8))[1:]
    return replace(hints, ab=ab, given=given), notices


def _painted(height: int, width: int, strokes: Picture) -> tuple[Hints, tuple[str, ...]]:
    if strokes.alpha is None:
        raise InputError(
            "the picture of hints: has no transparency", "leave it clear where there is no hint"
        )
    pixels = strokes.pixels if strokes.pixels.ndim == 3 else neutral(strokes.pixels)
    given = np.asarray(strokes.alpha >= OPAQUE)
    notices: tuple[str, ...] = ()
    if given.shape != (height, width):
        rows, columns = given.shape
        if abs(rows * width / (columns * height) - 1) > _STRETCH + 1 / min(rows, columns):
            raise InputError(
                f"the picture of hints: has another shape ({columns}x{rows} pixels) than the "
                f"picture ({width}x{height})",
                "make it as large as the picture",
            )
        notices = (f"has hints of {columns}x{rows} pixels; they are scaled to it",)
        pixels = _scaled(pixels, height, width)
        given = np.asarray(_scaled(given.astype(np.uint8), height, width) > 0)
    ab = np.zeros((height, width, 2), np.float32)
    for top in range(0, height, _ROWS):
        rows, seen = slice(top, top + _ROWS), given[top : top + _ROWS]
        ab[rows][seen] = lab(pixels[rows][seen])[:, 1:]
    return Hints(ab, given), notices


def _scaled(pixels: Pixels, height: int, width: int) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.NEAREST))
