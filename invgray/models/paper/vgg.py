"""VGG features of pictures, for the contrast term of Xia et al. 2018, Eq. 6."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from invgray.errors import WeightsError
from invgray.models.paper.settings import ContrastNetwork
from invgray.tensorflow import Tensor, keras

_LAYERS = {ContrastNetwork.VGG19: "block4_conv4", ContrastNetwork.VGG16: "block4_conv3"}
"""The last convolution before the fourth pooling (``conv4_4`` of VGG-19), after its ReLU."""


def features(which: ContrastNetwork, weights: Path | None) -> Callable[[Tensor], Tensor]:
    """A network up to its fourth stack of convolutions, trained on ImageNet and frozen.

    Args:
        which: network.
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
    try:
        if weights and weights.suffix == ".npz":
            network = _cut(which, None)
            with np.load(weights) as arrays:
                for layer in network.layers:
                    if layer.weights:
                        layer.set_weights([arrays[f"{layer.name}/{w.name}"] for w in layer.weights])
            scale, normalise = float(np.mean(_DEVIATION)), _as_torchvision
        else:
            network = _cut(which, str(weights) if weights else "imagenet")
            scale, normalise = 1.0, _as_caffe
    except Exception as error:  # Keras raises bare Exception when a download fails
        what = f"{weights}: not weights of {which}" if weights else f"{which} cannot be downloaded"
        raise WeightsError(
            f"the contrast term has no weights: {what} ({error})",
            "name a file with weights of vgg19 or vgg16, or leave the contrast term out",
        ) from error
    network.trainable = False
    return lambda rgb: scale * network(normalise(rgb), training=False)


def _cut(which: ContrastNetwork, weights: str | None) -> keras.Model:
    build = {
        ContrastNetwork.VGG19: keras.applications.VGG19,
        ContrastNetwork.VGG16: keras.applications.VGG16,
    }[which]
    network = build(include_top=False, weights=weights)
    return keras.Model(network.input, network.get_layer(_LAYERS[which]).output, name="features")


def _as_caffe(rgb: Tensor) -> Tensor:
    """Keras' own weights expect BGR less its mean."""
    return rgb[..., ::-1] - [103.939, 116.779, 123.68]


def _as_torchvision(rgb: Tensor) -> Tensor:
    return (rgb - _MEAN) / _DEVIATION


_MEAN = 255 * np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = 255 * np.array([0.229, 0.224, 0.225], np.float32)
