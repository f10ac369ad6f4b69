"""Pillow's images in memory: to pixels, and what is made of them back to an image."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import numpy as np
from PIL import Image, ImageCms, ImageOps

from invgray.color.levels import without_color
from invgray.files.picture import Picture, as_gray
from invgray.types import Pixels

AnyPicture = TypeVar("AnyPicture", Pixels, Image.Image)
"""An array of pixels, or a ``PIL.Image.Image``: what comes in decides what comes out."""

_GRAYS = frozenset({"1", "L", "LA"})
_COLORS = frozenset({"RGB", "RGBX", "RGBA", "RGBa", "P", "PA", "CMYK", "YCbCr", "HSV"})
"""Modes of 8 bits a channel."""

_PROBE, _SRGB_TOLERANCE = 8, 2
"""Levels a channel that a profile is tried with; by how much one of sRGB may change them."""


def converted(picture: AnyPicture, convert: Callable[[Pixels], Pixels]) -> AnyPicture:
    """What a conversion makes of a colour picture: an array of an array, an image of an image.

    An image is turned upright as its EXIF says, and its colours become sRGB by its profile. Its
    transparency is kept, all else that it carries is not.

    Args:
        picture: uint8 array, or an image of 8 bits a channel.
        convert: makes pixels of pixels of the same height and width.

    Raises:
        TypeError: the picture is neither.
        ValueError: the image has a mode of more bits, or one that is none for pictures.
    """
    if isinstance(picture, Image.Image):
        taken = _picture(picture, picture.info.get("icc_profile"))
        return _image(convert(taken.pixels), taken.alpha)
    if isinstance(picture, np.ndarray):
        return convert(picture)
    raise TypeError(f"a picture is a NumPy array or a PIL image, not a {type(picture).__name__}")


def converted_gray(picture: AnyPicture, convert: Callable[[Pixels], Pixels]) -> AnyPicture:
    """Likewise of a gray picture, whose levels are left as they are, whatever its profile says.

    An image in colour whose channels differ by a level or two is taken for gray.

    Raises:
        TypeError: the picture is neither an array nor an image.
        ValueError: the image has a mode of more bits, or is in colour.
    """
    if isinstance(picture, Image.Image):
        taken = as_gray(_picture(picture, None))
        if taken.pixels.ndim == 3:
            raise ValueError("the image is in colour, and must be gray")
        return _image(convert(taken.pixels), taken.alpha)
    return converted(picture, convert)


def _picture(image: Image.Image, icc: bytes | None) -> Picture:
    """An image's pixels, upright, and its transparency.

    Args:
        image: of any mode.
        icc: the profile by which its colours become sRGB.
    """
    if image.mode not in _GRAYS | _COLORS:
        raise ValueError(f"an image of mode {image.mode} is not taken; convert it to RGB or L")
    with suppress(Exception):  # damaged EXIF must not cost the picture
        image = ImageOps.exif_transpose(image)
    gray, alpha = image.mode in _GRAYS, None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
    image = image.convert("L") if gray else _srgb(image, icc)
    return Picture(pixels=without_color(np.asarray(image)), alpha=alpha)


def _image(pixels: Pixels, alpha: Pixels | None) -> Image.Image:
    image = Image.fromarray(pixels)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    return image


def _srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """A colour image as sRGB, by the profile where there is a sound one that is not sRGB's."""
    flat = image if image.mode == "CMYK" else image.convert("RGB")
    if icc:
        with suppress(ImageCms.PyCMSError, OSError, TypeError, ValueError):
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            if flat.mode == "CMYK" or not _like_srgb(profile):
                return _through(profile, flat)
    return flat.convert("RGB")


def _like_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether a profile of RGB changes hardly any colour on the way to sRGB."""
    steps = np.linspace(0, 255, _PROBE).astype(np.uint8)
    colors = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    through = np.asarray(_through(profile, Image.fromarray(colors)))
    return bool(np.abs(colors.astype(int) - through).max() <= _SRGB_TOLERANCE)


def _through(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB") or image
