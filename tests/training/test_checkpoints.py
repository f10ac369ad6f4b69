"""What a run keeps on disk."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.errors import TrainingError
from invgray.tensorflow import keras, tf
from invgray.training.checkpoints import Checkpoints
from invgray.training.optimizers import adam, muon


def built(filters=2, make=adam):
    network = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(filters, 1)])
    network.name = "toy"
    optimizer = make(0.1, "float32")
    optimizer.build(network.trainable_variables)
    return network, optimizer


def test_a_state_comes_back_as_it_was(tmp_path):
    network, optimizer = built()
    checkpoints = Checkpoints(tmp_path, [network], optimizer)
    assert not checkpoints.resumed
    optimizer.apply([tf.ones_like(v) for v in network.trainable_variables])
    checkpoints.elapsed.assign(7)
    checkpoints.save()
    kept = network.get_weights()
    optimizer.apply([tf.ones_like(v) for v in network.trainable_variables])
    checkpoints.go_back()
    np.testing.assert_array_equal(network.get_weights()[0], kept[0])
    other, its_optimizer = built()
    again = Checkpoints(tmp_path, [other], its_optimizer)
    assert again.resumed
    assert float(again.elapsed) == 7
    assert int(its_optimizer.iterations) == 1
    np.testing.assert_array_equal(other.get_weights()[0], kept[0])


@pytest.mark.parametrize("change", [{"filters": 3}, {"make": muon}])
def test_other_networks_or_optimizers_are_refused(tmp_path, change):
    Checkpoints(tmp_path, [built()[0]], built()[1])
    network, optimizer = built(**change)
    with pytest.raises(TrainingError, match="damaged, or of other networks or another optimizer"):
        Checkpoints(tmp_path, [network], optimizer)


def test_damaged_checkpoints_are_refused(tmp_path):
    network, optimizer = built()
    Checkpoints(tmp_path, [network], optimizer)
    for path in (tmp_path / "checkpoints").glob("*.data*"):
        path.write_bytes(b"")
    with pytest.raises(TrainingError, match="damaged"):
        Checkpoints(tmp_path, [network], optimizer)


def test_the_best_weights_come_back(tmp_path):
    network, optimizer = built()
    checkpoints = Checkpoints(tmp_path, [network], optimizer)
    with pytest.raises(TrainingError, match="no weights that a validation found good"):
        checkpoints.load_best([network])
    checkpoints.save_best([network])
    twin, _ = built()
    checkpoints.load_best([twin])
    np.testing.assert_array_equal(twin.get_weights()[0], network.get_weights()[0])
