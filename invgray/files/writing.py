"""Writing pictures: grays that describe themselves, and restored colours."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, PngImagePlugin

from invgray.errors import ExistsError, OutputError
from invgray.files import place
from invgray.files import record as records
from invgray.files.exif import for_tiff, with_thumbnail
from invgray.files.formats import COLOR_FORMATS, GRAY_FORMATS, LARGEST_SEGMENT, Format
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.types import Pixels

Target = Path | BinaryIO
"""Where a result goes: a path, written whole or not at all, or a stream, which gets a PNG."""

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
    quality: int = 90,
    *,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write the gray made from ``picture`` as an 8-bit PNG or JPEG that describes itself.

    The record is a PNG's text chunk or a JPEG's comment; the format follows the path's suffix.

    Args:
        target: where to.
        gray: uint8 ``(H, W)``, with the border that the record tells.
        picture: the original; its alpha ``(H, W)``, EXIF and resolution travel along.
        record: what the gray tells about itself.
        quality: of a JPEG, from 1 to 100.
        overwrite: whether a file that exists may be replaced.

    Returns:
        Notices of what the format cannot keep.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        OutputError: the file cannot be written.
    """
    form = gray_format(target)
    if not form.lossy:
        text = PngImagePlugin.PngInfo()
        text.add_text(records.KEYWORD, records.to_text(record))
        return _write(target, gray, picture, form, {"pnginfo": text}, overwrite)
    lost: tuple[str, ...] = ()
    if len(records.to_comment(record)) > LARGEST_SEGMENT:
        record = replace(record, icc=None)
        lost = ("JPEG keeps no such large colour profile; dropped",)
    options = {"quality": quality, "comment": records.to_comment(record)}
    return lost + _write(target, gray, picture, form, options, overwrite)


def write_color(
    target: Target, rgb: Pixels, picture: Picture, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write the colours of a gray ``picture``; the format follows the path's suffix.

    Args:
        target: where to.
        rgb: uint8 ``(H, W, 3)``.
        picture: the gray; its alpha, EXIF, resolution and recorded profile are given back.
        overwrite: whether a file that exists may be replaced.

    Returns:
        Notices of what the format cannot keep.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        OutputError: the file cannot be written.
    """
    profile = picture.record.icc if picture.record else None
    options = {"icc_profile": profile} if profile else {}
    return _write(target, rgb, picture, color_format(target), options, overwrite)


def name_of(target: Target) -> str:
    """What a result is called in messages."""
    return str(target) if isinstance(target, Path) else STANDARD_OUTPUT


def _suffix(target: Target) -> str:
    return target.suffix.lower() if isinstance(target, Path) else ".png"


def _write(
    target: Target,
    pixels: Pixels,
    picture: Picture,
    form: Format,
    options: Mapping[str, Any],
    overwrite: bool,
) -> tuple[str, ...]:
    """Write pixels with what a picture has beside them; notices of what cannot be kept."""
    settings, lost = {**form.options, **options}, []
    if picture.alpha is not None and form.keeps_alpha:
        pixels = np.dstack([pixels, picture.alpha])
    elif picture.alpha is not None:
        lost.append(f"{form.name} keeps no transparency; dropped")
    try:
        image, encoded = Image.fromarray(pixels), io.BytesIO()
        block = with_thumbnail(picture.exif, image) if picture.exif else None
        exif = for_tiff(block) if block and form.merges_exif else block
        if exif is not None:
            settings["exif"] = exif
            settings.pop("compression", None)  # libtiff, which compresses, nests no directories
        elif block:
            lost.append(f"damaged EXIF block, which {form.name} cannot take; dropped")
        if picture.dpi:
            settings["dpi"] = picture.dpi
        image.save(encoded, form.name, **settings)
        if isinstance(target, Path):
            with place.writing(target, overwrite=overwrite) as file:
                file.write(encoded.getbuffer())
        else:
            place.send(target, encoded.getbuffer())
    except ExistsError:
        raise
    except Exception as error:  # Pillow's plugins raise almost anything here, too
        cause = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"{name_of(target)}: cannot be written ({cause})",
            "check the folder, its permissions and the free space, or choose another place",
        ) from error
    return tuple(lost)
