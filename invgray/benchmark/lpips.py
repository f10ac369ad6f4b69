"""LPIPS, the perceptual distance of Zhang et al. 2018 (version 0.1, AlexNet), in numpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from invgray.errors import WeightsError

_LAYERS = {  # stride, padding, 3x3 max-pooling before it
    "conv1": (4, 2, False),
    "conv2": (1, 2, True),
    "conv3": (1, 1, True),
    "conv4": (1, 1, False),
    "conv5": (1, 1, False),
}
_MEAN = np.array([-0.030, -0.088, -0.188], np.float32)
_DEVIATION = np.array([0.458, 0.448, 0.450], np.float32)
SMALLEST = 63
"""Pixels a side that the network needs."""


def load(path: Path) -> Callable[[np.ndarray, np.ndarray], float]:
    """The distance, with weights from a ``.npz`` file.

    Args:
        path: arrays ``conv1/kernel`` (``(kh, kw, in, out)``), ``conv1/bias``, ``lpips1/weight`` and
            so on up to 5.

    Returns:
        A function of two uint8 ``(H, W, 3)``; 0 for equal pictures, larger for less alike ones,
        NaN for pictures of fewer than 63 pixels a side.

    Raises:
        WeightsError: the file is missing or holds something else.
    """
    try:
        with np.load(path) as arrays:
            weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
        for number, layer in enumerate(_LAYERS, 1):
            outputs = weights[f"{layer}/kernel"].shape[3]
            if {weights[f"{layer}/bias"].shape, weights[f"lpips{number}/weight"].shape} != {
                (outputs,)
            }:
                raise ValueError(layer)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise WeightsError(
            f"{path}: has no LPIPS weights", "name a .npz of AlexNet's, or leave --lpips out"
        ) from error

    def distance(x: np.ndarray, y: np.ndarray) -> float:
        if min(x.shape[:2]) < SMALLEST:
            return float("nan")
        pairs = zip(_features(x, weights), _features(y, weights), strict=True)
        layers = [
            np.mean((_unit(a) - _unit(b)) ** 2 @ weights[f"lpips{number}/weight"])
            for number, (a, b) in enumerate(pairs, 1)
        ]
        return float(np.sum(layers))

    return distance


def _features(rgb: np.ndarray, weights: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Activations ``(h, w, C)`` after each ReLU of AlexNet."""
    x = (rgb / np.float32(127.5) - 1 - _MEAN) / _DEVIATION
    features = []
    for layer, (stride, padding, pooled) in _LAYERS.items():
        if pooled:
            x = sliding_window_view(x, (3, 3), axis=(0, 1))[::2, ::2].max(axis=(-2, -1))
        x = np.pad(x, [(padding, padding), (padding, padding), (0, 0)])
        kernel = weights[f"{layer}/kernel"]
        windows = sliding_window_view(x, kernel.shape[:2], axis=(0, 1))[::stride, ::stride]
        x = np.tensordot(windows, kernel, axes=([3, 4, 2], [0, 1, 2])) + weights[f"{layer}/bias"]
        x = np.maximum(x, 0)
        features.append(x)
    return features


def _unit(x: np.ndarray) -> np.ndarray:
    return x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-10)
