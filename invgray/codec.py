"""Arrays in, arrays out: pattern and fine layer together, by a preset's networks."""

from __future__ import annotations

import numpy as np

from invgray import restoration
from invgray.color.levels import neutral, to_8_bits, without_color
from invgray.color.luminance import luminance
from invgray.errors import WeightsError
from invgray.fine import chroma, layer
from invgray.fine.layer import Found
from invgray.fine.orientation import UPRIGHT, Orientation
from invgray.inference import tiling
from invgray.inference.machine import Machine
from invgray.inference.network import Network
from invgray.inference.tiling import Watch, unwatched
from invgray.presets.store import Preset
from invgray.restoration import Restoration
from invgray.types import Floats, Pixels


class Codec:
    """Turns colour pictures into gray ones that can be turned back.

    Two layers ride in a gray. The pattern, drawn by a network, brings colours back from a gray that
    was handled. The fine layer, digits of the gray's levels, brings them back nearly perfectly from
    one that was not, and the pattern is taken away there.

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
        names = preset.card.architecture.networks
        self._networks = tuple(Network(preset, name, machine) for name in names)

    def encode(self, rgb: Pixels, watch: Watch = unwatched, *, fine: bool = True) -> Pixels:
        """Colour to gray: uint8 ``(H, W, 3)`` to uint8 ``(H, W)``.

        A picture without colour (R = G = B everywhere, or ``(H, W)``) comes back as it is.

        Args:
            rgb: sRGB levels.
            watch: hears of the progress, and may raise to stop.
            fine: with a fine layer, for a gray that will be stored without loss. Presets whose gray
                is not a luminance, with a pattern or without, take none.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        _expect_color(rgb)
        if not (fine and self.preset.card.abilities.layered):
            return to_8_bits(self.unrounded(rgb, watch))
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels
        coded = layer.code(pixels, bytes.fromhex(self.preset.digest))
        y = luminance(pixels).astype(np.float32)
        added = self._pattern(coded.cb, coded.cr, y, watch)
        return coded.embed(y + added)

    def unrounded(self, rgb: Pixels, watch: Watch = unwatched) -> Floats:
        """The gray without a fine layer, before it is rounded: float32 ``(H, W)`` in [0, 255].

        Arguments and errors are those of :meth:`encode`.
        """
        _expect_color(rgb)
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels.astype(np.float32)
        if not self.preset.card.abilities.comes_off:
            return np.clip(self._drawn(pixels, watch), 0, 255)
        y = luminance(pixels).astype(np.float32)
        added = self._pattern(*chroma.of(pixels.astype(np.float32), y), y, watch)
        return np.clip(y + added, 0, 255)

    def decode(self, gray: Pixels, watch: Watch = unwatched) -> Pixels:
        """Gray to colour: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

        Arguments and errors are those of :meth:`restore`.
        """
        return self.restore(gray, watch).rgb

    def restore(
        self,
        gray: Pixels,
        watch: Watch = unwatched,
        found: Found | None = None,
    ) -> Restoration:
        """Gray to colour, with what is known of how true the colours are.

        Args:
            gray: levels, as they were stored: uint8 ``(H, W)``; cropped, turned by right angles,
                mirrored or damaged in places, it gives back what is left.
            watch: hears of the progress, and may raise to stop.
            found: what :func:`invgray.fine.layer.find` found in it, if it has been asked.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        expect_gray(gray)
        abilities = self.preset.card.abilities
        if found is None and abilities.layered:
            found = layer.find(gray)
        if found is None or found.weights.hex() != self.preset.digest:
            return Restoration(self.read_pattern(gray, watch))
        return restoration.restore(
            found,
            gray,
            lambda cb, cr, y: self._pattern(cb, cr, y, watch),
            lambda levels: self.read_pattern(levels, watch),
            coarse=abilities.comes_off,
            grid=self.preset.card.architecture.ratio,
        )

    def read_pattern(
        self,
        gray: Pixels,
        watch: Watch = unwatched,
        orientation: Orientation = UPRIGHT,
    ) -> Pixels:
        """Gray to colour by the pattern alone: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

        Where the preset draws no pattern, gray stays gray.

        Args:
            gray: levels, as they were stored.
            watch: hears of the progress, and may raise to stop.
            orientation: what was done to the gray; see :func:`invgray.detector.locate`.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        expect_gray(gray)
        if not self._networks:
            return neutral(gray)
        _, decoder = self._networks
        gray = orientation.undo(gray)
        rgb = np.empty((*gray.shape, 3), np.uint8)
        architecture = self.preset.card.architecture
        tiling.run(
            decoder,
            architecture,
            gray[..., None],
            rgb,
            lambda x: to_8_bits(255 * x),
            tile=self._tile,
            watch=watch,
        )
        return np.ascontiguousarray(orientation.apply(rgb))

    def _pattern(self, cb: Floats, cr: Floats, y: Floats, watch: Watch) -> Floats:
        """What is added to a luminance with such chrominance: float32 ``(H, W)``, in levels."""
        if not self._networks:
            return np.zeros_like(y)
        if self.preset.card.abilities.comes_off:
            planes = np.stack([cb + np.float32(128), cr + np.float32(128), y], axis=-1)
            return self._drawn(planes, watch)
        shown = np.clip(chroma.to_rgb(y, cb, cr), 0, 255).astype(np.float32)
        return self._drawn(shown, watch) - luminance(shown).astype(np.float32)

    def _drawn(self, planes: Pixels | Floats, watch: Watch) -> Floats:
        """What the encoder makes of three planes ``(H, W, 3)``: float32 ``(H, W)``, in levels."""
        encoder, _ = self._networks
        plane = np.empty((*planes.shape[:2], 1), np.float32)
        architecture = self.preset.card.architecture
        tiling.run(
            encoder, architecture, planes, plane, lambda x: 255 * x, tile=self._tile, watch=watch
        )
        return plane[..., 0]


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
