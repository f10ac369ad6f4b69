"""What the ``colorizer`` network is trained with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from invgray.color import gamut
from invgray.models.colorizer.architecture import ColorizerArchitecture
from invgray.models.model import Abilities, NetworkSettings
from invgray.training.augmentation import Augmentation


class ColorObjective(StrEnum):
    """What a colorizer learns: the distribution over quantised ab colours, or ab themselves.

    Rebalanced, rare colours count more than common ones.
    """

    REBALANCED = "classification-rebalanced"
    CLASSIFICATION = "classification"
    L2 = "l2"


@dataclass(frozen=True, kw_only=True)
class ColorizerSettings(NetworkSettings):
    """Settings of the ``colorizer`` network (Zhang et al. 2016, section 2).

    Attributes:
        objective: what it learns.
        grid: distance of the quantised ab colours.
        bins: how many there are, the nearest to the sRGB gamut; None takes those that touch it.
        uniform: lambda, the share of the uniform distribution in the rebalancing.
        smoothing: sigma of the Gaussian that smoothes the distribution of the training colours.
        backbone: file with VGG-16's weights to start from; None starts from random ones.
    """

    augmentation: ClassVar[Augmentation] = Augmentation(
        native=0.0, scale=4.0, turned=False, exposure=0.2
    )
    files: ClassVar[tuple[str, ...]] = (*NetworkSettings.files, "backbone")

    batch: int = 4
    patch: int = 128
    learning_rate: float = 1e-4
    objective: ColorObjective = ColorObjective.REBALANCED
    grid: int = 10
    bins: int | None = None
    uniform: float = 0.5
    smoothing: float = 5.0
    backbone: str | None = None

    @property
    def regression(self) -> bool:
        """Whether the network predicts ab themselves."""
        return self.objective is ColorObjective.L2

    @property
    def architecture(self) -> ColorizerArchitecture:
        """Of the colorizer."""
        outputs = 2 if self.regression else len(gamut.bins(self.grid, self.bins))
        return ColorizerArchitecture(outputs=outputs, width=224)

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(colorizes=True)

    @property
    def pretrained(self) -> tuple[str, ...]:
        """The backbone, and what the network begins with."""
        backbone = ("VGG-16 (ImageNet), start of the stacks",) if self.backbone else ()
        return super().pretrained + backbone

    @property
    def merit(self) -> str:
        """Accuracy of the ab colours, in which rare ones count as much as common ones."""
        return "auc_rebalanced"
