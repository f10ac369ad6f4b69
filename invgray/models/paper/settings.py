"""What the ``paper`` networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass

from invgray.models.model import Abilities, NetworkSettings
from invgray.models.paper.architecture import PaperArchitecture
from invgray.training.schedules import linear


@dataclass(frozen=True, kw_only=True)
class PaperSettings(NetworkSettings):
    """Settings of the ``paper`` network (Xia et al. 2018, section 6).

    Attributes:
        schedule: ``"two-stage"`` or ``"one-stage"``.
        optimizer: ``"adam"``, the paper's, or ``"muon"``.
        without: parts of the system to leave out, of ``PARTS``.
        contrast_network: whose features the contrast term compares, ``"vgg19"`` or ``"vgg16"``.
        contrast_weights: file with its weights; None downloads Keras' own.
    """

    epochs: float | None = 120
    schedule: str = "two-stage"
    optimizer: str = "adam"
    without: tuple[str, ...] = ()
    contrast_network: str = "vgg19"
    contrast_weights: str | None = None

    @property
    def architecture(self) -> PaperArchitecture:
        """Of encoder and decoder."""
        return PaperArchitecture(down_up="down-up" not in self.without)

    @property
    def abilities(self) -> Abilities:
        """Of the preset that comes out."""
        return Abilities(hides_colors=True)

    def rate(self, progress: float, step: int) -> float:
        """The paper's."""
        return linear(progress, step)
