"""Reading pictures of any format and mode into 8-bit pixels, upright."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from invgray import memory
from invgray.admission import Admit, admit_all
from invgray.color.levels import to_8_bits, without_color
from invgray.errors import (
    DamagedError,
    InputError,
    MissingExtraError,
    PagesError,
    TooLargeError,
)
from invgray.files import exif as exif_blocks
from invgray.files import iptc, jxl, png, store, tiff, xmp
from invgray.files import record as records
from invgray.files.formats import FIRST_BYTES, LARGEST_SEGMENT, LIMIT, NOT_PIXELS, plugin_for
from invgray.files.location import Location, Remote
from invgray.files.parts import Part, in_order
from invgray.files.picture import Picture
from invgray.files.plugins import Plugin
from invgray.files.png import LargeChunks
from invgray.files.record import Record
from invgray.types import Pixels

STANDARD_INPUT = "standard input"
"""What a picture without a path is called in messages."""

_ROWS, _PIECE = 256, 2**20
"""Rows that are copied at a time, and bytes of a stream that are read."""

_PHOTOSHOP_LAYERS = 37724
"""Tag of a TIFF."""

_WIDE, _HIGH_RANGE = frozenset({9, 11, 12}), frozenset({16, 18})
"""Numbers (ITU-T H.273) of primaries that are not sRGB's, and of curves for a high range."""

_AVIF_HEADERS = 2**16
"""Bytes among which an AVIF says how many bits a channel has."""


def read(
    source: Location | bytes | BinaryIO,
    admit: Admit = admit_all,
    *,
    accept_damaged: bool = False,
    page: int | None = None,
) -> Picture:
    """Read a picture of any format and mode that Pillow knows, turned upright.

    HEIC and JPEG XL are read where their extras are installed. Palettes, CMYK (through its
    profile), 1-bit and 16-bit pictures become 8-bit RGB or gray.

    Args:
        source: the picture.
        admit: hears of its size, and may raise to stop.
        accept_damaged: read what is left of damaged pixels, with a notice; the rest is black.
        page: which one of the pages, frames or pictures in the file, from 1 on.

    Raises:
        PagesError: there are several, and none is chosen.
        InputError: not a picture, damaged, empty, too large, without that page, or unreadable.
    """
    name, suffix = name_of(source), source.suffix if isinstance(source, Location) else ""
    with _explained(name), _opened(source) as file:
        start = file.read(FIRST_BYTES)
        if not start:
            raise InputError(f"{name}: is empty (0 bytes)", "restore it from a copy")
        file, large = png.without_large_chunks(file, records.KEYWORD.encode())
        if plugin := plugin_for(start, suffix):
            _prepare(plugin, file, admit, name)
        file.seek(0)
        try:
            image = Image.open(file)
        except (MemoryError, Image.DecompressionBombError):
            raise
        except UnidentifiedImageError as error:
            if plugin:
                raise _unreadable(plugin, name) from error
            raise InputError(f"{name}: is not a picture", "give a JPEG, PNG, TIFF, ...") from error
        except Exception as error:  # what plugins say is for their own developers
            if plugin:
                raise _unreadable(plugin, name) from error
            raise
        with image:
            if image.format in NOT_PIXELS:
                raise InputError(f"{name}: is {image.format}, not pixels", "export it as PNG first")
            admit(image.height, image.width)
            beside = _turn_to(image, page, name)
            admit(image.height, image.width)
            picture = _decode(image, file, large, name, accept_damaged)
            return replace(picture, dropped=in_order((*picture.dropped, *beside)))


def name_of(source: Location | bytes | BinaryIO) -> str:
    """What a picture is called in messages."""
    return str(source) if isinstance(source, Location) else STANDARD_INPUT


