"""Hints as somebody might give them, for training (Zhang et al. 2017, section 3.2).

The logarithm of their number is drawn evenly, so that few and many are learned alike; each is the
mean colour of a square of one to nine pixels a side, whose place is drawn from a Gaussian around
the centre. One picture in a hundred is given whole.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from invgray.hints import Hints
from invgray.propagation import propagate
from invgray.tensorflow import Tensor, tf
from invgray.types import Floats, Mask, Pixels

MOST = 127
"""Of the hints; the paper's 500 on 256x256 pixels are as many on a patch of 128x128."""

LARGEST = 9
"""Side of the largest patches, in pixels."""

WHOLE = 0.01
"""Share of the pictures whose colours are all given."""


def draw(ab: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Hints for pictures of known colours; a later one lies over those before it.

    Args:
        ab: of the pictures, ``(N, H, W, 2)``.
        seed: int32 ``(2,)``; the same seed does the same.

    Returns:
        Their ab, 0 where there is none, ``(N, H, W, 2)``; and a mask of 0 and 1, ``(N, H, W, 1)``.
    """
    count, height, width = (tf.shape(ab)[i] for i in range(3))
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 5))
    exponent = tf.random.stateless_uniform((count, 1), seeds[0], 0.0, np.log2(MOST + 1))
    number = tf.floor(2**exponent) - 1
    sides = tf.random.stateless_uniform((count, MOST), seeds[1], 1, LARGEST + 1, tf.int32)
    rows = _inside(height, sides, seeds[2])
    columns = _inside(width, sides, seeds[3])
    sums = tf.einsum("nkh,nhwc->nkwc", rows, ab)
    sums = tf.einsum("nkw,nkwc->nkc", columns, sums)
    areas = tf.reduce_sum(rows, axis=-1) * tf.reduce_sum(columns, axis=-1)
    means = sums / areas[..., None]
    drawn = tf.range(MOST, dtype=tf.float32) < number
    rank = tf.where(drawn, tf.range(1, MOST + 1, dtype=tf.float32), 0.0)
    covered = rank[..., None, None] * rows[..., :, None] * columns[..., None, :]
    last = tf.cast(tf.reduce_max(covered, axis=1), tf.int32)
    mask = tf.cast(last > 0, tf.float32)[..., None]
    hints = mask * tf.gather(means, tf.maximum(last - 1, 0), batch_dims=1)
    whole = tf.random.stateless_uniform((count, 1, 1, 1), seeds[4]) < WHOLE
    return tf.where(whole, ab, hints), tf.where(whole, 1.0, mask)


def spread(gray: Tensor, hints: Tensor, mask: Tensor) -> Tensor:
    """The hints of pictures, spread as at use: ab ``(N, H, W, 2)``.

    Args:
        gray: of the pictures in [0, 1], ``(N, H, W, 1)``.
        hints: from :func:`draw`.
        mask: from :func:`draw`.
    """
    levels = tf.cast(tf.round(255 * gray[..., 0]), tf.uint8)
    told = [levels, hints, mask[..., 0] > 0]
    found = tf.numpy_function(_all_spread, told, tf.float32, stateful=False)
    return tf.ensure_shape(found, hints.shape)


def _all_spread(levels: Pixels, ab: Floats, given: Mask) -> Floats:
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(_spread, levels, ab, given)))


def _spread(levels: Pixels, ab: Floats, given: Mask) -> Floats:
    return propagate(levels, Hints(ab, given))


def _inside(size: Tensor, sides: Tensor, seed: Tensor) -> Tensor:
    """Where along an axis squares lie: of sides ``(N, K)``, 0 and 1 ``(N, K, size)``."""
    free = tf.cast(size - sides, tf.float32)
    place = tf.random.stateless_normal(tf.shape(sides), seed) * (free + 1) / 4 + (free + 1) / 2
    first = tf.floor(tf.clip_by_value(place, 0.0, free))[..., None]
    along = tf.range(tf.cast(size, tf.float32))
    after = first + tf.cast(sides, tf.float32)[..., None]
    return tf.cast((along >= first) & (along < after), tf.float32)
