"""Colours by their profile: toned, so that their gray is as bright as the profile shows them.

A pixel is toned by adding one number to R, G and B, so its chrominance stays as it is, and colours
that sRGB does not have are not clipped.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from invgray.color.luminance import luminance
from invgray.types import Floats, Pixels

LEAST = 2
"""Levels by which a profile has to change a luminance somewhere for a picture to be toned."""

BEYOND = 0.125
"""Share of the luminance beyond sRGB that counts, so that colours beyond it can be told apart."""

_ROWS = 256
"""Rows worked on at a time, to spare memory."""

_FARTHEST = 128
"""Levels that are looked for at most on either side."""


def toned(rgb: Pixels, icc: bytes) -> Pixels | None:
    """Colours whose luminance is that of the sRGB colours that a profile makes of them.

    Of colours that sRGB does not have it is that of the nearest ones, and somewhat brighter or
    darker.

    Args:
        rgb: ``(H, W, 3)``, in the space of the profile.
        icc: the profile.

    Returns:
        uint8 ``(H, W, 3)``; None where no luminance would change by ``LEAST`` levels, or the
        profile is damaged.
    """
    space = _Space.of(icc)
    if space is None:
        return None
    result, farthest = np.empty_like(rgb), 0
    for row in range(0, len(rgb), _ROWS):
        part = rgb[row : row + _ROWS]
        shift = np.rint(space.shown(part) - luminance(part)).astype(np.int16)
        farthest = max(farthest, int(np.abs(shift).max()))
        result[row : row + _ROWS] = _shifted(part, shift)
    return result if farthest >= LEAST else None


def untoned(rgb: Pixels, icc: bytes) -> Pixels:
    """Colours that were toned, as they were before: the inverse of :func:`toned`, to a level.

    Args:
        rgb: ``(H, W, 3)``.
        icc: the profile; colours stay as they are if it is damaged.
    """
    space = _Space.of(icc)
    if space is None:
        return rgb
    result = np.empty_like(rgb)
    for row in range(0, len(rgb), _ROWS):
        part = rgb[row : row + _ROWS]
        result[row : row + _ROWS] = _shifted(part, _undoing(part, space))
    return result


@dataclass(frozen=True)
class _Space:
    """The way from a profile's colours to sRGB, and back."""

    there: ImageCms.ImageCmsTransform
    back: ImageCms.ImageCmsTransform

    @classmethod
    def of(cls, icc: bytes) -> _Space | None:
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        try:
            ends = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
            there = ImageCms.buildTransform(*ends, "RGB", "RGB", intent)
            return cls(there, ImageCms.buildTransform(*ends[::-1], "RGB", "RGB", intent))
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            return None

    def shown(self, rgb: Pixels) -> Floats:
        """How bright colours ``(H, W, 3)`` are to be in a gray, in levels: ``(H, W)``."""
        srgb = self.there.apply(Image.fromarray(rgb))
        within = np.asarray(self.back.apply(srgb))
        beyond = luminance(rgb) - luminance(within)
        return luminance(np.asarray(srgb)) + BEYOND * beyond


def _undoing(rgb: Pixels, space: _Space) -> npt.NDArray[np.int16]:
    """What added to colours makes them as bright in a gray as they are now.

    The more is added, the brighter they are, so it is found by halving.
    """
    wanted = luminance(rgb)
    below = np.full(wanted.shape, -_FARTHEST, np.int16)
    above = np.full(wanted.shape, _FARTHEST, np.int16)
    while np.any(above - below > 1):
        middle = (below + above) // 2
        enough = space.shown(_shifted(rgb, middle)) >= wanted
        above, below = np.where(enough, middle, above), np.where(enough, below, middle)
    under = wanted - space.shown(_shifted(rgb, below))
    over = space.shown(_shifted(rgb, above)) - wanted
    return np.where(under < over, below, above)


def _shifted(rgb: Pixels, shift: npt.NDArray[np.int16]) -> Pixels:
    levels: Pixels = np.clip(rgb.astype(np.int16) + shift[..., None], 0, 255).astype(np.uint8)
    return levels
