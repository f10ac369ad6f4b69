"""What a benchmark compares: ways from colour to gray and back, from file to file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from invgray.benchmark import wavelet
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.convert import DecodeOptions, EncodeOptions, decode_file, encode_file
from invgray.files import reading
from invgray.inference.machine import Machine
from invgray.presets.store import Preset
from invgray.types import Floats, Pixels


@dataclass(frozen=True)
class Method:
    """A way to gray and back.

    Attributes:
        name: in tables.
        encode: uint8 ``(H, W, 3)`` to the bytes of a file with the gray.
        decode: the bytes of such a file to uint8 ``(H, W, 3)``.
    """

    name: str
    encode: Callable[[Pixels], bytes]
    decode: Callable[[bytes], Pixels]


def trained(preset: Preset, machine: Machine) -> Method:
    """A preset, as its users have it."""
    to_gray = EncodeOptions(preset=preset.directory, machine=machine)
    to_color = DecodeOptions(preset=preset.directory, machine=machine)

    def encode(rgb: Pixels) -> bytes:
        gray = BytesIO()
        encode_file(to_png(rgb), gray, to_gray)
        return gray.getvalue()

    def decode(gray: bytes) -> Pixels:
        color = BytesIO()
        decode_file(gray, color, to_color)
        return colors_in(color.getvalue())

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
        lambda gray: decode(reading.read(gray).pixels),
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


LUMINANCE = classical("luminance", luminance, neutral)
"""Plain luminance, shown as it is: what is lost when nothing is hidden."""

WAVELET = classical("de Queiroz-Braun", wavelet.embed_chrominance, wavelet.extract_chrominance)
"""The classical reversible method."""

BASELINES = (LUMINANCE, WAVELET)
