"""Arguments of the ``colorizer`` network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture

SCALE = 4
"""How many times smaller than the picture the network's output is."""


@dataclass(frozen=True, kw_only=True)
class ColorizerArchitecture(Architecture):
    """VGG-16's stacks on luminance, dilated, with colours out (Zhang et al. 2016, section 2).

    Attributes:
        outputs: logits of quantised ab colours, or two for a and b themselves.
        width: channels of the head.
    """

    networks: ClassVar[tuple[str, ...]] = ("colorizer",)

    outputs: int
    width: int

    @property
    def ratio(self) -> int:
        """VGG-16 pools three times before its stacks are dilated."""
        return 8

    @property
    def receptive_radius(self) -> int:
        """By the convolutions at each resolution, rounded up."""
        full, half, quarter = 2 + 1, 2 + 1, 3 + 1  # convolutions and the pooling after them
        eighth = 3 + 2 * 2 + 2 + 1 + 1  # stacks 4 and 5, head, rounding up
        return full + 2 * half + 4 * (quarter + 1) + 8 * eighth + 4
