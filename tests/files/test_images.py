"""Pillow's images in, Pillow's images out."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

import invgray
from invgray.color.levels import neutral
from invgray.files.images import converted, converted_gray


@pytest.fixture(scope="module")
def codec():
    """A preset without networks, which is fast; its results are the same on every machine."""
    return invgray.load("luminance")


@pytest.fixture
def image(photo):
    return Image.fromarray(photo[:96, :80])


def green(pixels):
    return pixels if pixels.ndim == 2 else pixels[..., 1]


def profile(swapped):
    """An ICC profile: sRGB's, or one in which red and blue have changed places."""
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if not swapped:
        return icc
    red, blue = icc.index(b"rXYZ"), icc.index(b"bXYZ")
    places = bytearray(icc)
    places[red + 4 : red + 12], places[blue + 4 : blue + 12] = (
        icc[blue + 4 : blue + 12],
        icc[red + 4 : red + 12],
    )
    assert struct.unpack(">I", icc[:4]) == (len(places),)
    return bytes(places)


@pytest.mark.parametrize("mode", ["RGB", "RGBX", "P", "CMYK", "YCbCr", "HSV"])
def test_images_of_any_colour_mode_become_what_their_arrays_do(codec, image, mode):
    there = image.convert(mode)
    gray = codec.encode(there)
    assert gray.mode == "L"
    expected = codec.encode(np.asarray(there.convert("RGB")))
    np.testing.assert_array_equal(np.asarray(gray), expected)
    restored = codec.decode(gray)
    assert restored.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(restored), codec.decode(expected))


@pytest.mark.parametrize("mode", ["RGBA", "PA"])
def test_transparency_is_kept_both_ways(codec, image, mode):
    alpha = Image.linear_gradient("L").resize(image.size)
    there = image.quantize().convert("PA") if mode == "PA" else image.convert(mode)
    there.putalpha(alpha)
    gray = codec.encode(there)
    restored = codec.decode(gray)
    assert (gray.mode, restored.mode) == ("LA", "RGBA")
    for picture in (gray, restored):
        np.testing.assert_array_equal(np.asarray(picture.getchannel("A")), np.asarray(alpha))
    expected = codec.encode(np.asarray(there.convert("RGBA"))[..., :3])
    np.testing.assert_array_equal(np.asarray(gray.getchannel("L")), expected)


def test_a_transparent_colour_of_a_palette_is_kept():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 200, 30, 200, 20, 40])
    image.putpixel((0, 0), 0)
    image.info["transparency"] = 0
    alpha = np.asarray(converted(image, green).getchannel("A"))
    assert alpha[0, 0] == 0
    assert (alpha.ravel()[1:] == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P"])
def test_images_without_colour_stay_as_they_are(codec, image, mode):
    there = image.convert("L").convert(mode)
    gray = codec.encode(there)
    levels = np.asarray(there.convert("L"))
    np.testing.assert_array_equal(np.asarray(gray.convert("L")), levels)
    np.testing.assert_array_equal(
        np.asarray(codec.decode(gray).convert("RGB")), codec.decode(levels)
    )


@pytest.mark.parametrize("convert", [converted, converted_gray])
def test_images_are_turned_upright(convert):
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    image.getexif()[ExifTags.Base.Orientation] = 6  # the right-hand side is the top
    upright = np.asarray(convert(image, lambda pixels: pixels))
    np.testing.assert_array_equal(upright, np.rot90(np.asarray(image), -1))
    assert image.size == (3, 2)


def test_colours_become_srgb_by_their_profile(image):
    seen = []
    there = image.copy()
    for swapped in (False, True):
        there.info["icc_profile"] = profile(swapped)
        converted(there, lambda pixels: seen.append(pixels) or green(pixels))
    same, swapped = seen
    np.testing.assert_array_equal(same, np.asarray(image))
    assert np.abs(swapped.astype(int) - np.asarray(image)[..., ::-1]).max() <= 2


def test_a_damaged_profile_is_none(image):
    image.info["icc_profile"] = b"not a profile"
    np.testing.assert_array_equal(
        np.asarray(converted(image, green)), np.asarray(image.getchannel("G"))
    )


def test_levels_of_grays_are_left_as_they_are(codec, image):
    gray = codec.encode(image)
    expected = np.asarray(codec.decode(gray))
    in_colour = Image.fromarray(neutral(np.asarray(gray)))
    in_colour.info["icc_profile"] = profile(swapped=True)
    np.testing.assert_array_equal(np.asarray(codec.decode(in_colour)), expected)


def test_a_gray_whose_channels_differ_a_little_is_one():
    levels = np.full((8, 8, 3), 100, np.uint8)
    levels[..., 0] += 1
    seen = converted_gray(Image.fromarray(levels), lambda pixels: pixels)
    assert seen.mode == "L"
    np.testing.assert_array_equal(np.asarray(seen), 100)


@pytest.mark.parametrize("mode", ["I;16", "I", "F", "LAB", "La"])
@pytest.mark.parametrize("convert", [converted, converted_gray])
def test_other_modes_are_refused(convert, mode):
    with pytest.raises(ValueError, match=f"mode {mode} is not taken; convert it to RGB or L"):
        convert(Image.new(mode, (4, 4)), green)


def test_what_is_no_picture_is_refused(codec, image):
    for convert in (codec.encode, codec.decode):
        with pytest.raises(TypeError, match="not a list"):
            convert([[0, 1], [2, 3]])
        with pytest.raises(ValueError, match="must be uint8"):
            convert(Image.new("L", (0, 4)))
    with pytest.raises(ValueError, match="is in colour, and must be gray"):
        codec.decode(image)


def test_a_saved_image_is_a_gray_like_any_other(codec, image):
    stored, target = io.BytesIO(), io.BytesIO()
    codec.encode(image).save(stored, "PNG")
    outcome = invgray.decode_file(stored.getvalue(), target)
    assert (outcome.preset, outcome.fine) == ("luminance", 1)
    restored = codec.decode(Image.open(stored))
    np.testing.assert_array_equal(np.asarray(Image.open(target)), np.asarray(restored))


def test_a_colorizer_takes_and_gives_images(colorizer, image):
    gray = image.convert("LA")
    rgb = colorizer.colorize(gray)
    assert rgb.mode == "RGBA"
    expected = colorizer.colorize(np.asarray(gray.getchannel("L")))
    np.testing.assert_array_equal(np.asarray(rgb)[..., :3], expected)
