"""The ``paper`` networks: Xia, Liu and Wong 2018, section 4 and Fig. 2.

All convolutions are 3x3 and "same" unless said. Inside, values are in [-1, 1] as in the paper; the
networks' ends map them to and from [0, 1], the range that every network here speaks.
"""

from __future__ import annotations

from typing import Any

from invgray.models.paper.architecture import PaperArchitecture
from invgray.tensorflow import Tensor, keras, layers


def encoder(architecture: PaperArchitecture, dtype: str | None = None) -> keras.Model:
    """Colour to gray: float ``(N, H, W, 3)`` to ``(N, H, W, 1)``, both in [0, 1].

    H and W are multiples of the architecture's ``ratio``.

    Args:
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    rgb = keras.Input((None, None, 3), name="rgb")
    full = _residual_blocks(_convolution(_to_signed(rgb), 64, dtype), 2, dtype)
    if architecture.down_up:
        half = _down(full, 128, dtype)
        quarter = _residual_blocks(_down(half, 256, dtype), 4, dtype)
        x = layers.Add(dtype=dtype)([_up(quarter, 128, dtype), half])
        x = layers.Add(dtype=dtype)([_up(x, 64, dtype), full])
    else:
        x = _residual_blocks(full, 4, dtype)
    x = _residual_blocks(x, 2, dtype)
    gray = layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32")(x)
    return keras.Model(rgb, _from_signed(gray, "gray"), name="encoder")


def decoder(architecture: PaperArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray to colour: float ``(N, H, W, 1)`` to ``(N, H, W, 3)``, both in [0, 1].

    Arguments as for :func:`encoder`; the decoder is the same in all architectures.
    """
    gray = keras.Input((None, None, 1), name="gray")
    x = _residual_blocks(_convolution(_to_signed(gray), 64, dtype), 8, dtype)
    x = _convolution(x, 256, dtype)
    rgb = layers.Conv2D(3, 1, activation="tanh", dtype="float32")(x)
    return keras.Model(gray, _from_signed(rgb, "rgb"), name="decoder")


def _to_signed(x: Tensor) -> Tensor:
    return layers.Rescaling(2.0, offset=-1.0, dtype="float32")(x)


def _from_signed(x: Tensor, name: str) -> Tensor:
    return layers.Rescaling(0.5, offset=0.5, dtype="float32", name=name)(x)


def _convolution(x: Tensor, filters: int, dtype: str | None, **options: Any) -> Tensor:  # noqa: ANN401
    return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)


def _residual_blocks(x: Tensor, count: int, dtype: str | None) -> Tensor:
    for _ in range(count):
        y = _convolution(x, x.shape[-1], dtype, activation="relu")
        y = _convolution(y, x.shape[-1], dtype, kernel_initializer=_small())
        x = layers.Add(dtype=dtype)([x, y])
    return x


def _small() -> keras.Initializer:
    """A tenth of Keras' usual start: blocks begin near the identity, and colours get through."""
    return keras.initializers.VarianceScaling(0.01, "fan_avg", "uniform")


def _down(x: Tensor, filters: int, dtype: str | None) -> Tensor:
    x = _convolution(x, filters, dtype, strides=2)
    return _convolution(x, filters, dtype, activation="relu")


def _up(x: Tensor, filters: int, dtype: str | None) -> Tensor:
    x = _convolution(layers.UpSampling2D(2, dtype=dtype)(x), filters, dtype)
    return _convolution(x, filters, dtype, activation="relu")
