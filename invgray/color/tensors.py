"""Luminance, CIE Lab (D65) and visibility: the twins of this folder's numpy functions."""

from __future__ import annotations

from invgray.color import visibility
from invgray.color.lab import to_xyz
from invgray.color.luminance import WEIGHTS
from invgray.tensorflow import Tensor, tf
from invgray.types import Floats


def luminance(rgb: Tensor) -> Tensor:
    """Y': ``(N, H, W, 3)`` to ``(N, H, W, 1)``, in the input's range."""
    return tf.reduce_sum(rgb * tf.constant(WEIGHTS, rgb.dtype), axis=-1, keepdims=True)


def lightness(rgb: Tensor) -> Tensor:
    """L, scaled to [0, 1]: ``(N, H, W, 3)`` in [0, 1] to ``(N, H, W, 1)``."""
    y = tf.reduce_sum(_linear(rgb) * to_xyz()[1], axis=-1, keepdims=True)
    return 1.16 * _root(y) - 0.16


def lightness_and_ab(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """L scaled to [0, 1], and ab in their usual units: ``(N, H, W, 1)`` and ``(N, H, W, 2)``."""
    x, y, z = tf.split(_root(tf.einsum("nhwc,dc->nhwd", _linear(rgb), to_xyz())), 3, axis=-1)
    return 1.16 * y - 0.16, tf.concat([500 * (x - y), 200 * (y - z)], axis=-1)


def neutral(lightness: Tensor) -> Tensor:
    """The gray level in [0, 1] whose L, scaled to [0, 1], is given; any shape."""
    root = (lightness + 0.16) / 1.16
    y = tf.where(root > 6 / 29, root**3, (root - 16 / 116) / 7.787)
    return tf.where(y <= 0.0031308, 12.92 * y, 1.055 * tf.maximum(y, 0.003) ** (1 / 2.4) - 0.055)


def visible(added: Tensor, luminance: Tensor) -> Tensor:
    """See :func:`invgray.color.visibility.visible`: ``(N, H, W, 1)`` in [0, 1] of all."""
    taps = visibility.window()
    seen = 255.0 * _filtered(luminance, visibility.sensitivity())
    energy = _filtered(_filtered(seen * seen, taps[:, None]), taps[None])
    elevation = (1.0 + energy / visibility.TEXTURE**2) ** (visibility.EXPONENT / 2)
    return _filtered(added, visibility.sensitivity()) / elevation


def _filtered(x: Tensor, taps: Floats) -> Tensor:
    rows, columns = (n // 2 for n in taps.shape)
    x = tf.pad(x, ((0, 0), (rows, rows), (columns, columns), (0, 0)), "SYMMETRIC")
    return tf.nn.conv2d(x, tf.constant(taps[..., None, None], x.dtype), 1, "VALID")


def _linear(rgb: Tensor) -> Tensor:
    return tf.where(rgb <= 0.04045, rgb / 12.92, ((tf.maximum(rgb, 0.04) + 0.055) / 1.055) ** 2.4)


def _root(t: Tensor) -> Tensor:
    return tf.where(t > 0.008856, tf.maximum(t, 0.008856) ** (1 / 3), 7.787 * t + 16 / 116)
