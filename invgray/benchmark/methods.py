"""What a benchmark compares: ways from colour to gray and back, from file to file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from invgray.benchmark import lastbit, wavelet
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.convert import decode_file, encode_file
from invgray.files import reading
from invgray.inference.machine import Machine
from invgray.options import DecodeOptions, EncodeOptions
from invgray.presets import store
from invgray.presets.store import Preset
from invgray.types import Floats, Pixels


@dataclass(frozen=True)
class Decoded:
    """What a gray gave back.

    Attributes:
        rgb: uint8 ``(H, W, 3)``.
        fine: share of the picture that was restored from a fine layer, from 0 to 1; None if the
            method has none.
        exact: whether the picture is known to be the original bit for bit; None likewise.
    """

    rgb: Pixels
    fine: float | None = None
    exact: bool | None = None


@dataclass(frozen=True)
class Method:
    """A way to gray and back.

    Attributes:
        name: in tables.
        encode: uint8 ``(H, W, 3)`` to the bytes of a file with the gray.
        decode: the bytes of such a file to colours.
    """

    name: str
    encode: Callable[[Pixels], bytes]
    decode: Callable[[bytes], Decoded]


def trained(preset: Preset, machine: Machine) -> Method:
    """A preset, as its users have it.

    Whose a gray is has to be found out when it is decoded. Only of weights that are not shipped,
    the folder is named.
    """
    known, layered = store.by_digest(preset.digest), preset.card.abilities.layered
    to_gray = EncodeOptions(preset=preset.directory, machine=machine)
    to_color = DecodeOptions(preset=None if known else preset.directory, machine=machine)

    def encode(rgb: Pixels) -> bytes:
        gray = BytesIO()
        encode_file(to_png(rgb), gray, to_gray)
        return gray.getvalue()

    def decode(gray: bytes) -> Decoded:
        color = BytesIO()
        outcome = decode_file(gray, color, to_color)
        rgb = colors_in(color.getvalue())
        return Decoded(rgb, outcome.fine, outcome.exact) if layered else Decoded(rgb)

    return Method(preset.name, encode, decode)


def classical(
    name: str, encode: Callable[[Pixels], Floats], decode: Callable[[Pixels], Pixels]
) -> Method:
    """A method without networks.

    Args:
        name: in tables.
        encode: uint8 ``(H, W, 3)`` to ``(H, W)`` in levels, not yet rounded.
        decode: uint8 ``(H, W)`` to uint8 ``(H, W, 3)``.
    """
    return Method(
        name,
        lambda rgb: to_png(to_8_bits(encode(rgb))),
        lambda gray: Decoded(decode(reading.read(gray).pixels)),
    )


def to_png(pixels: Pixels) -> bytes:
    """The bytes of a PNG of uint8 ``(H, W, 3)`` or ``(H, W)``."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def colors_in(file: bytes) -> Pixels:
    """The pixels of a picture's bytes as uint8 ``(H, W, 3)``, even if it has no colour."""
    pixels = reading.read(file).pixels
    return neutral(pixels) if pixels.ndim == 2 else pixels


LUMINANCE = classical("grayscale", luminance, neutral)
"""Plain luminance, shown as it is: what is lost when nothing is hidden."""

WAVELET = classical("de Queiroz-Braun", wavelet.embed_chrominance, wavelet.extract_chrominance)
"""The classical reversible method."""

LAST_BIT = classical("last bit", lastbit.embed_codestream, lastbit.extract_codestream)
"""What a clever user does without networks: best if kept, lost if handled."""

BASELINES = (LUMINANCE, WAVELET, LAST_BIT)
