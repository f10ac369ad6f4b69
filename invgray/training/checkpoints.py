"""What a run keeps on disk: where it stands, to go on from, and its best weights."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from invgray.errors import OutputError, TrainingError
from invgray.tensorflow import keras, tf


class Checkpoints:
    """The last two states of a run, and the best weights that it has come to.

    Args:
        directory: of the run.
        networks: that are trained.
        optimizer: that trains them, built.

    Raises:
        TrainingError: the checkpoints are damaged, or of other networks or another optimizer.
    """

    def __init__(
        self,
        directory: Path,
        networks: Sequence[keras.Model],
        optimizer: keras.optimizers.Optimizer,
    ) -> None:
        self._directory = directory
        self.elapsed = tf.Variable(0.0, dtype=tf.float64)
        self.backoff = tf.Variable(1.0, dtype=tf.float64)
        self._state = tf.train.Checkpoint(
            variables=[variable for network in networks for variable in network.variables],
            optimizer=list(optimizer.variables),
            elapsed=self.elapsed,
            backoff=self.backoff,
        )
        folder = directory / "checkpoints"
        self._manager = tf.train.CheckpointManager(self._state, str(folder), max_to_keep=2)
        self.resumed = self._manager.latest_checkpoint is not None
        if self.resumed:
            self.go_back()
        else:
            self.save()

    def save(self) -> None:
        """Keep the state as it is now.

        Raises:
            OutputError: it cannot be written; the states before it are as they were.
        """
        with _written(self._directory):
            self._manager.save()

    def go_back(self) -> None:
        """Return to the last state that was kept.

        Raises:
            TrainingError: it is damaged, or of other networks or another optimizer.
        """
        try:
            self._state.restore(self._manager.latest_checkpoint).assert_consumed()
        except Exception as error:  # TensorFlow raises almost anything here
            raise TrainingError(
                f"{self._directory}: its checkpoints are damaged, or of other networks or another "
                "optimizer",
                "resume the run with the settings that it began with, or begin a new one",
            ) from error

    def save_best(self, networks: Sequence[keras.Model]) -> None:
        """Keep the weights of networks, in place of those that were the best before.

        Raises:
            OutputError: they cannot be written; those before them are as they were.
        """
        unfinished = [self._directory / f"unfinished-{each.name}.weights.h5" for each in networks]
        with _written(self._directory):
            for network, path in zip(networks, unfinished, strict=True):
                network.save_weights(path)
            for network, path in zip(networks, unfinished, strict=True):
                path.replace(best_weights(self._directory, network.name))

    def load_best(self, networks: Sequence[keras.Model]) -> None:
        """Give networks the best weights.

        Raises:
            TrainingError: no validation has ever given a merit.
        """
        for network in networks:
            path = best_weights(self._directory, network.name)
            if not path.exists():
                raise TrainingError(
                    f"{path}: there are no weights that a validation found good",
                    "train for longer, or at a lower learning rate",
                )
            network.load_weights(path)


def best_weights(directory: Path, network: str) -> Path:
    """The file in a run's folder with a network's best weights."""
    return directory / f"best-{network}.weights.h5"


@contextmanager
def _written(directory: Path) -> Iterator[None]:
    """Tell in one line what TensorFlow and HDF5 say of a disk that is full or broken."""
    try:
        yield
    except (OSError, RuntimeError, tf.errors.OpError) as error:  # HDF5 raises any of the first two
        number = re.search(r"errno = (\d+)", str(error))
        said = str(error).partition(" [Op:")[0].rpartition("; ")[2]
        cause = os.strerror(int(number[1])) if number else said
        raise OutputError(
            f"{directory}: the run cannot be kept ({cause})", "make room, and resume it"
        ) from error
