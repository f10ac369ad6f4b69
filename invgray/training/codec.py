"""Training of an encoder and a decoder together, through the channel between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from invgray import metrics
from invgray.images import to_8_bits
from invgray.networks import subpixel
from invgray.training import data, loop, losses
from invgray.training.channel import round_to_8_bits
from invgray.training.optimizers import ConvolutionMuon
from invgray.training.schedules import Budget, fade_in
from invgray.training.settings import Settings


class Autoencoder(keras.Model):
    """Encoder, 8-bit channel and decoder as one trainable model of colour pictures."""

    def __init__(self, encoder, decoder, settings: Settings):
        super().__init__()
        self.encoder, self.decoder, self.settings = encoder, decoder, settings
        names = ("loss", "color", "gray", "structure", "overshoot")
        self.conformity = tf.Variable(1.0, trainable=False, name="conformity")
        self.means = {name: keras.metrics.Mean(name) for name in names}
        self.build((None, None, None, 3))

    def build(self, shape):
        self.built = True

    @property
    def networks(self) -> tuple[keras.Model, keras.Model]:
        """Encoder and decoder."""
        return self.encoder, self.decoder

    def set_progress(self, progress: float) -> None:
        """Tell the model what share of its training is behind it."""
        self.conformity.assign(fade_in(progress))

    def call(self, rgb, training=None):
        """Gray before rounding and restored colours: ``(N, H, W, 1)`` and ``(N, H, W, 3)``.

        Patches without colour go to the decoder as they are, as pictures without colour do at use.
        """
        gray = self.encoder(rgb, training=training)
        colorless = tf.reduce_all(rgb == rgb[..., :1], axis=(1, 2, 3), keepdims=True)
        gray = tf.where(colorless, rgb[..., :1], gray)
        return gray, self.decoder(round_to_8_bits(gray), training=training)

    def terms(self, rgb, gray, restored) -> dict[str, tf.Tensor]:
        """The weighted terms of the objective, each a mean over the batch."""
        wanted = subpixel.Luminance(dtype="float32")(rgb)
        values = {
            "color": losses.root_mean_square(restored - rgb),
            "gray": self.conformity
            * self.settings.gray_weight
            * losses.root_mean_square(gray - wanted),
            "structure": self.conformity
            * self.settings.structure_weight
            * losses.structure_dissimilarity(gray, losses.lightness(rgb)),
            "overshoot": 10.0 * losses.overshoot(gray),
        }
        return {name: tf.reduce_mean(value) for name, value in values.items()}

    def train_step(self, rgb):
        with tf.GradientTape() as tape:
            terms = self.terms(rgb, *self(rgb, training=True))
            loss = tf.add_n(list(terms.values()))
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply(tape.gradient(scaled, self.trainable_variables))
        for name, value in {"loss": loss, **terms}.items():
            self.means[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}


def train(
    settings: Settings,
    pictures: list[Image.Image],
    validation: list[Image.Image],
    directory: Path,
    policy: str = "float32",
    quiet: bool = False,
    report: Callable[[str], None] = print,
) -> tuple[keras.Model, keras.Model, dict]:
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
        The encoder and decoder with the best averaged weights (float32), and the run's figures.

    Raises:
        TrainingError: the loss stopped being finite and lower learning rates did not help.
        KeyboardInterrupt: after Ctrl-C, once a checkpoint is safe.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "settings.json").write_text(json.dumps(asdict(settings), indent=2))
    keras.utils.set_random_seed(settings.seed)
    model = Autoencoder(
        subpixel.encoder(settings.width, dtype=policy),
        subpixel.decoder(settings.width, dtype=policy),
        settings,
    )
    model.compile(optimizer=_optimizer(settings, policy))
    encoder, decoder = subpixel.encoder(settings.width), subpixel.decoder(settings.width)
    batch, patch, seed = settings.batch, settings.patch, settings.seed
    summary = loop.run(
        model,
        [encoder, decoder],
        lambda steps: data.patches(pictures, batch, patch, seed, steps),
        lambda: evaluate(encoder, decoder, validation),
        directory=directory,
        budget=Budget(settings.steps, settings.minutes and settings.minutes * 60),
        learning_rate=settings.learning_rate,
        interval=settings.interval,
        quiet=quiet,
        report=report,
    )
    return encoder, decoder, summary


def evaluate(encoder, decoder, pictures: list[Image.Image]) -> dict[str, float]:
    """Mean figures of 8-bit round trips under the paper's protocol (256x256)."""
    rows = []
    for picture in pictures:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(255 * encoder(rgb[None] / np.float32(255)).numpy()[0, ..., 0])
        restored = decoder(gray[None, ..., None] / np.float32(255)).numpy()[0]
        rows.append(metrics.round_trip(rgb, gray, to_8_bits(255 * restored)))
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def card(settings: Settings, encoder: keras.Model, summary: dict) -> dict:
    """What a preset's card says of a run: network, arguments, command line, steps and seconds."""
    defaults = asdict(Settings())
    changed = {k: v for k, v in asdict(settings).items() if v != defaults[k] and v is not None}
    options = [f"--{name.replace('_', '-')} {value}" for name, value in changed.items()]
    command = ["invgray train IMAGES", f"--network {settings.network}", *options]
    arguments = {"width": settings.width}
    return {
        "network": settings.network,
        "arguments": arguments,
        "ratio": subpixel.RATIO,
        "receptive_radius": subpixel.receptive_radius(**arguments),
        "parameters": encoder.count_params(),
        "command": " ".join(command),
        "training": asdict(settings) | summary,
    }


def _optimizer(settings, policy):
    optimizer = ConvolutionMuon(
        settings.learning_rate,
        weight_decay=None,
        adam_weight_decay=None,
        use_ema=True,
        ema_momentum=0.998,
    )
    scaled = policy == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer
