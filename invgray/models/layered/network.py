"""The ``layered`` networks: a pattern on the luminance, and what reads it in a handled gray.

The pattern depends on nothing but what the decoder of an untouched gray knows: the chrominance
that travels in the fine layer, and the means of 8x8 blocks of the gray itself, which the pattern
leaves as they are. So it can be drawn again and taken away.
"""

from __future__ import annotations

from invgray.color import tensors
from invgray.models.layered.architecture import LayeredArchitecture
from invgray.models.pilot import BLOCK
from invgray.models.subpixel import network as subpixel
from invgray.tensorflow import Tensor, keras, layers, tf

MIDDLE = 128 / 255
"""What stands for no chrominance in the pattern's planes."""

_CHROMA_SCALE = (4 * 1.772, 4 * 1.402)
"""Blue and red differences to the luminance, four times: of the order of one."""

_PATTERN_SCALE = 1 / 16


class Seen(layers.Layer):  # type: ignore[misc] # Keras has no types
    """What the pattern's network sees: ``(N, H, W, 3)`` to ``(N, H/8, W/8, 2 * 64 + 1)``."""

    def call(self, planes: Tensor) -> Tensor:
        """Of chrominance and gray."""
        chroma = (planes[..., :2] - MIDDLE) * tf.constant(_CHROMA_SCALE)
        means = tf.nn.avg_pool2d(planes[..., 2:], BLOCK, BLOCK, "VALID")
        return tf.concat([tf.nn.space_to_depth(chroma, BLOCK), 2.0 * means - 1.0], axis=-1)


class Planes(layers.Layer):  # type: ignore[misc] # Keras has no types
    """Chrominance and luminance of colours as the pattern's planes: ``(N, H, W, 3)`` of both."""

    def call(self, rgb: Tensor) -> Tensor:
        """Of colours in [0, 1]."""
        y = tensors.luminance(rgb)
        cb, cr = (rgb[..., 2:] - y) / 1.772, (rgb[..., :1] - y) / 1.402
        return tf.concat([cb + MIDDLE, cr + MIDDLE, y], axis=-1)


def pattern(architecture: LayeredArchitecture, dtype: str | None = None) -> keras.Model:
    """What is added to the luminance: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``.

    The planes are Cb + 128, Cr + 128 and the luminance, or a gray that has the pattern already: the
    result is the same, up to the gray's rounding. All are levels over 255. The mean of the pattern
    over every 8x8 block is zero.

    Args:
        architecture: what to build; H and W are multiples of its ``ratio``.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """

    def convolution(x: Tensor, initializer: object) -> Tensor:
        options = {"padding": "same", "dtype": dtype, "kernel_initializer": initializer}
        return layers.Conv2D(architecture.width, 3, **options)(x)

    small = keras.initializers.RandomNormal(stddev=0.01)
    planes = keras.Input((None, None, 3), name="planes")
    x = convolution(Seen(dtype="float32")(planes), "glorot_uniform")
    for _ in range(architecture.blocks):
        y = layers.LeakyReLU(architecture.slope, dtype=dtype)(convolution(x, "glorot_uniform"))
        x = layers.Add(dtype=dtype)([x, convolution(y, small)])
    x = layers.Conv2D(BLOCK**2, 3, padding="same", dtype="float32", kernel_initializer=small)(x)
    x = layers.Rescaling(_PATTERN_SCALE, dtype="float32")(x)
    x = subpixel.PixelShuffle(BLOCK, dtype="float32")(x)
    pilot = architecture.pilot_sign * architecture.pilot
    x = subpixel.Marked(pilot, balanced=True, dtype="float32")(x)
    return keras.Model(planes, x, name="pattern")


def decoder(architecture: LayeredArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray to colour: float ``(N, H, W, 1)`` to ``(N, H, W, 3)``, both nominally in [0, 1].

    Arguments as for :func:`pattern`.
    """
    return subpixel.decoder(architecture.decoder, dtype)


def encoder(pattern: keras.Model) -> keras.Model:
    """Colour to gray, for training: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``.

    Args:
        pattern: from :func:`pattern`.
    """
    rgb = keras.Input((None, None, 3), name="rgb")
    luminance = subpixel.Luminance(dtype="float32")(rgb)
    added = pattern(Planes(dtype="float32")(rgb))
    gray = layers.Add(dtype="float32", name="gray")([luminance, added])
    return keras.Model(rgb, gray, name="encoder")
