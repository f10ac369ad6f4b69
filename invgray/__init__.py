"""Grayscale you can undo: colour photos to ordinary-looking gray PNGs, and back.

>>> import invgray
>>> codec = invgray.load("standard")
>>> gray = codec.encode(rgb)  # uint8 (H, W, 3) -> float32 (H, W) in [0, 255]
>>> rgb = codec.decode(gray.round())  # (H, W) in [0, 255] -> uint8 (H, W, 3)
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invgray.codec import Codec
    from invgray.colorizer import Colorizer

__all__ = ["Codec", "Colorizer", "__version__", "load", "load_colorizer"]


def load(preset: str | Path = "standard", **options) -> Codec:
    """A codec with a preset's trained networks; no TensorFlow import for CPU inference.

    Args:
        preset: name of a shipped preset, or the path of a folder that ``invgray train`` made.
        options: ``engine``, ``device``, ``precision`` and ``tile`` of :class:`Codec`.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it is a colorizer.
    """
    from invgray import presets
    from invgray.codec import Codec

    return Codec(presets.load(preset, "codec"), **options)


def load_colorizer(preset: str | Path = "colorizer", **options) -> Colorizer:
    """A colorizer with a preset's trained network, for gray pictures that hide no colours.

    >>> rgb = invgray.load_colorizer().colorize(gray)  # (H, W) in [0, 255] -> uint8 (H, W, 3)

    Args:
        preset: name of a shipped preset, or the path of a folder that ``invgray train`` made.
        options: ``temperature``, ``engine``, ``device`` and ``precision`` of :class:`Colorizer`.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it is not a colorizer.
    """
    from invgray import presets
    from invgray.colorizer import Colorizer

    return Colorizer(presets.load(preset, "colorizer"), **options)


def __getattr__(name: str):
    if name in ("Codec", "Colorizer"):
        return getattr(import_module(f"invgray.{name.lower()}"), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("invgray")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
