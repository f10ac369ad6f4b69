"""Terms of the training objectives: ``(N, H, W, C)`` in, one value a patch out.

Values are in [0, 1] for our own objective and in [0, 255] for those of Xia et al. 2018.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def root_mean_square(error):
    """Root of the mean square of each patch: ``(N, H, W, C)`` to ``(N,)``.

    The root keeps hard patches from drowning the rest (PSNR is averaged over pictures, so each
    picture's *relative* error counts). The floor of 0.001, a quarter of a level, bounds its slope.
    """
    return tf.sqrt(mean_square(error) + 1e-6)


def relative_mean_square(error, level=0.03):
    """Mean square of each patch over ``2 * level``: ``(N, H, W, C)`` to ``(N,)``.

    It rises as :func:`root_mean_square` does where that is ``level``, and faster beyond.
    """
    return mean_square(error) / (2.0 * level)


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


def mean_square(error):
    """Invertibility, Eq. 4: mean square of each patch, ``(N, H, W, C)`` to ``(N,)``."""
    return tf.reduce_mean(tf.square(error), axis=(1, 2, 3))


def lightness_deviation(gray, luminance, threshold=70.0):
    """Lightness, Eq. 5: mean of what ``|G - L(I)|`` exceeds theta by, in [0, 255]."""
    excess = tf.nn.relu(tf.abs(gray - luminance) - threshold)
    return tf.reduce_mean(excess, axis=(1, 2, 3))


def contrast_difference(gray, rgb, features):
    """Contrast, Eq. 6: L1 distance of VGG features, as of a 256x256 picture; values in [0, 255].

    Args:
        gray: ``(N, H, W, 1)``, shown to VGG in three equal channels.
        rgb: ``(N, H, W, 3)``.
        features: from RGB to ``(N, H/8, W/8, 512)``; see :mod:`invgray.networks.vgg`.
    """
    difference = features(tf.repeat(gray, 3, axis=-1)) - features(rgb)
    count = 512 * (256 // 8) ** 2
    return count * tf.reduce_mean(tf.abs(difference), axis=(1, 2, 3))


def variation_difference(gray, rgb):
    """Local structure, Eq. 7: how far apart the mean local variations of gray and colours are."""
    return tf.abs(local_variation(gray) - local_variation(rgb))


def local_variation(x):
    """Var of Eq. 7: mean absolute difference of vertical plus that of horizontal neighbours."""
    vertical = tf.reduce_mean(tf.abs(x[:, 1:] - x[:, :-1]), axis=(1, 2, 3))
    return vertical + tf.reduce_mean(tf.abs(x[:, :, 1:] - x[:, :, :-1]), axis=(1, 2, 3))


def quantization(gray):
    """Quantisation, Eq. 9: mean distance to the nearest of the levels 0 to 255.

    The nearest level is found by rounding, which spares the paper's stack of 256 pictures.
    """
    nearest = tf.stop_gradient(tf.round(tf.clip_by_value(gray, 0.0, 255.0)))
    return tf.reduce_mean(tf.abs(gray - nearest), axis=(1, 2, 3))


def _blur(x, sigma=1.5, radius=5):
    """Gaussian window of SSIM, 11x11, valid region only."""
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps = tf.constant(taps / taps.sum(), x.dtype)
    x = tf.nn.conv2d(x, taps[:, None, None, None], 1, "VALID")
    return tf.nn.conv2d(x, taps[None, :, None, None], 1, "VALID")
