"""Training of an encoder and a decoder together, through the channel between them."""

from __future__ import annotations

import csv
import json
import signal
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from tqdm import tqdm

from invgray import metrics
from invgray.errors import TrainingError
from invgray.images import to_8_bits
from invgray.networks import subpixel
from invgray.training import curves, data, losses
from invgray.training.channel import round_to_8_bits
from invgray.training.optimizers import ConvolutionMuon
from invgray.training.schedules import Budget, fade_in, warmup_cosine


@dataclass(frozen=True)
class Settings:
    """What a run is made of; written beside its checkpoints, read again by ``--resume``."""

    network: str = "subpixel"
    width: int = 48
    steps: int | None = None
    minutes: float | None = None
    batch: int = 4
    patch: int = 96
    learning_rate: float = 1e-3
    gray_weight: float = 0.1
    structure_weight: float = 0.13
    seed: int = 0
    interval: int = 1000


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

    def call(self, rgb, training=None):
        """Gray before rounding and restored colours: ``(N, H, W, 1)`` and ``(N, H, W, 3)``."""
        gray = self.encoder(rgb, training=training)
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


class Pacer(keras.callbacks.Callback):
    """Sets the learning rate of each step, shows the running figures, and knows when to stop."""

    def __init__(self, budget: Budget, peak: float, elapsed: float, bar: tqdm):
        super().__init__()
        self.budget, self.peak, self.bar = budget, peak, bar
        self.start = time.monotonic() - elapsed
        self.interrupted = self.diverged = False

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.start

    @property
    def step(self) -> int:
        return int(self.model.optimizer.iterations.numpy())

    @property
    def progress(self) -> float:
        return self.budget.progress(self.step, self.elapsed)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.peak * warmup_cosine(self.progress, self.step)
        self.model.conformity.assign(fade_in(self.progress))

    def on_train_batch_end(self, batch, logs=None):
        self.diverged = not np.isfinite(logs["loss"])
        self.model.stop_training = self.diverged or self.interrupted or self.progress >= 1.0
        self.bar.set_postfix(step=self.step, psnr=f"{_decibels(logs['color']):.2f}")
        self.bar.update(round(self.progress * self.bar.total, 4) - self.bar.n)

    def interrupt(self, *_):
        """Signal handler: let the step in progress finish, then stop."""
        self.interrupted = True


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
    model.optimizer.build(model.trainable_variables)
    averaged = subpixel.encoder(settings.width), subpixel.decoder(settings.width)

    state = tf.train.Checkpoint(
        variables=[*model.encoder.variables, *model.decoder.variables],
        optimizer=list(model.optimizer.variables),
        elapsed=tf.Variable(0.0, dtype=tf.float64),
        best=tf.Variable(0.0, dtype=tf.float64),
        backoff=tf.Variable(1.0, dtype=tf.float64),
    )
    checkpoints = tf.train.CheckpointManager(state, str(directory / "checkpoints"), max_to_keep=2)
    if checkpoints.latest_checkpoint:
        state.restore(checkpoints.latest_checkpoint).assert_consumed()
        report(f"resuming at step {int(model.optimizer.iterations.numpy())}")
    else:
        checkpoints.save()
    budget = Budget(settings.steps, settings.minutes and settings.minutes * 60)

    with tqdm(total=100.0, unit="%", disable=quiet or None, bar_format=_BAR) as bar:
        peak = settings.learning_rate * float(state.backoff.numpy())
        pacer = Pacer(budget, peak, float(state.elapsed.numpy()), bar)
        pacer.set_model(model)
        with _on_interrupt(pacer.interrupt):
            while pacer.progress < 1.0:
                first = pacer.step
                leg = range(first, first - first % settings.interval + settings.interval)
                if settings.steps:
                    leg = range(first, min(leg.stop, settings.steps))
                batches = data.patches(pictures, settings.batch, settings.patch, settings.seed, leg)
                history = model.fit(batches, verbose=0, shuffle=False, callbacks=[pacer]).history
                if pacer.diverged:
                    state.restore(checkpoints.latest_checkpoint)
                    pacer.peak /= 2
                    state.backoff.assign(pacer.peak / settings.learning_rate)
                    if pacer.peak < settings.learning_rate / 64:
                        raise TrainingError(
                            "the loss is not finite, at 1/64 of the learning rate still",
                            "try a lower --learning-rate",
                        )
                    report(f"loss not finite: back to step {pacer.step}, rate {pacer.peak:.2e}")
                    continue
                if pacer.step % settings.interval == 0 or pacer.progress >= 1.0:
                    with _averages(model):
                        for network, trained in zip(
                            averaged, (model.encoder, model.decoder), strict=True
                        ):
                            network.set_weights(trained.get_weights())
                    figures = evaluate(*averaged, validation)
                    row = {"step": pacer.step, "seconds": round(pacer.elapsed, 1)}
                    row |= {name: values[-1] for name, values in history.items()}
                    row |= {"train_psnr": _decibels(row["color"]), **figures}
                    _append(directory / "log.csv", row)
                    curves.plot(directory / "log.csv", directory / "curves.png")
                    report(" ".join(f"{k} {v:.5g}" for k, v in row.items()))
                    if figures["psnr"] > float(state.best.numpy()):
                        state.best.assign(figures["psnr"])
                        _save_best(directory, averaged)
                state.elapsed.assign(pacer.elapsed)
                checkpoints.save()
                if pacer.interrupted:
                    report(f"stopped at step {pacer.step}, checkpoint saved; go on with --resume")
                    raise KeyboardInterrupt
    for network in averaged:
        network.load_weights(directory / f"best-{network.name}.weights.h5")
    summary = {"steps": pacer.step, "seconds": round(float(state.elapsed.numpy()))}
    return *averaged, summary


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


_BAR = "{percentage:5.1f}%|{bar}| {elapsed}<{remaining}{postfix}"


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


@contextmanager
def _averages(model):
    """The model with the moving averages of its weights in place of the weights."""
    weights = [v.numpy() for v in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    yield
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)


@contextmanager
def _on_interrupt(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _save_best(directory, networks):
    for network in networks:
        unfinished = directory / f"unfinished-{network.name}.weights.h5"
        network.save_weights(unfinished)
        unfinished.replace(directory / f"best-{network.name}.weights.h5")


def _append(path, row):
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)


def _decibels(root_mean_square):
    return -20 * np.log10(root_mean_square)
