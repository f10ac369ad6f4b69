"""What a training keeps, on a disk that is full: what was kept before is as it was."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from invgray.errors import OutputError
from invgray.tensorflow import keras, tf
from invgray.training import log
from invgray.training.checkpoints import Checkpoints
from invgray.training.optimizers import adam


@contextmanager
def full_at(size):
    """No file grows beyond some bytes, as if the disk were full then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def built(name):
    network = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(64, 5)])
    network.name = name
    return network


@pytest.fixture
def run(tmp_path):
    """Two networks, their optimizer, and their checkpoints; the best weights are kept once."""
    networks, optimizer = [built("encoder"), built("decoder")], adam(0.1, "float32")
    optimizer.build([v for network in networks for v in network.trainable_variables])
    checkpoints = Checkpoints(tmp_path, networks, optimizer)
    checkpoints.save_best(networks)
    return networks, optimizer, checkpoints


def change(networks):
    for network in networks:
        network.set_weights([w + 1 for w in network.get_weights()])


def assert_weights(networks, expected):
    for network, weights in zip(networks, expected, strict=True):
        np.testing.assert_array_equal(network.get_weights()[0], weights[0])


@pytest.mark.parametrize("size", [0, 1000, 5000])
def test_a_state_that_finds_no_room_leaves_the_one_before(tmp_path, run, size):
    networks, optimizer, checkpoints = run
    kept = [network.get_weights() for network in networks]
    change(networks)
    with full_at(size), pytest.raises(OutputError, match=r"cannot be kept \(File too large\)"):
        checkpoints.save()
    again = Checkpoints(tmp_path, networks, optimizer)
    assert again.resumed
    assert_weights(networks, kept)
    again.save()
    assert tf.train.latest_checkpoint(tmp_path / "checkpoints").endswith("2")


@pytest.mark.parametrize("failing", [0, 1])
def test_best_weights_that_find_no_room_leave_all_those_before(run, monkeypatch, failing):
    """Also if it is the second network's: an encoder's are of no use with another decoder."""
    networks, _, checkpoints = run
    kept = [network.get_weights() for network in networks]
    change(networks)

    def full(path):
        path.write_bytes(b"half")
        raise OSError("Can't write data (errno = 28, error message = 'No space left on device')")

    monkeypatch.setattr(networks[failing], "save_weights", full)
    with pytest.raises(OutputError, match=r"cannot be kept \(No space left on device\)"):
        checkpoints.save_best(networks)
    checkpoints.load_best(networks)
    assert_weights(networks, kept)


def test_a_log_that_finds_no_room_keeps_its_rows(tmp_path):
    path = tmp_path / "log.csv"
    log.append(path, {"step": 1.0})
    with full_at(0), pytest.raises(OSError, match="File too large"):
        log.append(path, {"step": 2.0})
    assert list(log.read(path)) == [{"step": 1.0}]
    log.append(path, {"step": 3.0})
    assert [row["step"] for row in log.read(path)] == [1.0, 3.0]
