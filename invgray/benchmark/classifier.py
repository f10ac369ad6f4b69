"""Whether a classifier still recognises a picture (Zhang et al. 2016, section 3.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from invgray.benchmark.quality import Distance
from invgray.errors import WeightsError
from invgray.types import Floats, Pixels

_SIDE = 224
"""Pixels a side that VGG-16 sees."""


def load(weights: Path | None = None) -> Distance:
    """VGG-16's opinion on two pictures: 1 if it takes both for the same of 1,000 things, else 0.

    Args:
        weights: a Keras weights file with the top layers; None downloads Keras' own (ImageNet).

    Returns:
        A function of two uint8 ``(H, W, 3)``.

    Raises:
        MissingExtraError: Keras is not installed.
        WeightsError: the file is missing or does not fit, or the download failed.
    """
    from invgray.tensorflow import keras

    try:
        network = keras.applications.VGG16(weights=str(weights) if weights else "imagenet")
    except Exception as error:  # Keras raises bare Exception when a download fails
        raise WeightsError(
            f"VGG-16 cannot be had ({error})", "name a file of its weights"
        ) from error

    def agree(rgb: Pixels, other: Pixels) -> float:
        pixels = np.stack([_seen(rgb), _seen(other)])
        classes = network(keras.applications.vgg16.preprocess_input(pixels)).numpy().argmax(axis=1)
        return float(classes[0] == classes[1])

    return agree


def _seen(rgb: Pixels) -> Floats:
    image = Image.fromarray(rgb).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image, np.float32)
