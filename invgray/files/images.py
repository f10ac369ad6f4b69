"""Reading and writing pictures: the only module that knows about files and 8 bits."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from invgray.errors import InputError, OutputError

CHUNK = "invgray"
"""Keyword of the PNG text chunk that holds a gray picture's :class:`Record`."""

FORMAT = 1
"""Version of the record that this program writes."""

LIMIT = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""Pixels that a picture may have; Pillow takes more for an attack (a decompression bomb)."""

GRAY_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""Suffixes that a gray picture can be written as, with Pillow's format."""

COLOR_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {"compress_level": 3}),  # as small as 6 for photographs, in half the time
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"lossless": True}),
    ".tif": ("TIFF", {"compression": "tiff_lzw"}),
    ".tiff": ("TIFF", {"compression": "tiff_lzw"}),
}
"""Suffixes that a restored colour picture can be written as, with Pillow's format and options."""


@dataclass(frozen=True)
class Record:
    """What a gray picture tells about itself, as JSON in a PNG's text chunk or a JPEG's comment.

    Attributes:
        preset: name of the preset whose encoder made the gray.
        weights: digest of that preset's weights.
        colorless: the original had no colour, and the gray is the original.
        icc: the original's RGB colour profile, base64.
        border: pixels around the picture that are not part of it; see :mod:`invgray.border`.
        format: version of this record.
    """

    preset: str
    weights: str
    colorless: bool = False
    icc: str | None = None
    border: int = 0
    format: int = FORMAT


