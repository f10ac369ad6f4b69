"""Made-up colours beside the true ones (Zhang et al. 2016, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import msgspec
import numpy as np

from invgray import metrics
from invgray.benchmark import quality
from invgray.benchmark.methods import colors_in, to_png
from invgray.benchmark.quality import Distance
from invgray.benchmark.results import (
    Colorization,
    ColorizationQuality,
    ImageColorization,
    Number,
    Summary,
)
from invgray.color.lab import gray_of
from invgray.color.levels import neutral, to_8_bits
from invgray.color.quantized import QuantizedColors
from invgray.convert import colorize_file
from invgray.inference.machine import Machine
from invgray.models.colorizer.prediction import with_colors
from invgray.options import ColorizeOptions
from invgray.presets.store import Preset
from invgray.types import Pixels


@dataclass(frozen=True)
class Method:
    """A way to colours for the CIE lightness of a picture.

    Attributes:
        name: in tables.
        colorize: uint8 ``(H, W, 3)``, whose colours are not looked at, to the same in others.
    """

    name: str
    colorize: Callable[[Pixels], Pixels]


@dataclass(frozen=True)
class Colorized:
    """A picture and what was made of its lightness.

    Attributes:
        rgb: the original, uint8 ``(H, W, 3)``.
        colorized: with made-up colours.
        figures: of merit.
        pooled: what a mean over all pixels of all pictures needs.
    """

    rgb: Pixels
    colorized: Pixels
    figures: ImageColorization
    pooled: metrics.Colorization


def trained(preset: Preset, machine: Machine) -> Method:
    """A colorizer, as its users have it."""
    options = ColorizeOptions(preset=preset.directory, machine=machine)

    def colorize(rgb: Pixels) -> Pixels:
        color = BytesIO()
        colorize_file(to_png(rgb), color, options)
        return colors_in(color.getvalue())

    return Method(preset.name, colorize)


def baselines(colors: QuantizedColors) -> tuple[Method, ...]:
    """No colours at all, and colours drawn at random from those that a colorizer was trained on."""

    def draw(rgb: Pixels) -> Pixels:
        gray, random = to_8_bits(gray_of(rgb)), np.random.default_rng(0)
        shares = np.array(colors.distribution)
        drawn = random.choice(len(shares), (gray.size,), p=shares / shares.sum())
        return with_colors(gray, colors.centres[drawn].reshape(*gray.shape, 2))

    return (
        Method("grayscale", lambda rgb: neutral(to_8_bits(gray_of(rgb)))),
        Method("random training colours", draw),
    )


def measure(
    method: Method,
    image: str,
    rgb: Pixels,
    colors: QuantizedColors,
    *,
    lpips: Distance | None = None,
    recognised: Distance | None = None,
) -> Colorized:
    """Make up colours for one picture, and compare.

    Args:
        method: makes up colours.
        image: name of the picture.
        rgb: the original, uint8 ``(H, W, 3)``.
        colors: what colours are rare.
        lpips: perceptual distance, if it can be measured.
        recognised: whether a classifier takes two pictures for the same, if one is asked.
    """
    colorized = method.colorize(rgb)
    pooled = metrics.colorization(rgb, colorized, colors.centres, colors.rarity)
    figures = ImageColorization(
        image=image,
        auc=pooled.auc,
        auc_rebalanced=pooled.auc_rebalanced,
        psnr=Number(pooled.psnr),
        colorfulness=pooled.colorfulness,
        colorfulness_original=pooled.colorfulness_original,
        lpips=lpips(rgb, colorized) if lpips else None,
        recognised=recognised(rgb, colorized) if recognised else None,
    )
    return Colorized(rgb, colorized, figures, pooled)


def over_pictures(
    rows: Sequence[ImageColorization], pooled: Sequence[metrics.Colorization]
) -> Colorization:
    """The figures of all pictures together; rebalanced accuracy is that of all their pixels."""
    found = ColorizationQuality(images=len(rows), **quality.summaries(rows))
    auc = Summary(mean=Number(metrics.pooled_auc(pooled)), std=found.auc_rebalanced.std)
    together = msgspec.structs.replace(found, auc_rebalanced=auc)
    return Colorization(quality=together, per_image=tuple(rows))
