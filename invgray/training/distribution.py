"""Who trains: this process alone, all GPUs of a machine, or several machines (``TF_CONFIG``)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import keras
import tensorflow as tf

from invgray.errors import UsageError
from invgray.training.settings import Settings


def strategy() -> tf.distribute.Strategy:
    """TensorFlow's strategy for what there is; to be asked for before TensorFlow computes anything.

    With ``TF_CONFIG`` set as TensorFlow documents it, every machine runs the same command and takes
    its share of each batch; two or more GPUs share it within a machine.
    """
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.get_visible_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def begin(settings: Settings, directory: Path) -> tuple[tf.distribute.Strategy, int, Path]:
    """Start a run: who trains, which of them this is, and the folder for its files.

    Every worker has a folder of its own in the chief's; settings are written into it.

    Raises:
        UsageError: the batch cannot be shared equally.
    """
    chosen = strategy()
    check_batch(chosen, settings.batch)
    number = worker(chosen)
    directory = directory / f"worker-{number}" if number else directory
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "settings.json").write_text(json.dumps(asdict(settings), indent=2))
    keras.utils.set_random_seed(settings.seed)
    return chosen, number, directory


def worker(strategy: tf.distribute.Strategy) -> int:
    """The number of this machine; 0 is the chief, who saves the networks."""
    resolver = strategy.cluster_resolver
    return (resolver.task_id or 0) if resolver else 0


def replicas() -> int:
    """How many share a batch, within the strategy's scope or a step of its."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def check_batch(strategy: tf.distribute.Strategy, batch: int) -> None:
    """Refuse a batch that cannot be shared equally.

    Raises:
        UsageError: the batch is not a multiple of the number of replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if batch % replicas:
        raise UsageError(
            f"a batch of {batch} cannot be shared by {replicas} replicas",
            f"give a --batch that is a multiple of {replicas}",
        )
