"""Signals that interrupt the process as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from invgray import interruption

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")


@pytest.fixture
def handled():
    """Sets the handler of TERM for one test."""
    before = signal.getsignal(signal.SIGTERM)
    yield lambda handler: signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGTERM, before)


def test_only_what_raises_keyboardinterrupt_interrupts(handled):
    handled(signal.SIG_DFL)
    assert interruption.signals() == (signal.SIGINT,)
    handled(signal.SIG_IGN)
    assert interruption.signals() == (signal.SIGINT,)
    handled(interruption.INTERRUPT)
    assert set(interruption.signals()) == {signal.SIGINT, signal.SIGTERM}


def test_other_threads_are_not_interrupted():
    found = []
    thread = threading.Thread(target=lambda: found.append(interruption.signals()))
    thread.start()
    thread.join()
    assert found == [()]
