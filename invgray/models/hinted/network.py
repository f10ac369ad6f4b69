"""The ``hinted`` network: the colorizer's stacks, with hints as a further input.

After the local hints network of Zhang et al. 2017: the ab of the hints and a mask of where they are
go in with the luminance, at the first convolution; the way back to the full resolution takes up
what the stacks saw at half and at all of it; ab themselves come out. Unlike theirs, this network
sees the hints spread over the whole picture (:mod:`invgray.propagation`), and what it computes is
added to that: fresh weights do what optimisation does, and training betters it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invgray.color.quantized import UNIT
from invgray.models.colorizer import network as stacks
from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.prediction import MIDDLE
from invgray.tensorflow import Tensor, keras, layers


def colorizer(architecture: HintedArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray and hints to colours: float ``(N, H, W, 4)`` to ab ``(N, H, W, 2)``, in ``UNIT``.

    The input has the gray, ``MIDDLE`` + a and ``MIDDLE`` + b of the hints as spread, and 255 where
    there is one, all divided by 255. H and W are multiples of the architecture's ``ratio``.

    Args:
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """

    def convolution(x: Tensor, filters: int, **options: Any) -> Tensor:  # noqa: ANN401
        options = {"activation": "relu", "kernel_initializer": "he_uniform"} | options
        return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)

    def joined(deep: Tensor, early: Tensor, filters: int) -> Tensor:
        deep = layers.UpSampling2D(2, dtype=dtype)(convolution(deep, filters, activation=None))
        early = convolution(early, filters, activation=None)
        x = layers.ReLU(dtype=dtype)(layers.Add(dtype=dtype)([deep, early]))
        return convolution(x, filters)

    seen = keras.Input((None, None, 4), name="gray_and_hints")
    gray, spread, mask = seen[..., :1], seen[..., 1:3], seen[..., 3:]
    gray = layers.Rescaling(
        1 / stacks.DEVIATION, offset=-stacks.MEAN / stacks.DEVIATION, dtype="float32"
    )(gray)
    spread = layers.Rescaling(255 / UNIT, offset=-MIDDLE / UNIT, dtype="float32")(spread)
    told = layers.Concatenate(dtype="float32")([spread, mask])
    x, early = gray, {}
    for block, widths in stacks.STACKS.items():
        for i, filters in enumerate(widths, 1):
            name = f"block{block}_conv{i}"
            if (block, i) == (1, 1):
                own = convolution(x, filters, activation=None, name=name)
                its = convolution(told, filters, activation=None, use_bias=False, name="hints")
                x = layers.ReLU(dtype=dtype)(layers.Add(dtype=dtype)([own, its]))
            else:
                dilation = 2 if block == 5 else 1
                x = convolution(x, filters, dilation_rate=dilation, name=name)
        early[block] = x
        if block < 4:
            x = layers.MaxPooling2D(2, dtype=dtype)(x)
    x = convolution(x, architecture.quarter, dilation_rate=2)
    x = joined(x, early[3], architecture.quarter)
    x = joined(x, early[2], architecture.half)
    x = joined(x, early[1], architecture.full)
    as_spread_first = {"kernel_initializer": "zeros", "dtype": "float32", "name": "ab"}
    change = layers.Conv2D(2, 1, **as_spread_first)(x)
    ab = layers.Add(dtype="float32")([spread, change])
    return keras.Model(seen, ab, name="colorizer")


def start_from_vgg16(network: keras.Model, weights: Path) -> None:
    """Give the stacks their ImageNet weights; all of them learn on, for they now see hints.

    Args:
        network: from :func:`colorizer`.
        weights: as of :func:`invgray.models.colorizer.network.start_from_vgg16`.

    Raises:
        WeightsError: the file is missing or does not fit.
    """
    stacks.start_from_vgg16(network, weights)
    for layer in network.layers:
        layer.trainable = True
