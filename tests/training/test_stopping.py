"""Ctrl-C in a run."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from invgray.training.stopping import interruptible


def test_the_first_ctrl_c_waits_and_the_second_does_not():
    stop, lines = Event(), []
    before = signal.getsignal(signal.SIGINT)
    with interruptible(stop, lines.append):
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        assert lines == ["stopping, with a checkpoint; Ctrl-C again ends at once"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_other_signals_that_interrupt_are_heard_likewise():
    stop, lines = Event(), []
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with interruptible(stop, lines.append):
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert stop.is_set()
    assert len(lines) == 1


def test_a_process_that_ignores_ctrl_c_goes_on_doing_so():
    stop = Event()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible(stop, pytest.fail):
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert not stop.is_set()


def test_other_threads_hear_no_signals():
    """``signal.signal`` raised ValueError there."""

    def train():
        with interruptible(Event(), pytest.fail):
            return "trained"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(train).result() == "trained"
