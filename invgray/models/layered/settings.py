"""What the ``layered`` networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.layered.architecture import LayeredArchitecture
from invgray.models.model import Abilities, NetworkSettings
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.training.augmentation import Augmentation


@dataclass(frozen=True, kw_only=True)
class LayeredSettings(NetworkSettings):
    """Settings of the ``layered`` networks.

    Attributes:
        width: channels of the pattern's network.
        pilot: root mean square in levels of what tells where blocks begin.
        gray_weight: of the gray's distance to the luminance, beside the colours' error.
        structure_weight: of one minus the gray's structure term.
        visibility_weight: of what an eye sees of the pattern.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(colorless=0.05)

    batch: int = 3
    patch: int = 192
    learning_rate: float = 4e-4
    width: int = 96
    pilot: float = 0.6
    gray_weight: float = 0.15
    structure_weight: float = 0.45
    visibility_weight: float = 1.6

    @property
    def architecture(self) -> LayeredArchitecture:
        """Of pattern and decoder."""
        decoder = SubpixelArchitecture(width=32, levels=3, before=1, deep=5, after=2, slope=0.1)
        return LayeredArchitecture(
            width=self.width,
            blocks=5,
            slope=0.1,
            pilot=self.pilot,
            decoder=decoder,
        )

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(
            hides_colors=True,
            has_pattern=True,
            has_pilot=self.pilot > 0,
            handled=True,
            comes_off=True,
        )

    @property
    def merit(self) -> str:
        """Of the colours after JPEG and of the gray: neither counts alone."""
        return "balance"
