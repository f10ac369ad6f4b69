"""What an encoder and its decoder are trained for: a weighted sum of terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from invgray.tensorflow import Tensor


@dataclass(frozen=True)
class Term:
    """A part of an objective.

    Attributes:
        name: of its column in the log.
        value: ``(N,)``, of colours, gray and restored colours ``(N, H, W, C)``, nominally in
            [0, 1].
        weight: of the run's progress from 0 to 1.
    """

    name: str
    value: Callable[[Tensor, Tensor, Tensor], Tensor]
    weight: Callable[[float], float]


@dataclass(frozen=True)
class Objective:
    """The sum over the terms of each one's mean over the batch times its weight.

    Attributes:
        terms: of the sum.
        channel: what happens to the gray ``(N, H, W, 1)``, by a seed ``(2,)``, before the decoder
            sees it.
        boundaries: progress at which stages of the training end.
    """

    terms: tuple[Term, ...]
    channel: Callable[[Tensor, Tensor], Tensor]
    boundaries: tuple[float, ...] = ()
