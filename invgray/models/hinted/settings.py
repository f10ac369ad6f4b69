"""What the ``hinted`` network is trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.model import Abilities, NetworkSettings
from invgray.training.augmentation import Augmentation


@dataclass(frozen=True, kw_only=True)
class HintedSettings(NetworkSettings):
    """Settings of the ``hinted`` network (Zhang et al. 2017, section 3.2).

    Attributes:
        backbone: file with VGG-16's weights to start from; None starts from random ones.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(
        native=0.0, scale=4.0, turned=False, exposure=0.2
    )
    files: ClassVar[tuple[str, ...]] = (*NetworkSettings.files, "backbone")

    batch: int = 4
    patch: int = 128
    learning_rate: float = 1e-4
    backbone: str | None = None

    @property
    def architecture(self) -> HintedArchitecture:
        """Of the colorizer."""
        return HintedArchitecture(quarter=224, half=96, full=48)

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(colorizes=True, takes_hints=True)

    @property
    def pretrained(self) -> tuple[str, ...]:
        """The backbone, and what the network begins with."""
        backbone = ("VGG-16 (ImageNet), start of the stacks",) if self.backbone else ()
        return super().pretrained + backbone
