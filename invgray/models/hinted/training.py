"""Training of the ``hinted`` network: Zhang et al. 2017, section 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from invgray import metrics
from invgray.color import gamut, guided, tensors
from invgray.color.lab import gray_of
from invgray.color.levels import to_8_bits
from invgray.color.quantized import UNIT, QuantizedColors
from invgray.hints import drawn
from invgray.models.colorizer.training import color_counts
from invgray.models.hinted import network, simulation
from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.prediction import MIDDLE, predict
from invgray.models.hinted.settings import HintedSettings
from invgray.tensorflow import Tensor, keras, tf
from invgray.training import distribution, loop, losses
from invgray.training.optimizers import muon
from invgray.training.trained import Run, Trained
from invgray.types import Floats

VALIDATED = (0, 10, 50)
"""Numbers of hints that the validation gives."""

HIGHEST = 40.0
"""PSNR in dB above which a picture counts no more in the validation.

Of a picture without colours, optimisation makes an exact one; a trace of colour that nobody sees
must not cost as much as those of all others can win.
"""


class HintedColorization:
    """A network that learns the colours of pictures from their lightness and a few hints.

    Args:
        colorizer: the network.
        optimizer: of its trainable weights.
    """

    boundaries: tuple[float, ...] = ()

    def __init__(self, colorizer: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
        self.networks: tuple[keras.Model, ...] = (colorizer,)
        self.optimizer = optimizer
        self.trainable_variables = colorizer.trainable_variables
        self.optimizer.build(self.trainable_variables)

    def set_progress(self, progress: float) -> None:
        """Nothing here depends on it."""

    def train_step(self, rgb: Tensor) -> dict[str, Tensor]:
        """One step on this replica's share of a batch; the root mean square error of ab.

        Where colours are unsure, it leads to their mean; Eq. 2's absolute error, to their median.
        """
        lightness, ab = tensors.lightness_and_ab(rgb)
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        seed = tf.stack([tf.cast(self.optimizer.iterations, tf.int32), tf.cast(replica, tf.int32)])
        gray = tensors.neutral(lightness)
        hints, mask = simulation.draw(ab, seed)
        told = (MIDDLE + simulation.spread(gray, hints, mask)) / 255
        seen = tf.concat([gray, told, mask], axis=-1)
        with tf.GradientTape() as tape:
            error = self.networks[0](seen, training=True) - ab / UNIT
            loss = UNIT * tf.reduce_mean(losses.root_mean_square(error))
            share = self.optimizer.scale_loss(loss) / distribution.replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        return {"loss": loss}


def train(settings: HintedSettings, run: Run) -> Trained:
    """Train the colorizer, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: what to train and how.
        run: pictures, and a folder for the run's files.

    Returns:
        The colorizer with its best averaged weights, and its training colours.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        WeightsError: the weights to begin with do not fit.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy, architecture = distribution.begin(settings), settings.architecture
    counts = color_counts(run.pictures, gamut.bins()) + 1  # no colour is impossible
    colors = QuantizedColors.counted(counts, grid=10, count=None, regression=True)
    with strategy.scope():
        colorizer = network.colorizer(architecture, run.policy)
        run.start(colorizer)
        trainee = HintedColorization(colorizer, muon(settings.learning_rate, run.policy))
    averaged = network.colorizer(architecture)
    trained = loop.train(
        trainee,
        (averaged,),
        settings,
        run,
        strategy,
        lambda: evaluate(averaged, architecture, run.validation),
    )
    return replace(trained, colors=colors)


def evaluate(
    colorizer: keras.Model, architecture: HintedArchitecture, pictures: Sequence[Image.Image]
) -> dict[str, float]:
    """Mean PSNR under the paper's protocol (256x256): after each number of hints, and of these.

    Args:
        colorizer: the network.
        architecture: of the network.
        pictures: to measure on.
    """

    def outputs(levels: Floats) -> Floats:
        return np.asarray(colorizer(levels / np.float32(255)))

    found: dict[int, list[float]] = {count: [] for count in VALIDATED}
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(gray_of(rgb))
        for count, decibels in found.items():
            hints = drawn(rgb, count, np.random.default_rng(count))
            colorized = guided.with_colors(gray, *predict(outputs, gray, hints, architecture))
            decibels.append(min(HIGHEST, metrics.psnr(rgb, colorized)))
    means = {f"psnr_{count}_hints": float(np.mean(rows)) for count, rows in found.items()}
    return {"psnr": float(np.mean(list(means.values()))), **means}
