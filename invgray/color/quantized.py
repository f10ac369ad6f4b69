"""The quantised ab colours of a colorizer (Zhang, Isola and Efros 2016, section 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from invgray.color import gamut
from invgray.types import Floats

UNIT = 100.0
"""Of ab, where a network predicts these and not their distribution."""


@dataclass(frozen=True)
class QuantizedColors:
    """The colours that a colorizer tells apart, and how common they were in its training pictures.

    Attributes:
        grid: distance of neighbouring bins in ab.
        count: how many bins there are, the nearest to the sRGB gamut; None for all that touch it.
        distribution: share of the training pictures' pixels nearest to each bin.
        regression: whether the network predicts a and b, in units of :data:`UNIT`, and not the
            logits of the bins.
    """

    grid: int
    count: int | None
    distribution: tuple[float, ...]
    regression: bool

    @classmethod
    def counted(cls, counts: Floats, grid: int, count: int | None, regression: bool) -> Self:
        """Those of training pictures, by how many of their pixels are nearest to each bin.

        Args:
            counts: ``(Q,)``.
            grid: see the attributes.
            count: likewise.
            regression: likewise.
        """
        shares = tuple(float(f"{share:.4g}") for share in counts / counts.sum())
        return cls(grid=grid, count=count, distribution=shares, regression=regression)

    @property
    def centres(self) -> Floats:
        """The ab of the bins: float32 ``(Q, 2)``."""
        return gamut.bins(self.grid, self.count)

    @property
    def rarity(self) -> Floats:
        """Weights of the bins under which rare colours count as much as common ones: ``(Q,)``.

        Those of Eq. 4 with lambda = 0.
        """
        return gamut.rebalancing(np.array(self.distribution), self.centres, mix=0.0)
