"""Ctrl-C in a batch: the first stops after the tiles in work, the second ends at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from types import FrameType

from invgray import interruption
from invgray.errors import INTERRUPTED, Interrupted
from invgray.files import place


class Stop:
    """Whether a batch is to stop.

    Args:
        event: set once it is; None for a new one.

    Attributes:
        event: the same.
    """

    def __init__(self, event: Event | None = None) -> None:
        self.event = event or Event()

    @property
    def asked(self) -> bool:
        """Whether it is."""
        return self.event.is_set()

    def watch(self, done: int, total: int) -> None:
        """Stop a conversion between two tiles.

        Raises:
            Interrupted: the batch is to stop.
        """
        if self.asked:
            raise Interrupted("interrupted")

    def hear(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        if self.asked:
            place.abandon()
            os._exit(INTERRUPTED)
        self.event.set()
        with suppress(OSError):  # the terminal may be gone
            os.write(2, b"\ninvgray: stopping after the tiles in work; Ctrl-C again ends at once\n")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear all signals that would interrupt the process, as Ctrl-C does."""
        heard = interruption.signals()
        for number in heard:
            signal.signal(number, self.hear)
        try:
            yield
        finally:
            if not self.asked:  # what is left of a stopped process still ends at once
                for number in heard:
                    signal.signal(number, interruption.INTERRUPT)
