"""What the ``subpixel`` networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from invgray.models.model import Abilities, NetworkSettings
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.training.augmentation import Augmentation


class Channel(StrEnum):
    """What a gray goes through on its way to the decoder.

    A PNG as it is, or one that is edited, resized, printed and compressed with JPEG on its way.
    """

    PNG = "png"
    HANDLED = "handled"


@dataclass(frozen=True, kw_only=True)
class SubpixelSettings(NetworkSettings):
    """Settings of the ``subpixel`` networks.

    Attributes:
        width: channels at half the resolution.
        levels: of resolution; 3 sees the 8x8 grid of JPEG.
        pilot: root mean square in levels of what tells where blocks of 8x8 pixels begin.
        channel: what grays go through on their way to the decoder.
        gray_weight: of the gray's distance to the luminance, beside the colours' error.
        structure_weight: of one minus the gray's structure term.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(colorless=0.05)

    batch: int = 4
    patch: int = 96
    learning_rate: float = 4e-4
    width: int = 48
    levels: int = 2
    pilot: float = 0.0
    channel: Channel = Channel.PNG
    gray_weight: float = 0.1
    structure_weight: float = 0.13

    @property
    def architecture(self) -> SubpixelArchitecture:
        """Of encoder and decoder."""
        return SubpixelArchitecture(
            width=self.width,
            levels=self.levels,
            before=1,
            deep=5,
            after=2,
            slope=0.1,
            pilot=self.pilot,
        )

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(
            hides_colors=True,
            has_pattern=True,
            has_pilot=self.pilot > 0,
            handled=self.handled,
        )

    @property
    def handled(self) -> bool:
        """Whether grays are handled on their way."""
        return self.channel is Channel.HANDLED

    @property
    def multiple(self) -> int:
        """The networks' ratio, and whole blocks of JPEG if grays are handled."""
        return max(self.architecture.ratio, 8 if self.handled else 1)

    @property
    def merit(self) -> str:
        """PSNR of the colours, or if grays are handled of them after JPEG and of the gray."""
        return "balance" if self.handled else "psnr"
