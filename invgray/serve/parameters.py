"""The options of a request: its query, checked, and made into a conversion's options.

These types are the interface's description, too: see :mod:`invgray.serve.description`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta
from starlette.datastructures import QueryParams

from invgray import hints
from invgray.color.looks import Look
from invgray.errors import UsageError, WeightsError
from invgray.hints import HintEngine
from invgray.inference.machine import Machine
from invgray.loading import load_codec, load_colorizer
from invgray.options import ColorizeOptions, DecodeOptions, EncodeOptions


class GrayFormat(StrEnum):
    """What a gray is written as: suffixes of :data:`invgray.files.formats.GRAY_FORMATS`."""

    PNG = "png"
    JPEG = "jpg"
    WEBP = "webp"
    TIFF = "tif"
    JPEG_XL = "jxl"


class ColorFormat(StrEnum):
    """What colours are written as: suffixes of :data:`invgray.files.formats.COLOR_FORMATS`."""

    PNG = "png"
    JPEG = "jpg"
    WEBP = "webp"
    TIFF = "tif"
    AVIF = "avif"
    HEIC = "heic"
    JPEG_XL = "jxl"


class Query(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What every request may say.

    Attributes:
        repeated: options that may be given more than once.
    """

    repeated: ClassVar[frozenset[str]] = frozenset()

    ticket: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9-]{8,64}$",
                description="A name of your choice, by which /progress tells how far the work is.",
            ),
        ]
        | None
    ) = None


PresetName = Annotated[
    str, Meta(max_length=64, description="Trained networks to use, by name; see /presets.")
]


Page = Annotated[
    int,
    Meta(
        ge=1,
        description="Which one of several pages, frames or pictures in a file, from 1 on.",
    ),
]


HintText = Annotated[str, Meta(pattern=r"^\d{1,6},\d{1,6},#?[0-9a-fA-F]{6}$")]


class Inspecting(Query, frozen=True, kw_only=True):
    """What can be said of an inspection."""

    page: Page | None = None


class Converting(Query, frozen=True, kw_only=True):
    """What every conversion can be told."""

    preset: PresetName | None = None
    strip: Annotated[
        bool,
        Meta(
            description="Leave out EXIF, XMP and IPTC, and with them where, when and with what a "
            "picture was taken."
        ),
    ] = EncodeOptions.strip
    accept_damaged: Annotated[
        bool, Meta(description="Read what is left of a damaged picture; the rest is black.")
    ] = EncodeOptions.accept_damaged
    page: Page | None = EncodeOptions.page
    quality: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=100,
                description="Quality of lossy results. By default there is no loss where the "
                "format can be without, as PNG, WebP and JPEG XL; else it is 90, of colours in "
                "JPEG 95.",
            ),
        ]
        | None
    ) = EncodeOptions.quality


class Encoding(Converting, frozen=True, kw_only=True):
    """What can be said of an encoding."""

    format: Annotated[GrayFormat, Meta(description="What the gray is written as.")] = GrayFormat.PNG
    border: Annotated[bool, Meta(description="Draw a frame to print around the gray.")] = (
        EncodeOptions.border
    )
    long_side: (
        Annotated[
            int,
            Meta(ge=1, description="Pixels of the longer side; larger pictures are resized first."),
        ]
        | None
    ) = EncodeOptions.long_side
    fine: Annotated[
        bool,
        Meta(description="With a fine layer, which makes an untouched gray near perfect."),
    ] = EncodeOptions.fine
    look: Annotated[Look, Meta(description="How bright colours are in the gray.")] = (
        EncodeOptions.look
    )
    verify: Annotated[bool, Meta(description="Decode the gray, and tell the PSNR.")] = (
        EncodeOptions.verify
    )
    verify_at_least: (
        Annotated[
            float,
            Meta(ge=0, description="Refuse a gray whose colours come back at a lower PSNR, in dB."),
        ]
        | None
    ) = EncodeOptions.at_least


