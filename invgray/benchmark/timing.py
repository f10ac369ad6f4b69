"""Speed of a preset's networks, beside the paper's encoder in TensorFlow float32."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from invgray import engines
from invgray.networks import paper
from invgray.presets import Preset

ENGINES: tuple[tuple[engines.Engine, engines.Precision], ...] = (
    ("openvino", "bfloat16"),
    ("openvino", "float32"),
    ("tensorflow", "bfloat16"),
    ("tensorflow", "float32"),
)


def measure(preset: Preset, size: int = 512, runs: int = 10) -> list[dict]:
    """Median seconds of both networks on one ``size`` by ``size`` picture, for every engine.

    The paper's encoder is timed in the same run; ``ratio_to_paper`` is how many times its
    throughput a row reaches.
    """
    reference = _paper_encoder()
    base = _median_seconds(reference, _noise(size, 3), max(3, runs // 4))
    rows = [_row("paper", "tensorflow", "float32", "encode", size, base, base)]
    for engine, precision in ENGINES:
        for stage, name, channels in (("encode", "encoder", 3), ("decode", "decoder", 1)):
            network = engines.open_network(preset, name, engine, "cpu", precision)
            seconds = _median_seconds(network, _noise(size, channels), runs)
            rows.append(_row(preset.name, engine, precision, stage, size, seconds, base))
    return rows


def _paper_encoder() -> engines.Network:
    import tensorflow as tf

    network = paper.encoder()
    forward = tf.function(lambda x: network(x, training=False))
    return lambda x: forward(tf.constant(x)).numpy()


def _row(name, engine, precision, stage, size, seconds, base):
    return {
        "network": name,
        "engine": engine,
        "precision": precision,
        "stage": stage,
        "size": size,
        "median_s": seconds,
        "megapixels_per_s": size * size / seconds / 1e6,
        "ratio_to_paper": base / seconds,
    }


def _median_seconds(network: Callable[[np.ndarray], np.ndarray], x: np.ndarray, runs: int) -> float:
    for _ in range(2):
        network(x)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        network(x)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _noise(size: int, channels: int) -> np.ndarray:
    return np.random.default_rng(0).random((1, size, size, channels), np.float32)
