"""Arguments of the ``hinted`` network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture
from invgray.models.subpixel.architecture import SubpixelArchitecture


@dataclass(frozen=True, kw_only=True)
class HintedArchitecture(Architecture):
    """What betters the colours of hints as optimisation spreads them.

    Attributes:
        trunk: residual blocks at a half, a quarter, ... of the resolution.
    """

    networks: ClassVar[tuple[str, ...]] = ("colorizer",)

    trunk: SubpixelArchitecture

    @property
    def ratio(self) -> int:
        """That of the trunk."""
        return self.trunk.ratio

    @property
    def receptive_radius(self) -> int:
        """That of the trunk."""
        return self.trunk.receptive_radius
