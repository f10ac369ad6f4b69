"""Made-up colours beside the true ones (Zhang et al. 2016, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from invgray import gamut, metrics
from invgray.benchmark import quality
from invgray.benchmark.methods import Method, gray_as_color
from invgray.colorizer import Colorizer, with_colors
from invgray.images import to_8_bits

Compare = Callable[[np.ndarray, np.ndarray], float]


def methods(colorizers: list[Colorizer]) -> list[Method]:
    """Baselines, then colorizers: from the true colours to gray of the same CIE L, to colours.

    The baselines are no colours at all, and colours drawn at random from those that the first
    colorizer was trained on.
    """
    colors = colorizers[0].preset.card["colors"]

    def draw(gray):
        random = np.random.default_rng(0)
        centres, shares = gamut.bins(colors["grid"], colors["count"]), colors["distribution"]
        drawn = random.choice(len(centres), (gray.size,), p=np.array(shares) / sum(shares))
        return with_colors(gray, centres[drawn].reshape(*gray.shape, 2))

    return [
        Method("grayscale", gamut.gray_of, gray_as_color),
        Method("random training colours", gamut.gray_of, draw),
        *(Method(c.preset.name, gamut.gray_of, c.colorize, c.preset.digest) for c in colorizers),
    ]


def measure(
    method: Method, rgb: np.ndarray, colors: dict, comparisons: dict[str, Compare]
) -> tuple[dict[str, float], np.ndarray]:
    """Figures of one picture, and its colours.

    Args:
        method: makes up colours.
        rgb: the original, uint8 ``(H, W, 3)``.
        colors: of a preset's card; what colours are rare.
        comparisons: further figures, of the original and the colorized picture.
    """
    colorized = method.decode(to_8_bits(method.encode(rgb)))
    figures = metrics.colorization(rgb, colorized, *gamut.rarity(colors))
    figures |= {name: compare(rgb, colorized) for name, compare in comparisons.items()}
    return figures, colorized


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation over pictures; rebalanced accuracy is that of all pixels."""
    result = quality.summary(rows)
    result["auc_rebalanced"]["mean"] = metrics.mean_of_colorizations(rows)["auc_rebalanced"]
    return result
