"""Time and steps of a run, and Ctrl-C."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from invgray.tensorflow import tf
from invgray.training.length import Budget
from invgray.training.pacer import Pacer


def test_legs_end_at_validations_and_with_the_run():
    pacer = Pacer(Budget(steps=12), step=0, elapsed=0)
    assert pacer.leg(5) == range(5)
    pacer.step = 7
    assert pacer.leg(5) == range(7, 10)
    pacer.step = 10
    assert pacer.leg(5) == range(10, 12)
    assert Pacer(Budget(seconds=1), step=10, elapsed=0).leg(5) == range(10, 15)


def test_seconds_of_all_sittings_add_up():
    pacer = Pacer(Budget(seconds=200), step=3, elapsed=100)
    assert pacer.progress == 0.5
    assert float(pacer.clock[0]) == pytest.approx(100, abs=1)
    pacer.advance(tf.constant([200.0, 0.0]))
    assert pacer.step == 4
    assert pacer.over
    assert not pacer.stopped


def test_one_worker_s_interrupt_stops_all():
    pacer = Pacer(Budget(steps=9), step=0, elapsed=0)
    pacer.advance(tf.constant([1.0, 0.25]))
    assert pacer.stopped


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    pacer, lines = Pacer(Budget(steps=9), step=0, elapsed=0), []
    before = signal.getsignal(signal.SIGINT)
    with pacer.interruptible(lines.append):
        signal.raise_signal(signal.SIGINT)
        assert float(pacer.clock[1]) == 1
        assert lines == ["stopping, with a checkpoint; Ctrl-C again ends at once"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_other_signals_that_interrupt_are_heard_likewise():
    pacer, lines = Pacer(Budget(steps=9), step=0, elapsed=0), []
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pacer.interruptible(lines.append):
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert pacer.interrupted
    assert len(lines) == 1


def test_a_process_that_ignores_ctrl_c_goes_on_doing_so(monkeypatch):
    pacer = Pacer(Budget(steps=9), step=0, elapsed=0)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pacer.interruptible(pytest.fail):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert not pacer.interrupted


def test_other_threads_hear_no_signals():
    """``signal.signal`` raised ValueError there."""

    def train():
        with Pacer(Budget(steps=9), step=0, elapsed=0).interruptible(pytest.fail):
            return "trained"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(train).result() == "trained"
