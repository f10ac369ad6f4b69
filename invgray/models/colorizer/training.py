"""Training of the ``colorizer`` network: Zhang, Isola and Efros 2016, section 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from invgray import metrics
from invgray.color import gamut, tensors
from invgray.color.lab import gray_of, lab
from invgray.color.levels import to_8_bits
from invgray.color.quantized import QuantizedColors
from invgray.models.colorizer import network
from invgray.models.colorizer.architecture import SCALE, ColorizerArchitecture
from invgray.models.colorizer.objective import Loss, objective
from invgray.models.colorizer.prediction import predict, with_colors
from invgray.models.colorizer.settings import ColorizerSettings
from invgray.tensorflow import Tensor, keras, tf
from invgray.training import distribution, loop
from invgray.training.optimizers import adamw
from invgray.training.trained import Run, Trained
from invgray.types import Floats


class Colorization:
    """A network that learns the colours of pictures from their lightness.

    Args:
        colorizer: the network.
        loss: of its outputs.
        optimizer: of its trainable weights.
    """

    boundaries: tuple[float, ...] = ()

    def __init__(
        self, colorizer: keras.Model, loss: Loss, optimizer: keras.optimizers.Optimizer
    ) -> None:
        self.networks: tuple[keras.Model, ...] = (colorizer,)
        self.loss, self.optimizer = loss, optimizer
        self.trainable_variables = colorizer.trainable_variables
        self.optimizer.build(self.trainable_variables)

    def set_progress(self, progress: float) -> None:
        """Nothing here depends on it."""

    def train_step(self, rgb: Tensor) -> dict[str, Tensor]:
        """One step on this replica's share of a batch; the loss."""
        lightness, ab = tensors.lightness_and_ab(rgb)
        target = tf.nn.avg_pool2d(ab, SCALE, SCALE, "VALID")
        with tf.GradientTape() as tape:
            outputs = self.networks[0](tensors.neutral(lightness), training=True)
            loss = tf.reduce_mean(self.loss(outputs, target))
            share = self.optimizer.scale_loss(loss) / distribution.replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        return {"loss": loss}


def train(settings: ColorizerSettings, run: Run) -> Trained:
    """Train the colorizer, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: what to train and how.
        run: pictures, and a folder for the run's files.

    Returns:
        The colorizer with its best averaged weights, and its colours.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        WeightsError: the backbone's weights do not fit.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy, architecture = distribution.begin(settings), settings.architecture
    centres = gamut.bins(settings.grid, settings.bins)
    counts = color_counts(run.pictures, centres) + 1  # no colour is impossible
    weights = gamut.rebalancing(counts, centres, settings.uniform, settings.smoothing)
    colors = QuantizedColors.counted(
        counts, grid=settings.grid, count=settings.bins, regression=settings.regression
    )
    with strategy.scope():
        colorizer = network.colorizer(architecture, run.policy)
        if settings.backbone:
            network.start_from_vgg16(colorizer, Path(settings.backbone))
        run.start(colorizer)
        optimizer = adamw(settings.learning_rate, run.policy)
        trainee = Colorization(colorizer, objective(settings, centres, weights), optimizer)
    averaged = network.colorizer(architecture)
    trained = loop.train(
        trainee,
        (averaged,),
        settings,
        run,
        strategy,
        lambda: evaluate(averaged, architecture, colors, run.validation),
    )
    return replace(trained, colors=colors)


def color_counts(pictures: Sequence[Image.Image], centres: Floats, side: int = 48) -> Floats:
    """How many pixels of the pictures, made smaller, are nearest to each bin: ``(Q,)``.

    Args:
        pictures: in RGB.
        centres: ab of the bins, ``(Q, 2)``.
        side: of the small pictures.
    """
    counts = np.zeros(len(centres))
    for picture in pictures:
        small = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
        found = gamut.nearest(lab(small)[..., 1:], centres)
        counts += np.bincount(found.ravel(), minlength=len(centres))
    return counts


def evaluate(
    colorizer: keras.Model,
    architecture: ColorizerArchitecture,
    colors: QuantizedColors,
    pictures: Sequence[Image.Image],
) -> dict[str, float]:
    """Mean figures of colorized pictures under the paper's protocol (256x256).

    Args:
        colorizer: the network.
        architecture: of the network.
        colors: what its outputs stand for.
        pictures: to measure on.
    """

    def outputs(levels: Floats) -> Floats:
        return np.asarray(colorizer(levels / np.float32(255)))

    rarity, rows = colors.rarity, []
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(gray_of(rgb))
        colorized = with_colors(gray, predict(outputs, gray, architecture, colors))
        rows.append(metrics.colorization(rgb, colorized, colors.centres, rarity))
    return metrics.mean_of_colorizations(rows)
