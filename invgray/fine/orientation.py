"""The eight ways in which a picture can be turned by right angles and mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Orientation:
    """What was done to a picture.

    Attributes:
        turns: quarter turns, counter-clockwise.
        mirrored: mirrored left to right before these.
    """

    turns: int
    mirrored: bool

    @property
    def words(self) -> str:
        """For people: "upright", "turned left", "mirrored, then turned right" and so on."""
        turned = ("", "turned left", "upside down", "turned right")[self.turns]
        if not self.mirrored:
            return turned or "upright"
        return f"mirrored, then {turned}" if turned else "mirrored"

    @property
    def upside_down(self) -> Orientation:
        """That whose undoing gives the same, its rows in reverse order."""
        return Orientation((self.turns + 2) % 4, not self.mirrored)

    def apply(self, pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Do it to an array ``(H, W, ...)``."""
        return np.rot90(np.fliplr(pixels) if self.mirrored else pixels, self.turns)

    def undo(self, pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Undo it in an array ``(H, W, ...)``."""
        turned = np.rot90(pixels, -self.turns)
        return np.fliplr(turned) if self.mirrored else turned


ORIENTATIONS = tuple(
    Orientation(turns, mirrored) for mirrored in (False, True) for turns in range(4)
)
"""All eight, that of an upright picture first."""

UPRIGHT = ORIENTATIONS[0]
"""That of a picture to which nothing was done."""
