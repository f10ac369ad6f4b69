"""Grayscale you can undo: colour photos to ordinary-looking gray PNGs, and back.

>>> import invgray
>>> codec = invgray.load("standard")
>>> gray = codec.encode(rgb)  # uint8 (H, W, 3) -> float32 (H, W) in [0, 255]
>>> rgb = codec.decode(gray.round())  # (H, W) in [0, 255] -> uint8 (H, W, 3)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invgray.codec import Codec

__all__ = ["Codec", "__version__", "load"]


def load(preset: str | Path = "standard", **options) -> Codec:
    """A codec with a preset's trained networks; no TensorFlow import for CPU inference.

    Args:
        preset: name of a shipped preset, or the path of a folder that ``invgray train`` made.
        options: ``engine``, ``device``, ``precision`` and ``tile`` of :class:`Codec`.

    Raises:
        WeightsError: there is no such preset, or its card is damaged.
    """
    from invgray import presets
    from invgray.codec import Codec

    found = presets.open_directory(preset) if isinstance(preset, Path) else presets.find(preset)
    return Codec(found, **options)


def __getattr__(name: str):
    if name == "Codec":
        from invgray.codec import Codec

        return Codec
    if name == "__version__":
        from importlib.metadata import version

        return version("invgray")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
