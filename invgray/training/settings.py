"""What a training run is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Written beside a run's checkpoints, and read again by ``--resume``.

    Attributes:
        network: architecture, a module of :mod:`invgray.networks`.
        width: channels at half the resolution.
        steps: length of the run, or
        minutes: length of the run.
        batch: patches in a step.
        patch: side of a patch in pixels.
        learning_rate: the highest.
        gray_weight: of the gray's distance to the luminance, beside the colours' error.
        structure_weight: of one minus the gray's structure term.
        seed: of all random choices.
        interval: steps between validations, each with a checkpoint.
    """

    network: str = "subpixel"
    width: int = 48
    steps: int | None = None
    minutes: float | None = None
    batch: int = 4
    patch: int = 96
    learning_rate: float = 4e-4
    gray_weight: float = 0.1
    structure_weight: float = 0.13
    seed: int = 0
    interval: int = 1000
