"""The training loop: paced, validated on averaged weights, checkpointed, and hard to break."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from tqdm import tqdm

from invgray.errors import Interrupted, TrainingError
from invgray.tensorflow import Tensor, keras, tf
from invgray.training import curves, data, log
from invgray.training.checkpoints import Checkpoints
from invgray.training.pacer import Pacer
from invgray.training.settings import Settings
from invgray.training.stopping import interruptible
from invgray.training.trained import Run, Trained
from invgray.types import Floats

_BAR = "{percentage:5.1f}%|{bar}| {elapsed}<{remaining}{postfix}"

_LOWEST = 1 / 64
"""Share of the learning rate at which a loss that is not finite ends the run."""


class Trainee(Protocol):
    """What :func:`train` can train.

    Attributes:
        networks: that learn.
        optimizer: of their trainable weights, built.
        trainable_variables: these weights.
        boundaries: progress at which stages of the training end.
    """

    networks: tuple[keras.Model, ...]
    optimizer: keras.optimizers.Optimizer
    trainable_variables: Sequence[keras.Variable]
    boundaries: tuple[float, ...]

    def set_progress(self, progress: float) -> None:
        """Hear what share of the training is over."""

    def train_step(self, batch: Tensor) -> dict[str, Tensor]:
        """Learn from a replica's share of a batch: ``loss`` and other figures, scalars."""


def train(
    trainee: Trainee,
    averaged: tuple[keras.Model, ...],
    settings: Settings,
    run: Run,
    strategy: tf.distribute.Strategy,
    validate: Callable[[], Mapping[str, float]],
) -> Trained:
    """Train, from the last checkpoint if there is one, to the end of the run.

    Keras' ``fit`` is not used: it cannot train on several machines (Keras 3.15).

    Args:
        trainee: what to train, made in the strategy's scope.
        averaged: float32 twins of the trainee's networks; they get the averages of the weights (if
            the optimizer keeps them, else the weights), and in the end the best ones.
        settings: of the run.
        run: pictures, and a folder for its files.
        strategy: who trains.
        validate: figures of the averaged networks, the settings' ``merit`` among them.

    Returns:
        The averaged networks, with their best weights.

    Raises:
        TrainingError: the loss stopped being finite and lower learning rates did not help, or the
            checkpoints do not fit.
        Interrupted: by Ctrl-C or the run's event, once a checkpoint is safe.
    """
    sitting = _Sitting(trainee, averaged, settings, run, strategy)
    pacer = sitting.pacer
    with sitting.bar, interruptible(run.stop, run.report):
        while not pacer.over:
            rows = sitting.learn()
            if not np.isfinite(rows[-1]["loss"]):
                sitting.go_back()
                continue
            if pacer.over or pacer.step % settings.interval == 0:
                copy_averages(trainee, averaged)
                sitting.judge(rows, validate())
            sitting.save()
            if pacer.stopped and not pacer.over:
                raise Interrupted(f"stopped at step {pacer.step}, checkpoint saved", "resume it")
    sitting.checkpoints.load_best(averaged)
    return Trained(
        networks=averaged,
        figures=validate(),
        steps=pacer.step,
        seconds=round(pacer.elapsed),
        precision=run.policy,
    )


