"""Tone curves that a gray went through: gamma, contrast, brightness.

A curve on whole levels leaves a comb in the histogram: where it is steep, levels stay empty; where
it is flat, levels fall together and count twice. Its teeth tell the curve, as long as no later
handling, such as JPEG, has blurred them. So it can be undone, up to the levels that fell together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from invgray.types import Floats, Pixels

SLOPES = (0.8, 1.25)
"""Least and greatest gamma, contrast and brightness that are looked for."""

STEP = 0.001
"""Between slopes that are looked for."""

CLEAR = 1.4
"""Least clarity of a curve that was applied."""

_POOR = 0.25
"""Misfit beyond which a histogram has gaps of another kind, as of fewer levels."""

_CLOSE = 1.5
"""Misfit, in times of the least, up to which another curve may be the true one."""

_LEVELS = np.arange(256)
_WIDTH = 6.0
"""Standard deviation, in levels, of what a histogram without a comb is smoothed by."""

_ENOUGH = 2000
"""Pixels of a level from which on its count is exact enough."""

_FEWEST = 32
"""Levels that a picture must have for its histogram to tell anything."""

_EXACT = 1e-4
"""Level that rounding may be off by before it is cut off."""

_OUTLIER = 1.5
"""Greatest misfit of a level that counts: pictures have levels of their own that stand out."""


@dataclass(frozen=True)
class Curve:
    """What was done to the levels of a gray.

    Attributes:
        words: what it was, for people: "gamma 0.9".
        original: of every level, the level that it was: uint8 ``(256,)``.
        clarity: how much better the histogram fits it than no curve, in times.
    """

    words: str
    original: Pixels
    clarity: float

    def undo(self, gray: Pixels) -> Pixels:
        """The gray as it was: uint8 ``(H, W)`` of both."""
        return self.original[gray]


def find(gray: Pixels) -> tuple[Curve, ...]:
    """Curves that a gray may have gone through; the likeliest first, and none if it seems as made.

    Those of about the same slope leave the same comb, shifted: brightness, and contrast about
    different levels. Their order is then a guess.

    Args:
        gray: uint8 ``(H, W)``.
    """
    counts = np.bincount(gray.ravel(), minlength=256).astype(np.float32)
    if np.count_nonzero(counts) < _FEWEST:
        return ()
    plain = float(np.min(_misfit(counts, _unchanged())))
    best = []
    for way in _ways(round(float(gray.mean()))):
        misfits = _misfit(counts, way.levels)
        i = int(np.argmin(misfits))
        best.append((float(misfits[i]), way, i))
    best.sort(key=lambda found: found[0])
    least = best[0][0]
    if least > _POOR or plain < CLEAR * least:
        return ()
    return tuple(
        Curve(way.words(i), way.original(i), plain / max(misfit, 1e-9))
        for misfit, way, i in best
        if misfit <= _CLOSE * least
    )


@dataclass(frozen=True)
class _Way:
    """Curves of one kind, and of all slopes.

    Attributes:
        name: of what they change.
        slopes: gamma, or factors: ``(n,)``.
        levels: what becomes of every level: ``(n, 256)``.
    """

    name: str
    slopes: Floats
    levels: Pixels

    def words(self, i: int) -> str:
        """What one of them is, for people."""
        return f"{self.name} {self.slopes[i]:.3g}"

    def original(self, i: int) -> Pixels:
        """What every level was before one of them; the middle of those that fell together."""
        levels = self.levels[i]
        held = np.bincount(levels, minlength=256)
        means = np.bincount(levels, weights=_LEVELS, minlength=256)[held > 0] / held[held > 0]
        return np.rint(np.interp(_LEVELS, np.flatnonzero(held), means)).astype(np.uint8)


def _ways(mean: int) -> Iterator[_Way]:
    """All that is looked for.

    Programs round levels or cut them off, and spread contrast about the middle of the scale or the
    mean of the picture.
    """
    yield from _fixed()
    yield _linear("contrast", mean, 0.5)
    for off in (0, 1, -1, 2, -2, 3, -3):
        yield _linear("contrast", mean + off, 0.0)


@cache
def _fixed() -> tuple[_Way, ...]:
    """Those that are the same for every picture."""
    slopes = _slopes()
    powers = 255 * (_LEVELS / 255) ** slopes[:, None]
    return tuple(
        way
        for rounding in (0.5, 0.0)
        for way in (
            _Way("gamma", slopes, _whole(powers + rounding)),
            _linear("brightness", 0, rounding),
            _linear("contrast", 127.5, rounding),
            _linear("contrast", 128, rounding),
        )
    )


@cache
def _unchanged() -> Pixels:
    """What stays as it was: all levels; or those that lossy WebP and video keep, 16 to 235."""
    kept = [(_LEVELS - 16) * 255 / 219 + rounding for rounding in (0.5, 0.25, 0.0)]
    return _whole(np.array([_LEVELS, *kept]))


def _linear(name: str, middle: float, rounding: float) -> _Way:
    slopes = _slopes()
    return _Way(name, slopes, _whole(middle + (_LEVELS - middle) * slopes[:, None] + rounding))


def _slopes() -> Floats:
    return np.asarray(np.arange(round(SLOPES[0] / STEP), round(SLOPES[1] / STEP) + 1) * STEP)


def _whole(levels: Floats) -> Pixels:
    whole: Pixels = np.clip(np.floor(levels + _EXACT), 0, 255).astype(np.uint8)
    return whole


def _misfit(counts: Floats, levels: Pixels) -> Floats:
    """How far a histogram is from a smooth one after curves, relative to it: ``(n,)``.

    Args:
        counts: of the 256 levels.
        levels: what becomes of every level by each curve: ``(n, 256)``.
    """
    n = len(levels)
    places = 256 * np.arange(n)[:, None] + levels
    held = np.bincount(places.ravel(), minlength=256 * n).reshape(n, 256).astype(np.float32)
    first, last = levels[:, :1], levels[:, -1:]
    inner = (first < _LEVELS) & (last > _LEVELS)
    smooth = ((inner * counts) @ _kernel()) / np.maximum((inner * held) @ _kernel(), 1e-6)
    off = np.minimum(np.abs(counts - held * smooth) / np.maximum(smooth, 1), _OUTLIER)
    weight = inner * np.minimum(smooth, _ENOUGH)
    impossible = ((first > _LEVELS) | (last < _LEVELS)) @ counts / counts.sum()
    misfit = np.sum(weight * off**2, axis=1) / np.maximum(np.sum(weight, axis=1), 1)
    return np.asarray(misfit + 10 * impossible)


_NOTHING = 1e-30
"""Below this, numbers are near those that processors multiply ten times as slowly (denormals)."""


@cache
def _kernel() -> Floats:
    kernel = np.exp(-0.5 * ((_LEVELS[:, None] - _LEVELS) / _WIDTH) ** 2)
    kernel[kernel < _NOTHING] = 0
    return np.asarray(kernel / kernel.sum(axis=0), np.float32)
