"""Time and steps of a run, and Ctrl-C in it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from invgray import interruption
from invgray.tensorflow import Tensor, tf
from invgray.training.length import Budget


class Pacer:
    """Time and steps of a run, agreed upon by all that train together.

    Args:
        budget: how long the run lasts.
        step: steps that were taken before.
        elapsed: seconds that they took.
    """

    def __init__(self, budget: Budget, step: int, elapsed: float) -> None:
        self.budget, self.step, self.elapsed = budget, step, elapsed
        self.interrupted = self.stopped = False
        self._start = time.monotonic() - elapsed

    @property
    def progress(self) -> float:
        """Share of the run that is over, from 0 to 1."""
        return self.budget.progress(self.step, self.elapsed)

    @property
    def over(self) -> bool:
        """Whether the run is at its end."""
        return self.progress >= 1.0

    def leg(self, interval: int) -> range:
        """The steps up to the next validation, or to the end."""
        stop = self.step - self.step % interval + interval
        return range(self.step, min(stop, self.budget.steps or stop))

    @property
    def clock(self) -> Tensor:
        """This worker's seconds, and whether it was told to stop: ``(2,)``."""
        return tf.constant([time.monotonic() - self._start, float(self.interrupted)])

    def advance(self, clock: Tensor) -> None:
        """Count a step; ``clock`` is the mean over the workers."""
        self.step += 1
        self.elapsed, self.stopped = float(clock[0]), float(clock[1]) > 0

    @contextmanager
    def interruptible(self, report: Callable[[str], None]) -> Iterator[None]:
        """Let the first Ctrl-C stop the run after the next step; a second one ends it at once.

        Nothing changes in a process that was started to ignore Ctrl-C, or outside its main thread.

        Args:
            report: takes one line of news.
        """

        def stop(_signal: int, _frame: FrameType | None) -> None:
            if self.interrupted:
                raise KeyboardInterrupt
            self.interrupted = True
            with suppress(RuntimeError):  # the stream was just being written to
                report("stopping, with a checkpoint; Ctrl-C again ends at once")

        heard = interruption.signals()
        for number in heard:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number in heard:
                signal.signal(number, interruption.INTERRUPT)