class Decoding(Converting, frozen=True, kw_only=True):
    """What can be said of a decoding."""

    format: Annotated[ColorFormat, Meta(description="What the colours are written as.")] = (
        ColorFormat.PNG
    )
    rectify: Annotated[
        bool,
        Meta(
            description="The picture is a photograph or scan of a printed gray: find, straighten "
            "and even it out."
        ),
    ] = DecodeOptions.rectify
    size: (
        Annotated[
            str,
            Meta(
                pattern=r"^[1-9]\d{0,5}x[1-9]\d{0,5}$",
                description="Pixels of a printed gray without a border, as 1536x1024.",
            ),
        ]
        | None
    ) = None


class Colorizing(Converting, frozen=True, kw_only=True):
    """What can be said of a colorization."""

    format: Annotated[ColorFormat, Meta(description="What the colours are written as.")] = (
        ColorFormat.PNG
    )
    temperature: Annotated[
        float,
        Meta(ge=0, le=1, description="From 0, vivid but blotchy, to 1, even but pale."),
    ] = ColorizeOptions.temperature
    hint: Annotated[
        tuple[HintText, ...],
        Meta(
            max_length=2000,
            description="Column, row and colour of a pixel, as 120,80,d04030; may be repeated. "
            "Colours are then spread from these, not made up.",
        ),
    ] = ()
    hint_engine: Annotated[
        HintEngine,
        Meta(description="What spreads hints: optimization, or a network that makes up the rest."),
    ] = ColorizeOptions.hint_engine

    repeated: ClassVar[frozenset[str]] = frozenset({"hint"})


Q = TypeVar("Q", bound=Query)


def parse(query: QueryParams, kind: type[Q]) -> Q:
    """A request's query as a type.

    Raises:
        UsageError: an option is unknown, given twice, or out of its range.
    """
    values: dict[str, Any] = dict(query)
    lists = {name: query.getlist(name) for name in kind.repeated & values.keys()}
    once = len(query.multi_items()) - sum(map(len, lists.values()))
    if len(values) - len(lists) < once:
        raise UsageError("an option is given twice", "give each one once")
    values |= lists
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"the options cannot be used ({error})", "see /openapi.json for what there is"
        ) from error


def encode_options(
    query: Encoding, machine: Machine, max_pixels: int, max_memory: int | None
) -> EncodeOptions:
    """What an encoding is told.

    Raises:
        UsageError: the preset is unknown or a colorizer, or options contradict each other.
    """
    return EncodeOptions(
        **_shared(query, load_codec, machine, max_pixels, max_memory),
        border=query.border,
        long_side=query.long_side,
        fine=query.fine,
        look=query.look,
        verify=query.verify,
        at_least=query.verify_at_least,
    )


def decode_options(
    query: Decoding, machine: Machine, max_pixels: int, max_memory: int | None
) -> DecodeOptions:
    """What a decoding is told.

    Raises:
        UsageError: the preset is unknown or a colorizer, or options contradict each other.
    """
    width, height = map(int, query.size.split("x")) if query.size else (0, 0)
    return DecodeOptions(
        **_shared(query, load_codec, machine, max_pixels, max_memory),
        rectify=query.rectify,
        size=(height, width) if query.size else None,
    )


def colorize_options(
    query: Colorizing, machine: Machine, max_pixels: int, max_memory: int | None
) -> ColorizeOptions:
    """What a colorization is told.

    Raises:
        UsageError: the preset is unknown or no colorizer, or options contradict each other.
    """
    return ColorizeOptions(
        **_shared(query, load_colorizer, machine, max_pixels, max_memory),
        temperature=query.temperature,
        points=tuple(map(hints.parse, query.hint)),
        hint_engine=query.hint_engine,
    )


def _shared(
    query: Converting,
    load: Callable[[str, Machine], object],
    machine: Machine,
    max_pixels: int,
    max_memory: int | None,
) -> dict[str, Any]:
    """What every conversion is told, as arguments of its options."""
    return {
        "preset": _known(load, query.preset, machine),
        "machine": machine,
        "strip": query.strip,
        "accept_damaged": query.accept_damaged,
        "page": query.page,
        "quality": query.quality,
        "max_pixels": max_pixels,
        "max_memory": max_memory,
    }


def _known(
    load: Callable[[str, Machine], object], preset: str | None, machine: Machine
) -> str | None:
    """The name of a preset, once it is one that can be loaded for this."""
    if preset is not None:
        try:
            load(preset, machine)
        except WeightsError as error:
            raise UsageError(error.cause, error.remedy) from error
    return preset
