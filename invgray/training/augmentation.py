"""How training patches are drawn from pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How patches are drawn.

    Attributes:
        native: share of patches at the pictures' own resolution.
        scale: the others shrink by up to this factor, drawn on a log scale.
        turned: patches are turned by right angles and upside down, too; mirrored they always are.
        colorless: share of patches with their colour taken out (R = G = B).
        exposure: standard deviation of the logarithm of a gamma.
    """

    native: float = 0.3
    scale: float = 2.5
    turned: bool = True
    colorless: float = 0.0
    exposure: float = 0.0
