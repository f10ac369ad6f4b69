"""Arguments of the ``hinted`` network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture


@dataclass(frozen=True, kw_only=True)
class HintedArchitecture(Architecture):
    """VGG-16's stacks on luminance and hints, dilated, and a way back to the full resolution.

    Attributes:
        quarter: channels of the head at a quarter of the resolution.
        half: channels at half of it.
        full: channels at all of it.
    """

    networks: ClassVar[tuple[str, ...]] = ("colorizer",)

    quarter: int
    half: int
    full: int

    @property
    def ratio(self) -> int:
        """VGG-16 pools three times before its stacks are dilated."""
        return 8

    @property
    def receptive_radius(self) -> int:
        """By the convolutions at each resolution, rounded up."""
        full, half, quarter = 2 + 1 + 1, 2 + 1 + 1, 3 + 1 + 1  # with pooling and the way back
        eighth = 3 + 2 * 2 + 2 + 1 + 1  # stacks 4 and 5, head, rounding up
        return full + 2 * half + 4 * (quarter + 1) + 8 * eighth + 4
