"""The training loop: paced, validated on averaged weights, checkpointed, and hard to break."""

from __future__ import annotations

import csv
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from invgray.errors import TrainingError
from invgray.training import curves
from invgray.training.schedules import Budget, warmup_cosine


class Pacer(keras.callbacks.Callback):
    """Sets the learning rate of each step, shows the running figures, and knows when to stop.

    Args:
        budget: how long the run lasts.
        peak: the highest learning rate.
        elapsed: seconds that earlier parts of the run took.
        bar: progress bar, in per cent.
    """

    def __init__(self, budget: Budget, peak: float, elapsed: float, bar: tqdm):
        super().__init__()
        self.budget, self.peak, self.bar = budget, peak, bar
        self.start = time.monotonic() - elapsed
        self.interrupted = self.diverged = False

    @property
    def elapsed(self) -> float:
        """Seconds since the run began, breaks between its parts left out."""
        return time.monotonic() - self.start

    @property
    def step(self) -> int:
        """Steps that the optimizer has taken."""
        return int(self.model.optimizer.iterations.numpy())

    @property
    def progress(self) -> float:
        """Share of the run that is behind us, from 0 to 1."""
        return self.budget.progress(self.step, self.elapsed)

    def on_train_batch_begin(self, batch, logs=None):
        self.model.optimizer.learning_rate = self.peak * warmup_cosine(self.progress, self.step)
        self.model.set_progress(self.progress)

    def on_train_batch_end(self, batch, logs=None):
        self.diverged = not np.isfinite(logs["loss"])
        self.model.stop_training = self.diverged or self.interrupted or self.progress >= 1.0
        self.bar.set_postfix(step=self.step, psnr=f"{decibels(logs['color']):.2f}")
        self.bar.update(round(100 * self.progress, 2) - self.bar.n)

    def interrupt(self, *_):
        """Signal handler: let the step in progress finish, then stop."""
        self.interrupted = True


def run(
    model: keras.Model,
    averaged: list[keras.Model],
    batches: Callable[[range], tf.data.Dataset],
    validate: Callable[[], dict[str, float]],
    *,
    directory: Path,
    budget: Budget,
    learning_rate: float,
    interval: int,
    quiet: bool,
    report: Callable[[str], None],
) -> dict:
    """Train a compiled model, from its last checkpoint if there is one, to the end of its budget.

    Args:
        model: has ``networks``, and ``set_progress`` that is told the share of the run done.
        averaged: float32 twins of ``model.networks``; they get the averages of the weights, and
            in the end the best of these by validation PSNR.
        batches: training batches for a range of steps.
        validate: figures of the averaged networks, ``psnr`` among them.
        directory: for ``checkpoints``, the best weights, ``log.csv`` and ``curves.png``.
        budget: how long the run lasts.
        learning_rate: the highest.
        interval: steps between validations, each with a checkpoint.
        quiet: show no progress bar.
        report: takes one line of news.

    Returns:
        The number of ``steps`` and of ``seconds`` that the whole run took.

    Raises:
        TrainingError: the loss stopped being finite and lower learning rates did not help.
        KeyboardInterrupt: after Ctrl-C, once a checkpoint is safe.
    """
    model.optimizer.build(model.trainable_variables)
    state = tf.train.Checkpoint(
        variables=[variable for network in model.networks for variable in network.variables],
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

    with tqdm(total=100.0, disable=quiet or None, bar_format=_BAR) as bar:
        peak = learning_rate * float(state.backoff.numpy())
        pacer = Pacer(budget, peak, float(state.elapsed.numpy()), bar)
        pacer.set_model(model)
        with _on_interrupt(pacer.interrupt):
            while pacer.progress < 1.0:
                leg = _next_leg(pacer.step, interval, budget)
                logs = model.fit(batches(leg), verbose=0, shuffle=False, callbacks=[pacer]).history
                if pacer.diverged:
                    state.restore(checkpoints.latest_checkpoint)
                    _back_off(pacer, state, learning_rate)
                    report(f"loss not finite: back to step {pacer.step}, rate {pacer.peak:.2e}")
                    continue
                if pacer.step % interval == 0 or pacer.progress >= 1.0:
                    _copy_averages(model, averaged)
                    figures = validate()
                    _log(directory, pacer, logs, figures, report)
                    if figures["psnr"] > float(state.best.numpy()):
                        state.best.assign(figures["psnr"])
                        _save_best(directory, averaged)
                state.elapsed.assign(pacer.elapsed)
                checkpoints.save()
                if pacer.interrupted and pacer.progress < 1.0:
                    report(f"stopped at step {pacer.step}, checkpoint saved; go on with --resume")
                    raise KeyboardInterrupt
    for network in averaged:
        network.load_weights(directory / f"best-{network.name}.weights.h5")
    return {"steps": pacer.step, "seconds": round(float(state.elapsed.numpy()))}


def decibels(root_mean_square: float) -> float:
    """PSNR in dB of an error in [0, 1]."""
    return float(-20 * np.log10(root_mean_square))


_BAR = "{percentage:5.1f}%|{bar}| {elapsed}<{remaining}{postfix}"


def _next_leg(step: int, interval: int, budget: Budget) -> range:
    """The steps up to the next validation, or to the end."""
    stop = step - step % interval + interval
    return range(step, min(stop, budget.steps or stop))


def _back_off(pacer: Pacer, state: tf.train.Checkpoint, learning_rate: float) -> None:
    pacer.peak /= 2
    state.backoff.assign(pacer.peak / learning_rate)
    if pacer.peak < learning_rate / 64:
        raise TrainingError(
            "the loss is not finite, at 1/64 of the learning rate still",
            "try a lower --learning-rate",
        )


def _copy_averages(model: keras.Model, averaged: list[keras.Model]) -> None:
    """Give the twins the moving averages of the weights; the model keeps its own."""
    weights = [variable.numpy() for variable in model.trainable_variables]
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer.load_averages(model.trainable_variables)
    for twin, network in zip(averaged, model.networks, strict=True):
        twin.set_weights(network.get_weights())
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)


def _log(directory: Path, pacer: Pacer, logs: dict, figures: dict, report: Callable) -> None:
    """Add a row to ``log.csv``, redraw the curves, and report."""
    row = {"step": pacer.step, "seconds": round(pacer.elapsed, 1)}
    row |= {name: values[-1] for name, values in logs.items()}
    row |= {"train_psnr": decibels(row["color"])}
    row |= {f"validation_{name}": value for name, value in figures.items()}
    path = directory / "log.csv"
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)
    curves.plot(path, directory / "curves.png")
    news = " ".join(f"{name} {value:.5g}" for name, value in figures.items())
    report(f"step {pacer.step}, {pacer.elapsed:.0f} s, validation: {news}")


def _save_best(directory: Path, networks: list[keras.Model]) -> None:
    for network in networks:
        unfinished = directory / f"unfinished-{network.name}.weights.h5"
        network.save_weights(unfinished)
        unfinished.replace(directory / f"best-{network.name}.weights.h5")


@contextmanager
def _on_interrupt(handler: Callable) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
