"""Where a pattern's grid lies in a gray that was cropped, turned, mirrored or resized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy  # its parts load when first used: most grays lie as they were made

from invgray.color.levels import to_8_bits
from invgray.fine.orientation import UPRIGHT, Orientation
from invgray.types import Floats, Pixels


@dataclass(frozen=True)
class Placement:
    """How a gray came out of that which was made, and where its middle was in that.

    Attributes:
        middle: row and column, in the made gray, of the middle of this one. They count modulo the
            networks' grid.
        orientation: how it was turned by right angles and mirrored.
        scale: factor that it was resized by.
        angle: degrees, counter-clockwise, that it was turned by beyond that.
    """

    middle: tuple[float, float]
    orientation: Orientation = UPRIGHT
    scale: float = 1.0
    angle: float = 0.0

    @property
    def matrix(self) -> Floats:
        """From rows and columns in the made gray to those in this one: ``(2, 2)``."""
        mirror = np.diag([1.0, -1.0 if self.orientation.mirrored else 1.0])
        turn = np.deg2rad(self.angle + 90 * self.orientation.turns)
        cos, sin = np.cos(turn), np.sin(turn)
        return self.scale * np.array([[cos, -sin], [sin, cos]]) @ mirror

    def corners(self, height: int, width: int) -> Floats:
        """Where the corners of a gray of a size are in the made gray: ``(4, 2)``."""
        y, x = (height - 1) / 2, (width - 1) / 2
        corners = np.array([(-y, -x), (-y, x), (y, -x), (y, x)])
        return np.asarray(corners @ np.linalg.inv(self.matrix).T + self.middle)

    def words(self, height: int, width: int, grid: int) -> str:
        """What was done to a gray of a size, for people: "resized to 50%, cropped"; or nothing."""
        done = []
        if self.orientation != UPRIGHT:
            done.append(self.orientation.words)
        if abs(self.scale - 1) >= 0.0005:
            done.append(f"resized to {100 * self.scale:.3g}%")
        if abs(self.angle) >= 0.05:
            done.append(f"turned by {self.angle:.1f} degrees")
        corner = np.subtract(self.middle, np.divide((height - 1, width - 1), 2)) / grid
        if not done and np.any(np.abs(corner - np.rint(corner)) > 0.01):
            done.append("cropped")
        return ", ".join(done)


def whole(height: int, width: int, orientation: Orientation = UPRIGHT) -> Placement:
    """Of a gray that was made so large, or so large once turned back, with nothing cut off."""
    upright = (width, height) if orientation.turns % 2 else (height, width)
    return Placement(((upright[0] - 1) / 2, (upright[1] - 1) / 2), orientation)


def laid(gray: Pixels, placement: Placement, grid: int) -> Pixels:
    """A gray as it was made, from the corner of a block on: uint8 ``(H', W')``.

    Args:
        gray: uint8 ``(H, W)``.
        placement: of it.
        grid: of the networks, in pixels.
    """
    return _laid(gray, placement, _canvas(gray, placement, grid))


def _laid(gray: Pixels, placement: Placement, canvas: _Canvas) -> Pixels:
    start = _centre(gray) + placement.matrix @ (canvas.first - placement.middle)
    plane = gray.astype(np.float32)
    return to_8_bits(_moved(plane, placement, placement.matrix, start, canvas.shape))


def through(
    gray: Pixels, placement: Placement, grid: int, decoder: Callable[[Pixels], Pixels]
) -> Pixels:
    """Colours of a gray, decoded on its grid and brought back to where the gray lies.

    What is brought back is what decoding changed: the gray's own detail is not resampled.

    Args:
        gray: uint8 ``(H, W)``.
        placement: of it.
        grid: of the networks, in pixels.
        decoder: from a gray that begins on its grid, uint8 ``(H', W')``, to colours.
    """
    canvas = _canvas(gray, placement, grid)
    made = _laid(gray, placement, canvas)
    kept = _whole_blocks(gray, placement, grid, canvas)
    changed = _changed_in(made, kept, grid, decoder) if kept else _changed(made, decoder)
    planes = np.moveaxis(changed, -1, 0)
    matrix = np.linalg.inv(placement.matrix)
    start = np.asarray(placement.middle) - canvas.first - matrix @ _centre(gray)
    back = [_moved(plane, placement, matrix, start, gray.shape) for plane in planes]
    return to_8_bits(gray[..., None].astype(np.float32) + np.stack(back, axis=-1))


def _changed(made: Pixels, decoder: Callable[[Pixels], Pixels]) -> Floats:
    """What decoding changes: float32 ``(H, W, 3)``."""
    return np.asarray(decoder(made).astype(np.float32) - made[..., None])


def _changed_in(
    made: Pixels, kept: tuple[slice, slice], grid: int, decoder: Callable[[Pixels], Pixels]
) -> Floats:
    """What decoding changes in whole blocks, continued to the edges.

    Networks see the edges of a picture; those of a crop, which the encoder did not see, are put out
    of sight by the crop's own blocks in reverse order.
    """
    part = made[kept]
    height, width = part.shape
    blocks = part.reshape(height // grid, grid, width // grid, grid)
    blocks = np.pad(blocks, [(_BEYOND, _BEYOND), (0, 0)] * 2, mode="symmetric")
    beyond = _BEYOND * grid
    wide = blocks.reshape(height + 2 * beyond, width + 2 * beyond)
    changed = _changed(wide, decoder)[beyond:-beyond, beyond:-beyond]
    rest = [(part.start, n - part.stop) for part, n in zip(kept, made.shape, strict=True)]
    return np.pad(changed, [*rest, (0, 0)], mode="edge")


_BEYOND = 12
"""Blocks that are put at the sides of a crop: about as far as decoders see."""


def _whole_blocks(
    gray: Pixels, placement: Placement, grid: int, canvas: _Canvas
) -> tuple[slice, slice] | None:
    """Of what is laid for a gray, whole blocks; None if it was not cropped, or is turned.

    One that does not begin at a block's corner was cropped.
    """
    reached = placement.corners(*gray.shape) - canvas.first
    before, after = reached.min(axis=0), reached.max(axis=0) + 1
    if placement.angle or np.all(np.abs(before - np.rint(before / grid) * grid) <= _UNCUT):
        return None
    start, stop = (
        (np.ceil((before - _NEARLY) / grid) * grid).astype(int),
        ((after + _NEARLY) // grid * grid).astype(int),
    )
    if np.any(start >= stop) or np.any(stop > canvas.shape):
        return None
    return slice(start[0], stop[0]), slice(start[1], stop[1])


_UNCUT = 1.5
"""Pixels by which an uncut gray may seem to begin off a block's corner; resized, it does."""


class _Canvas(NamedTuple):
    """What is left of the made gray.

    Attributes:
        first: row and column where it begins in the made gray, on the grid.
        shape: height and width.
    """

    first: Floats
    shape: tuple[int, int]


def _canvas(gray: Pixels, placement: Placement, grid: int) -> _Canvas:
    height, width = gray.shape
    reached = placement.corners(height, width)
    first = np.floor((reached.min(axis=0) + _NEARLY) / grid) * grid
    rows, columns = np.ceil(reached.max(axis=0) - first - _NEARLY) + 1
    return _Canvas(first, (int(rows), int(columns)))


def _centre(gray: Pixels) -> Floats:
    return (np.array(gray.shape) - 1) / 2


def _moved(
    plane: Floats, placement: Placement, matrix: Floats, start: Floats, shape: tuple[int, ...]
) -> Floats:
    """A plane whose pixel p is that at ``matrix @ p + start`` in another."""
    order = 0 if placement.scale == 1 and placement.angle == 0 else 3
    return np.asarray(
        scipy.ndimage.affine_transform(plane, matrix, start, shape, order=order, mode="nearest")
    )


_NEARLY = 1e-6
"""Pixels that rounding may be off by."""
