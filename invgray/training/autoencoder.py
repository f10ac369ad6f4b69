"""Training of an encoder and a decoder together, through the channel between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TypeVar

import numpy as np
from PIL import Image

from invgray import metrics
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.tensorflow import Tensor, keras, layers, tf
from invgray.training import channel, distribution, loop, losses
from invgray.training.objective import Objective
from invgray.training.settings import Settings
from invgray.training.trained import Run, Trained
from invgray.types import Floats, Pixels

A = TypeVar("A")

Build = Callable[[A, str | None], keras.Model]
"""From an architecture and a dtype policy of hidden layers to a network with fresh weights."""


class Autoencoder:
    """Encoder, channel and decoder, trained together on colour pictures.

    Args:
        encoder: from colour ``(N, H, W, 3)`` to gray ``(N, H, W, 1)``, both in [0, 1].
        decoder: the way back.
        objective: of the training.
        optimizer: of the weights of both.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        objective: Objective,
        optimizer: keras.optimizers.Optimizer,
    ) -> None:
        self.networks: tuple[keras.Model, ...] = encoder, decoder
        self.objective, self.optimizer = objective, optimizer
        self.boundaries = objective.boundaries
        self.trainable_variables = encoder.trainable_variables + decoder.trainable_variables
        self.optimizer.build(self.trainable_variables)
        self.weights = [
            tf.Variable(term.weight(0.0), trainable=False, dtype=tf.float32)
            for term in objective.terms
        ]

    def set_progress(self, progress: float) -> None:
        """Hear what share of the training is over."""
        for term, weight in zip(self.objective.terms, self.weights, strict=True):
            weight.assign(term.weight(progress))

    def __call__(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Gray before the channel and restored colours: ``(N, H, W, 1)`` and ``(N, H, W, 3)``.

        Patches without colour go to the decoder as they are, as pictures without colour do at use.
        """
        encoder, decoder = self.networks
        gray = encoder(rgb, training=True)
        colorless = tf.reduce_all(rgb == rgb[..., :1], axis=(1, 2, 3), keepdims=True)
        gray = tf.where(colorless, rgb[..., :1], gray)
        seed = tf.stack([tf.cast(self.optimizer.iterations, tf.int32), 0])
        return gray, decoder(self.objective.channel(gray, seed), training=True)

    def train_step(self, rgb: Tensor) -> dict[str, Tensor]:
        """One step on this replica's share of a batch; the loss, its terms and the PSNR."""
        with tf.GradientTape() as tape:
            gray, restored = self(rgb)
            terms = {
                term.name: tf.reduce_mean(term.value(rgb, gray, restored))
                for term in self.objective.terms
            }
            loss = tf.add_n([w * x for w, x in zip(self.weights, terms.values(), strict=True)])
            share = self.optimizer.scale_loss(loss) / distribution.replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        decibels = -10.0 * tf.math.log(losses.mean_square(restored - rgb) + 1e-10) / math.log(10)
        return {"loss": loss, **terms, "psnr": tf.reduce_mean(decibels)}


def train(
    settings: Settings,
    run: Run,
    architecture: A,
    networks: tuple[Build[A], Build[A]],
    objective: Callable[[], Objective],
    optimizer: Callable[[], keras.optimizers.Optimizer],
    *,
    encoder_of: Callable[[keras.Model], keras.Model] = lambda network: network,
    handled: bool = False,
) -> Trained:
    """Train two networks, or go on with the run whose checkpoints are in its folder.

    Args:
        settings: of the run.
        run: pictures, and a folder for the run's files.
        architecture: of the networks.
        networks: make the two, encoder and decoder, of an architecture and a dtype policy.
        objective: makes what they are trained for.
        optimizer: makes their optimizer.
        encoder_of: makes the encoder of the first network, where that is but a part of it.
        handled: whether validation looks at handled grays, too.

    Returns:
        Both networks with the best averaged weights.

    Raises:
        UsageError: the batch cannot be shared equally by all that train.
        WeightsError: weights to start with do not fit.
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C, once a checkpoint is safe.
    """
    strategy = distribution.begin(settings)
    with strategy.scope():
        first, decoder = (build(architecture, run.policy) for build in networks)
        encoder = encoder_of(first)
        start_positive(encoder, decoder, run.pictures)
        for network in (first, decoder):
            run.start(network)
        trainee = Autoencoder(encoder, decoder, objective(), optimizer())
    averaged = tuple(build(architecture, None) for build in networks)
    gray_of = encoder_of(averaged[0])
    return loop.train(
        trainee,
        averaged,
        settings,
        run,
        strategy,
        lambda: evaluate(gray_of, averaged[1], run.validation, handled),
    )


def start_positive(
    encoder: keras.Model, decoder: keras.Model, pictures: Sequence[Image.Image]
) -> None:
    """See to it that fresh networks make positives: light stays light.

    Convolutions drawn at random may as well make a negative, which training then keeps: colours are
    restored from it just as well, and the lightness term forgives 70 levels. Where the output falls
    as the luminance rises, the last kernel changes its sign.

    Args:
        encoder: with fresh weights.
        decoder: with fresh weights.
        pictures: to try them on.
    """
    small = [np.asarray(picture.resize((64, 64))) for picture in pictures[:8]]
    rgb = np.stack(small) / np.float32(255)
    gray = luminance(rgb)[..., None].astype(np.float32)
    for network, picture in ((encoder, rgb), (decoder, gray)):
        output = network(picture).numpy().mean(axis=-1)
        if np.corrcoef(output.ravel(), gray.ravel())[0, 1] < 0:
            last = [layer for layer in network.layers if isinstance(layer, layers.Conv2D)][-1]
            last.kernel.assign(-last.kernel)


def evaluate(
    encoder: keras.Model,
    decoder: keras.Model,
    pictures: Sequence[Image.Image],
    handled: bool = False,
) -> dict[str, float]:
    """Mean figures of 8-bit round trips under the paper's protocol (256x256).

    Args:
        encoder: to gray.
        decoder: back to colours.
        pictures: to measure on.
        handled: whether to add ``psnr_jpeg_75``, of colours restored after JPEG at quality 75, and
            ``balance``, the mean of that and the gray's PSNR.
    """

    def decoded(gray: Floats) -> Pixels:
        return to_8_bits(255 * decoder(gray[None, ..., None]).numpy()[0])

    rows = []
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(255 * encoder(rgb[None] / np.float32(255)).numpy()[0, ..., 0])
        stored = gray / np.float32(255)
        figures = asdict(metrics.round_trip(rgb, gray, decoded(stored)))
        if handled:
            compressed = channel.jpeg(stored[None, ..., None], tf.constant([75])).numpy()
            figures["psnr_jpeg_75"] = metrics.psnr(rgb, decoded(compressed[0, ..., 0]))
            figures["balance"] = (figures["psnr_jpeg_75"] + figures["gray_psnr"]) / 2
        rows.append(figures)
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
