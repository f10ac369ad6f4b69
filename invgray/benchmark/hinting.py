"""Colours from random hints beside the true ones (Xia et al. 2018, Table 2 and Fig. 8)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from invgray import metrics, propagation
from invgray.benchmark import quality
from invgray.benchmark.results import Hinted, HintedQuality, ImageHinted, Number
from invgray.color.lab import gray_of
from invgray.color.levels import to_8_bits
from invgray.hints import HintEngine, Hints, drawn
from invgray.inference.machine import Machine
from invgray.loading import load_colorizer
from invgray.presets.store import Preset
from invgray.types import Pixels

COUNTS = (0, 10, 50, 500)
"""Numbers of hints."""


@dataclass(frozen=True)
class Method:
    """A way from CIE lightness and hints to colours.

    Attributes:
        name: in tables.
        colorize: uint8 ``(H, W)`` and hints of its size to uint8 ``(H, W, 3)``.
    """

    name: str
    colorize: Callable[[Pixels, Hints], Pixels]


OPTIMIZATION = Method(HintEngine.OPTIMIZATION, propagation.colorize)
"""Without a network, after Levin et al. 2004."""


def trained(preset: Preset, machine: Machine) -> Method:
    """A colorizer that takes hints."""
    colorizer = load_colorizer(preset, machine)
    return Method(preset.name, lambda gray, hints: colorizer.colorize(gray, hints=hints))


def measure(method: Method, image: str, rgb: Pixels) -> dict[int, ImageHinted]:
    """Figures of one picture after each number of hints.

    Hints lie at places that are random, but the same for every method; fewer are the first of more.

    Args:
        method: colorizes.
        image: name of the picture.
        rgb: the original, uint8 ``(H, W, 3)``.
    """
    gray, seed = to_8_bits(gray_of(rgb)), zlib.crc32(rgb.tobytes())
    found = {}
    for count in COUNTS:
        made = method.colorize(gray, drawn(rgb, count, np.random.default_rng(seed)))
        found[count] = ImageHinted(
            image=image,
            psnr=Number(metrics.psnr(rgb, made)),
            ssim=metrics.ssim(rgb, made),
            mae=metrics.mae(rgb, made),
        )
    return found


def over_pictures(rows: Sequence[ImageHinted]) -> Hinted:
    """The figures of all pictures together."""
    summary = HintedQuality(images=len(rows), **quality.summaries(rows))
    return Hinted(quality=summary, per_image=tuple(rows))
