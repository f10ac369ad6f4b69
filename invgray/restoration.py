"""Colours from what is left of a gray: the fine layer where it is intact, the pattern elsewhere.

The pattern is taken away where the chrominance is known: gray less pattern is the luminance, to
half the base of the fine layer's digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when first used: an untouched gray needs none

from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.color.mix import Mix
from invgray.fine import chroma, layer
from invgray.fine.layer import Found, Restored
from invgray.inference.tiling import Offset, Tile, View
from invgray.types import Floats, Mask, Pixels
from invgray.watching import Watch, portion, unwatched

SEAM, REACH = 4.0, 16
"""Pixels over which colours from the pattern take on those of intact cells beside them, and pixels
from which on these are no longer felt."""

STEPS = 0.7, 1.0
"""How far the luminance goes each time that a pattern which depends on it is drawn.

More steps bring no more: what is left is the gray's rounding, and what the pattern makes of it.
"""

BAND = 256
"""Rows worked on at a time, to spare memory."""


@dataclass(frozen=True)
class Networks:
    """What a codec's networks do.

    Attributes:
        pattern: from Cb, Cr and a luminance of a part of a picture, ``(h, w)`` each in levels, and
            the part's offset to the networks' grid, to what is added to the luminance: ``(h, w)``.
        decoder: from a gray, uint8 ``(H, W)``, and its offset to colours by its pattern alone,
            uint8 ``(H, W, 3)``; with what hears of its progress, and whether they are refined.
        tiles: from a picture's size, what is made of a part, and the picture's offset to all tiles;
            likewise.
        grid: pixels of a side of the networks' grid, which lies on the first pixel of a picture.
        coarse: whether the pattern depends on no more of the luminance than the gray has, too, so
            that it comes off at once.
    """

    pattern: Callable[[Floats, Floats, Floats, Offset], Floats]
    decoder: Callable[[Pixels, Offset, Watch, bool], Pixels]
    tiles: Callable[[tuple[int, int], View, Offset, Watch], Iterator[Tile]]
    grid: int
    coarse: bool


@dataclass(frozen=True)
class Restoration:
    """What a gray gave back.

    Attributes:
        rgb: uint8 ``(H, W, 3)``, in the gray's own orientation.
        fine: share of the picture that was restored from the fine layer, 0 to 1.
        exact: whether all of the picture is bit for bit the original.
    """

    rgb: Pixels
    fine: float = 0.0
    exact: bool = False


def restore(
    found: Found, gray: Pixels, networks: Networks, watch: Watch = unwatched
) -> Restoration:
    """Colours of a gray in which a fine layer was found.

    What lies around the picture, where it was pasted into a larger one, stays gray.

    Args:
        found: by :func:`invgray.fine.layer.find`.
        gray: uint8 ``(H, W)``.
        networks: of the codec that made the gray.
        watch: hears of the progress, and may raise to stop.
    """
    upright = found.orientation.undo(gray)
    rows, columns = found.within(*upright.shape)
    restored = layer.restore(found, *upright.shape)
    offset = max(0, -found.top) % networks.grid, max(0, -found.left) % networks.grid
    _color(upright[rows, columns], restored, found.mix, networks, offset, watch)
    rgb = restored.rgb
    if rgb.shape[:2] != upright.shape:
        rgb = neutral(upright)
        rgb[rows, columns] = restored.rgb
    whole = restored.rgb.shape[:2] == (found.layout.height, found.layout.width)
    return Restoration(
        np.ascontiguousarray(found.orientation.apply(rgb)),
        restored.share,
        whole and restored.exact,
    )


def _color(
    gray: Pixels,
    restored: Restored,
    mix: Mix,
    networks: Networks,
    offset: Offset,
    watch: Watch,
) -> None:
    """Fill in the colours of what is not exact."""
    damaged = restored.share < 1
    if networks.coarse:
        read = 0.5 if damaged else 0.0
        guess = networks.decoder(gray, offset, portion(watch, 0, read), False) if damaged else None
        picture = _Picture(gray, restored, guess)
        tiles = _coarse(picture, networks, offset, portion(watch, read, 1))
    else:
        read = 1 / (1 + len(STEPS))
        guess = networks.decoder(gray, offset, portion(watch, 0, read), damaged)
        picture = _Picture(gray, restored, guess)
        tiles = _iterated(
            picture, mix.gray(guess).astype(np.float32), networks, offset, portion(watch, read, 1)
        )
    for rows, columns, y in tiles:
        part = picture.at(rows, columns)
        rgb = to_8_bits(chroma.to_rgb(y - mix.shift(part.cb, part.cr), part.cb, part.cr))
        kept = restored.exact_at(rows, columns)
        np.copyto(restored.rgb[rows, columns], rgb, where=~kept[..., None])
    if guess is not None and damaged:
        _fill_in(guess, restored)


@dataclass(frozen=True)
class _Part:
    """A part of a gray, and what is known of its colours.

    Attributes:
        gray: uint8 ``(h, w)``.
        base: of the fine layer's digits, 0 where it is not intact: uint8 ``(h, w)``.
        cb: chrominance in levels: float32 ``(h, w)``.
        cr: likewise.
    """

    gray: Pixels
    base: Pixels
    cb: Floats
    cr: Floats

    @property
    def saturated(self) -> Mask:
        """Where a level is an end of its digit's range, and may stand for anything beyond."""
        reach = np.maximum(self.base, 1)
        return (self.gray < reach) | (self.gray > 255 - reach)

    def without(self, pattern: Floats) -> Floats:
        """The luminance, by taking the pattern away.

        A level at an end of the scale tells only that luminance and pattern reach it; half the
        pattern is then the better guess.
        """
        outwards = np.where(self.gray > 127, pattern > 0, pattern < 0)
        share = np.where(self.saturated & outwards, np.float32(0.5), np.float32(1))
        return np.clip(self.gray - share * pattern, 0, 255)


