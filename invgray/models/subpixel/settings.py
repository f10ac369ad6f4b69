"""What the ``subpixel`` networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Abilities, NetworkSettings
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.training.data import Augmentation


@dataclass(frozen=True, kw_only=True)
class SubpixelSettings(NetworkSettings):
    """Settings of the ``subpixel`` network.

    Attributes:
        width: channels at half the resolution.
        levels: of resolution; 3 sees the 8x8 grid of JPEG.
        channel: what grays go through on their way to the decoder, of ``CHANNELS``.
        gray_weight: of the gray's distance to the luminance, beside the colours' error.
        structure_weight: of one minus the gray's structure term.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(colorless=0.05)

    batch: int = 4
    patch: int = 96
    learning_rate: float = 4e-4
    width: int = 48
    levels: int = 2
    channel: str = "png"
    gray_weight: float = 0.1
    structure_weight: float = 0.13

    @property
    def architecture(self) -> SubpixelArchitecture:
        """Of encoder and decoder."""
        return SubpixelArchitecture(
            width=self.width, levels=self.levels, before=1, deep=5, after=2, slope=0.1
        )

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(
            hides_colors=True, has_pattern=True, handled=self.channel == "handled"
        )

    @property
    def merit(self) -> str:
        return "psnr_jpeg_75" if self.channel == "handled" else "psnr"
