"""Looks: the black-and-white conversions that a gray can be made by."""

from __future__ import annotations

from enum import StrEnum

from invgray.color.contrast import contrast_mix
from invgray.color.mix import LUMINANCE, Mix
from invgray.types import Pixels


class Look(StrEnum):
    """How bright colours are in a gray; the colours are those of a photographer's filters."""

    LUMINANCE = "luminance"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    CONTRAST = "contrast"

    def mix(self, rgb: Pixels) -> Mix:
        """The mix that a picture gets.

        Args:
            rgb: of the picture: uint8 ``(H, W, 3)``, which ``contrast`` goes by.
        """
        return _MIXES.get(self) or contrast_mix(rgb)


# Red and blue let a tenth of green pass, as real filters do: where one channel alone is at an end
# of the scale, the gray would be, too, and the pattern has no room there.
_MIXES = {
    Look.LUMINANCE: LUMINANCE,
    Look.RED: Mix(900, 100, 0),
    Look.ORANGE: Mix(500, 500, 0),
    Look.YELLOW: Mix(340, 660, 0),
    Look.GREEN: Mix(0, 1000, 0),
    Look.BLUE: Mix(0, 100, 900),
}
