"""The ``colorizer`` network: VGG-16's stacks on luminance, dilated, with colours out.

After Zhang, Isola and Efros 2016: stacks of 3x3 convolutions whose deep ones are dilated instead of
pooled, so that the output keeps a quarter of the resolution. Ours are those of VGG-16 up to
``block5_conv2``, which can start from weights trained on ImageNet, and a smaller head.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from invgray.errors import WeightsError
from invgray.models.colorizer.architecture import ColorizerArchitecture
from invgray.tensorflow import Tensor, keras, layers
from invgray.types import Floats

STACKS = {1: (64, 64), 2: (128, 128), 3: (256, 256, 256), 4: (512, 512, 512), 5: (512, 512)}
"""Channels of the convolutions taken from VGG-16, its last one left out."""

FROZEN = (1, 2)
"""Stacks that keep pretrained weights: edges and textures need no learning anew."""

MEAN, DEVIATION = 0.449, 0.226
"""Of gray pictures, by which the input is normalised."""


def colorizer(architecture: ColorizerArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray to colours: float ``(N, H, W, 1)`` in [0, 1] to ``(N, H/4, W/4, outputs)``, unbounded.

    H and W are multiples of the architecture's ``ratio``.

    Args:
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """

    def convolution(x: Tensor, filters: int, **options: Any) -> Tensor:  # noqa: ANN401
        options = {"activation": "relu", "kernel_initializer": "he_uniform"} | options
        return layers.Conv2D(filters, 3, padding="same", dtype=dtype, **options)(x)

    width = architecture.width
    gray = keras.Input((None, None, 1), name="gray")
    x = layers.Rescaling(1 / DEVIATION, offset=-MEAN / DEVIATION, dtype="float32")(gray)
    quarter = x
    for block, widths in STACKS.items():
        for i, filters in enumerate(widths, 1):
            dilation = 2 if block == 5 else 1  # sees as far as behind the pooling it replaces
            name = f"block{block}_conv{i}"
            x = convolution(x, filters, dilation_rate=dilation, name=name)
        if block == 3:
            quarter = x
        if block < 4:
            x = layers.MaxPooling2D(2, dtype=dtype)(x)
    x = layers.SpatialDropout2D(0.2, dtype=dtype)(x)
    x = convolution(x, width, dilation_rate=2)
    x = convolution(x, width)
    x = layers.UpSampling2D(2, dtype=dtype)(x)
    skip = layers.Conv2D(width, 1, dtype=dtype)(quarter)
    x = layers.ReLU(dtype=dtype)(layers.Add(dtype=dtype)([x, skip]))
    x = layers.SpatialDropout2D(0.2, dtype=dtype)(convolution(x, width))
    colors = layers.Conv2D(architecture.outputs, 1, dtype="float32", name="colors")(x)
    return keras.Model(gray, colors, name="colorizer")


def start_from_vgg16(network: keras.Model, weights: Path) -> None:
    """Give the stacks their ImageNet weights, the first layer folded to one luminance channel.

    Args:
        network: from :func:`colorizer`; its stacks in ``FROZEN`` will not be trained.
        weights: ``.npz`` with arrays named ``block1_conv1/kernel`` and so on, trained on RGB
            normalised as torchvision's networks expect.

    Raises:
        WeightsError: the file is missing or does not fit.
    """
    try:
        with np.load(weights) as arrays:
            for block, widths in STACKS.items():
                for i in range(1, len(widths) + 1):
                    name = f"block{block}_conv{i}"
                    kernel, bias = (arrays[f"{name}/{part}"] for part in ("kernel", "bias"))
                    if name == "block1_conv1":
                        kernel, bias = _folded(kernel.astype(np.float32), bias)
                    layer = network.get_layer(name)
                    layer.set_weights([kernel, bias])
                    layer.trainable = block not in FROZEN
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise WeightsError(
            f"{weights}: not weights of VGG-16 ({error})", "name another file, or none"
        ) from error


def _folded(kernel: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Kernel and bias for a gray picture in place of three equal channels.

    Exact inside a picture. At its border, zeros stand for the mean gray, not for the mean colour.
    """
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    gray = (kernel * (DEVIATION / deviation)[:, None]).sum(axis=2, keepdims=True)
    offset = (kernel.sum(axis=(0, 1)) * ((MEAN - mean) / deviation)[:, None]).sum(axis=0)
    return gray, bias + offset
