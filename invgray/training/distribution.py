"""Who trains: this process alone, all GPUs of a machine, or several machines (``TF_CONFIG``)."""

from __future__ import annotations

import os

from invgray.tensorflow import keras, tf
from invgray.training import workers
from invgray.training.settings import Settings


def begin(settings: Settings) -> tf.distribute.Strategy:
    """Seed the random generators, and find out who trains, before TensorFlow computes anything.

    With ``TF_CONFIG`` set as TensorFlow documents it, every machine runs the same command and takes
    its share of each batch; two or more GPUs share it within a machine.

    Raises:
        UsageError: the batch cannot be shared equally.
    """
    keras.utils.set_random_seed(settings.seed)
    strategy = _strategy()
    workers.check_batch(settings.batch, strategy.num_replicas_in_sync)
    return strategy


def replicas() -> int:
    """How many share a batch, within the strategy's scope or a step of its."""
    count: int = tf.distribute.get_strategy().num_replicas_in_sync
    return count


def _strategy() -> tf.distribute.Strategy:
    if os.environ.get(workers.VARIABLE):
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.get_visible_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()
