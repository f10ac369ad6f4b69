"""Codecs and colorizers, loaded once: the same one for the same preset and machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock

from invgray.codec import Codec
from invgray.colorizer import Colorizer
from invgray.inference.machine import Machine
from invgray.presets import store
from invgray.presets.store import Preset


def load_codec(preset: str | Path | Preset, machine: Machine) -> Codec:
    """A codec, the same one for the same preset and machine.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it hides no colours.
    """
    with _loading:
        return _codec(_found(preset), machine)


def load_colorizer(preset: str | Path | Preset, machine: Machine) -> Colorizer:
    """A colorizer, the same one for the same preset and machine.

    Raises:
        WeightsError: there is no such preset, its card is damaged, or it is not a colorizer.
    """
    with _loading:
        return _colorizer(_found(preset), machine)


_loading = Lock()
_codec = lru_cache(maxsize=8)(Codec)
_colorizer = lru_cache(maxsize=2)(Colorizer)


def _found(preset: str | Path | Preset) -> Preset:
    return preset if isinstance(preset, Preset) else store.load(preset)
