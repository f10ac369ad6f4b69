"""What can be done with a picture: bytes in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic

from invgray import memory
from invgray.convert import Outcome, colorize_file, decode_file, encode_file
from invgray.files.ends import Target
from invgray.files.formats import COLOR_FORMATS
from invgray.inference.machine import Machine
from invgray.inspection import inspect_file
from invgray.serve.limits import Limits
from invgray.serve.parameters import (
    ColorFormat,
    Colorizing,
    Decoding,
    Encoding,
    GrayFormat,
    Inspecting,
    Q,
    colorize_options,
    decode_options,
    encode_options,
)
from invgray.watching import Watch

MEDIA_TYPES = {form.value: COLOR_FORMATS[f".{form}"].media_type for form in ColorFormat}
"""Of the formats that results are written in."""


@dataclass(frozen=True)
class Result:
    """What comes out of an operation.

    Attributes:
        facts: what is known of the picture: fields of an outcome or of an inspection.
        picture: the bytes of a picture; None if there is none.
        media_type: of the picture.
    """

    facts: Mapping[str, Any]
    picture: bytes | None = None
    media_type: str = ""


@dataclass(frozen=True)
class Setting:
    """Where operations take place: the machine that networks run on, and the limits."""

    machine: Machine
    limits: Limits

    @property
    def max_memory(self) -> int | None:
        """Bytes that a picture may take now."""
        free = memory.available()
        share = None if free is None else free // self.limits.jobs
        return share if self.limits.memory is None else self.limits.memory


@dataclass(frozen=True)
class Operation(Generic[Q]):
    """What can be done with a picture.

    Attributes:
        name: and path.
        summary: what it does.
        query: its options.
        run: does it.
        makes: media types of what comes out.
    """

    name: str
    summary: str
    query: type[Q]
    run: Callable[[bytes, Q, Setting, Watch], Result]
    makes: tuple[str, ...]


def _encode(body: bytes, query: Encoding, setting: Setting, watch: Watch) -> Result:
    options = encode_options(query, setting.machine, setting.limits.pixels, setting.max_memory)
    return _written(query.format, lambda target: encode_file(body, target, options, watch))


def _decode(body: bytes, query: Decoding, setting: Setting, watch: Watch) -> Result:
    options = decode_options(query, setting.machine, setting.limits.pixels, setting.max_memory)
    return _written(query.format, lambda target: decode_file(body, target, options, watch))


def _colorize(body: bytes, query: Colorizing, setting: Setting, watch: Watch) -> Result:
    options = colorize_options(query, setting.machine, setting.limits.pixels, setting.max_memory)
    return _written(query.format, lambda target: colorize_file(body, target, options, watch))


def _inspect(body: bytes, query: Inspecting, setting: Setting, watch: Watch) -> Result:
    return Result(_told(asdict(inspect_file(body, setting.limits.pixels, query.page))))


ENCODE = Operation(
    "encode",
    "Colour to gray that can be undone.",
    Encoding,
    _encode,
    tuple(MEDIA_TYPES[form] for form in GrayFormat),
)
DECODE = Operation(
    "decode",
    "Gray that was encoded, back to colour.",
    Decoding,
    _decode,
    tuple(MEDIA_TYPES.values()),
)
COLORIZE = Operation(
    "colorize",
    "Plausible colours for any gray picture.",
    Colorizing,
    _colorize,
    tuple(MEDIA_TYPES.values()),
)
INSPECT = Operation(
    "inspect",
    "What a gray says of itself, and how much of it is intact.",
    Inspecting,
    _inspect,
    ("application/json",),
)


def _written(suffix: str, convert: Callable[[Target], Outcome]) -> Result:
    """The outcome and the bytes of a conversion; only what is no PNG passes through a file."""
    if suffix == "png":
        stream = io.BytesIO()
        outcome, picture = convert(stream), stream.getvalue()
    else:
        with TemporaryDirectory(prefix="invgray-") as folder:
            path = Path(folder, f"result.{suffix}")
            outcome, picture = convert(path), path.read_bytes()
    facts = {name: value for name, value in asdict(outcome).items() if name not in _PLACES}
    return Result(_told(facts), picture, MEDIA_TYPES[suffix])


_PLACES = ("input", "output", "status", "conversion")
"""Fields of an outcome that say nothing of bytes, or what was asked for."""


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is known, without the places of the bytes and without what is not known."""
    told = {name: value for name, value in facts.items() if value not in (None, ())}
    told.pop("input", None)
    return told
