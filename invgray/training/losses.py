"""Terms of the training objectives: ``(N, H, W, C)`` in [0, 1] in, one value a patch out."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def root_mean_square(error):
    """Root of the mean square of each patch: ``(N, H, W, C)`` to ``(N,)``.

    The root keeps hard patches from drowning the rest (PSNR is averaged over pictures, so each
    picture's *relative* error counts). The floor of 0.001, a quarter of a level, bounds its slope.
    """
    return tf.sqrt(tf.reduce_mean(tf.square(error), axis=(1, 2, 3)) + 1e-6)


def overshoot(gray):
    """Mean square of what clipping to [0, 1] takes away: ``(N, H, W, C)`` to ``(N,)``."""
    return tf.reduce_mean(tf.square(gray - tf.clip_by_value(gray, 0.0, 1.0)), axis=(1, 2, 3))


def structure_dissimilarity(x, y):
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


def lightness(rgb):
    """CIE L* of sRGB, scaled to [0, 1]: ``(N, H, W, 3)`` to ``(N, H, W, 1)``."""
    linear = tf.where(rgb <= 0.04045, rgb / 12.92, ((tf.maximum(rgb, 0.04) + 0.055) / 1.055) ** 2.4)
    y = tf.reduce_sum(linear * [0.212671, 0.715160, 0.072169], axis=-1, keepdims=True)
    cube_root = tf.maximum(y, 0.008856) ** (1 / 3)
    return tf.where(y > 0.008856, 1.16 * cube_root - 0.16, 9.033 * y)


def _blur(x, sigma=1.5, radius=5):
    """Gaussian window of SSIM, 11x11, valid region only."""
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps = tf.constant(taps / taps.sum(), x.dtype)
    x = tf.nn.conv2d(x, taps[:, None, None, None], 1, "VALID")
    return tf.nn.conv2d(x, taps[None, :, None, None], 1, "VALID")
