"""What the ``paper`` networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from invgray.models.model import Abilities, NetworkSettings
from invgray.models.paper.architecture import PaperArchitecture
from invgray.training.length import Length, Unit
from invgray.training.schedules import linear

LENGTH = Length(120, Unit.EPOCHS)
"""Of the paper's training."""


class Schedule(StrEnum):
    """Stages of the training: the paper's two (Table 1), or its second one from the start."""

    TWO_STAGE = "two-stage"
    ONE_STAGE = "one-stage"


class Optimizer(StrEnum):
    """Adam is the paper's; Muon learns colours in fewer steps."""

    ADAM = "adam"
    MUON = "muon"


class Part(StrEnum):
    """A part of the system that can be left out: a term of the objective, or the down blocks."""

    LIGHTNESS = "lightness"
    CONTRAST = "contrast"
    STRUCTURE = "structure"
    QUANTIZATION = "quantization"
    DOWN_UP = "down-up"


class ContrastNetwork(StrEnum):
    """The network whose features the contrast term compares."""

    VGG19 = "vgg19"
    VGG16 = "vgg16"


@dataclass(frozen=True, kw_only=True)
class PaperSettings(NetworkSettings):
    """Settings of the ``paper`` networks (Xia et al. 2018, section 6).

    Attributes:
        schedule: stages of the training.
        optimizer: of the weights of both networks.
        without: parts of the system to leave out.
        contrast_network: whose features the contrast term compares.
        contrast_weights: file with its weights; None downloads Keras' own.
    """

    files: ClassVar[tuple[str, ...]] = (*NetworkSettings.files, "contrast_weights")

    length: Length = LENGTH
    schedule: Schedule = Schedule.TWO_STAGE
    optimizer: Optimizer = Optimizer.ADAM
    without: tuple[Part, ...] = ()
    contrast_network: ContrastNetwork = ContrastNetwork.VGG19
    contrast_weights: str | None = None

    @property
    def architecture(self) -> PaperArchitecture:
        """Of encoder and decoder."""
        return PaperArchitecture(down_up=Part.DOWN_UP not in self.without)

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(hides_colors=True)

    @property
    def pretrained(self) -> tuple[str, ...]:
        """The network of the contrast term, and what the networks begin with."""
        if Part.CONTRAST in self.without:
            return super().pretrained
        name = {ContrastNetwork.VGG19: "VGG-19", ContrastNetwork.VGG16: "VGG-16"}[
            self.contrast_network
        ]
        return (*super().pretrained, f"{name} (ImageNet), features of the contrast term")

    def rate(self, progress: float, step: int) -> float:
        """The paper's: straight down to a hundredth."""
        return linear(progress, step)
