"""Who trains: this process alone, all GPUs of a machine, or several machines (``TF_CONFIG``)."""

from __future__ import annotations

import os

import tensorflow as tf

from invgray.errors import UsageError


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


def worker(strategy: tf.distribute.Strategy) -> int:
    """The number of this machine; 0 is the chief, who saves the networks."""
    resolver = strategy.cluster_resolver
    return (resolver.task_id or 0) if resolver else 0


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
