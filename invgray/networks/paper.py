"""The ``paper`` network: Xia, Liu and Wong 2018, Fig. 2. Values in [-1, 1].

All convolutions are 3x3 and "same" unless said.
"""

from __future__ import annotations

import keras
from keras import layers

RATIO = 4
"""Heights and widths must be multiples of this."""


def encoder(dtype: str | None = None) -> keras.Model:
    """Colour to gray: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``, both in [-1, 1]."""
    rgb = keras.Input((None, None, 3), name="rgb")
    full = _residual_blocks(_convolution(rgb, 64, dtype), 2, dtype)
    half = _down(full, 128, dtype)
    quarter = _residual_blocks(_down(half, 256, dtype), 4, dtype)
    x = layers.Add(dtype=dtype)([_up(quarter, 128, dtype), half])
    x = layers.Add(dtype=dtype)([_up(x, 64, dtype), full])
    x = _residual_blocks(x, 2, dtype)
    gray = layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32", name="gray")(x)
    return keras.Model(rgb, gray, name="encoder")


def decoder(dtype: str | None = None) -> keras.Model:
    """Gray to colour: float ``(N, H, W, 1)`` to ``(N, H, W, 3)``, both in [-1, 1]."""
    gray = keras.Input((None, None, 1), name="gray")
    x = _residual_blocks(_convolution(gray, 64, dtype), 8, dtype)
    x = _convolution(x, 256, dtype)
    rgb = layers.Conv2D(3, 1, activation="tanh", dtype="float32", name="rgb")(x)
    return keras.Model(gray, rgb, name="decoder")


def _convolution(x, filters, dtype, **options):
    return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)


def _residual_blocks(x, count, dtype):
    for _ in range(count):
        y = _convolution(x, x.shape[-1], dtype, activation="relu")
        x = layers.Add(dtype=dtype)([x, _convolution(y, x.shape[-1], dtype)])
    return x


def _down(x, filters, dtype):
    x = _convolution(x, filters, dtype, strides=2)
    return _convolution(x, filters, dtype, activation="relu")


def _up(x, filters, dtype):
    x = _convolution(layers.UpSampling2D(2, dtype=dtype)(x), filters, dtype)
    return _convolution(x, filters, dtype, activation="relu")
