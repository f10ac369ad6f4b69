"""Mixes: how much of R, G and B goes into a gray. The luminance is one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invgray.color.luminance import WEIGHTS
from invgray.types import Floats, Pixels

WHOLE = 1000
"""What the weights of a mix sum to."""

_RED, _GREEN, _BLUE = (round(WHOLE * weight) for weight in WEIGHTS)


@dataclass(frozen=True)
class Mix:
    """Weights of R, G and B in a gray, in thousandths.

    None is negative and they sum to 1000, so that a gray stays in the range of the colours, and
    neutral colours stay as they are.

    Attributes:
        red: weight of R.
        green: weight of G.
        blue: weight of B.

    Raises:
        ValueError: a weight is negative, or the sum is another.
    """

    red: int
    green: int
    blue: int

    def __post_init__(self) -> None:
        if min(self.weights) < 0 or sum(self.weights) != WHOLE:
            raise ValueError(f"weights of a mix sum to {WHOLE}, unlike those of {self.weights}")

    @property
    def weights(self) -> tuple[int, int, int]:
        """Those of R, G and B."""
        return self.red, self.green, self.blue

    def gray(self, rgb: Pixels | Floats) -> Floats:
        """The gray of ``(..., 3)``, unrounded, in the input's range: ``(...)``."""
        return np.asarray(rgb @ (np.array(self.weights) / WHOLE))

    def shift(self, cb: Floats, cr: Floats) -> Floats:
        """The gray less the luminance, by the chrominance alone: in levels, as all of these.

        Args:
            cb: of any shape, around zero.
            cr: likewise.
        """
        of_cb, of_cr = (
            scale * (_GREEN * weight - usual * self.green) / (_GREEN * WHOLE)
            for scale, weight, usual in ((1.772, self.blue, _BLUE), (1.402, self.red, _RED))
        )
        return of_cb * cb + of_cr * cr


LUMINANCE = Mix(_RED, _GREEN, _BLUE)
"""That of the luminance, whose shift is zero."""
