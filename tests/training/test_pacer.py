"""Time and steps of a run, and whether it is to stop."""

from __future__ import annotations

from threading import Event

import pytest

from invgray.tensorflow import tf
from invgray.training.length import Budget
from invgray.training.pacer import Pacer


def test_legs_end_at_validations_and_with_the_run():
    pacer = Pacer(Budget(steps=12), step=0, elapsed=0, stop=Event())
    assert pacer.leg(5) == range(5)
    pacer.step = 7
    assert pacer.leg(5) == range(7, 10)
    pacer.step = 10
    assert pacer.leg(5) == range(10, 12)
    assert Pacer(Budget(seconds=1), step=10, elapsed=0, stop=Event()).leg(5) == range(10, 15)


def test_seconds_of_all_sittings_add_up():
    pacer = Pacer(Budget(seconds=200), step=3, elapsed=100, stop=Event())
    assert pacer.progress == 0.5
    assert float(pacer.clock[0]) == pytest.approx(100, abs=1)
    pacer.advance(tf.constant([200.0, 0.0]))
    assert pacer.step == 4
    assert pacer.over
    assert not pacer.stopped


def test_one_worker_s_interrupt_stops_all():
    stop = Event()
    pacer = Pacer(Budget(steps=9), step=0, elapsed=0, stop=stop)
    assert float(pacer.clock[1]) == 0
    stop.set()
    assert float(pacer.clock[1]) == 1
    assert not pacer.stopped
    pacer.advance(tf.constant([1.0, 0.25]))
    assert pacer.stopped
