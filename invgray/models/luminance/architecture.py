"""Arguments of the ``luminance`` family, which has no networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from invgray.models.model import Architecture


@dataclass(frozen=True, kw_only=True)
class LuminanceArchitecture(Architecture):
    """Nothing to draw a pattern, and nothing to read one."""

    networks: ClassVar[tuple[str, ...]] = ()

    @property
    def ratio(self) -> int:
        """That of the other families' networks."""
        return 8

    @property
    def receptive_radius(self) -> int:
        """A pixel sees itself."""
        return 1
