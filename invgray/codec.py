"""Arrays in, arrays out: a preset's encoder and decoder, run by an engine, tile by tile."""

from __future__ import annotations

import numpy as np

from invgray.color.levels import to_8_bits, without_color
from invgray.errors import WeightsError
from invgray.inference import tiling
from invgray.inference.machine import Machine
from invgray.inference.network import Network
from invgray.inference.tiling import Watch, unwatched
from invgray.presets.store import Preset
from invgray.types import Floats, Pixels


class Codec:
    """Turns colour pictures into gray ones that can be turned back.

    Networks are loaded when first used; a codec may be shared between threads.

    Args:
        preset: the trained networks.
        machine: what to run them on.

    Raises:
        WeightsError: the preset hides no colours.
    """

    def __init__(self, preset: Preset, machine: Machine = Machine()) -> None:  # noqa: B008 - immutable
        if not preset.card.abilities.hides_colors:
            raise WeightsError(
                f"preset '{preset.name}' is a colorizer, not a codec",
                "it makes up colours for grays that hide none",
            )
        self.preset = preset
        self._tile = machine.tile
        self._encoder = Network(preset, "encoder", machine)
        self._decoder = Network(preset, "decoder", machine)

    def encode(self, rgb: Pixels, watch: Watch = unwatched) -> Pixels:
        """Colour to gray: uint8 ``(H, W, 3)`` to uint8 ``(H, W)``.

        A picture without colour (R = G = B everywhere, or ``(H, W)``) comes back as it is.

        Args:
            rgb: sRGB levels.
            watch: hears of the progress, and may raise to stop.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        return to_8_bits(self.unrounded(rgb, watch))

    def unrounded(self, rgb: Pixels, watch: Watch = unwatched) -> Floats:
        """The gray before it is rounded to levels: float32 ``(H, W)`` in [0, 255].

        Arguments and errors are those of :meth:`encode`.
        """
        _expect_color(rgb)
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels.astype(np.float32)
        gray = np.empty((*rgb.shape[:2], 1), np.float32)
        architecture = self.preset.card.architecture
        tiling.run(
            self._encoder,
            architecture,
            rgb,
            gray,
            lambda x: np.clip(255 * x, 0, 255),
            tile=self._tile,
            watch=watch,
        )
        return gray[..., 0]

    def decode(self, gray: Pixels, watch: Watch = unwatched) -> Pixels:
        """Gray to colour: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

        Args:
            gray: levels, as they were stored.
            watch: hears of the progress, and may raise to stop.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        expect_gray(gray)
        rgb = np.empty((*gray.shape, 3), np.uint8)
        architecture = self.preset.card.architecture
        tiling.run(
            self._decoder,
            architecture,
            gray[..., None],
            rgb,
            lambda x: to_8_bits(255 * x),
            tile=self._tile,
            watch=watch,
        )
        return rgb


def expect_gray(gray: Pixels) -> None:
    """Refuse what is not uint8 ``(H, W)``.

    Raises:
        ValueError: the array has another shape or type.
    """
    if gray.ndim != 2 or 0 in gray.shape or gray.dtype != np.uint8:
        raise ValueError(f"gray must be uint8 (H, W), not {gray.dtype} {gray.shape}")


def _expect_color(rgb: Pixels) -> None:
    shaped = rgb.ndim == 2 or (rgb.ndim == 3 and rgb.shape[-1] == 3)
    if not shaped or 0 in rgb.shape or rgb.dtype != np.uint8:
        raise ValueError(f"rgb must be uint8 (H, W, 3), not {rgb.dtype} {rgb.shape}")
