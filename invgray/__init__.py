"""Grayscale you can undo: colour photos to ordinary-looking gray PNGs, and back.

>>> import invgray
>>> outcome = invgray.encode_file("photo.jpg", "photo.gray.png")
>>> outcome = invgray.decode_file("photo.gray.png", "photo.color.png")

>>> codec = invgray.load("standard")
>>> gray = codec.encode(rgb)  # uint8 (H, W, 3) -> uint8 (H, W)
>>> rgb = codec.decode(gray)  # uint8 (H, W) -> uint8 (H, W, 3)
"""

from __future__ import annotations

import os
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invgray.codec import Codec
    from invgray.color.looks import Look
    from invgray.colorizer import Colorizer
    from invgray.convert import Outcome, Status, colorize_file, decode_file, encode_file
    from invgray.errors import InvgrayError
    from invgray.hints import Hint, HintEngine
    from invgray.inference.machine import Machine
    from invgray.inspection import Inspection, inspect_file
    from invgray.options import ColorizeOptions, DecodeOptions, EncodeOptions, Options
    from invgray.video.decoding import decode_clip
    from invgray.video.encoding import encode_clip
    from invgray.video.options import DecodeClipOptions, EncodeClipOptions

_HOMES = {
    "Codec": "codec",
    "Colorizer": "colorizer",
    "ColorizeOptions": "options",
    "DecodeClipOptions": "video.options",
    "DecodeOptions": "options",
    "EncodeClipOptions": "video.options",
    "EncodeOptions": "options",
    "Hint": "hints",
    "HintEngine": "hints",
    "Inspection": "inspection",
    "InvgrayError": "errors",
    "Look": "color.looks",
    "Machine": "inference.machine",
    "Options": "options",
    "Outcome": "convert",
    "Status": "convert",
    "colorize_file": "convert",
    "decode_clip": "video.decoding",
    "decode_file": "convert",
    "encode_clip": "video.encoding",
    "encode_file": "convert",
    "inspect_file": "inspection",
}
"""Modules of what is imported when first asked for."""

__all__ = [
    "Codec",
    "ColorizeOptions",
    "Colorizer",
    "DecodeClipOptions",
    "DecodeOptions",
    "EncodeClipOptions",
    "EncodeOptions",
    "Hint",
    "HintEngine",
    "Inspection",
    "InvgrayError",
    "Look",
    "Machine",
    "Options",
    "Outcome",
    "Status",
    "__version__",
    "colorize_file",
    "decode_clip",
    "decode_file",
    "encode_clip",
    "encode_file",
    "inspect_file",
    "load",
    "load_colorizer",
]


def load(preset: str | PathLike[str] = "standard", **machine: Any) -> Codec:  # noqa: ANN401
    """A codec with a preset's trained networks; no TensorFlow import for CPU inference.

    Args:
        preset: name of a shipped preset; or a folder that ``invgray train`` made, as a path or as a
            word with a slash in it.
        machine: ``engine``, ``device``, ``precision`` and ``tile`` of :class:`Machine`.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it hides no colours.
        ValueError: the machine is described by a word that is none of the choices.
    """
    from invgray.codec import Codec
    from invgray.inference.machine import Machine
    from invgray.presets import store

    return Codec(store.load(_place(preset)), Machine(**machine))


def load_colorizer(preset: str | PathLike[str] = "colorizer", **machine: Any) -> Colorizer:  # noqa: ANN401
    """A colorizer with a preset's trained network, for gray pictures that hide no colours.

    >>> rgb = invgray.load_colorizer().colorize(gray)  # uint8 (H, W) -> uint8 (H, W, 3)

    Args:
        preset: as of :func:`load`.
        machine: ``engine``, ``device`` and ``precision`` of :class:`Machine`.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it is not a colorizer.
        ValueError: the machine is described by a word that is none of the choices.
    """
    from invgray.colorizer import Colorizer
    from invgray.inference.machine import Machine
    from invgray.presets import store

    return Colorizer(store.load(_place(preset)), Machine(**machine))


def _place(preset: str | PathLike[str]) -> str | Path:
    """A name as it is; a folder as a path."""
    if isinstance(preset, str) and not {"/", os.sep} & set(preset):
        return preset
    return Path(preset)


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name in _HOMES:
        return getattr(import_module(f"invgray.{_HOMES[name]}"), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("invgray")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
