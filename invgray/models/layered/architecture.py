"""Arguments of the ``layered`` networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture
from invgray.models.pilot import BLOCK
from invgray.models.subpixel.architecture import SubpixelArchitecture


@dataclass(frozen=True, kw_only=True)
class LayeredArchitecture(Architecture):
    """A pattern drawn from chrominance and the means of 8x8 blocks, and what reads it.

    All of the pattern's network works at an eighth of the resolution.

    Attributes:
        width: channels of the pattern's network.
        blocks: residual blocks of it.
        slope: of its activations below zero.
        pilot: root mean square of the pilot in levels; see :mod:`invgray.models.pilot`.
        decoder: what reads the pattern.
    """

    networks: ClassVar[tuple[str, ...]] = ("pattern", "decoder")

    width: int
    blocks: int
    slope: float
    pilot: float
    decoder: SubpixelArchitecture

    @property
    def ratio(self) -> int:
        """Whole blocks, and whole pixels of the decoder's deepest level."""
        return max(BLOCK, self.decoder.ratio)

    @property
    def receptive_radius(self) -> int:
        """That of the decoder, or of the pattern if it sees farther."""
        pattern = BLOCK * (1 + 2 * self.blocks + 1 + 1)
        return max(pattern, self.decoder.receptive_radius)
