"""The fine layer of a picture: coded cell by cell, and found again in what is left of its gray."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from invgray.color.luminance import luminance
from invgray.fine import cells, chroma, digits, exact
from invgray.fine.cells import Box, Cell, Kind, Layout
from invgray.fine.orientation import ORIENTATIONS, Orientation
from invgray.types import Floats, Mask, Pixels

LARGE = 2_000_000
"""Pixels from which on cells are large: fewer borders between them, and less to try."""


@dataclass(frozen=True)
class Coded:
    """A picture's fine layer, not yet in a gray.

    Attributes:
        cells: and the base of each one's digits, by their place.
        cb: chrominance as it will be decoded, in levels around zero: ``(H, W)``.
        cr: likewise.
    """

    cells: tuple[tuple[Box, Cell, int], ...]
    cb: Floats
    cr: Floats

    def embed(self, gray: Floats) -> Pixels:
        """The levels nearest to a gray ``(H, W)`` in [0, 255] that carry the layer: uint8.

        Where cells have no room for anything, levels are rounded.
        """
        levels = np.rint(np.clip(gray, 0, 255)).astype(np.uint8)
        for box, cell, base in self.cells:
            carried = cells.write(cell, base)
            levels[box.slices] = digits.to_levels(gray[box.slices], carried, base)
        return levels


@dataclass(frozen=True)
class Found:
    """What is left of a fine layer in a gray.

    Attributes:
        orientation: that undoes what was done to the gray.
        weights: digest of the weights that drew its pattern, 8 bytes; zeros for none.
        layout: of the whole picture.
        top: row of the picture's first pixel in the gray, once turned back; may be negative.
        left: column of it.
        intact: cells that can be read, by their place in the turned gray, with their base.
    """

    orientation: Orientation
    weights: bytes
    layout: Layout
    top: int
    left: int
    intact: tuple[tuple[Box, Cell, int], ...]

    def within(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of a gray of a size, once turned back, that belong to the picture."""
        rows = slice(max(0, self.top), min(height, self.top + self.layout.height))
        return rows, slice(max(0, self.left), min(width, self.left + self.layout.width))


