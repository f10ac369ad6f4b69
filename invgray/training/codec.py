"""Training of an encoder and a decoder together, through the channel between them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from invgray import metrics
from invgray.images import to_8_bits
from invgray.networks import architecture
from invgray.training import data, distribution, loop, losses
from invgray.training.objectives import Objective, objective
from invgray.training.optimizers import ConvolutionMuon
from invgray.training.schedules import Budget, linear, warmup_cosine
from invgray.training.settings import PaperSettings, Settings


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
        return gray, decoder(self.objective.channel(gray), training=True)

    def train_step(self, rgb) -> dict[str, tf.Tensor]:
        """One step on this replica's share of a batch; the loss, its terms and the PSNR."""
        with tf.GradientTape() as tape:
            gray, restored = self(rgb)
            terms = self.objective.terms(rgb, gray, restored)
            terms = {name: tf.reduce_mean(value) for name, value in terms.items()}
            loss = tf.add_n([self.weights[name] * value for name, value in terms.items()])
            share = self.optimizer.scale_loss(loss) / _replicas()
        self.optimizer.apply(tape.gradient(share, self.trainable_variables))
        decibels = -10.0 * tf.math.log(losses.mean_square(restored - rgb) + 1e-10) / math.log(10)
        return {"loss": loss, **terms, "psnr": tf.reduce_mean(decibels)}


def _replicas() -> int:
    return tf.distribute.get_strategy().num_replicas_in_sync


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
    strategy = distribution.strategy()
    distribution.check_batch(strategy, settings.batch)
    worker = distribution.worker(strategy)
    directory = directory / f"worker-{worker}" if worker else directory
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "settings.json").write_text(json.dumps(asdict(settings), indent=2))
    keras.utils.set_random_seed(settings.seed)
    network, arguments = architecture(settings.network), settings.arguments
    with strategy.scope():
        model = Autoencoder(
            network.encoder(**arguments, dtype=policy),
            network.decoder(**arguments, dtype=policy),
            objective(settings),
            _optimizer(settings, policy),
        )
    encoder, decoder = network.encoder(**arguments), network.decoder(**arguments)
    batch, patch, seed = settings.batch, settings.patch, settings.seed
    colorless = 0.05 if settings.network == "subpixel" else 0.0
    summary = loop.run(
        model,
        [encoder, decoder],
        lambda steps: data.patches(pictures, batch, patch, seed, steps, colorless),
        lambda: evaluate(encoder, decoder, validation),
        strategy=strategy,
        directory=directory,
        budget=_budget(settings, len(pictures)),
        learning_rate=settings.learning_rate,
        rate=linear if settings.network == "paper" else warmup_cosine,
        boundaries=model.objective.boundaries,
        interval=settings.interval,
        quiet=quiet or worker > 0,
        report=report,
    )
    return encoder, decoder, summary | {"worker": worker}


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
    defaults = asdict(type(settings)())
    changed = {k: v for k, v in asdict(settings).items() if v != defaults[k] and v is not None}
    options = [
        f"--{name.replace('_', '-')} {one}"
        for name, value in changed.items()
        for one in (value if isinstance(value, tuple) else [value])
    ]
    command = ["invgray train IMAGES", f"--network {settings.network}", *options]
    network, arguments = architecture(settings.network), settings.arguments
    return {
        "network": settings.network,
        "arguments": arguments,
        "ratio": network.RATIO,
        "receptive_radius": network.receptive_radius(**arguments),
        "parameters": encoder.count_params(),
        "command": " ".join(command),
        "training": asdict(settings) | summary,
    }


def _budget(settings: Settings, pictures: int) -> Budget:
    if settings.epochs:
        return Budget(steps=math.ceil(settings.epochs * pictures / settings.batch))
    return Budget(settings.steps, settings.minutes and settings.minutes * 60)


def _optimizer(settings: Settings, policy: str) -> keras.optimizers.Optimizer:
    if isinstance(settings, PaperSettings) and settings.optimizer == "adam":
        optimizer = keras.optimizers.Adam(settings.learning_rate)
    else:
        averages = {"use_ema": True, "ema_momentum": 0.998} if settings.network != "paper" else {}
        optimizer = ConvolutionMuon(
            settings.learning_rate, weight_decay=None, adam_weight_decay=None, **averages
        )
    scaled = policy == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer
