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


def fade_out(progress: float, until: float = 0.1) -> float:
    """Weight of what only helps a run to start: from one to zero over its first tenth."""
    return max(0.0, 1.0 - progress / until)


def linear(progress: float, step: int, warmup: int = 50, last: float = 0.01) -> float:
    """Share of the first learning rate: from 1 straight down to ``last`` (Xia et al., section 6.2).

    The paper's goes from 2e-4 to 2e-6. The short rise over the first ``warmup`` steps is ours.
    """
    return min(1.0, (step + 1) / warmup) * (1.0 + (last - 1.0) * progress)


STAGES = {"two-stage": (90 / 120,), "one-stage": ()}
"""Progress at which the paper's training goes on to its next stage (Table 1)."""


def stage_weights(schedule: str, progress: float) -> tuple[float, float]:
    """omega_1 and omega_2 of Eq. 3: the weights of gray conformity and of quantisation (Table 1).

    One stage has those of the second from the start; the paper does not give its own.
    """
    first = any(progress < end for end in STAGES[schedule])
    return (1.0, 0.0) if first else (0.5, 10.0)
