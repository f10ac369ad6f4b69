"""Arrays in, arrays out: pattern and fine layer together, by a preset's networks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from invgray import restoration
from invgray.color.levels import neutral, to_8_bits, without_color
from invgray.color.luminance import luminance
from invgray.color.mix import LUMINANCE, Mix
from invgray.errors import WeightsError
from invgray.files.images import AnyPicture, converted, converted_gray
from invgray.fine import chroma, layer
from invgray.fine.layer import Found
from invgray.inference import tiling
from invgray.inference.machine import Machine
from invgray.inference.network import Network
from invgray.inference.tiling import Offset, Tile, View
from invgray.placement import Placement, through
from invgray.presets.store import Preset
from invgray.restoration import Networks, Restoration
from invgray.types import Floats, Pixels
from invgray.watching import Watch, portion, unwatched

_CODING = 0.75
"""Share of the time for encoding that the fine layer takes, about, before the pattern is drawn."""

_CORRECTION = 0.5
"""How much of the decoder's error on a gray of known colours is taken off those of another.

All of it where nothing happened to the gray, none where little is left of it: half does little harm
there, and brings most of what there is to gain.
"""

_FIRST, _SECOND = 0.4, 0.6
"""Shares of the time after which a gray was read, and after which its colours became gray again."""


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
        self.preset, self.machine = preset, machine
        names = preset.card.architecture.networks
        self._networks = tuple(Network(preset, name, machine) for name in names)

    def __repr__(self) -> str:
        return described("Codec", self.preset, self.machine)

    def encode(
        self,
        rgb: AnyPicture,
        watch: Watch = unwatched,
        *,
        fine: bool = True,
        mix: Mix = LUMINANCE,
    ) -> AnyPicture:
        """Colour to gray: uint8 ``(H, W, 3)`` to uint8 ``(H, W)``.

        A picture without colour (R = G = B everywhere, or ``(H, W)``) comes back as it is.

        Args:
            rgb: sRGB levels; or a ``PIL.Image.Image``, of which a gray one is made, with its
                transparency (mode L or LA), upright as its EXIF says. Its colours become sRGB by
                its profile; it may have any mode of 8 bits a channel but LAB.
            watch: hears of the progress, of the fine layer and then of the pattern, and may raise
                to stop.
            fine: with a fine layer, for a gray that will be stored without loss. Presets whose gray
                is not a luminance, with a pattern or without, take none.
            mix: of the gray; see :meth:`invgray.color.looks.Look.mix`.

        Raises:
            TypeError: it is neither an array nor an image.
            ValueError: the array has another shape or type, or the image another mode; or another
                mix than the luminance's is asked of a preset that takes no fine layer.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        return converted(rgb, lambda pixels: self._gray(pixels, watch, fine=fine, mix=mix))

    def _gray(self, rgb: Pixels, watch: Watch, *, fine: bool, mix: Mix) -> Pixels:
        _expect_color(rgb)
        if not (fine and self.preset.card.abilities.layered):
            return to_8_bits(self.unrounded(rgb, watch, mix))
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels
        height, width = pixels.shape[:2]
        coding, drawing = portion(watch, 0, _CODING), portion(watch, _CODING, 1)
        coded = layer.code(pixels, bytes.fromhex(self.preset.digest), coding, mix)

        def drawn(rows: slice, columns: slice, offset: Offset) -> Floats:
            y = _luminance(pixels[rows, columns])
            return self._drawn(y, *coded.chrominance.at(rows, columns), mix, offset)

        levels = coded.digits  # a tile's levels take the place of its digits, which are read once
        for rows, columns, gray in self._tiles((height, width), drawn, drawing):
            levels[rows, columns] = coded.embed(gray, rows.start, columns.start)
        return levels

    def unrounded(self, rgb: Pixels, watch: Watch = unwatched, mix: Mix = LUMINANCE) -> Floats:
        """The gray without a fine layer, before it is rounded: float32 ``(H, W)`` in [0, 255].

        Arguments and errors are those of :meth:`encode`.
        """
        _expect_color(rgb)
        if not (mix == LUMINANCE or self.preset.card.abilities.layered):
            raise ValueError(f"the gray of preset '{self.preset.name}' is no mix of the colours")
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels.astype(np.float32)

        def drawn(rows: slice, columns: slice, offset: Offset) -> Floats:
            return self._patterned(pixels[rows, columns], mix, offset)

        gray = np.empty(pixels.shape[:2], np.float32)
        for rows, columns, values in self._tiles(pixels.shape[:2], drawn, watch):
            gray[rows, columns] = np.clip(values, 0, 255)
        return gray

    def decode(self, gray: AnyPicture, watch: Watch = unwatched) -> AnyPicture:
        """Gray to colour: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

        Args:
            gray: levels, as they were stored; or a ``PIL.Image.Image``, of which a colour one is
                made, with its transparency (mode RGB or RGBA), upright as its EXIF says.
            watch: hears of the progress, and may raise to stop.

        Raises:
            TypeError: it is neither an array nor an image.
            ValueError: the array has another shape or type; or the image another mode, or colours.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        return converted_gray(gray, lambda levels: self.restore(levels, watch).rgb)

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
        networks = Networks(
            pattern=self._pattern,
            decoder=lambda levels, offset, watch, refine: self._read_crop(
                levels, offset, found.mix, watch, refine=refine
            ),
            tiles=lambda size, view, offset, watch: self._tiles(size, view, watch, offset),
            grid=self.preset.card.architecture.ratio,
            coarse=abilities.comes_off,
        )
        return restoration.restore(found, gray, networks, watch)

    def read_pattern(
        self,
        gray: Pixels,
        watch: Watch = unwatched,
        placement: Placement | None = None,
        mix: Mix = LUMINANCE,
        *,
        refine: bool = True,
    ) -> Pixels:
        """Gray to colour by the pattern alone: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.

        Where the preset draws no pattern, gray stays gray. The decoder's colours are refined: they
        are made gray and decoded once more, which shows how far the decoder is off for colours that
        are known, and half of that is taken off.

        Args:
            gray: levels, as they were stored.
            watch: hears of the progress, and may raise to stop.
            placement: of the gray, if it does not lie as it was made; see
                :func:`invgray.detector.sight`.
            mix: of the gray, where it is known.
            refine: the colours; else they are what the network gives, in a third of the time. Those
                of the paper's preset are never refined.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
            DeviceError: the machine is none that networks can be run on.
        """
        expect_gray(gray)

        def read(levels: Pixels) -> Pixels:
            return self._read(levels, mix, watch, refine=refine)

        if placement is None:
            return read(gray)
        return through(gray, placement, self.preset.card.architecture.ratio, read)

    def _read_crop(
        self, gray: Pixels, offset: Offset, mix: Mix, watch: Watch, *, refine: bool
    ) -> Pixels:
        """:meth:`read_pattern` of a gray that begins at an offset to the networks' grid."""
        middle = [(n - 1) / 2 + start for n, start in zip(gray.shape, offset, strict=True)]
        placement = Placement((middle[0], middle[1])) if any(offset) else None
        return self.read_pattern(gray, watch, placement, mix, refine=refine)

    def _read(self, gray: Pixels, mix: Mix, watch: Watch, *, refine: bool) -> Pixels:
        if not self._networks:
            return neutral(gray)
        refine = refine and self.preset.card.abilities.has_pattern
        tiles = self._refined(gray, mix, watch) if refine else self._decoded(gray, mix, watch)
        rgb = np.empty((*gray.shape, 3), np.uint8)
        for rows, columns, values in tiles:
            rgb[rows, columns] = to_8_bits(values)
        return rgb

    def _decoded(self, gray: Pixels, mix: Mix, watch: Watch) -> Iterator[Tile]:
        """The decoder's colours in levels, tile by tile."""
        _, decoder = self._networks

        def decoded(rows: slice, columns: slice, offset: Offset) -> Floats:
            rgb = self._forward(decoder, gray[rows, columns, None], offset)
            if mix == LUMINANCE:
                return rgb
            y = _luminance(rgb)
            cb, cr = chroma.of(rgb, y)
            return chroma.to_rgb(y - mix.shift(cb, cr), cb, cr)

        return self._tiles(gray.shape, decoded, watch)

    def _refined(self, gray: Pixels, mix: Mix, watch: Watch) -> Iterator[Tile]:
        """The same, less half of the decoder's error on the gray of these colours."""
        rgb = np.empty((*gray.shape, 3), np.float16)
        for rows, columns, values in self._decoded(gray, mix, portion(watch, 0, _FIRST)):
            rgb[rows, columns] = np.clip(values, 0, 255)

        def patterned(rows: slice, columns: slice, offset: Offset) -> Floats:
            return self._patterned(rgb[rows, columns].astype(np.float32), mix, offset)

        known = np.empty_like(gray)
        encoding = portion(watch, _FIRST, _SECOND)
        for rows, columns, values in self._tiles(gray.shape, patterned, encoding):
            known[rows, columns] = to_8_bits(values)
        for rows, columns, values in self._decoded(known, mix, portion(watch, _SECOND, 1)):
            expected = rgb[rows, columns].astype(np.float32)
            yield rows, columns, expected + _CORRECTION * (expected - np.clip(values, 0, 255))

    def _patterned(self, rgb: Pixels | Floats, mix: Mix, offset: Offset) -> Floats:
        """The gray of a part with its pattern, of colours in levels: float32 ``(h, w)``."""
        if mix == LUMINANCE and not self.preset.card.abilities.comes_off:
            return self._encoded(rgb, offset)
        y = _luminance(rgb)
        return self._drawn(y, *chroma.of(rgb, y), mix, offset)

    def _drawn(self, y: Floats, cb: Floats, cr: Floats, mix: Mix, offset: Offset) -> Floats:
        """The gray of a mix with its pattern, of a luminance and chrominance in levels."""
        base = y + mix.shift(cb, cr)
        return base + self._pattern(cb, cr, base, offset)

    def _pattern(self, cb: Floats, cr: Floats, y: Floats, offset: Offset) -> Floats:
        """What is added to a luminance with such chrominance: float32 ``(h, w)``, in levels.

        Args:
            cb: of a part of a picture, ``(h, w)`` in levels.
            cr: likewise.
            y: likewise.
            offset: of the part.
        """
        if not self._networks:
            return np.zeros_like(y)
        if self.preset.card.abilities.comes_off:
            planes = np.stack([cb + np.float32(128), cr + np.float32(128), y], axis=-1)
            return self._encoded(planes, offset)
        shown = np.clip(chroma.to_rgb(y, cb, cr), 0, 255).astype(np.float32)
        return self._encoded(shown, offset) - _luminance(shown)

    def _encoded(self, planes: Pixels | Floats, offset: Offset) -> Floats:
        """What the encoder makes of three planes ``(h, w, 3)``: float32 ``(h, w)``, in levels."""
        encoder, _ = self._networks
        return self._forward(encoder, planes, offset)[..., 0]

    def _forward(self, network: Network, piece: Pixels | Floats, offset: Offset) -> Floats:
        """What a network makes of a piece ``(h, w, C)``: float32 ``(h, w, C')``, in levels."""
        return 255 * tiling.forward(network, self.preset.card.architecture, piece, offset)

    def _tiles(
        self, size: tuple[int, int], view: View, watch: Watch, offset: Offset = (0, 0)
    ) -> Iterator[Tile]:
        """What is made of a picture, tile by tile."""
        architecture = self.preset.card.architecture
        return tiling.run(view, architecture, size, offset, tile=self.machine.tile, watch=watch)


def _luminance(rgb: Pixels | Floats) -> Floats:
    return luminance(rgb).astype(np.float32)


def described(kind: str, preset: Preset, machine: Machine) -> str:
    """What is shown of a codec or colorizer: its preset, what that can do, and the machine."""
    facts = [
        repr(preset.name),
        f"version={preset.version}",
        f"weights={preset.digest!r}",
        f"engine={machine.engine.value!r}",
        f"device={machine.device.value!r}",
        f"precision={machine.precision.value!r}",
        f"abilities={preset.card.abilities.named}",
    ]
    return f"{kind}({', '.join(facts)})"


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
