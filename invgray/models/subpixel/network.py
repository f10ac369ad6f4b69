"""The ``subpixel`` networks: residual blocks at a half, a quarter, ... of the resolution.

Pixel-unshuffling trades resolution for channels without losing a value, so that wide convolutions
see far for few multiply-adds. Both networks start close to the identity: the encoder adds a
pattern to the luminance, the decoder adds colour differences to the gray.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from invgray.color import tensors
from invgray.models.pilot import BLOCK, reserved, tile
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.tensorflow import Tensor, keras, layers, tf


class PixelUnshuffle(layers.Layer):  # type: ignore[misc] # Keras has no types
    """Space to depth: ``(N, H, W, C)`` to ``(N, H/2, W/2, 4C)``."""

    def call(self, x: Tensor) -> Tensor:
        """Of a tensor."""
        return tf.nn.space_to_depth(x, 2)


class PixelShuffle(layers.Layer):  # type: ignore[misc] # Keras has no types
    """Depth to space: ``(N, H, W, B * B * C)`` to ``(N, B * H, B * W, C)``.

    Args:
        block: pixels ``B`` of a side of what comes of a pixel.
    """

    def __init__(self, block: int = 2, **options: Any) -> None:  # noqa: ANN401 - Keras' own
        super().__init__(**options)
        self._block = block

    def call(self, x: Tensor) -> Tensor:
        """Of a tensor."""
        return tf.nn.depth_to_space(x, self._block)


class Luminance(layers.Layer):  # type: ignore[misc] # Keras has no types
    """Luminance Y': ``(N, H, W, 3)`` to ``(N, H, W, 1)``."""

    def call(self, rgb: Tensor) -> Tensor:
        """Of colours."""
        return tensors.luminance(rgb)


class Marked(layers.Layer):  # type: ignore[misc] # Keras has no types
    """A pattern with a pilot and without what else is of its frequencies: ``(N, H, W, 1)`` of both.

    Args:
        pilot: root mean square of the pilot, in levels, below zero for its negative; with 0, no
            frequencies are left to it.
        balanced: whether the pattern's mean over every block is taken from it, too.
    """

    def __init__(self, pilot: float, *, balanced: bool, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        mean, waves = np.split(reserved().astype(np.float32), [1])
        rows = [mean] * balanced + [waves] * (pilot != 0)
        self._taken = sum(x.T @ x for x in rows)
        self._pilot = (pilot / 255 * tile()).reshape(-1).astype(np.float32)

    def call(self, x: Tensor) -> Tensor:
        """Of a pattern whose height and width are whole blocks."""
        x = tf.nn.space_to_depth(x, BLOCK)
        return tf.nn.depth_to_space(x - tf.tensordot(x, self._taken, 1) + self._pilot, BLOCK)


def encoder(architecture: SubpixelArchitecture, dtype: str | None = None) -> keras.Model:
    """Colour to gray: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``, both nominally in [0, 1].

    The gray is not rounded and may overshoot [0, 1] slightly; H and W are multiples of the
    architecture's ``ratio``.

    Args:
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    rgb = keras.Input((None, None, 3), name="rgb")
    pattern = trunk(rgb, 1, architecture, dtype)
    if architecture.pilot:
        pilot = architecture.pilot_sign * architecture.pilot
        pattern = Marked(pilot, balanced=False, dtype="float32", name="pattern")(pattern)
    luminance = Luminance(dtype="float32", name="luminance")(rgb)
    gray = layers.Add(dtype="float32", name="gray")([luminance, pattern])
    return keras.Model(rgb, gray, name="encoder")


def decoder(architecture: SubpixelArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray to colour: float ``(N, H, W, 1)`` to ``(N, H, W, 3)``, both nominally in [0, 1].

    Arguments as for :func:`encoder`.
    """
    gray = keras.Input((None, None, 1), name="gray")
    difference = trunk(gray, 3, architecture, dtype)
    rgb = layers.Add(dtype="float32", name="rgb")([gray, difference])
    return keras.Model(gray, rgb, name="decoder")


def trunk(
    x: Tensor,
    outputs: int,
    architecture: SubpixelArchitecture,
    dtype: str | None,
    last: str | None = None,
) -> Tensor:
    """All between the input and the sum at the end: ``(N, H, W, C)`` to ``(N, H, W, outputs)``.

    Args:
        x: the input; H and W are multiples of the architecture's ``ratio``.
        outputs: number of channels.
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
        last: Keras' name of the last layer's initializer; None draws weights near zero.
    """

    def convolution(x: Tensor, filters: int, **options: Any) -> Tensor:  # noqa: ANN401
        return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)

    def residual_blocks(x: Tensor, count: int) -> Tensor:
        for _ in range(count):
            y = convolution(x, x.shape[-1], kernel_initializer="he_normal")
            y = layers.LeakyReLU(architecture.slope, dtype=dtype)(y)
            y = convolution(y, x.shape[-1], kernel_initializer=_small())
            x = layers.Add(dtype=dtype)([x, y])
        return x

    def level(x: Tensor, width: int, below: int) -> Tensor:
        x = convolution(PixelUnshuffle(dtype=dtype)(x), width)
        if not below:
            return residual_blocks(x, architecture.deep)
        x = residual_blocks(x, architecture.before)
        y = level(x, 2 * width, below - 1)
        y = PixelShuffle(dtype=dtype)(convolution(y, 4 * width, kernel_initializer=_small()))
        return residual_blocks(layers.Add(dtype=dtype)([x, y]), architecture.after)

    x = level(x, architecture.width, architecture.levels - 1)
    options = {"padding": "same", "dtype": "float32", "kernel_initializer": last or _small()}
    x = layers.Conv2D(4 * outputs, 3, **options)(x)
    return PixelShuffle(dtype="float32")(x)


def _small() -> keras.Initializer:
    """Near zero; a new one for every layer, whose seed is drawn like all others."""
    return keras.initializers.RandomNormal(stddev=0.01)