@dataclass
class Picture:
    """A decoded picture, upright, with what should survive a conversion.

    Attributes:
        pixels: uint8 ``(H, W, 3)``, or ``(H, W)`` when there is no colour in it.
        alpha: uint8 ``(H, W)``, or None when opaque.
        icc: colour profile of the pixels.
        exif: EXIF block, orientation already applied and removed.
        dpi: print resolution.
        record: what the gray picture tells about itself, if it does.
        notices: one line each for what was lost on reading.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    record: Record | None = None
    notices: list[str] = field(default_factory=list)


def read(source: Path | BinaryIO) -> Picture:
    """Read a picture of any format and mode that Pillow knows, turned upright.

    Palettes, CMYK (through its profile), 1-bit and 16-bit pictures become 8-bit RGB or gray.

    Raises:
        InputError: not a picture, damaged, empty, too large, of several frames, or unreadable.
    """
    name = str(source) if isinstance(source, Path) else "standard input"
    with _explained(name):
        data = source if isinstance(source, Path) else io.BytesIO(source.read())
        if isinstance(data, io.BytesIO) and not data.getbuffer().nbytes:
            raise InputError(f"{name}: is empty", "pipe a picture in")
        if isinstance(data, Path) and data.is_file() and not data.stat().st_size:
            raise InputError(f"{name}: is empty (0 bytes)", "restore it from a copy")
        with Image.open(data) as image:
            if image.format in _NOT_PIXELS:
                raise InputError(f"{name}: is {image.format}, not pixels", "export it as PNG first")
            return _decode(image, name)


def pictures_in(folder: Path, recursive: bool = True) -> Iterator[Path]:
    """The files in a folder that are pictures by their suffix, hidden ones left out, in order."""
    readable = set(Image.registered_extensions().values()) & set(Image.OPEN) - _NOT_PIXELS
    known = {suffix for suffix, form in Image.registered_extensions().items() if form in readable}
    for path in sorted(folder.rglob("*") if recursive else folder.iterdir()):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in known and not hidden and path.is_file():
            yield path


def to_8_bits(values: np.ndarray) -> np.ndarray:
    """Round to the nearest of the levels 0 to 255, clipping what lies outside: to uint8."""
    levels = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), 256):
        levels[row : row + 256] = np.rint(np.clip(values[row : row + 256], 0, 255))
    return levels


def is_lossy(target: Path | BinaryIO) -> bool:
    """Whether a gray picture written there, a path or a binary stream, is compressed with loss."""
    return isinstance(target, Path) and GRAY_FORMATS[target.suffix.lower()] == "JPEG"


def write_gray(
    target: Path | BinaryIO,
    gray: np.ndarray,
    picture: Picture,
    preset: str,
    weights: str,
    quality: int = 90,
    border: int = 0,
) -> list[str]:
    """Write the gray made from ``picture`` as an 8-bit PNG or JPEG that describes itself.

    The record is a PNG's text chunk or a JPEG's comment; the format follows the path's suffix.

    Args:
        target: a path, written whole or not at all, or a binary stream, which gets a PNG.
        gray: ``(H, W)`` in [0, 255]; rounded here.
        picture: the original; its alpha, EXIF, resolution and profile travel along.
        preset: name of the preset that made the gray.
        weights: digest of its weights.
        quality: of a JPEG, from 1 to 100.
        border: pixels around the picture that ``gray`` has been given.

    Returns:
        Notices of what the format cannot keep.

    Raises:
        OutputError: the file cannot be written.
    """
    icc = base64.b64encode(picture.icc).decode("ascii") if picture.icc else None
    colorless = picture.pixels.ndim == 2
    record = Record(preset, weights, colorless=colorless, icc=icc, border=border)
    if picture.alpha is not None and border:
        picture = replace(picture, alpha=np.pad(picture.alpha, border, constant_values=255))
    if is_lossy(target):
        lost = []
        if icc and len(icc) > _LARGEST_SEGMENT - 1000:
            record = replace(record, icc=None)
            lost.append("JPEG keeps no such large colour profile; dropped")
        comment = CHUNK + json.dumps(asdict(record))
        options: dict[str, Any] = {"quality": quality, "comment": comment}
        _write(target, to_8_bits(gray), picture, "JPEG", options)
        return lost + _without_alpha(picture)
    text = PngImagePlugin.PngInfo()
    text.add_text(CHUNK, json.dumps(asdict(record)))
    _write(target, to_8_bits(gray), picture, "PNG", {"pnginfo": text})
    return []


def write_color(target: Path | BinaryIO, rgb: np.ndarray, picture: Picture) -> list[str]:
    """Write the colours of a gray ``picture``; the format follows the path's suffix.

    Args:
        target: a path, written whole or not at all, or a binary stream, which gets a PNG.
        rgb: uint8 ``(H, W, 3)``.
        picture: the gray; its alpha, EXIF, resolution and recorded profile are given back.

    Returns:
        A notice for what the format cannot keep.

    Raises:
        OutputError: the file cannot be written.
    """
    suffix = target.suffix.lower() if isinstance(target, Path) else ".png"
    form, options = COLOR_FORMATS[suffix]
    profile = picture.record and picture.record.icc
    icc = {"icc_profile": base64.b64decode(profile)} if profile else {}
    _write(target, rgb, picture, form, options | icc)
    return _without_alpha(picture) if form == "JPEG" else []


def _without_alpha(picture: Picture) -> list[str]:
    return [] if picture.alpha is None else ["JPEG keeps no transparency; dropped"]


def _decode(image: Image.Image, name: str) -> Picture:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":  # a camera's MPO is one photo and its previews
        raise InputError(f"{name}: has {frames} frames", "save one frame as a picture of its own")
    deep = re.search(r"\b(I|L|LA|RGB|RGBA|RGBX);16", str(getattr(image, "tile", "")))
    notices = ["16 bits a channel reduced to 8"] if deep else []
    image.load()
    exif = None
    with suppress(Exception):  # damaged EXIF must not cost the picture
        ImageOps.exif_transpose(image, in_place=True)
        exif = image.info.get("exif")
        if exif:
            Image.Exif().load(exif)
    if exif and len(exif) > _LARGEST_SEGMENT:
        exif = None
        notices.append("EXIF block of more than 64 KB dropped")
    info = image.info
    icc = _rgb_profile(info.get("icc_profile"))
    if image.mode == "CMYK":
        image, icc = _from_cmyk(image, info.get("icc_profile")), None
    pixels, alpha = _channels(image, name)
    return Picture(
        pixels=pixels,
        alpha=alpha,
        icc=icc,
        exif=exif,
        dpi=_resolution(info.get("dpi")),
        record=_record(info.get(CHUNK) or _commented(info.get("comment")), name),
        notices=notices,
    )


def _from_cmyk(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Inks to sRGB, through their profile when there is a sound one."""
    if icc:
        with suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB") or image
    return image.convert("RGB")


