"""What the ``colorizer`` network is trained for: Zhang, Isola and Efros 2016, section 2."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from invgray.color.quantized import UNIT
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.tensorflow import Tensor, tf
from invgray.types import Floats

NEIGHBOURS, SIGMA = 5, 5.0
"""Bins that share a pixel's colour, and the Gaussian of their shares by distance in ab."""

Loss = Callable[[Tensor, Tensor], Tensor]
"""Of every pixel: of outputs ``(N, h, w, C)`` and ab ``(N, h, w, 2)``, to ``(N, h, w)``."""


def objective(settings: ColorizerSettings, centres: Floats, weights: Floats) -> Loss:
    """Eq. 1, in units of ``UNIT``, or Eq. 2, with the weights of the bins or without.

    Args:
        settings: which of them.
        centres: ab of the bins, ``(Q, 2)``.
        weights: of the bins, ``(Q,)``.
    """
    match settings.objective:
        case ColorObjective.L2:
            return squared_distance
        case ColorObjective.CLASSIFICATION:
            return cross_entropy(centres, np.ones_like(weights))
        case ColorObjective.REBALANCED:
            return cross_entropy(centres, weights)


def squared_distance(outputs: Tensor, ab: Tensor) -> Tensor:
    """Eq. 1: of outputs in units of ``UNIT``."""
    return tf.reduce_sum(tf.square(outputs - ab / UNIT), axis=-1)


def cross_entropy(centres: Floats, weights: Floats) -> Loss:
    """Eq. 2: of logits and soft-encoded colours; each pixel has the weight of its nearest bin.

    Args:
        centres: ab of the bins, ``(Q, 2)``.
        weights: of the bins, ``(Q,)``.
    """
    rarity = tf.constant(weights, tf.float32)

    def loss(outputs: Tensor, ab: Tensor) -> Tensor:
        indices, shares = soft_encoding(ab, centres)
        logarithms = tf.gather(tf.nn.log_softmax(outputs), indices, batch_dims=3)
        return -tf.gather(rarity, indices[..., 0]) * tf.reduce_sum(shares * logarithms, axis=-1)

    return loss


def soft_encoding(ab: Tensor, centres: Floats) -> tuple[Tensor, Tensor]:
    """The nearest bins of each colour, the nearest first, and their shares of it (section 2.1).

    Args:
        ab: ``(N, h, w, 2)``.
        centres: of the bins, ``(Q, 2)``.

    Returns:
        Indices and shares, ``(N, h, w, NEIGHBOURS)``; shares add up to one.
    """
    dots = tf.einsum("nhwc,qc->nhwq", ab, centres)
    squares = tf.reduce_sum(tf.square(ab), axis=-1, keepdims=True) - 2 * dots
    negative, indices = tf.math.top_k(-(squares + np.square(centres).sum(axis=-1)), NEIGHBOURS)
    return indices, tf.nn.softmax(negative / (2 * SIGMA**2))
