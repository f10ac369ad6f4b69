"""LPIPS, the perceptual distance of Zhang et al. 2018 (version 0.1, AlexNet), in numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from invgray.benchmark.quality import Distance
from invgray.errors import WeightsError
from invgray.types import Floats, Pixels

SMALLEST = 63
"""Pixels a side that the network needs."""


@dataclass(frozen=True)
class _Layer:
    stride: int
    padding: int
    pooled: bool = False
    """Whether there is 3x3 max-pooling before it."""


_LAYERS = (_Layer(4, 2), _Layer(1, 2, True), _Layer(1, 1, True), _Layer(1, 1), _Layer(1, 1))
_MEAN = np.array([-0.030, -0.088, -0.188], np.float32)
_DEVIATION = np.array([0.458, 0.448, 0.450], np.float32)


def load(path: Path) -> Distance:
    """The distance, with weights from a ``.npz`` file.

    Args:
        path: arrays ``conv1/kernel`` (``(kh, kw, in, out)``), ``conv1/bias``, ``lpips1/weight`` and
            so on up to 5.

    Returns:
        A function of two uint8 ``(H, W, 3)``: 0 for equal pictures, larger for less alike ones,
        None for pictures of fewer than 63 pixels a side.

    Raises:
        WeightsError: the file is missing or holds something else.
    """
    try:
        weights = _weights(path)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise WeightsError(f"{path}: has no LPIPS weights", "name a .npz of AlexNet's") from error

    def distance(x: Pixels, y: Pixels) -> float | None:
        if min(x.shape[:2]) < SMALLEST:
            return None
        pairs = zip(_features(x, weights), _features(y, weights), strict=True)
        layers = [
            np.mean((_unit(a) - _unit(b)) ** 2 @ weights[f"lpips{number}/weight"])
            for number, (a, b) in enumerate(pairs, 1)
        ]
        return float(np.sum(layers))

    return distance


def _weights(path: Path) -> dict[str, Floats]:
    with np.load(path) as arrays:
        weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
    for number in range(1, len(_LAYERS) + 1):
        outputs = weights[f"conv{number}/kernel"].shape[3]
        for name in (f"conv{number}/bias", f"lpips{number}/weight"):
            if weights[name].shape != (outputs,):
                raise ValueError(name)
    return weights


def _features(rgb: Pixels, weights: Mapping[str, Floats]) -> list[Floats]:
    """Activations ``(h, w, C)`` after each ReLU of AlexNet."""
    x = (rgb / np.float32(127.5) - 1 - _MEAN) / _DEVIATION
    features: list[Floats] = []
    for number, layer in enumerate(_LAYERS, 1):
        if layer.pooled:
            x = sliding_window_view(x, (3, 3), axis=(0, 1))[::2, ::2].max(axis=(-2, -1))
        x = np.pad(x, [(layer.padding, layer.padding), (layer.padding, layer.padding), (0, 0)])
        kernel = weights[f"conv{number}/kernel"]
        windows = sliding_window_view(x, kernel.shape[:2], axis=(0, 1))
        windows = windows[:: layer.stride, :: layer.stride]
        x = np.tensordot(windows, kernel, axes=([3, 4, 2], [0, 1, 2]))
        x = np.maximum(x + weights[f"conv{number}/bias"], 0)
        features.append(x)
    return features


def _unit(x: Floats) -> Floats:
    unit: Floats = x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-10)
    return unit
