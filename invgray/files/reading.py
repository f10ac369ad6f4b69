"""Reading pictures of any format and mode into 8-bit pixels, upright."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from invgray.color.levels import to_8_bits, without_color
from invgray.errors import InputError
from invgray.files import exif as exif_blocks
from invgray.files import record as records
from invgray.files.formats import LARGEST_SEGMENT, LIMIT, NOT_PIXELS, foreign_format
from invgray.files.picture import Picture
from invgray.types import Pixels

STANDARD_INPUT = "standard input"
"""What a picture without a path is called in messages."""


def read(source: Path | bytes | BinaryIO) -> Picture:
    """Read a picture of any format and mode that Pillow knows, turned upright.

    Palettes, CMYK (through its profile), 1-bit and 16-bit pictures become 8-bit RGB or gray.

    Raises:
        InputError: not a picture, damaged, empty, too large, of several frames, or unreadable.
    """
    name = name_of(source)
    with _explained(name, source):
        data = source if isinstance(source, Path) else _buffered(source)
        if isinstance(data, io.BytesIO) and not data.getbuffer().nbytes:
            raise InputError(f"{name}: is empty", "give a picture")
        if isinstance(data, Path) and data.is_file() and not data.stat().st_size:
            raise InputError(f"{name}: is empty (0 bytes)", "restore it from a copy")
        with Image.open(data) as image:
            if image.format in NOT_PIXELS:
                raise InputError(f"{name}: is {image.format}, not pixels", "export it as PNG first")
            return _decode(image, name)


def name_of(source: Path | bytes | BinaryIO) -> str:
    """What a picture is called in messages."""
    return str(source) if isinstance(source, Path) else STANDARD_INPUT


def _buffered(source: bytes | BinaryIO) -> io.BytesIO:
    return io.BytesIO(source if isinstance(source, bytes) else source.read())


def _decode(image: Image.Image, name: str) -> Picture:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # a camera's MPO is one photo and its previews
        raise InputError(f"{name}: has {frames} frames", "save one frame as a picture of its own")
    deep = re.search(r"\b(I|L|LA|RGB|RGBA|RGBX);16", str(getattr(image, "tile", "")))
    notices = ["16 bits a channel reduced to 8"] if deep else []
    image.load()
    exif = image.info.get("exif")
    with suppress(Exception):  # damaged EXIF must not cost the picture
        ImageOps.exif_transpose(image, in_place=True)
    exif = _sound_exif(exif)
    if exif and len(exif) > LARGEST_SEGMENT:
        exif = None
        notices.append("EXIF block of more than 64 KB dropped")
    info = image.info
    icc = records.rgb_profile(info.get("icc_profile"))
    if image.mode == "CMYK":
        image, icc = _from_cmyk(image, info.get("icc_profile")), None
    pixels, alpha = _channels(image, name)
    text = info.get(records.KEYWORD)
    record = (
        records.from_text(text, name)
        if isinstance(text, str)
        else records.from_comment(info.get("comment"), name)
    )
    return Picture(
        pixels=pixels,
        alpha=alpha,
        icc=icc,
        exif=exif,
        dpi=_resolution(info.get("dpi")),
        record=record,
        notices=tuple(notices),
    )


def _sound_exif(exif: Any) -> bytes | None:
    """An EXIF block that can be read, set upright; else None."""
    with suppress(Exception):  # Pillow raises almost anything on damaged blocks
        if exif:
            Image.Exif().load(exif)
            return exif_blocks.upright(exif)
    return None


def _from_cmyk(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Inks to sRGB, through their profile when there is a sound one."""
    if icc:
        with suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB") or image
    return image.convert("RGB")


def _channels(image: Image.Image, name: str) -> tuple[Pixels, Pixels | None]:
    """Pixels and alpha of an image of any mode."""
    mode = image.mode
    if mode.startswith("I"):
        levels = np.asarray(image).astype(np.float32)
        if levels.size and (levels.min() < 0 or levels.max() > 65535):
            raise InputError(f"{name}: has 32-bit levels", "convert it to 8 or 16 bits first")
        return to_8_bits(levels / 257), None
    if mode == "F":
        raise InputError(f"{name}: has floating-point levels", "convert it to 8 bits first")
    transparent = "transparency" in image.info or mode in ("RGBA", "RGBa", "LA", "La", "PA")
    target = ("L" if mode in ("1", "L", "LA", "La") else "RGB") + ("A" if transparent else "")
    if image.mode != target:
        image = image.convert("RGBA" if transparent else target)
        if target == "LA":
            image = image.convert("LA")
    pixels = np.asarray(image)
    alpha = pixels[..., -1].copy() if transparent else None
    if transparent:
        pixels = pixels[..., 0] if target == "LA" else pixels[..., :3]
    return without_color(np.ascontiguousarray(pixels)), alpha


def _resolution(dpi: Any) -> tuple[float, float] | None:
    with suppress(TypeError, ValueError, ZeroDivisionError):
        x, y = (float(d) for d in dpi)
        if min(x, y) >= 1 and max(x, y) <= 100_000:
            return x, y
    return None


@contextmanager
def _explained(name: str, source: Path | bytes | BinaryIO) -> Iterator[None]:
    """Turn whatever Pillow raises on reading into one line with cause and remedy."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{name}: no such file", "check the name") from error
    except IsADirectoryError as error:
        raise InputError(f"{name}: is a folder", "name a picture in it") from error
    except PermissionError as error:
        raise InputError(f"{name}: may not be read", "check its permissions") from error
    except UnidentifiedImageError as error:
        foreign = foreign_format(source) if isinstance(source, Path) else None
        if foreign:
            raise InputError(
                f"{name}: is a {foreign} picture, which cannot be read here",
                "save it as JPEG or PNG first",
            ) from error
        raise InputError(f"{name}: is not a picture", "give a JPEG, PNG, TIFF, ...") from error
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{name}: is larger than {LIMIT // 10**6} megapixels",
            "cut it into parts",
        ) from error
    except Exception as error:  # Pillow's plugins raise almost anything on damaged files
        raise InputError(
            f"{name}: is damaged ({error or type(error).__name__})", "restore it from a copy"
        ) from error
