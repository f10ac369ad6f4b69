"""What a training run is made of: what the settings of every family of networks have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.training.augmentation import Augmentation
from invgray.training.length import Length
from invgray.training.schedules import warmup_cosine


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What does not depend on the family of networks.

    Attributes:
        length: of the run.
        batch: patches in a step.
        patch: side of a patch in pixels.
        learning_rate: the highest.
        seed: of the random generator.
        interval: steps between validations, each with a checkpoint.
        start: preset, by its name or folder, whose weights the networks begin with.
        augmentation: how patches are drawn.
        files: names of those attributes that may name a file or folder.
    """

    augmentation: ClassVar[Augmentation] = Augmentation()
    files: ClassVar[tuple[str, ...]] = ("start",)

    length: Length
    batch: int = 1
    patch: int = 256
    learning_rate: float = 2e-4
    seed: int = 0
    interval: int = 1000
    start: str | None = None

    @property
    def merit(self) -> str:
        """The figure of validation that picks the best weights, higher is better."""
        return "psnr"

    def rate(self, progress: float, step: int) -> float:
        """Share of the highest learning rate, of a run's progress from 0 to 1 and its step."""
        return warmup_cosine(progress, step)
