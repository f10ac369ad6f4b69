"""Time and steps of a run, and whether it is to stop."""

from __future__ import annotations

import time
from threading import Event

from invgray.tensorflow import Tensor, tf
from invgray.training.length import Budget


class Pacer:
    """Time and steps of a run, agreed upon by all that train together.

    Args:
        budget: how long the run lasts.
        step: steps that were taken before.
        elapsed: seconds that they took.
        stop: set once this worker is to stop.

    Attributes:
        stopped: whether anyone is to stop, and therefore all are.
    """

    def __init__(self, budget: Budget, step: int, elapsed: float, stop: Event) -> None:
        self.budget, self.step, self.elapsed = budget, step, elapsed
        self.stopped = False
        self._stop = stop
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
        return tf.constant([time.monotonic() - self._start, float(self._stop.is_set())])

    def advance(self, clock: Tensor) -> None:
        """Count a step; ``clock`` is the mean over the workers."""
        self.step += 1
        self.elapsed, self.stopped = float(clock[0]), float(clock[1]) > 0
