"""The fine layer of a picture: coded cell by cell, and found again in what is left of its gray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
import numpy.typing as npt

from invgray.color.luminance import luminance
from invgray.color.mix import LUMINANCE, Mix
from invgray.fine import cells, chroma, digits, exact
from invgray.fine.cells import Box, Cell, Kind, Layout
from invgray.fine.orientation import ORIENTATIONS, Orientation
from invgray.types import Floats, Mask, Pixels
from invgray.watching import Watch, unwatched


@dataclass(frozen=True)
class Chrominance:
    """Cb and Cr of a picture, in as little memory as they take.

    Attributes:
        samples: of both, levels around zero times ``chroma.SCALE``: int16 ``(2, H, W)``.
    """

    samples: npt.NDArray[np.int16]

    @classmethod
    def empty(cls, height: int, width: int) -> Chrominance:
        """Of a picture without colour."""
        return cls(np.zeros((2, height, width), np.int16))

    def put(self, box: Box, planes: tuple[Floats, Floats]) -> None:
        """Set Cb and Cr of a rectangle, in levels around zero."""
        limits = np.iinfo(np.int16)
        for samples, plane in zip(self.samples, planes, strict=True):
            scaled = np.rint(chroma.SCALE * plane)
            samples[box.slices] = np.clip(scaled, limits.min, limits.max)

    def at(self, rows: slice, columns: slice) -> tuple[Floats, Floats]:
        """Cb and Cr of a part, in levels around zero: float32 ``(h, w)`` each."""
        cb, cr = self.samples[:, rows, columns] / np.float32(chroma.SCALE)
        return cb, cr


@dataclass(frozen=True)
class Coded:
    """A picture's fine layer, not yet in a gray.

    Attributes:
        cells: and the base of each one's digits, by their place.
        digits: of all cells, ``FREE`` where there is none: uint8 ``(H, W)``.
        chrominance: as it will be decoded.
    """

    cells: tuple[tuple[Box, Cell, int], ...]
    digits: Pixels
    chrominance: Chrominance

    def embed(self, gray: Floats, top: int = 0, left: int = 0) -> Pixels:
        """The levels nearest to a gray in [0, 255] that carry the layer: uint8.

        Where nothing is carried, levels are rounded.

        Args:
            gray: of the picture or a part of it, ``(h, w)``.
            top: row of the part's first pixel.
            left: column of it.
        """
        part = slice(top, top + gray.shape[0]), slice(left, left + gray.shape[1])
        base = _spread(((box, base) for box, _, base in self.cells), *part)
        return digits.to_levels(gray, self.digits[part], base)


@dataclass(frozen=True)
class Found:
    """What is left of a fine layer in a gray.

    Attributes:
        orientation: that undoes what was done to the gray.
        weights: digest of the weights that drew its pattern, 8 bytes; zeros for none.
        mix: of the gray.
        layout: of the whole picture.
        top: row of the picture's first pixel in the gray, once turned back; may be negative.
        left: column of it.
        intact: cells that can be read, by their place in the turned gray, with their base.
    """

    orientation: Orientation
    weights: bytes
    mix: Mix
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
    """What the intact cells of a gray hold.

    Attributes:
        cells: that could be decoded: their places, the bases of their digits, and whether they hold
            pixels without loss.
        chrominance: zero where no cell is intact.
        rgb: pixels of exact cells, and anything elsewhere: uint8 ``(H, W, 3)``.
    """

    cells: tuple[tuple[Box, int, bool], ...]
    chrominance: Chrominance
    rgb: Pixels

    @property
    def share(self) -> float:
        """Share of the picture that intact cells cover, 0 to 1."""
        covered = sum(box.height * box.width for box, _, _ in self.cells)
        return covered / (self.rgb.size // 3)

    @property
    def exact(self) -> bool:
        """Whether all of the picture is without loss."""
        return self.share == 1 and all(exact for _, _, exact in self.cells)

    def base_at(self, rows: slice, columns: slice) -> Pixels:
        """Bases of the digits in a part; 0 where no cell is intact: uint8 ``(h, w)``."""
        return _spread(((box, base) for box, base, _ in self.cells), rows, columns)

    def exact_at(self, rows: slice, columns: slice) -> Mask:
        """Where a part's pixels are without loss: bool ``(h, w)``."""
        exact = ((box, 1) for box, _, exact in self.cells if exact)
        return _spread(exact, rows, columns) > 0


