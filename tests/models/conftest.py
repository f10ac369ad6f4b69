"""What tests of several families need."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.models import pilot
from invgray.tensorflow import tf
from invgray.training.trained import Run


@pytest.fixture(scope="session")
def view():
    """Tells how far from the centre an input pixel still moves the central output pixel."""

    def measure(network, channels, size):
        x = tf.Variable(np.random.default_rng(0).random((1, size, size, channels), np.float32))
        with tf.GradientTape() as tape:
            y = network(x)
            centre = tf.reduce_sum(y[0, y.shape[1] // 2, y.shape[2] // 2])
        moved = np.abs(tape.gradient(centre, x)[0]).sum(-1) > 0
        rows = np.flatnonzero(moved.any(1))
        return max(size // 2 - rows.min(), rows.max() - size // 2)

    return measure


@pytest.fixture(scope="session")
def randomised():
    """Gives a network large random weights: fresh ones are near the identity and hide its view."""

    def change(network, deviation):
        random = np.random.default_rng(1)
        network.set_weights([random.normal(0, deviation, w.shape) for w in network.get_weights()])
        return network

    return change


@pytest.fixture(scope="session")
def waves():
    """Measures what a pattern ``(H, W)`` has of each of the pilot's waves, in phase with it."""

    def measure(pattern):
        y, x = np.indices(pattern.shape) / pilot.BLOCK
        found = [
            np.mean(pattern * np.exp(-2j * np.pi * (down * y + across * x + turn)))
            for down, across, turn in pilot.WAVES
        ]
        return np.array(found)

    return measure


@pytest.fixture
def run(tmp_path, pictures):
    """A run on three photographs, validated on the first."""
    folder = tmp_path / "run"
    folder.mkdir()
    return Run(
        pictures=pictures,
        validation=pictures[:1],
        directory=folder,
        quiet=True,
        report=lambda line: None,
    )
