"""Learning rate and end of a run, as functions of its progress."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """How long a run lasts: a number of steps, or of seconds (resumed runs add up)."""

    steps: int | None = None
    seconds: float | None = None

    def progress(self, step: int, elapsed: float) -> float:
        """Share of the run that is behind us, from 0 to 1."""
        done = step / self.steps if self.steps else elapsed / (self.seconds or math.inf)
        return min(done, 1.0)


def warmup_cosine(progress: float, step: int, warmup: int = 200) -> float:
    """Share of the peak learning rate: a linear rise for ``warmup`` steps, a cosine to zero."""
    return min(1.0, (step + 1) / warmup) * 0.5 * (1.0 + math.cos(math.pi * progress))


def fade_in(progress: float, until: float = 0.1) -> float:
    """Weight of gray conformity: from a quarter to one over the first tenth of a run.

    Colour has to find its way through the gray before a strict gray leaves it any room.
    """
    return min(1.0, 0.25 + 0.75 * progress / until)