def _channels(image: Image.Image, name: str) -> tuple[np.ndarray, np.ndarray | None]:
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


def without_color(pixels: np.ndarray) -> np.ndarray:
    """``(H, W)`` for ``(H, W, 3)`` whose channels are equal everywhere; else what came in."""
    if pixels.ndim == 2:
        return pixels
    red, green, blue = (pixels[..., i] for i in range(3))
    return pixels if np.any(red != green) or np.any(green != blue) else red.copy()


def _rgb_profile(icc: bytes | None) -> bytes | None:
    """The profile if it is one for RGB pixels, by its header."""
    sound = icc and len(icc) >= 128 and icc[16:20] == b"RGB " and icc[36:40] == b"acsp"
    return icc if sound else None


def _resolution(dpi: Any) -> tuple[float, float] | None:
    with suppress(TypeError, ValueError, ZeroDivisionError):
        x, y = (float(d) for d in dpi)
        if min(x, y) >= 1 and max(x, y) <= 100_000:
            return x, y
    return None


def _record(text: Any, name: str) -> Record | None:
    """The record in a text chunk, or None when the text is not a sound one."""
    with suppress(TypeError, ValueError, KeyError, RecursionError):
        fields = json.loads(text)
        known = {k: fields[k] for k in Record.__dataclass_fields__ if k in fields}
        record = Record(**known)
        if type(record.format) is int and record.format > FORMAT:
            raise InputError(f"{name}: was made by a newer invgray", "upgrade invgray")
        if (
            re.fullmatch(r"[\w.-]{1,64}", record.preset)
            and re.fullmatch(r"[0-9a-f]{1,64}", record.weights)
            and isinstance(record.colorless, bool)
            and type(record.border) is int
            and record.border >= 0
        ):
            icc = record.icc and _rgb_profile(base64.b64decode(record.icc, validate=True))
            return replace(record, icc=record.icc if icc else None)
    return None


def _commented(comment: Any) -> bytes | None:
    """The record in a JPEG's comment, if it is one of ours."""
    mark = CHUNK.encode()
    ours = isinstance(comment, bytes) and comment.startswith(mark)
    return comment[len(mark) :] if ours else None


def _write(target: Path | BinaryIO, pixels, picture: Picture, form: str, options: dict) -> None:
    if picture.alpha is not None and form != "JPEG":
        pixels = np.dstack([pixels, picture.alpha])
    if picture.exif:
        options = options | {"exif": picture.exif}
    if picture.dpi:
        options = options | {"dpi": picture.dpi}
    image = Image.fromarray(pixels)
    try:
        if isinstance(target, Path):
            with _replacing(target) as file:
                image.save(file, form, **options)
        else:
            buffer = io.BytesIO()
            image.save(buffer, form, **options)
            target.write(buffer.getbuffer())
            target.flush()
    except Exception as error:  # Pillow's plugins raise almost anything here, too
        name = target if isinstance(target, Path) else "standard output"
        cause = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(
            f"{name}: cannot be written ({cause})",
            "check the folder, its permissions and the free space, or choose another with -o",
        ) from error


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A temporary file beside ``target`` that takes its place once all is written."""
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=".invgray-", suffix=target.suffix, delete=False
        ) as file:
            temporary = Path(file.name)
            yield file.file
        temporary.chmod(0o666 & ~_UMASK)
        temporary.replace(target)
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


_UMASK = os.umask(0)
os.umask(_UMASK)

_NOT_PIXELS = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
"""What Pillow recognises but draws or plays with other programs, if at all."""

_LARGEST_SEGMENT = 65_000

# Records carry colour profiles, which may well be larger than Pillow's limit of 1 MB for text.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20


@contextmanager
def _explained(name: str) -> Iterator[None]:
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
