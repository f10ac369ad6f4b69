"""VGG features of pictures, for the contrast term of Xia et al. 2018, Eq. 6."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from invgray.errors import WeightsError

LAYERS = {"vgg19": "block4_conv4", "vgg16": "block4_conv3"}
"""The last convolution before the fourth pooling (``conv4_4`` of VGG-19), after its ReLU."""


def features(name: str = "vgg19", weights: Path | None = None) -> Callable[[tf.Tensor], tf.Tensor]:
    """The network up to its layer in ``LAYERS``, trained on ImageNet and frozen.

    Args:
        name: ``"vgg19"`` or ``"vgg16"``.
        weights: a Keras weights file (``.h5``), or a ``.npz`` with arrays named
            ``block1_conv1/kernel`` and so on, trained on RGB normalised as torchvision's networks
            expect; None downloads Keras' own.

    Returns:
        A function from RGB ``(N, H, W, 3)`` in [0, 255] to features ``(N, H/8, W/8, 512)``, which
        are in the scale of such values: those of networks trained on RGB of unit deviation are
        multiplied by the mean of the deviations (57.6 levels).

    Raises:
        WeightsError: the file is missing or does not fit, or the download failed.
    """
    build = {"vgg19": keras.applications.VGG19, "vgg16": keras.applications.VGG16}[name]
    try:
        if weights and weights.suffix == ".npz":
            network = _cut(build(include_top=False, weights=None), LAYERS[name])
            with np.load(weights) as arrays:
                for layer in network.layers:
                    if layer.weights:
                        layer.set_weights([arrays[f"{layer.name}/{w.name}"] for w in layer.weights])
            scale, normalise = float(np.mean(_DEVIATION)), _as_torchvision
        else:
            source = str(weights) if weights else "imagenet"
            network = _cut(build(include_top=False, weights=source), LAYERS[name])
            scale, normalise = 1.0, _as_caffe
    except Exception as error:  # Keras raises bare Exception when a download fails
        what = f"{weights}: not weights of {name}" if weights else f"{name} cannot be downloaded"
        raise WeightsError(
            f"the contrast term has no weights: {what} ({error})",
            "name a file with --contrast-weights (and --contrast-network), "
            "or use --without contrast",
        ) from error
    network.trainable = False
    return lambda rgb: scale * network(normalise(rgb), training=False)


def _cut(network: keras.Model, layer: str) -> keras.Model:
    return keras.Model(network.input, network.get_layer(layer).output, name="features")


def _as_caffe(rgb):
    """Keras' own weights expect BGR less its mean."""
    return rgb[..., ::-1] - [103.939, 116.779, 123.68]


def _as_torchvision(rgb):
    return (rgb - _MEAN) / _DEVIATION


_MEAN = 255 * np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = 255 * np.array([0.229, 0.224, 0.225], np.float32)
