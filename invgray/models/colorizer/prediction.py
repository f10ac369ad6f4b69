"""From a gray picture to ab colours by a colorizer's network, and the picture in these colours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from invgray.color import gamut
from invgray.color.lab import lightness
from invgray.color.levels import to_8_bits
from invgray.color.quantized import UNIT, QuantizedColors
from invgray.models.colorizer.architecture import SCALE
from invgray.models.model import Architecture
from invgray.types import Floats, Pixels
from invgray.watching import Watch, unwatched

TEMPERATURE = 0.38
"""Of the annealed mean: between the mean's even colours (1) and the mode's vivid ones (0)."""

SIDE = 256
"""Pictures of more pixels than such a square are made smaller before the network sees them."""

_ROWS = 256
"""Rows that are coloured at a time, to spare memory."""


def predict(
    network: Callable[[Floats], Floats],
    gray: Pixels,
    architecture: Architecture,
    colors: QuantizedColors,
    temperature: float = TEMPERATURE,
) -> Floats:
    """The ab colours for a gray picture: ``(H, W)`` in [0, 255] to float32 ``(h, w, 2)``.

    They are for a smaller picture: see ``SIDE``, and the network's ``SCALE``.

    Args:
        network: from gray levels ``(1, H, W, 1)`` to its outputs ``(1, h, w, outputs)``.
        gray: the picture.
        architecture: of the network.
        colors: what its outputs stand for.
        temperature: of the annealed mean, in [0, 1].
    """
    shrink = min(1.0, SIDE / np.sqrt(gray.size))
    height, width = (max(1, round(n * shrink)) for n in gray.shape)
    seen = _resized(gray.astype(np.float32)[..., None], (height, width))
    missing = [(0, -n % architecture.ratio) for n in (height, width)]
    seen = np.pad(seen, [*missing, (0, 0)], mode="edge")
    outputs = np.asarray(network(seen[None]))[0]
    outputs = outputs[: -(-height // SCALE), : -(-width // SCALE)]
    if colors.regression:
        return np.asarray(UNIT * outputs)
    return gamut.annealed_mean(outputs, colors.centres, temperature)


def with_colors(gray: Pixels, ab: Floats, watch: Watch = unwatched) -> Pixels:
    """A gray picture ``(H, W)`` with the ab of a smaller one ``(h, w, 2)``: uint8 ``(H, W, 3)``.

    Args:
        gray: levels.
        ab: of the smaller picture.
        watch: hears how many pixels are done and how many there are; may raise to stop.
    """
    height, width = gray.shape
    rgb = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        watch(top * width, height * width)
        rows = gray[top : top + _ROWS]
        spread = _resized(ab, rows.shape, (top / height, (top + len(rows)) / height))
        rgb[top : top + _ROWS] = to_8_bits(255 * gamut.to_srgb(lightness(rows), spread))
    return rgb


def _resized(
    planes: Floats, shape: tuple[int, ...], rows: tuple[float, float] = (0.0, 1.0)
) -> Floats:
    """Float ``(h, w, C)``, or a part of its rows, at another height and width (bilinear)."""
    height, width = planes.shape[:2]
    box = (0.0, rows[0] * height, float(width), rows[1] * height)
    size = (shape[1], shape[0])
    resized = [
        np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR, box))
        for plane in np.moveaxis(np.ascontiguousarray(planes, np.float32), -1, 0)
    ]
    return np.stack(resized, axis=-1)
