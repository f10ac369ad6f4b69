"""Writing pictures: grays that describe themselves, and restored colours."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image

from invgray.errors import MissingExtraError, OutputError
from invgray.files import beside, place
from invgray.files.beside import Beside
from invgray.files.formats import COLOR_FORMATS, GRAY_FORMATS, Format
from invgray.files.location import Location
from invgray.files.parts import Part, in_order
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.types import Pixels

Target = Location | BinaryIO
"""Where a result goes: a place, written whole or not at all, or a stream, which gets a PNG."""

STANDARD_OUTPUT = "standard output"
"""What a result without a path is called in messages."""


def gray_format(target: Target) -> Format:
    """How a gray picture is written there."""
    return GRAY_FORMATS.get(_suffix(target), GRAY_FORMATS[".png"])


def color_format(target: Target) -> Format:
    """How a colour picture is written there."""
    return COLOR_FORMATS.get(_suffix(target), COLOR_FORMATS[".png"])


def check_size(target: Target, form: Format, height: int, width: int) -> None:
    """See to it that a format holds a picture, before any work is done for it.

    Args:
        target: where the picture is to go, for errors.
        form: to be written.
        height: of the picture in pixels, with its border.
        width: of it, likewise.

    Raises:
        OutputError: it is too long.
    """
    if max(height, width) > form.longest:
        raise OutputError(
            f"{name_of(target)}: {width}x{height} pixels are too many for {form.name}, "
            f"which holds {form.longest} a side",
            "choose another format",
        )


def write_gray(
    target: Target,
    gray: Pixels,
    picture: Picture,
    record: Record,
    quality: int | None = None,
    *,
    overwrite: bool = False,
    like: os.stat_result | None = None,
) -> tuple[Part, ...]:
    """Write the gray made from ``picture`` as an 8-bit file that describes itself.

    The format follows the path's suffix. The record is a PNG's text chunk or a JPEG's comment, and
    in other formats a property of the XMP.

    Args:
        target: where to.
        gray: uint8 ``(H, W)``, with the border that the record tells.
        picture: the original; its alpha ``(H, W)`` and what it has beside its pixels travel along.
        record: what the gray tells about itself, the original's profile included.
        quality: from 1 to 100; None for no loss, where the format can, or else its usual one.
        overwrite: whether a file that exists may be replaced.
        like: a file's status, of which the result gets the permissions and times.

    Returns:
        What the format cannot keep.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        MissingExtraError: the library that writes the format is not installed.
        OutputError: the file cannot be written.
    """
    form = gray_format(target)
    with _explained(target):
        image, lost = _image(gray, picture, form)
        along = replace(beside.of(picture, image), record=record)
        data, dropped = _encoded(image, along, form, quality)
        _put(target, data, overwrite, like)
    return in_order(lost + dropped)


def write_color(
    target: Target,
    rgb: Pixels,
    picture: Picture,
    quality: int | None = None,
    *,
    overwrite: bool = False,
    like: os.stat_result | None = None,
) -> tuple[Part, ...]:
    """Write the colours of a gray ``picture``; the format follows the path's suffix.

    Args:
        target: where to.
        rgb: uint8 ``(H, W, 3)``.
        picture: the gray; its alpha, what it has beside its pixels and its recorded profile are
            given back.
        quality: as of :func:`write_gray`.
        overwrite: whether a file that exists may be replaced.
        like: as of :func:`write_gray`.

    Returns:
        What the format cannot keep.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        MissingExtraError: the library that writes the format is not installed.
        OutputError: the file cannot be written.
    """
    form = color_format(target)
    with _explained(target):
        image, lost = _image(rgb, picture, form)
        profile = picture.record.icc if picture.record else None
        along = replace(beside.of(picture, image), profile=profile)
        data, dropped = _encoded(image, along, form, quality)
        _put(target, data, overwrite, like)
    return in_order(lost + dropped)


def name_of(target: Target) -> str:
    """What a result is called in messages."""
    return str(target) if isinstance(target, Location) else STANDARD_OUTPUT


def _suffix(target: Target) -> str:
    return target.suffix.lower() if isinstance(target, Location) else ".png"


def _image(pixels: Pixels, picture: Picture, form: Format) -> tuple[Image.Image, list[Part]]:
    """Pixels with a picture's transparency, where a format keeps it."""
    if picture.alpha is None:
        return Image.fromarray(pixels), []
    if Part.TRANSPARENCY in form.carries:
        return Image.fromarray(np.dstack([pixels, picture.alpha])), []
    return Image.fromarray(pixels), [Part.TRANSPARENCY]


def _encoded(
    image: Image.Image, along: Beside, form: Format, quality: int | None
) -> tuple[memoryview, list[Part]]:
    """The bytes of a file, and what it cannot keep."""
    if form.plugin:
        form.plugin.load()
    settings, dropped = beside.settings(along, form)
    encoded = io.BytesIO()
    image.save(encoded, form.name, **(form.options(quality) | settings))
    return encoded.getbuffer(), dropped


def _put(target: Target, data: memoryview, overwrite: bool, like: os.stat_result | None) -> None:
    if isinstance(target, Location):
        place.put(target, data, overwrite=overwrite, like=like)
    else:
        place.send(target, data)


@contextmanager
def _explained(target: Target) -> Iterator[None]:
    """Turn whatever Pillow raises on writing into one line with cause and remedy."""
    try:
        yield
    except (OutputError, MissingExtraError):
        raise
    except Exception as error:  # Pillow's plugins raise almost anything here, too
        cause = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"{name_of(target)}: cannot be written ({cause})",
            "check the folder, its permissions and the free space, or choose another place",
        ) from error
