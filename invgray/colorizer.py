"""Arrays in, arrays out: plausible colours for gray pictures that hide none (Zhang et al. 2016)."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
from PIL import Image

from invgray import engines, gamut, tiling
from invgray.images import to_8_bits
from invgray.presets import Preset

TEMPERATURE = 0.38
"""Of the annealed mean: between the mean's even colours (1) and the mode's vivid ones (0)."""

SIDE = 256
"""Pictures of more pixels than such a square are made smaller before the network sees them."""

RATIO, SCALE = 8, 4
"""The network's grid, and how many times smaller than the picture its output is."""

UNIT = 100.0
"""Of ab, where a network predicts these and not their distribution."""


class Colorizer:
    """Makes up colours for gray pictures; their lightness stays as it is.

    The network is loaded when first used; a colorizer may be shared between threads.

    Args:
        preset: the trained network.
        temperature: from 0 (vivid, blotchy) to 1 (even, pale); see :func:`gamut.annealed_mean`.
        engine: ``"auto"``, ``"openvino"`` or ``"tensorflow"``.
        device: ``"auto"``, ``"cpu"`` or ``"gpu"``.
        precision: ``"auto"``, ``"float32"`` or ``"bfloat16"``.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        temperature: float = TEMPERATURE,
        engine: engines.Engine = "auto",
        device: engines.Device = "auto",
        precision: engines.Precision = "auto",
    ):
        self.preset, self.temperature = preset, temperature
        self._open = partial(
            engines.open_network, preset, engine=engine, device=device, precision=precision
        )

    def colorize(self, gray: np.ndarray) -> np.ndarray:
        """Gray to colour: ``(H, W)`` in [0, 255] to uint8 ``(H, W, 3)`` of the same CIE L.

        Raises:
            ValueError: the array has another shape.
            WeightsError: the preset's files are missing or altered.
        """
        if gray.ndim != 2 or 0 in gray.shape:
            raise ValueError(f"gray must be (H, W), not {gray.shape}")
        colors = self.preset.card["colors"]
        return with_colors(gray, predict(self._network, gray, colors, self.temperature))

    @cached_property
    def _network(self) -> engines.Network:
        return self._open("colorizer")


def predict(
    network: engines.Network, gray: np.ndarray, colors: dict, temperature: float = TEMPERATURE
) -> np.ndarray:
    """The ab colours for a gray picture: ``(H, W)`` in [0, 255] to float32 ``(h, w, 2)``.

    They are for a smaller picture: see ``SIDE``, and the network's ``SCALE``.

    Args:
        network: from gray in [0, 1] to logits of colours, or to ab in units of ``UNIT``.
        gray: the picture.
        colors: what the network's outputs stand for: ``objective``, and the bins' ``grid`` and
            ``count``; part of a preset's card.
        temperature: of the annealed mean.
    """
    shrink = min(1.0, SIDE / np.sqrt(gray.size))
    height, width = (max(1, round(n * shrink)) for n in gray.shape)
    seen = _resized(gray.astype(np.float32)[..., None], (height, width))
    outputs = np.asarray(network(tiling.pad(seen, RATIO)[None] / np.float32(255)))[0]
    outputs = outputs[: -(-height // SCALE), : -(-width // SCALE)]
    if colors["objective"] == "l2":
        return UNIT * outputs
    return gamut.annealed_mean(outputs, gamut.bins(colors["grid"], colors["count"]), temperature)


def with_colors(gray: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """A gray picture ``(H, W)`` with the ab of a smaller one ``(h, w, 2)``: uint8 ``(H, W, 3)``."""
    height, width = gray.shape
    rgb = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        rows = gray[top : top + _ROWS]
        spread = _resized(ab, rows.shape, (top / height, (top + len(rows)) / height))
        rgb[top : top + _ROWS] = to_8_bits(255 * gamut.to_srgb(gamut.lightness(rows), spread))
    return rgb


_ROWS = 256


def _resized(planes: np.ndarray, shape, rows: tuple[float, float] = (0.0, 1.0)) -> np.ndarray:
    """Float ``(h, w, C)``, or a part of its rows, at another height and width (bilinear)."""
    height, width = planes.shape[:2]
    box = (0, rows[0] * height, width, rows[1] * height)
    resized = [
        np.asarray(Image.fromarray(plane).resize(shape[1::-1], Image.Resampling.BILINEAR, box))
        for plane in np.moveaxis(np.ascontiguousarray(planes, np.float32), -1, 0)
    ]
    return np.stack(resized, axis=-1)
