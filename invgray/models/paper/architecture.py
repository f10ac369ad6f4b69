"""Arguments of the ``paper`` networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture

RATIO = 4
"""Of the full resolution to the lowest."""


@dataclass(frozen=True, kw_only=True)
class PaperArchitecture(Architecture):
    """Xia, Liu and Wong 2018, section 4 and Fig. 2.

    Attributes:
        down_up: with the encoder's down and up blocks; without, its eight residual blocks all have
            the full resolution and 64 channels (the ablation of Fig. 3).
    """

    networks: ClassVar[tuple[str, ...]] = ("encoder", "decoder")

    down_up: bool

    @property
    def ratio(self) -> int:
        """The down blocks halve the resolution twice."""
        return RATIO

    @property
    def receptive_radius(self) -> int:
        """Rounded up to a multiple of the ratio."""
        if not self.down_up:
            return 1 + 2 * 8 + 1 + 2  # first, residual blocks, last, rounding up
        full = 1 + 2 * 4 + 1 + 1 + 2  # first, residual blocks, last, down, up
        half = 1 + 1 + 2
        quarter = 1 + 2 * 4
        return full + 2 * half + 4 * quarter + RATIO + 3
