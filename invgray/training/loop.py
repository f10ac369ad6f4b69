"""The training loop: paced, validated on averaged weights, checkpointed, and hard to break."""

from __future__ import annotations

import csv
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from tqdm import tqdm

from invgray.errors import TrainingError
from invgray.training import curves, data
from invgray.training.schedules import Budget
from invgray.training.settings import Settings


class Trainee(Protocol):
    """What :func:`run` can train."""

    networks: tuple[keras.Model, ...]
    optimizer: keras.optimizers.Optimizer
    trainable_variables: list[keras.Variable]

    def set_progress(self, progress: float) -> None:
        """Hear what share of the training is over."""

    def train_step(self, batch) -> dict[str, tf.Tensor]:
        """Learn from a replica's share of a batch: ``loss`` and other figures, scalars."""


class Pacer:
    """Time and steps of a run, agreed upon by all that train together.

    Args:
        budget: how long the run lasts.
        step: steps that were taken before.
        elapsed: seconds that they took.
    """

    def __init__(self, budget: Budget, step: int, elapsed: float):
        self.budget, self.step, self.elapsed = budget, step, elapsed
        self.interrupted = self.stopped = False
        self._start = time.monotonic() - elapsed

    @property
    def progress(self) -> float:
        """Share of the run that is behind us, from 0 to 1."""
        return self.budget.progress(self.step, self.elapsed)

    @property
    def clock(self) -> tf.Tensor:
        """This worker's seconds, and whether it was told to stop."""
        return tf.constant([time.monotonic() - self._start, float(self.interrupted)])

    def advance(self, clock: tf.Tensor) -> None:
        """Count a step; ``clock`` is the mean over the workers."""
        self.step += 1
        self.elapsed, self.stopped = float(clock[0]), float(clock[1]) > 0

    def interrupt(self, *_):
        """Signal handler: let the step in progress finish, then stop."""
        self.interrupted = True


def run(
    model: Trainee,
    averaged: list[keras.Model],
    pictures: list[Image.Image],
    settings: Settings,
    validate: Callable[[], dict[str, float]],
    *,
    strategy: tf.distribute.Strategy,
    directory: Path,
    boundaries: tuple[float, ...] = (),
    quiet: bool,
    report: Callable[[str], None],
) -> dict:
    """Train a model, from its last checkpoint if there is one, to the end of its budget.

    Keras' ``fit`` is not used: it cannot train on several machines (Keras 3.15).

    Args:
        model: what to train, made in the strategy's scope.
        averaged: float32 twins of ``model.networks``; they get the averages of the weights (if the
            optimizer keeps them, else the weights), and in the end the best ones.
        pictures: RGB pictures to cut patches from.
        settings: of the run.
        validate: figures of the averaged networks, the settings' ``merit`` among them.
        strategy: who trains.
        directory: for ``checkpoints``, the best weights, ``log.csv`` and ``curves.png``.
        boundaries: progress at which stages of the training end; marked in the curves.
        quiet: show no progress bar.
        report: takes one line of news.

    Returns:
        The number of ``steps`` and of ``seconds`` that the whole run took.

    Raises:
        TrainingError: the loss stopped being finite and lower learning rates did not help.
        KeyboardInterrupt: after Ctrl-C, once a checkpoint is safe.
    """
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
        report(f"resuming at step {_steps(model)}")
    else:
        checkpoints.save()
    budget, interval = _budget(settings, len(pictures)), settings.interval
    pacer = Pacer(budget, _steps(model), float(state.elapsed))
    step = _distributed(model, strategy)

    bar = tqdm(total=100.0, disable=quiet or None, bar_format=_BAR)
    with bar, _on_interrupt(pacer.interrupt):
        while pacer.progress < 1.0:
            logs = []
            leg = _next_leg(pacer.step, interval, budget)
            for batch in _batches(pictures, settings, leg):
                peak = settings.learning_rate * float(state.backoff)
                model.optimizer.learning_rate = peak * settings.rate(pacer.progress, pacer.step)
                model.set_progress(pacer.progress)
                values, clock = step(_shared(batch, strategy), pacer.clock)
                pacer.advance(clock)
                logs.append({name: float(value) for name, value in values.items()})
                bar.set_postfix(step=pacer.step, loss=f"{logs[-1]['loss']:.4g}")
                bar.update(round(100 * pacer.progress, 2) - bar.n)
                diverged = not np.isfinite(logs[-1]["loss"])
                if diverged or pacer.stopped or pacer.progress >= 1.0:
                    break
            if diverged:
                backoff = float(state.backoff) / 2
                state.restore(checkpoints.latest_checkpoint)
                _back_off(state, backoff)
                pacer.step = _steps(model)
                report(
                    f"loss not finite: back to step {pacer.step}, "
                    f"learning rate {settings.learning_rate * backoff:.2e}"
                )
                continue
            if pacer.step % interval == 0 or pacer.progress >= 1.0:
                _copy_averages(model, averaged)
                figures = validate()
                _log(directory, pacer, logs, figures, boundaries, settings.merit, report)
                if figures[settings.merit] > float(state.best):
                    state.best.assign(figures[settings.merit])
                    _save_best(directory, averaged)
            state.elapsed.assign(pacer.elapsed)
            checkpoints.save()
            if pacer.stopped and pacer.progress < 1.0:
                report(f"stopped at step {pacer.step}, checkpoint saved; go on with --resume")
                raise KeyboardInterrupt
    for network in averaged:
        network.load_weights(directory / f"best-{network.name}.weights.h5")
    return {"steps": pacer.step, "seconds": round(float(state.elapsed))}


