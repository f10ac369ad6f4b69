"""The ``subpixel`` network: residual blocks at a half, a quarter, ... of the resolution.

Pixel-unshuffling trades resolution for channels without losing a value, so that wide convolutions
see far for few multiply-adds. Both networks start close to the identity: the encoder adds a
pattern to the luminance, the decoder adds colour differences to the gray.
"""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

from invgray.luminance import WEIGHTS


@keras.saving.register_keras_serializable("invgray")
class PixelUnshuffle(layers.Layer):
    """Space to depth: ``(N, H, W, C)`` to ``(N, H/2, W/2, 4C)``."""

    def call(self, x):
        return tf.nn.space_to_depth(x, 2)

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h // 2, w and w // 2, c * 4


@keras.saving.register_keras_serializable("invgray")
class PixelShuffle(layers.Layer):
    """Depth to space: ``(N, H, W, 4C)`` to ``(N, 2H, 2W, C)``."""

    def call(self, x):
        return tf.nn.depth_to_space(x, 2)

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h * 2, w and w * 2, c // 4


@keras.saving.register_keras_serializable("invgray")
class Luminance(layers.Layer):
    """Luminance Y' of an RGB tensor: ``(N, H, W, 3)`` to ``(N, H, W, 1)``."""

    def call(self, rgb):
        return tf.reduce_sum(rgb * tf.constant(WEIGHTS, rgb.dtype), axis=-1, keepdims=True)

    def compute_output_shape(self, shape):
        return *shape[:-1], 1


def encoder(
    width: int = 64,
    levels: int = 2,
    before: int = 1,
    deep: int = 5,
    after: int = 2,
    slope: float = 0.0,
    dtype: str | None = None,
) -> keras.Model:
    """Colour to gray: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``, both nominally in [0, 1].

    The gray is not rounded and may overshoot [0, 1] slightly; H and W are multiples of
    :func:`ratio`.

    Args:
        width: channels at half the resolution; every further level has twice as many.
        levels: 2 is down to a quarter of the resolution, 3 to an eighth.
        before: residual blocks at each level, on the way down.
        deep: residual blocks at the deepest level.
        after: residual blocks at each level, on the way up.
        slope: of activations below zero; with 0 (ReLU) units can die in a long training.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    rgb = keras.Input((None, None, 3), name="rgb")
    pattern = _trunk(rgb, 1, width, levels, before, deep, after, slope, dtype)
    luminance = Luminance(dtype="float32", name="luminance")(rgb)
    gray = layers.Add(dtype="float32", name="gray")([luminance, pattern])
    return keras.Model(rgb, gray, name="encoder")


def decoder(
    width: int = 64,
    levels: int = 2,
    before: int = 1,
    deep: int = 5,
    after: int = 2,
    slope: float = 0.0,
    dtype: str | None = None,
) -> keras.Model:
    """Gray to colour: float ``(N, H, W, 1)`` to ``(N, H, W, 3)``, both nominally in [0, 1].

    Arguments as for :func:`encoder`.
    """
    gray = keras.Input((None, None, 1), name="gray")
    difference = _trunk(gray, 3, width, levels, before, deep, after, slope, dtype)
    rgb = layers.Add(dtype="float32", name="rgb")([gray, difference])
    return keras.Model(gray, rgb, name="decoder")


def ratio(levels: int = 2, **_) -> int:
    """Heights and widths must be multiples of this."""
    return 2**levels


def receptive_radius(levels: int = 2, before: int = 1, deep: int = 5, after: int = 2, **_) -> int:
    """Pixels that an output pixel can see in each direction, rounded up to a multiple of ratio."""
    ends = 1 + 2 * (before + after) + 1  # 3x3 convolutions on the grid of a level
    deepest = 1 + 2 * deep + 1
    seen = sum(2**level * ends for level in range(1, levels)) + 2**levels * deepest
    return -(-seen // ratio(levels)) * ratio(levels) + ratio(levels)


def _trunk(x, outputs, width, levels, before, deep, after, slope, dtype):
    def convolution(x, filters, **options):
        return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)

    def residual_blocks(x, count):
        for _ in range(count):
            y = convolution(x, x.shape[-1], kernel_initializer="he_normal")
            y = layers.LeakyReLU(slope, dtype=dtype)(y)
            y = convolution(y, x.shape[-1], kernel_initializer=_small)
            x = layers.Add(dtype=dtype)([x, y])
        return x

    def level(x, width, below):
        x = convolution(PixelUnshuffle(dtype=dtype)(x), width)
        if not below:
            return residual_blocks(x, deep)
        x = residual_blocks(x, before)
        y = level(x, 2 * width, below - 1)
        y = PixelShuffle(dtype=dtype)(convolution(y, 4 * width, kernel_initializer=_small))
        return residual_blocks(layers.Add(dtype=dtype)([x, y]), after)

    x = level(x, width, levels - 1)
    x = layers.Conv2D(4 * outputs, 3, padding="same", dtype="float32", kernel_initializer=_small)(x)
    return PixelShuffle(dtype="float32")(x)


_small = keras.initializers.RandomNormal(stddev=0.01)
