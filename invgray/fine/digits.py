"""Bytes as digits of levels: the lowest bit of a gray level, or its rest by 3 or by 4."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from invgray.types import Floats, Pixels

BASES = (2, 3, 4)
"""What levels are divided by: 1, 1.58 or 2 bits a pixel."""

FREE = 255
"""Stands for no digit: a level may be any."""

_BLOCKS = {2: (1, 1), 3: (12, 19), 4: (1, 2)}
"""By base: so many digits carry so many bits."""


def capacity(pixels: int, base: int) -> int:
    """Whole bytes that the digits of so many pixels carry."""
    digits, bits = _BLOCKS[base]
    return pixels // digits * bits // 8


def of_levels(levels: Pixels, base: int) -> Pixels:
    """The digit of every level: uint8 of the same shape, below the base."""
    return levels % np.uint8(base)


def to_levels(gray: Floats, digits: Pixels, base: int | Pixels) -> Pixels:
    """The levels nearest to a gray that have the given digits: uint8.

    Args:
        gray: of any shape, in [0, 255]; clipped.
        digits: of the same shape, below the base or ``FREE``.
        base: of the digits: one for all, or of the same shape.
    """
    free = digits == FREE
    digit = np.where(free, np.uint8(0), digits)
    width = np.where(free, np.float32(1), np.asarray(base, np.float32))
    levels: Floats = np.floor((np.clip(gray, 0, 255) - digit) / width + 0.5) * width + digit
    levels += width * (levels < 0) - width * (levels > 255)
    return levels.astype(np.uint8)


def from_bytes(data: bytes, count: int, base: int) -> Pixels:
    """So many digits that carry bytes, most significant first, and free ones: uint8 ``(count,)``.

    Args:
        data: no more than :func:`capacity` of the digits.
        count: how many digits there are.
        base: of the digits.
    """
    length, bits = _BLOCKS[base]
    stream = np.unpackbits(np.frombuffer(data, np.uint8))
    blocks = -(-len(stream) // bits)
    padded = np.zeros(blocks * bits, np.uint8)
    padded[: len(stream)] = stream
    values = padded.reshape(blocks, bits).astype(np.int64) @ _weights(2, bits)
    found = values[:, None] // _weights(base, length) % base
    digits = np.full(count, FREE, np.uint8)
    digits[: found.size] = found.ravel()
    return digits


def to_bytes(digits: Pixels, base: int) -> bytes:
    """All whole bytes that digits carry; blocks that no bytes make, free ones too, as ones."""
    length, bits = _BLOCKS[base]
    blocks = digits[: digits.size // length * length].reshape(-1, length)
    values = np.minimum(blocks.astype(np.int64) @ _weights(base, length), 2**bits - 1)
    stream = (values[:, None] // _weights(2, bits) % 2).astype(np.uint8).ravel()
    return np.packbits(stream[: stream.size // 8 * 8]).tobytes()


def _weights(base: int, length: int) -> npt.NDArray[np.int64]:
    """Places of a number's digits, the most significant first."""
    return base ** np.arange(length - 1, -1, -1, dtype=np.int64)