_BAR = "{percentage:5.1f}%|{bar}| {elapsed}<{remaining}{postfix}"


def _budget(settings: Settings, pictures: int) -> Budget:
    if settings.epochs:
        return Budget(steps=math.ceil(settings.epochs * pictures / settings.batch))
    return Budget(settings.steps, settings.minutes and settings.minutes * 60)


def _batches(pictures, settings: Settings, leg: range) -> Iterator[np.ndarray]:
    size, seed, augmentation = settings.patch, settings.seed, settings.augmentation
    return data.patches(pictures, settings.batch, size, seed, leg, augmentation)


def _next_leg(step: int, interval: int, budget: Budget) -> range:
    """The steps up to the next validation, or to the end."""
    stop = step - step % interval + interval
    return range(step, min(stop, budget.steps or stop))


def _steps(model: Trainee) -> int:
    return int(model.optimizer.iterations.numpy())


def _distributed(model: Trainee, strategy: tf.distribute.Strategy) -> Callable:
    """A step on a global batch: means of its figures, and of the workers' clocks."""

    def replica_step(batch, clock):
        return model.train_step(batch), clock

    @tf.function
    def step(batch, clock):
        values = strategy.run(replica_step, args=(batch, clock))
        return tf.nest.map_structure(lambda x: strategy.reduce("MEAN", x, axis=None), values)

    return step


def _shared(batch: np.ndarray, strategy: tf.distribute.Strategy):
    """A global batch as equal parts, one for each replica."""

    def part(context):
        size = len(batch) // context.num_replicas_in_sync
        start = context.replica_id_in_sync_group * size
        return tf.constant(batch[start : start + size])

    return strategy.experimental_distribute_values_from_function(part)


def _back_off(state: tf.train.Checkpoint, backoff: float) -> None:
    state.backoff.assign(backoff)
    if backoff < 1 / 64:
        raise TrainingError(
            "the loss is not finite, at 1/64 of the learning rate still",
            "try a lower --learning-rate",
        )


def _copy_averages(model: Trainee, averaged: list[keras.Model]) -> None:
    """Give the twins the moving averages of the weights; the model keeps its own."""
    weights = [variable.numpy() for variable in model.trainable_variables]
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if optimizer.use_ema:
        optimizer.finalize_variable_values(model.trainable_variables)
    for twin, network in zip(averaged, model.networks, strict=True):
        twin.set_weights(network.get_weights())
    for variable, value in zip(model.trainable_variables, weights, strict=True):
        variable.assign(value)


def _log(directory, pacer, logs, figures, boundaries, merit, report) -> None:
    """Add a row to ``log.csv``, redraw the curves, and report."""
    row = {"step": pacer.step, "seconds": round(pacer.elapsed, 1), "progress": pacer.progress}
    row |= {name: float(np.mean([values[name] for values in logs])) for name in logs[0]}
    row |= {f"validation_{name}": value for name, value in figures.items()}
    path = directory / "log.csv"
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row)
        if new:
            writer.writeheader()
        writer.writerow(row)
    curves.plot(path, directory / "curves.png", merit, boundaries)
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
