"""Who trains."""

from __future__ import annotations

from invgray.tensorflow import tf
from invgray.training import distribution
from invgray.training.length import Length, Unit
from invgray.training.settings import Settings


def test_one_machine_trains_alone_and_from_its_seed():
    settings = Settings(length=Length(1, Unit.STEPS), seed=5)
    draws = []
    for _ in range(2):
        strategy = distribution.begin(settings)
        draws.append(float(tf.random.uniform(())))
    assert strategy.num_replicas_in_sync == 1
    assert distribution.replicas() == 1
    assert draws[0] == draws[1]