class _Sitting:
    """A run, from where it was begun or resumed to where it ends or is interrupted."""

    def __init__(
        self,
        trainee: Trainee,
        averaged: tuple[keras.Model, ...],
        settings: Settings,
        run: Run,
        strategy: tf.distribute.Strategy,
    ) -> None:
        self._trainee, self._averaged = trainee, averaged
        self._settings, self._run, self._strategy = settings, run, strategy
        self._step = distributed(trainee, strategy)
        self.checkpoints = Checkpoints(run.directory, trainee.networks, trainee.optimizer)
        budget = settings.length.budget(len(run.pictures), settings.batch)
        elapsed = float(self.checkpoints.elapsed)
        self.pacer = Pacer(budget, self._steps_taken(), elapsed, run.stop)
        self.bar = tqdm(total=100.0, disable=run.quiet or None, bar_format=_BAR)
        if self.checkpoints.resumed:
            run.report(f"resuming at step {self.pacer.step}")

    def learn(self) -> list[log.Row]:
        """Take steps until a validation is due, the run is over or stopped, or the loss is lost."""
        settings, pacer = self._settings, self.pacer
        rows: list[log.Row] = []
        steps = pacer.leg(settings.interval)
        for batch in data.patches(self._run.pictures, settings, steps):
            peak = settings.learning_rate * float(self.checkpoints.backoff)
            rate = peak * settings.rate(pacer.progress, pacer.step)
            self._trainee.optimizer.learning_rate = rate
            self._trainee.set_progress(pacer.progress)
            figures, clock = self._step(_shared(batch, self._strategy), pacer.clock)
            pacer.advance(clock)
            rows.append({name: float(figure) for name, figure in figures.items()})
            loss = rows[-1]["loss"]
            self.bar.set_postfix(step=pacer.step, loss=f"{loss:.4g}")
            self.bar.update(round(100 * pacer.progress, 2) - self.bar.n)
            if pacer.stopped or pacer.over or not np.isfinite(loss):
                break
        return rows

    def go_back(self) -> None:
        """Return to the last checkpoint, and go on from it at half the learning rate.

        Raises:
            TrainingError: the learning rate is at its lowest.
        """
        backoff = float(self.checkpoints.backoff) / 2
        self.checkpoints.go_back()
        self.checkpoints.backoff.assign(backoff)
        if backoff < _LOWEST:
            raise TrainingError(
                "the loss is not finite, at 1/64 of the learning rate still",
                "try a lower learning rate",
            )
        self.pacer.step = self._steps_taken()
        self._run.report(
            f"loss not finite: back to step {self.pacer.step}, "
            f"learning rate {self._settings.learning_rate * backoff:.2e}"
        )

    def judge(self, rows: Sequence[log.Row], figures: Mapping[str, float]) -> None:
        """Log the steps since the last validation and its figures; keep the weights if best.

        Args:
            rows: what came out of the steps.
            figures: of the averaged networks, as :func:`train` takes them.
        """
        pacer, merit, directory = self.pacer, self._settings.merit, self._run.directory
        row = {"step": pacer.step, "seconds": round(pacer.elapsed, 1), "progress": pacer.progress}
        row |= {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        row |= {f"validation_{name}": figure for name, figure in figures.items()}
        path, judged_by = directory / "log.csv", f"validation_{merit}"
        if figures[merit] > log.highest(path, judged_by):
            self.checkpoints.save_best(self._averaged)
        log.append(path, row)
        curves.plot(log.read(path), directory / "curves.png", judged_by, self._trainee.boundaries)
        news = " ".join(f"{name} {figure:.5g}" for name, figure in figures.items())
        self._run.report(f"step {pacer.step}, {pacer.elapsed:.0f} s, validation: {news}")

    def save(self) -> None:
        """Keep the state as it is now."""
        self.checkpoints.elapsed.assign(self.pacer.elapsed)
        self.checkpoints.save()

    def _steps_taken(self) -> int:
        return int(self._trainee.optimizer.iterations.numpy())


def copy_averages(trainee: Trainee, twins: Sequence[keras.Model]) -> None:
    """Give twins the moving averages of the weights; the trainee keeps its own.

    Args:
        trainee: whose optimizer may keep averages; if it does not, twins get the weights.
        twins: of the trainee's networks.
    """
    weights = [variable.numpy() for variable in trainee.trainable_variables]
    optimizer = getattr(trainee.optimizer, "inner_optimizer", trainee.optimizer)
    if optimizer.use_ema:
        optimizer.finalize_variable_values(trainee.trainable_variables)
    for twin, network in zip(twins, trainee.networks, strict=True):
        twin.set_weights(network.get_weights())
    for variable, value in zip(trainee.trainable_variables, weights, strict=True):
        variable.assign(value)


Step = Callable[[Tensor, Tensor], tuple[dict[str, Tensor], Tensor]]


def distributed(trainee: Trainee, strategy: tf.distribute.Strategy) -> Step:
    """A step on a global batch: means of its figures, and of the workers' clocks."""

    def replica_step(batch: Tensor, clock: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        return trainee.train_step(batch), clock

    def step(batch: Tensor, clock: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        values = strategy.run(replica_step, args=(batch, clock))
        means: tuple[dict[str, Tensor], Tensor] = tf.nest.map_structure(
            lambda x: strategy.reduce("MEAN", x, axis=None), values
        )
        return means

    compiled: Step = tf.function(step)
    return compiled


def _shared(batch: Floats, strategy: tf.distribute.Strategy) -> Tensor:
    """A global batch as equal parts, one for each replica."""

    def part(context: tf.distribute.InputReplicaContext) -> Tensor:
        size = len(batch) // context.num_replicas_in_sync
        start = context.replica_id_in_sync_group * size
        return tf.constant(batch[start : start + size])

    return strategy.experimental_distribute_values_from_function(part)