def code(
    rgb: Pixels,
    weights: bytes,
    watch: Watch = unwatched,
    mix: Mix = LUMINANCE,
) -> Coded:
    """Code the colours of a picture; where it is too small to hold anything, there are no cells.

    Every cell holds its pixels if they fit without loss, else its chrominance, in digits of the
    base that restores its colours best.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        weights: digest of the weights that will draw the pattern, 8 bytes; zeros for none.
        watch: hears before each cell how many pixels are done and how many there are; may raise to
            stop.
        mix: of the gray that will carry the layer.
    """
    height, width = rgb.shape[:2]
    layout = Layout.of(height, width)
    carried = np.full((height, width), digits.FREE, np.uint8)
    chrominance, coded, done = Chrominance.empty(height, width), [], 0
    for row, column, box in layout.boxes() if max(height, width) <= cells.LONGEST else ():
        watch(done, height * width)
        pixels = rgb[box.slices]
        planes = chroma.of(pixels, luminance(pixels).astype(np.float32))
        make = partial(Cell, layout, row, column, weights, mix=mix)
        room = partial(cells.room, box.height, box.width, version=cells.version_of(mix))
        found = _exact(pixels, room, make)
        if found is None:
            found, planes = _lossy(planes, room, make)
        chrominance.put(box, planes)
        if found:
            carried[box.slices] = cells.write(*found)
            coded.append((box, *found))
        done += box.height * box.width
    return Coded(tuple(coded), carried, chrominance)


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
    places = islice(_beginnings(gray), _TRIES + gray.size // _PIXELS_A_TRY)
    for orientation, levels, top, left, base in places:
        if first := cells.read(levels, top, left, base):
            return _around(orientation, levels, first, top, left)
    return None


_TRIES, _PIXELS_A_TRY = 100, 5000
"""How many cells that seem to begin are looked at: more than there can be."""


def _beginnings(gray: Pixels) -> Iterator[tuple[Orientation, Pixels, int, int, int]]:
    """Where cells may begin, in all orientations: digits in one row are so upside down, too."""
    for orientation in ORIENTATIONS:
        if orientation.mirrored:
            continue
        levels, other = orientation.undo(gray), orientation.upside_down
        for top, left, base in cells.beginnings(levels):
            yield orientation, levels, top, left, base
            yield other, levels[::-1], levels.shape[0] - 1 - top, left, base


def begins(gray: Pixels) -> bool:
    """Whether a fine layer begins with a gray's first pixel, as in one that was just made."""
    return any(cells.read(gray, 0, 0, base) for base in digits.BASES)


def restore(found: Found, height: int, width: int) -> Restored:
    """Decode all intact cells, of the part of the picture that is in the gray.

    A cell that cannot be decoded, although its checksum is right, counts as damaged.

    Args:
        found: by :func:`find`.
        height: of the gray, once turned back.
        width: likewise.
    """
    rows, columns = found.within(height, width)
    size = rows.stop - rows.start, columns.stop - columns.start
    chrominance, rgb = Chrominance.empty(*size), np.empty((*size, 3), np.uint8)
    decoded = []
    for place, cell, base in found.intact:
        box = Box(place.top - rows.start, place.left - columns.start, place.height, place.width)
        try:
            if cell.kind is Kind.EXACT:
                pixels = exact.decode(cell.payload, box.height, box.width)
                planes = chroma.of(pixels, luminance(pixels).astype(np.float32))
                rgb[box.slices] = pixels
            else:
                planes = chroma.decode(cell.payload, box.height, box.width, cell.version)
        except ValueError:
            continue
        chrominance.put(box, planes)
        decoded.append((box, base, cell.kind is Kind.EXACT))
    return Restored(tuple(decoded), chrominance, rgb)


def _spread(values: Iterable[tuple[Box, int]], rows: slice, columns: slice) -> Pixels:
    """Values of cells as those of the pixels of a part, zero between: uint8 ``(h, w)``."""
    spread = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    for box, value in values:
        top, left = box.top - rows.start, box.left - columns.start
        bottom, right = top + box.height, left + box.width
        if bottom > 0 and right > 0:
            spread[max(0, top) : bottom, max(0, left) : right] = value
    return spread


def _around(orientation: Orientation, levels: Pixels, cell: Cell, top: int, left: int) -> Found:
    """All that is intact around one cell that is."""
    layout, box = cell.layout, cell.layout.box(cell.row, cell.column)
    top, left = top - box.top, left - box.left
    intact = tuple(_intact(levels, cell, top, left))
    return Found(orientation, cell.weights, cell.mix, layout, top, left, intact)


def _intact(levels: Pixels, first: Cell, top: int, left: int) -> Iterator[tuple[Box, Cell, int]]:
    layout, (height, width) = first.layout, levels.shape
    for row in layout.down.within(-top, height - top):
        for column in layout.across.within(-left, width - left):
            box, told = layout.box(row, column), (layout, row, column, first.mix)
            place = Box(top + box.top, left + box.left, box.height, box.width)
            for base in digits.BASES:
                cell = cells.read(levels, place.top, place.left, base)
                if cell and (cell.layout, cell.row, cell.column, cell.mix) == told:
                    yield place, cell, base
                    break


def _exact(rgb: Pixels, room: partial[int], make: partial[Cell]) -> tuple[Cell, int] | None:
    """A cell with its pixels, in digits of the smallest base that has room for them."""
    largest = room(digits.BASES[-1])
    payload = exact.encode(rgb, largest) if largest > 0 else None
    if payload is None:
        return None
    base = next(base for base in digits.BASES if len(payload) <= room(base))
    return make(Kind.EXACT, payload), base


def _lossy(
    planes: tuple[Floats, Floats], room: partial[int], make: partial[Cell]
) -> tuple[tuple[Cell, int] | None, tuple[Floats, Floats]]:
    """A cell with its chrominance, and that as it will be decoded; the true one if there is none.

    A larger base has room for better chrominance, and costs the luminance more: its error is even
    over a base's width. It is tried where that can pay. Where chrominance is very good as it is, it
    gets fewer bytes: in pixels that carry none, levels are rounded.
    """
    best: _Coding | None = None
    for base in digits.BASES:
        if best and _error(base, 1) + _HOPE * best.color_error >= best.error:
            break
        coding = _coding(planes, base, room(base))
        if coding and (best is None or coding.error < best.error):
            best = coding
    if best is None:
        return None, planes
    if best.base == digits.BASES[0] and best.color_error < _ENOUGH:
        best = _leaner(best, planes)
    return (make(Kind.CHROMINANCE, best.packets), best.base), best.decoded


_HOPE = 0.55
"""Share of the chrominance's error that the next larger base leaves at best."""

_ENOUGH = 0.14
"""Error of the chrominance, mean square, below which fewer bytes of it pay."""


@dataclass(frozen=True)
class _Coding:
    """Chrominance of a cell in digits of a base.

    Attributes:
        base: of the digits.
        packets: that they carry.
        room: bytes that they could carry.
        decoded: Cb and Cr that come back.
        color_error: mean square of it in R, G and B.
    """

    base: int
    packets: bytes
    room: int
    decoded: tuple[Floats, Floats]
    color_error: float

    @property
    def error(self) -> float:
        """Mean square error of the colours, that of the luminance included."""
        return _error(self.base, len(self.packets) / self.room) + self.color_error


def _error(base: int, share: float) -> float:
    """Mean square error of levels of which a share carries digits, and the rest are rounded."""
    return (share * base**2 + (1 - share)) / 12


def _coding(
    planes: tuple[Floats, Floats], base: int, room: int, share: float = 1.0
) -> _Coding | None:
    """Chrominance in a share of the room that digits have for it; None if that is too little."""
    packets = chroma.encode(*planes, int(share * room)) if room > 0 else None
    if packets is None:
        return None
    decoded = chroma.decode(packets, *planes[0].shape)
    error = chroma.color_error(planes[0] - decoded[0], planes[1] - decoded[1])
    return _Coding(base, packets, room, decoded, error)


def _leaner(best: _Coding, planes: tuple[Floats, Floats]) -> _Coding:
    """A coding in fewer bytes, where that makes for better colours.

    How many are best follows closely from the chrominance's error in all of the room.
    """
    share = max(_LEAST_SHARE, best.color_error / _ENOUGH)
    leaner = _coding(planes, best.base, best.room, share)
    return leaner if leaner and leaner.error < best.error else best


_LEAST_SHARE = 1 / 8
"""Share of the room that chrominance gets at least."""
