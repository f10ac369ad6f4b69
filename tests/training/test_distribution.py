"""Who trains."""

from __future__ import annotations

import pytest

from invgray.errors import UsageError
from invgray.tensorflow import tf
from invgray.training import distribution
from invgray.training.length import Length, Unit
from invgray.training.settings import Settings


def test_a_batch_must_be_shared_equally():
    distribution.check_batch(8, replicas=4)
    with pytest.raises(UsageError, match=r"a batch of 6 cannot be shared by 4 .* multiple of 4"):
        distribution.check_batch(6, replicas=4)


def test_one_machine_trains_alone_and_from_its_seed():
    settings = Settings(length=Length(1, Unit.STEPS), seed=5)
    draws = []
    for _ in range(2):
        strategy = distribution.begin(settings)
        draws.append(float(tf.random.uniform(())))
    assert strategy.num_replicas_in_sync == 1
    assert distribution.replicas() == 1
    assert draws[0] == draws[1]
