"""Arrays in, arrays out: plausible colours for gray pictures that hide none (Zhang et al. 2016)."""

from __future__ import annotations

from invgray.codec import expect_gray
from invgray.errors import WeightsError
from invgray.inference.machine import Machine
from invgray.inference.network import Network
from invgray.models.colorizer.prediction import TEMPERATURE, predict, with_colors
from invgray.presets.store import Preset
from invgray.types import Pixels


class Colorizer:
    """Makes up colours for gray pictures; their lightness stays as it is.

    The network is loaded when first used; a colorizer may be shared between threads.

    Args:
        preset: the trained network.
        machine: what to run it on.

    Raises:
        WeightsError: the preset is not a colorizer.
    """

    def __init__(self, preset: Preset, machine: Machine = Machine()) -> None:  # noqa: B008 - immutable
        if preset.card.colors is None:
            raise WeightsError(
                f"preset '{preset.name}' is a codec, not a colorizer",
                "it brings true colours back, from grays that it encoded",
            )
        self.preset, self.colors = preset, preset.card.colors
        self._network = Network(preset, "colorizer", machine)

    def colorize(self, gray: Pixels, temperature: float = TEMPERATURE) -> Pixels:
        """Gray to colour: uint8 ``(H, W)`` to uint8 ``(H, W, 3)`` of the same CIE L.

        Args:
            gray: levels.
            temperature: from 0 (vivid, blotchy) to 1 (even, pale); see
                :func:`invgray.color.gamut.annealed_mean`.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        expect_gray(gray)
        architecture = self.preset.card.architecture
        ab = predict(self._network, gray, architecture, self.colors, temperature)
        return with_colors(gray, ab)