@dataclass(frozen=True)
class Restored:
    """What the intact cells of a gray hold, over the whole of it, turned back.

    Attributes:
        cb: chrominance in levels around zero, zero where no cell is intact: ``(H, W)``.
        cr: likewise.
        base: of the digits; 0 where no cell is intact: uint8 ``(H, W)``.
        rgb: pixels of exact cells: uint8 ``(H, W, 3)``.
        exact: where these are: bool ``(H, W)``.
    """

    cb: Floats
    cr: Floats
    base: Pixels
    rgb: Pixels
    exact: Mask

    def each(self, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> Restored:
        """The same with every plane changed alike: cut or continued, for one."""
        planes = (self.cb, self.cr, self.base, self.rgb, self.exact)
        return Restored(*map(change, planes))


def code(rgb: Pixels, weights: bytes) -> Coded:
    """Code the colours of a picture; where it is too small to hold anything, there are no cells.

    Every cell holds its pixels if they fit without loss, else its chrominance, in digits of the
    base that restores its colours best.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        weights: digest of the weights that will draw the pattern, 8 bytes; zeros for none.
    """
    height, width = rgb.shape[:2]
    layout = Layout(height, width, cells.SIDES[height * width >= LARGE])
    cb, cr = chroma.of(rgb.astype(np.float32), luminance(rgb).astype(np.float32))
    coded = []
    for row, column, box in layout.boxes():
        make = partial(Cell, layout, row, column, weights)
        found = _exact(rgb[box.slices], make) or _lossy(rgb[box.slices], cb, cr, box, make)
        if found:
            coded.append((box, *found))
    return Coded(tuple(coded), cb, cr)


def find(gray: Pixels) -> Found | None:
    """Find the fine layer in a gray, whatever part of it is left, however it was turned.

    Args:
        gray: uint8 ``(H, W)``: the gray as it was made, or cropped, or pasted into a larger one,
            turned by right angles, mirrored.
    """
    for orientation in ORIENTATIONS:
        levels = orientation.undo(gray)
        for base in digits.BASES:
            if first := cells.read(levels, 0, 0, base):
                return _around(orientation, levels, first, 0, 0)
    for orientation in ORIENTATIONS:
        levels = orientation.undo(gray)
        for base in digits.BASES:
            for top, left in cells.beginnings(levels, base):
                if first := cells.read(levels, top, left, base):
                    return _around(orientation, levels, first, top, left)
    return None


def begins(gray: Pixels) -> bool:
    """Whether a fine layer begins with a gray's first pixel, as in one that was just made."""
    return any(cells.read(gray, 0, 0, base) for base in digits.BASES)


def restore(found: Found, gray: Pixels) -> Restored:
    """Decode all intact cells.

    A cell that cannot be decoded, although its checksum is right, counts as damaged.

    Args:
        found: by :func:`find`.
        gray: the same.
    """
    shape = found.orientation.undo(gray).shape
    restored = Restored(
        cb=np.zeros(shape, np.float32),
        cr=np.zeros(shape, np.float32),
        base=np.zeros(shape, np.uint8),
        rgb=np.zeros((*shape, 3), np.uint8),
        exact=np.zeros(shape, bool),
    )
    for box, cell, base in found.intact:
        try:
            _fill(restored, box, cell)
        except ValueError:
            continue
        restored.base[box.slices] = base
    return restored


def _fill(restored: Restored, box: Box, cell: Cell) -> None:
    if cell.kind is Kind.EXACT:
        rgb = exact.decode(cell.payload, box.height, box.width)
        cb, cr = chroma.of(rgb.astype(np.float32), luminance(rgb).astype(np.float32))
        restored.rgb[box.slices], restored.exact[box.slices] = rgb, True
    else:
        cb, cr = chroma.decode(cell.payload, box.height, box.width)
    restored.cb[box.slices], restored.cr[box.slices] = cb, cr


def _around(orientation: Orientation, levels: Pixels, cell: Cell, top: int, left: int) -> Found:
    """All that is intact around one cell that is."""
    layout, box = cell.layout, cell.layout.box(cell.row, cell.column)
    top, left = top - box.top, left - box.left
    intact = tuple(_intact(levels, cell, top, left))
    return Found(orientation, cell.weights, layout, top, left, intact)


def _intact(levels: Pixels, first: Cell, top: int, left: int) -> Iterator[tuple[Box, Cell, int]]:
    layout = first.layout
    rows = _within(layout.rows, layout.side, top, levels.shape[0])
    columns = _within(layout.columns, layout.side, left, levels.shape[1])
    for row in rows:
        for column in columns:
            box = layout.box(row, column)
            place = Box(top + box.top, left + box.left, box.height, box.width)
            for base in digits.BASES:
                cell = cells.read(levels, place.top, place.left, base)
                if cell and (cell.layout, cell.row, cell.column) == (layout, row, column):
                    yield place, cell, base
                    break


def _within(count: int, side: int, start: int, length: int) -> range:
    """The rows or columns of cells that begin within a gray."""
    first = -(start // side) if start < 0 else 0
    last = (length - start - 1) // side
    return range(max(0, first), min(count, last + 1))


def _exact(rgb: Pixels, make: partial[Cell]) -> tuple[Cell, int] | None:
    """A cell with its pixels, in digits of the smallest base that has room for them."""
    height, width = rgb.shape[:2]
    largest = cells.room(height, width, digits.BASES[-1])
    payload = exact.encode(rgb, largest) if largest > 0 else None
    if payload is None:
        return None
    base = next(base for base in digits.BASES if len(payload) <= cells.room(height, width, base))
    return make(Kind.EXACT, payload), base


def _lossy(
    rgb: Pixels, cb: Floats, cr: Floats, box: Box, make: partial[Cell]
) -> tuple[Cell, int] | None:
    """A cell with its chrominance, which takes the place of that given.

    A larger base has room for better chrominance, and costs the luminance more: its error is even
    over a base's width. It is tried where that can pay.
    """
    best, least, color_error = None, np.inf, np.inf
    true_cb, true_cr = cb[box.slices].copy(), cr[box.slices].copy()
    for base in digits.BASES:
        luminance_error = base**2 / 12
        if least < np.inf and luminance_error + _HOPE * color_error >= least:
            break
        size = cells.room(box.height, box.width, base)
        packets = chroma.encode(true_cb, true_cr, size) if size > 0 else None
        if packets is None:
            continue
        found = chroma.decode(packets, box.height, box.width)
        color_error = _color_error(true_cb - found[0], true_cr - found[1])
        if luminance_error + color_error < least:
            best, least = (make(Kind.CHROMINANCE, packets), base), luminance_error + color_error
            cb[box.slices], cr[box.slices] = found
    return best


_HOPE = 0.55
"""Share of the chrominance's error that the next larger base leaves at best."""


def _color_error(cb: Floats, cr: Floats) -> float:
    """Mean square error of R, G and B by that of chrominance alone."""
    errors = chroma.to_rgb(np.zeros_like(cb), cb, cr)
    return float(np.mean(errors**2))