@contextmanager
def _opened(source: Location | bytes | BinaryIO) -> Iterator[BinaryIO]:
    """A picture's file, seekable."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Remote):
        with store.opened(source) as file:
            whole = _whole(file, str(source))
        yield whole
    elif isinstance(source, Location):
        with source.open("rb") as file:
            yield file if file.seekable() else _whole(file, str(source))
    else:
        yield _whole(source, STANDARD_INPUT)


def _whole(stream: BinaryIO, name: str) -> BinaryIO:
    """All that comes by a stream, as far as memory goes."""
    whole, room = io.BytesIO(), memory.available()
    while piece := stream.read(_PIECE):
        whole.write(piece)
        if room is not None and whole.tell() > room // 2:
            raise TooLargeError(f"{name}: does not end before memory does", "give a picture")
    whole.seek(0)
    return whole


def _prepare(plugin: Plugin, file: BinaryIO, admit: Admit, name: str) -> None:
    """Load what reads a format, and admit a picture that it decodes when it is opened."""
    try:
        plugin.load()
    except MissingExtraError as error:
        raise InputError(f"{name}: is {plugin.title}, and {error.cause}", error.remedy) from error
    if plugin is Plugin.JXL:
        with suppress(ValueError):  # what is damaged or something else is told when it is opened
            found = jxl.header(file)
            admit(found.height, found.width)


def _unreadable(plugin: Plugin, name: str) -> InputError:
    return InputError(
        f"{name}: is no {plugin.title} picture that can be read",
        "restore it from a copy, or save it as JPEG or PNG",
    )


def _turn_to(image: ImageFile.ImageFile, page: int | None, name: str) -> tuple[Part, ...]:
    """Turn to a page of a file, and tell what further ones there are."""
    pages, further = getattr(image, "n_frames", 1), Part.PAGES
    if image.format == "PSD":  # whose first frame is what all layers make
        pages, further = 1, Part.LAYERS
    if pages > 1 and page is None and image.format != "MPO":  # one photo and its previews
        raise PagesError(f"{name}: has {pages} pages", "choose one")
    if page is not None and not 1 <= page <= pages:
        has = f"has {pages} pages" if pages > 1 else "has one page"
        raise InputError(f"{name}: {has}, and none of number {page}", "choose another")
    if page is not None and pages > 1:
        image.seek(page - 1)
    return (further,) if getattr(image, "n_frames", 1) > 1 else ()


def _left_behind(image: ImageFile.ImageFile, file: BinaryIO) -> Iterator[Part]:
    """What else than pages a file holds for which a picture has no place."""
    if _is_deep(image, file):
        yield Part.DEPTH
    if _PHOTOSHOP_LAYERS in getattr(image, "tag_v2", {}):
        yield Part.LAYERS
    if image.format == "JXL" and jxl.header(file).animated:
        yield Part.PAGES
    numbers = {} if "icc_profile" in image.info else image.info.get("nclx_profile", {})
    curve = numbers.get("transfer_characteristics")
    if numbers.get("color_primaries") in _WIDE or curve in _HIGH_RANGE:
        yield Part.PROFILE
    packet = image.info.get("xmp")
    told = isinstance(packet, bytes) and xmp.tells_gain_map(packet)
    if told or any("gainmap" in str(kind).lower() for kind in image.info.get("aux", ())):
        yield Part.GAIN_MAP
    if image.info.get("depth_images"):
        yield Part.DEPTH_MAP


def _is_deep(image: ImageFile.ImageFile, file: BinaryIO) -> bool:
    """Whether a picture has more than 8 bits a channel."""
    if re.search(r"\b(I|L|LA|RGB|RGBA|RGBX);16", f"{image.mode} {getattr(image, 'tile', '')}"):
        return True
    if image.format == "JXL":
        return jxl.header(file).bits > 8
    if image.format == "AVIF":
        file.seek(0)
        _, _, settings = file.read(_AVIF_HEADERS).partition(b"av1C")
        return len(settings) > 2 and bool(settings[2] & 0x40)
    return int(image.info.get("bit_depth", 8)) > 8


def _decode(
    image: ImageFile.ImageFile, file: BinaryIO, large: LargeChunks, name: str, accept_damaged: bool
) -> Picture:
    dropped = list(_left_behind(image, file))
    notices = ["damaged profile or text of more than 1 MB dropped"] if large.dropped else []
    notices += _load(image, file, name, accept_damaged)
    exif = exif_blocks.of_tiff(image) if image.format == "TIFF" else image.info.get("exif")
    exif = exif_blocks.upright(exif) if isinstance(exif, bytes) else None
    if not _lies_upright(image):
        with suppress(Exception):  # damaged EXIF must not cost the picture
            ImageOps.exif_transpose(image, in_place=True)
    if exif and len(exif) > LARGEST_SEGMENT:
        exif = None
        dropped.append(Part.EXIF)
    profile = large.profile or image.info.get("icc_profile")
    icc = records.rgb_profile(profile)
    packet = _packet(image, file)
    if packet and not _is_utf_8(packet):
        packet = None
        dropped.append(Part.XMP)
    record = _record(image, large, packet, name)
    inks = image.mode == "CMYK"
    pixels, alpha = _channels(_from_cmyk(image, profile) if inks else image, name)
    return Picture(
        pixels=pixels,
        alpha=alpha,
        icc=None if inks else icc,
        exif=exif,
        xmp=xmp.without_record(packet) if packet else None,
        iptc=iptc.of(image),
        dpi=_resolution(image),
        record=record,
        dropped=tuple(dropped),
        notices=tuple(notices),
    )


def _lies_upright(image: ImageFile.ImageFile) -> bool:
    """Whether the decoder has turned a picture, and its EXIF may still tell how it lay."""
    return image.format == "JXL" and not getattr(image, "jpeg", False)


def _packet(image: ImageFile.ImageFile, file: BinaryIO) -> bytes | None:
    """The XMP packet of a picture."""
    packet = jxl.xmp(file) if image.format == "JXL" else None
    packet = packet or image.info.get("xmp") or image.info.get(xmp.PNG_KEYWORD)
    return packet.encode() if isinstance(packet, str) else packet or None


def _load(image: ImageFile.ImageFile, file: BinaryIO, name: str, accept_damaged: bool) -> list[str]:
    """Decode the pixels, or as many as can be; a notice of damage.

    Raises:
        DamagedError: there is damage, and it is not accepted.
    """
    with tiff.errors(image.format) as damage:
        try:
            image.load()
        except (MemoryError, Image.DecompressionBombError):
            raise
        except Exception as error:  # Pillow's plugins raise almost anything on damaged files
            damage.append(_cause(error))
            if accept_damaged:
                image.tile = []  # so that it counts as decoded
                image.load()  # raises again where nothing was decoded
    if image.format == "PNG" and not damage and _ends_black(image) and png.ends_early(file):
        damage.append("its data end early")
    if not damage:
        return []
    if not accept_damaged:
        raise DamagedError(f"{name}: is damaged ({damage[0]})", "restore it from a copy")
    return [f"is damaged ({damage[0]}); what is left of it was read"]


def _ends_black(image: Image.Image) -> bool:
    """Whether one of the last two rows is all zeros, as rows are that a PNG lacks."""
    width, height = image.size
    rows = (image.crop((0, y, width, y + 1)) for y in range(max(0, height - 2), height))
    return any(not np.asarray(row).any() for row in rows)


def _is_utf_8(packet: bytes) -> bool:
    try:
        packet.decode()
    except UnicodeDecodeError:
        return False
    return True


def _record(
    image: Image.Image, large: LargeChunks, packet: bytes | None, name: str
) -> Record | None:
    text = large.text or image.info.get(records.KEYWORD)
    if text is not None:
        return records.from_text(text, name)
    if record := records.from_comment(image.info.get("comment"), name):
        return record
    text = xmp.record_in(packet) if packet else None
    return records.from_text(text, name) if text else None


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
    width, height = image.size
    pixels = np.empty((height, width, 3) if target.startswith("RGB") else (height, width), np.uint8)
    alpha = np.empty((height, width), np.uint8) if transparent else None
    for top in range(0, height, _ROWS):  # all at once would take two copies more
        rows = np.asarray(image.crop((0, top, width, min(top + _ROWS, height))))
        if alpha is not None:
            alpha[top : top + _ROWS] = rows[..., -1]
            rows = rows[..., 0] if pixels.ndim == 2 else rows[..., :3]
        pixels[top : top + _ROWS] = rows
    return without_color(pixels), alpha


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    exif = image.info.get("exif")
    if isinstance(exif, bytes) and not image.info.get("jfif_unit"):
        made_up = not exif_blocks.tells_resolution(exif)  # Pillow says 72 for a JPEG without any
        if made_up and image.info.get("dpi") == (72, 72):
            return None
    with suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        x, y = (float(d) for d in image.info["dpi"])
        if min(x, y) > 1 and max(x, y) <= 100_000:  # Pillow says 1 for a TIFF without
            return x, y
    return None


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
    except MemoryError as error:
        raise TooLargeError(
            f"{name}: takes more memory than there is", "cut it into parts"
        ) from error
    except Image.DecompressionBombError as error:
        raise TooLargeError(
            f"{name}: is larger than {LIMIT // 10**6} megapixels", "cut it into parts"
        ) from error
    except Exception as error:  # Pillow's plugins raise almost anything on damaged files
        raise InputError(
            f"{name}: is damaged ({_cause(error)})", "restore it from a copy"
        ) from error


def _cause(error: Exception) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def check_pixels(name: str, height: int, width: int, most: int) -> None:
    """Refuse a picture of more pixels than are allowed.

    Raises:
        TooLargeError: it has more.
    """
    if height * width > most:
        raise TooLargeError(
            f"{name}: {width}x{height} pixels are more than {most / 1e6:g} megapixels",
            "cut it into parts",
        )
