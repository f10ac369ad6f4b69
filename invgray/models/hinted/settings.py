"""What the ``hinted`` network is trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.model import Abilities, NetworkSettings
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.training.augmentation import Augmentation


@dataclass(frozen=True, kw_only=True)
class HintedSettings(NetworkSettings):
    """Settings of the ``hinted`` network (Zhang et al. 2017, section 3.2)."""

    augmentation: ClassVar[Augmentation] = Augmentation(
        native=0.0, scale=4.0, turned=False, exposure=0.2
    )

    batch: int = 4
    patch: int = 128
    learning_rate: float = 5e-4

    @property
    def architecture(self) -> HintedArchitecture:
        """Of the colorizer."""
        return HintedArchitecture(
            trunk=SubpixelArchitecture(width=24, levels=4, before=1, deep=4, after=2, slope=0.1)
        )

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(colorizes=True, takes_hints=True)
