"""Frames in parallel, in their order."""

from __future__ import annotations

import time
from threading import Event, Lock

import pytest

from invgray.video.parallel import in_order


def test_results_keep_the_order_of_the_values():
    def slow(value):
        time.sleep(0.02 if value % 3 == 0 else 0)
        return -value

    assert list(in_order(slow, range(20), threads=4)) == [-value for value in range(20)]


def test_only_a_few_values_are_taken_ahead():
    taken, ahead = 0, []

    def values():
        nonlocal taken
        for value in range(100):
            taken += 1
            yield value

    for done, _ in enumerate(in_order(lambda value: value, values(), threads=3), 1):
        ahead.append(taken - done)
    assert max(ahead) == 3
    assert done == 100


def test_threads_work_at_the_same_time():
    both, lock, running = Event(), Lock(), 0

    def meet(value):
        nonlocal running
        with lock:
            running += 1
            if running == 2:
                both.set()
        return both.wait(10)

    assert list(in_order(meet, range(2), threads=2)) == [True, True]


def test_an_error_ends_it():
    begun = []

    def fail(value):
        begun.append(value)
        if value == 2:
            raise ValueError(value)
        return value

    with pytest.raises(ValueError, match="2"):
        list(in_order(fail, range(50), threads=2))
    assert len(begun) < 10
