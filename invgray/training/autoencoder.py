"""Training of an encoder and a decoder together, through the channel between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image

from invgray import metrics
from invgray.images import to_8_bits
from invgray.luminance import luminance
from invgray.networks import architecture
from invgray.training import channel, data, distribution, loop, losses
from invgray.training.cards import Trained, card
from invgray.training.objectives import Objective, objective
from invgray.training.optimizers import optimizer
from invgray.training.settings import Settings, SubpixelSettings


class Autoencoder:
    """Encoder, channel and decoder, trained together on colour pictures."""

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        objective: Objective,
        optimizer: keras.optimizers.Optimizer,
    ):
        self.networks: tuple[keras.Model, ...] = encoder, decoder
        self.objective, self.optimizer = objective, optimizer
        self.trainable_variables = encoder.trainable_variables + decoder.trainable_variables
        self.optimizer.build(self.trainable_variables)
        self.weights = {
            name: tf.Variable(weight, trainable=False, dtype=tf.float32)
            for name, weight in objective.weights(0.0).items()
        }

    def set_progress(self, progress: float) -> None:
        """Tell the model what share of its training is behind it."""
        for name, weight in self.objective.weights(progress).items():
            self.weights[name].assign(weight)

    def __call__(self, rgb):
        """Gray before the channel and restored colours: ``(N, H, W, 1)`` and ``(N, H, W, 3)``.

        Patches without colour go to the decoder as they are, as pictures without colour do at use.
        """
        encoder, decoder = self.networks
        gray = encoder(rgb, training=True)
        colorless = tf.reduce_all(rgb == rgb[..., :1], axis=(1, 2, 3), keepdims=True)
        gray = tf.where(colorless, rgb[..., :1], gray)
        seed = tf.stack([tf.cast(self.optimizer.iterations, tf.int32), 0])
        return gray, decoder(self.objective.channel(gray, seed), training=True)

    def train_step(self, rgb) -> dict[str, tf.Tensor]:
        """One step on this replica's share of a batch; the loss, its terms and the PSNR."""
        with tf.GradientTape() as tape:
            gray, restored = self(rgb)
            terms = self.objective.terms(rgb, gray, restored)
            terms = {name: tf.reduce_mean(value) for name, value in terms.items()}
            loss = tf.add_n([self.weights[name] * value for name, value in terms.items()])
            share = self.optimizer.scale_loss(loss) / distribution.replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        decibels = -10.0 * tf.math.log(losses.mean_square(restored - rgb) + 1e-10) / math.log(10)
        return {"loss": loss, **terms, "psnr": tf.reduce_mean(decibels)}


def train(
    settings: Settings,
    pictures: list[Image.Image],
    validation: list[Image.Image],
    directory: Path,
    policy: str = "float32",
    quiet: bool = False,
    report: Callable[[str], None] = print,
) -> Trained:
    """Train, or go on training, the codec whose checkpoints are in ``directory``.

    Args:
        settings: what to train and how; when resuming, network and seed must be as before.
        pictures: RGB pictures to cut patches from.
        validation: RGB pictures, never trained on, that pick the best weights.
        directory: for checkpoints, ``log.csv``, ``curves.png`` and ``settings.json``.
        policy: Keras dtype policy of the hidden layers.
        quiet: show no progress bar.
        report: takes one line of news.

    Returns:
        Encoder and decoder with the best averaged weights, and their card.

    Raises:
        TrainingError: the loss stopped being finite and lower learning rates did not help.
        KeyboardInterrupt: after Ctrl-C, once a checkpoint is safe.
    """
    strategy, worker, directory = distribution.begin(settings, directory)
    network, arguments = architecture(settings.network), settings.arguments
    handled = isinstance(settings, SubpixelSettings) and settings.channel == "handled"
    with strategy.scope():
        encoder = network.encoder(**arguments, dtype=policy)
        decoder = network.decoder(**arguments, dtype=policy)
        start_positive(encoder, decoder, _probe(pictures))
        model = Autoencoder(encoder, decoder, objective(settings), optimizer(settings, policy))
    encoder, decoder = network.encoder(**arguments), network.decoder(**arguments)
    summary = loop.run(
        model,
        [encoder, decoder],
        pictures,
        settings,
        lambda: evaluate(encoder, decoder, validation, handled),
        strategy=strategy,
        directory=directory,
        boundaries=model.objective.boundaries,
        quiet=quiet or worker > 0,
        report=report,
    )
    figures = evaluate(encoder, decoder, validation, handled)
    summary["precision"] = policy
    return Trained([encoder, decoder], card(settings, encoder, summary, figures), worker)


def _probe(pictures: list[Image.Image]) -> np.ndarray:
    return next(iter(data.patches(pictures, 8, 64, 0, range(1), data.Augmentation())))


def start_positive(encoder: keras.Model, decoder: keras.Model, rgb: np.ndarray) -> None:
    """See to it that fresh networks make positives: light stays light.

    Convolutions drawn at random may as well make a negative, which training then keeps: colours are
    restored from it just as well, and the lightness term forgives 70 levels. Where the output falls
    as the luminance of ``rgb`` ``(N, H, W, 3)`` rises, the last kernel changes its sign.
    """
    gray = luminance(rgb)[..., None].astype(np.float32)
    for network, picture in ((encoder, rgb), (decoder, gray)):
        output = network(picture).numpy().mean(axis=-1)
        if np.corrcoef(output.ravel(), gray.ravel())[0, 1] < 0:
            last = [layer for layer in network.layers if isinstance(layer, layers.Conv2D)][-1]
            last.kernel.assign(-last.kernel)


def evaluate(
    encoder, decoder, pictures: list[Image.Image], handled: bool = False
) -> dict[str, float]:
    """Mean figures of 8-bit round trips under the paper's protocol (256x256).

    Args:
        encoder: to gray.
        decoder: back to colours.
        pictures: to measure on.
        handled: whether to add ``psnr_jpeg_75``, of colours restored after JPEG at quality 75.
    """

    def decoded(gray):
        return to_8_bits(255 * decoder(gray[None, ..., None]).numpy()[0])

    rows = []
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(255 * encoder(rgb[None] / np.float32(255)).numpy()[0, ..., 0])
        stored = gray / np.float32(255)
        figures = metrics.round_trip(rgb, gray, decoded(stored))
        if handled:
            compressed = channel.jpeg(stored[None, ..., None], tf.constant([75])).numpy()
            figures["psnr_jpeg_75"] = metrics.psnr(rgb, decoded(compressed[0, ..., 0]))
        rows.append(figures)
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
