"""Training of the colorizer: Zhang, Isola and Efros 2016, section 2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from skimage.color import rgb2lab

from invgray import colorizer, gamut, metrics
from invgray.images import to_8_bits
from invgray.networks import colorizer as network
from invgray.training import distribution, lab, loop
from invgray.training.cards import Trained, card
from invgray.training.optimizers import optimizer
from invgray.training.settings import ColorizerSettings

NEIGHBOURS, SIGMA = 5, 5.0
"""Bins that share a pixel's colour, and the Gaussian of their shares by distance in ab."""


class Colorization:
    """A network that learns the colours of pictures from their lightness.

    Args:
        net: from :func:`invgray.networks.colorizer.colorizer`.
        objective: from :func:`objective`.
        optimizer: of its trainable weights.
    """

    def __init__(
        self, net: keras.Model, objective: Callable, optimizer: keras.optimizers.Optimizer
    ):
        self.networks: tuple[keras.Model, ...] = (net,)
        self.objective, self.optimizer = objective, optimizer
        self.trainable_variables = net.trainable_variables
        self.optimizer.build(self.trainable_variables)

    def set_progress(self, progress: float) -> None:
        """Nothing here depends on it."""

    def train_step(self, rgb) -> dict[str, tf.Tensor]:
        """One step on this replica's share of a batch; the loss."""
        lightness, ab = lab.lightness_and_ab(rgb)
        target = tf.nn.avg_pool2d(ab, colorizer.SCALE, colorizer.SCALE, "VALID")
        with tf.GradientTape() as tape:
            outputs = self.networks[0](lab.neutral(lightness), training=True)
            loss = tf.reduce_mean(self.objective(outputs, target))
            share = self.optimizer.scale_loss(loss) / distribution.replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        return {"loss": loss}


def objective(settings: ColorizerSettings, weights: np.ndarray) -> Callable:
    """The loss of every pixel: of outputs ``(N, h, w, C)`` and ab ``(N, h, w, 2)``.

    ``l2`` is Eq. 1, in units of ``UNIT``; the others are Eq. 2, with the weights or without.

    Args:
        settings: which objective, and the bins.
        weights: of the bins, ``(Q,)``.
    """
    if settings.objective == "l2":
        return lambda outputs, ab: tf.reduce_sum(tf.square(outputs - ab / colorizer.UNIT), axis=-1)
    centres = gamut.bins(settings.grid, settings.bins)
    rarity = tf.constant(weights if settings.objective.endswith("rebalanced") else 1 + 0 * weights)

    def cross_entropy(outputs, ab):
        indices, shares = soft_encoding(ab, centres)
        logarithms = tf.gather(tf.nn.log_softmax(outputs), indices, batch_dims=3)
        return -tf.gather(rarity, indices[..., 0]) * tf.reduce_sum(shares * logarithms, axis=-1)

    return cross_entropy


def soft_encoding(ab, centres: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    """The nearest bins of each colour, the nearest first, and their shares of it.

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


def color_counts(pictures: list[Image.Image], centres: np.ndarray, side: int = 48) -> np.ndarray:
    """How many pixels of the pictures, made smaller, are nearest to each bin: ``(Q,)``."""
    counts = np.zeros(len(centres))
    for picture in pictures:
        small = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
        found = gamut.nearest(rgb2lab(small)[..., 1:], centres)
        counts += np.bincount(found.ravel(), minlength=len(centres))
    return counts


def train(
    settings: ColorizerSettings,
    pictures: list[Image.Image],
    validation: list[Image.Image],
    directory: Path,
    policy: str = "float32",
    quiet: bool = False,
    report: Callable[[str], None] = print,
) -> Trained:
    """Train, or go on training, the colorizer whose checkpoints are in ``directory``.

    Arguments, result and errors are those of :func:`invgray.training.codec.train`.

    Raises:
        WeightsError: the backbone's weights do not fit.
    """
    strategy, worker, directory = distribution.begin(settings, directory)
    centres = gamut.bins(settings.grid, settings.bins)
    counts = color_counts(pictures, centres) + 1  # no colour is impossible
    weights = gamut.rebalancing(counts, centres, settings.uniform, settings.smoothing)
    colors = {
        "objective": settings.objective,
        "grid": settings.grid,
        "count": settings.bins,
        "distribution": [float(f"{share:.4g}") for share in counts / counts.sum()],
    }
    backbone = Path(settings.backbone) if settings.backbone else None
    with strategy.scope():
        net = network.colorizer(**settings.arguments, dtype=policy)
        if backbone:
            network.start_from_vgg16(net, backbone)
        model = Colorization(net, objective(settings, weights), optimizer(settings, policy))
    twin = network.colorizer(**settings.arguments)
    summary = loop.run(
        model,
        [twin],
        pictures,
        settings,
        lambda: evaluate(twin, colors, validation),
        strategy=strategy,
        directory=directory,
        quiet=quiet or worker > 0,
        report=report,
    )
    summary["precision"] = policy
    made = card(settings, twin, summary, evaluate(twin, colors, validation)) | {"colors": colors}
    return Trained([twin], made, worker)


def evaluate(net, colors: dict, pictures: list[Image.Image]) -> dict[str, float]:
    """Mean figures of colorized pictures under the paper's protocol (256x256)."""
    rows = []
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(gamut.gray_of(rgb))
        restored = colorizer.with_colors(gray, colorizer.predict(net, gray, colors))
        rows.append(metrics.colorization(rgb, restored, *gamut.rarity(colors)))
    return metrics.mean_of_colorizations(rows)
