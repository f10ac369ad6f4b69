"""Terms of training objectives: ``(N, H, W, C)`` in [0, 1] in, one value a patch out."""

from __future__ import annotations

import numpy as np

from invgray.tensorflow import Tensor, tf


def mean_square(error: Tensor) -> Tensor:
    """Mean square of each patch: ``(N, H, W, C)`` of any range to ``(N,)``."""
    return tf.reduce_mean(tf.square(error), axis=(1, 2, 3))


def root_mean_square(error: Tensor) -> Tensor:
    """Root of the mean square of each patch: ``(N, H, W, C)`` to ``(N,)``.

    The root keeps hard patches from drowning the rest (PSNR is averaged over pictures, so each
    picture's *relative* error counts). The floor of 0.001, a quarter of a level, bounds its slope.
    """
    return tf.sqrt(mean_square(error) + 1e-6)


def relative_mean_square(error: Tensor, level: float = 0.03) -> Tensor:
    """Mean square of each patch over ``2 * level``: ``(N, H, W, C)`` to ``(N,)``.

    It rises as :func:`root_mean_square` does where that is ``level``, and faster beyond.
    """
    return mean_square(error) / (2.0 * level)


def overshoot(gray: Tensor) -> Tensor:
    """Mean square of what clipping to [0, 1] takes away: ``(N, H, W, C)`` to ``(N,)``."""
    return mean_square(gray - tf.clip_by_value(gray, 0.0, 1.0))


def structure_dissimilarity(x: Tensor, y: Tensor) -> Tensor:
    """One minus the mean structure term of SSIM: two ``(N, H, W, 1)`` to ``(N,)``.

    The roots of the variances are taken one by one with a bounded slope: the root of their product
    has an exploding gradient in flat regions.
    """
    x, y = 255.0 * x, 255.0 * y
    mean_x, mean_y, xx, yy, xy = tf.split(
        _blur(tf.concat([x, y, x * x, y * y, x * y], axis=0)), 5, axis=0
    )
    deviation_x = tf.sqrt(tf.maximum(xx - mean_x * mean_x, 0.0) + 0.1)
    deviation_y = tf.sqrt(tf.maximum(yy - mean_y * mean_y, 0.0) + 0.1)
    c3 = (0.03 * 255) ** 2 / 2
    s = (xy - mean_x * mean_y + c3) / (deviation_x * deviation_y + c3)
    return 1.0 - tf.reduce_mean(s, axis=(1, 2, 3))


def _blur(x: Tensor, sigma: float = 1.5, radius: int = 5) -> Tensor:
    """Gaussian window of SSIM, 11x11, valid region only."""
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps = tf.constant(taps / taps.sum(), x.dtype)
    x = tf.nn.conv2d(x, taps[:, None, None, None], 1, "VALID")
    return tf.nn.conv2d(x, taps[None, :, None, None], 1, "VALID")
