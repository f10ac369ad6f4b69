"""Whether a classifier still recognises a picture (Zhang et al. 2016, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from invgray.engines import quietly
from invgray.errors import WeightsError


def load(weights: Path | None = None) -> Callable[[np.ndarray, np.ndarray], float]:
    """VGG-16's opinion on two pictures: 1 if it takes both for the same of 1,000 things, else 0.

    Args:
        weights: a Keras weights file with the top layers; None downloads Keras' own (ImageNet).

    Returns:
        A function of two uint8 ``(H, W, 3)``, shown to the network at 224x224.

    Raises:
        WeightsError: the file is missing or does not fit, or the download failed.
    """
    with quietly():
        import keras
    try:
        network = keras.applications.VGG16(weights=str(weights) if weights else "imagenet")
    except Exception as error:  # Keras raises bare Exception when a download fails
        raise WeightsError(
            f"VGG-16 cannot be had ({error})", "name a file with --classifier-weights"
        ) from error

    def agree(rgb: np.ndarray, other: np.ndarray) -> float:
        seen = [
            Image.fromarray(x).resize((224, 224), Image.Resampling.LANCZOS) for x in (rgb, other)
        ]
        pixels = np.stack([np.asarray(x, np.float32) for x in seen])
        classes = network(keras.applications.vgg16.preprocess_input(pixels)).numpy().argmax(axis=1)
        return float(classes[0] == classes[1])

    return agree