@dataclass(frozen=True)
class _Picture:
    """A gray, what intact cells hold, and colours by the pattern, if needed."""

    gray: Pixels
    restored: Restored
    guess: Pixels | None

    def at(self, rows: slice, columns: slice) -> _Part:
        """A part of it."""
        base = self.restored.base_at(rows, columns)
        cb, cr = self.restored.chrominance.at(rows, columns)
        if self.guess is not None:
            rgb = self.guess[rows, columns]
            guessed = chroma.of(rgb, luminance(rgb).astype(np.float32))
            cb, cr = (np.where(base > 0, a, b) for a, b in zip((cb, cr), guessed, strict=True))
        return _Part(self.gray[rows, columns], base, cb, cr)


def _coarse(picture: _Picture, networks: Networks, offset: Offset, watch: Watch) -> Iterator[Tile]:
    """The luminance, tile by tile."""

    def pattern(rows: slice, columns: slice, offset: Offset) -> Floats:
        part = picture.at(rows, columns)
        return networks.pattern(part.cb, part.cr, part.gray.astype(np.float32), offset)

    for rows, columns, added in networks.tiles(picture.gray.shape, pattern, offset, watch):
        yield rows, columns, picture.at(rows, columns).without(added)


def _iterated(
    picture: _Picture, y: Floats, networks: Networks, offset: Offset, watch: Watch
) -> Iterator[Tile]:
    """The luminance, by drawing the pattern of a guess and of the better one; then band by band."""
    height, width = y.shape
    part = picture.at(slice(0, height), slice(0, width))
    for number, share in enumerate(STEPS):
        drawing = portion(watch, number / len(STEPS), (number + 1) / len(STEPS))
        y += np.float32(share) * (part.without(_drawn(part, y, networks, offset, drawing)) - y)
    for top in range(0, height, BAND):
        yield slice(top, min(top + BAND, height)), slice(0, width), y[top : top + BAND]


def _drawn(part: _Part, y: Floats, networks: Networks, offset: Offset, watch: Watch) -> Floats:
    """The pattern of a guessed luminance: float32 ``(h, w)``."""

    def pattern(rows: slice, columns: slice, offset: Offset) -> Floats:
        place = rows, columns
        return networks.pattern(part.cb[place], part.cr[place], y[place], offset)

    added = np.empty_like(y)
    for rows, columns, values in networks.tiles(y.shape, pattern, offset, watch):
        added[rows, columns] = values
    return added


def _fill_in(guess: Pixels, restored: Restored) -> None:
    """Colours from the pattern where no cell is intact, drawn to those of intact cells near."""
    height, width = guess.shape[:2]
    for top in range(0, height, BAND):
        bottom = min(top + BAND, height)
        first, last = max(0, top - REACH), min(height, bottom + REACH)
        intact = restored.base_at(slice(first, last), slice(0, width)) > 0
        near = _without_seam(guess[first:last], restored.rgb[first:last], intact)
        inner = slice(top - first, bottom - first)
        missing = ~intact[inner, :, None]
        np.copyto(restored.rgb[top:bottom], near[inner], where=missing)


def _without_seam(guess: Pixels, rgb: Pixels, intact: Mask) -> Pixels:
    """Colours from the pattern, drawn to those of intact cells near these."""
    if intact.all() or not intact.any():
        return guess
    difference = np.where(intact[..., None], rgb.astype(np.float32) - guess, 0)
    difference = scipy.ndimage.gaussian_filter(difference, (SEAM, SEAM, 0))
    weight = scipy.ndimage.gaussian_filter(intact.astype(np.float32), SEAM)
    near = difference / np.maximum(weight, 1e-3)[..., None]
    return to_8_bits(guess + np.minimum(2 * weight, 1)[..., None] * near)
