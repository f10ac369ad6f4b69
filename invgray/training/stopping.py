"""Ctrl-C in a run: the first stops it with a checkpoint, the second ends it at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from types import FrameType

from invgray import interruption


@contextmanager
def interruptible(stop: Event, report: Callable[[str], None]) -> Iterator[None]:
    """Let the first Ctrl-C set an event, and a second one raise KeyboardInterrupt.

    Nothing changes in a process that was started to ignore Ctrl-C, or outside its main thread.

    Args:
        stop: that is set.
        report: takes one line of news.
    """

    def hear(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        with suppress(RuntimeError):  # the stream was just being written to
            report("stopping, with a checkpoint; Ctrl-C again ends at once")

    heard = interruption.signals()
    for number in heard:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, interruption.INTERRUPT)
