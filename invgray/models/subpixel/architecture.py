"""Arguments of the ``subpixel`` networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture
from invgray.models.pilot import BLOCK


@dataclass(frozen=True, kw_only=True)
class SubpixelArchitecture(Architecture):
    """Residual blocks at a half, a quarter, ... of the resolution.

    Attributes:
        width: channels at half the resolution; every further level has twice as many.
        levels: 2 is down to a quarter of the resolution, 3 to an eighth.
        before: residual blocks at each level, on the way down.
        deep: residual blocks at the deepest level.
        after: residual blocks at each level, on the way up.
        slope: of activations below zero; with 0 (ReLU) units can die in a long training.
        pilot: root mean square of the pilot in levels; see :mod:`invgray.models.pilot`.
    """

    networks: ClassVar[tuple[str, ...]] = ("encoder", "decoder")
    pilot_sign: ClassVar[int] = -1

    width: int
    levels: int
    before: int
    deep: int
    after: int
    slope: float
    pilot: float = 0.0

    @property
    def ratio(self) -> int:
        """Two for every level; whole blocks if there is a pilot."""
        return max(self._deepest, BLOCK if self.pilot else 1)

    @property
    def receptive_radius(self) -> int:
        """Rounded up to a multiple of the ratio."""
        ends = 1 + 2 * (self.before + self.after) + 1  # 3x3 convolutions on the grid of a level
        deepest = 1 + 2 * self.deep + 1
        seen = sum((1 << level) * ends for level in range(1, self.levels)) + self._deepest * deepest
        return -(-seen // self.ratio) * self.ratio + self.ratio

    @property
    def _deepest(self) -> int:
        return 1 << self.levels
