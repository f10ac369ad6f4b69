"""Arrays in, arrays out: plausible colours for gray pictures that hide none (Zhang et al. 2016)."""

from __future__ import annotations

from invgray.codec import described, expect_gray
from invgray.color import guided
from invgray.errors import WeightsError
from invgray.files.images import AnyPicture, converted_gray
from invgray.hints import Hints
from invgray.inference.machine import Machine
from invgray.inference.network import Network
from invgray.models.colorizer.prediction import TEMPERATURE, predict, with_colors
from invgray.models.hinted import prediction
from invgray.presets.store import Preset
from invgray.types import Pixels
from invgray.watching import Watch, unwatched


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
        self.preset, self.machine, self.colors = preset, machine, preset.card.colors
        self._network = Network(preset, "colorizer", machine)

    def __repr__(self) -> str:
        return described("Colorizer", self.preset, self.machine)

    def colorize(
        self,
        gray: AnyPicture,
        temperature: float = TEMPERATURE,
        watch: Watch = unwatched,
        hints: Hints | None = None,
    ) -> AnyPicture:
        """Gray to colour: uint8 ``(H, W)`` to uint8 ``(H, W, 3)`` of the same CIE L.

        Args:
            gray: levels; or a ``PIL.Image.Image``, of which a colour one is made, with its
                transparency (mode RGB or RGBA), upright as its EXIF says.
            temperature: from 0 (vivid, blotchy) to 1 (even, pale); see
                :func:`invgray.color.gamut.annealed_mean`.
            watch: hears of the progress, and may raise to stop.
            hints: of colours, if the preset takes any; the temperature is not used then.

        Raises:
            TypeError: it is neither an array nor an image.
            ValueError: the array has another shape or type; or the image another mode, or colours.
            WeightsError: the preset's files are missing or altered, or it takes no hints.
            DeviceError: the machine is none that networks can be run on.
        """
        return converted_gray(
            gray, lambda levels: self._colorized(levels, temperature, watch, hints)
        )

    def _colorized(
        self, gray: Pixels, temperature: float, watch: Watch, hints: Hints | None
    ) -> Pixels:
        expect_gray(gray)
        architecture = self.preset.card.architecture
        if self.preset.card.abilities.takes_hints:
            told = hints or Hints.none(*gray.shape)
            seen = prediction.predict(self._network, gray, told, architecture)
            return guided.with_colors(gray, *seen, watch)
        if hints is not None:
            raise WeightsError(
                f"preset '{self.preset.name}' takes no hints",
                "use one of 'hinted' networks, or spread the hints by optimisation",
            )
        ab = predict(self._network, gray, architecture, self.colors, temperature)
        return with_colors(gray, ab, watch)
