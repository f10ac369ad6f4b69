"""Learning rates and weights as functions of a run's progress, from 0 to 1."""

from __future__ import annotations

import math


def warmup_cosine(progress: float, step: int, warmup: int = 200) -> float:
    """Share of the highest learning rate: a linear rise for ``warmup`` steps, a cosine to zero."""
    return min(1.0, (step + 1) / warmup) * 0.5 * (1.0 + math.cos(math.pi * progress))


def linear(progress: float, step: int, warmup: int = 50, last: float = 0.01) -> float:
    """Share of the highest learning rate: from 1 straight down to ``last``.

    In Xia et al. 2018, section 6.2, it goes from 2e-4 to 2e-6. The short rise over the first
    ``warmup`` steps is ours.
    """
    return min(1.0, (step + 1) / warmup) * (1.0 + (last - 1.0) * progress)


def fade_in(progress: float, until: float = 0.1) -> float:
    """Weight of gray conformity: from a quarter to one over the first tenth of a run.

    Colour has to find its way through the gray before a strict gray leaves it any room.
    """
    return min(1.0, 0.25 + 0.75 * progress / until)


def fade_out(progress: float, until: float = 0.1) -> float:
    """Weight of what only helps a run to start: from one to zero over its first tenth."""
    return max(0.0, 1.0 - progress / until)
