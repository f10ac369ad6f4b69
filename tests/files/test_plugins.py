"""HEIC and JPEG XL, as the libraries of extras read and write them."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageOps

from invgray.errors import InputError, MissingExtraError, TooLargeError
from invgray.files import reading, writing
from invgray.files.parts import Part
from invgray.files.picture import Picture
from invgray.files.plugins import Plugin

LIBRARIES = {Plugin.HEIF: "pillow_heif", Plugin.JXL: "pillow_jxl"}
HEIC, JXL = b"\0\0\0\x18ftypheic", b"\0\0\0\x0cJXL \r\n\x87\n"


@pytest.fixture(autouse=True)
def loaded():
    for plugin in Plugin:
        plugin.load()


@pytest.mark.parametrize(
    ("name", "beginning", "plugin"),
    [
        ("a.heic", HEIC, Plugin.HEIF),
        ("a.jpg", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Plugin.HEIF),
        ("a.HIF", b"nonsense", Plugin.HEIF),
        ("a.jxl", b"\xff\x0a", Plugin.JXL),
        ("a.png", b"\xff\x0a\xf8", Plugin.JXL),
        ("picture", JXL, Plugin.JXL),
    ],
)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, name, beginning, plugin):
    monkeypatch.setitem(sys.modules, LIBRARIES[plugin], None)
    path = tmp_path / name
    path.write_bytes(beginning + bytes(100))
    with pytest.raises(InputError) as caught:
        reading.read(path)
    assert str(caught.value) == (
        f"{path}: is {plugin.title}, and {LIBRARIES[plugin]} is not installed; "
        f"pip install 'invgray[{plugin.extra}]' brings it"
    )


@pytest.mark.parametrize("plugin", Plugin)
def test_a_missing_extra_is_named_where_its_format_is_to_be_written(
    tmp_path, monkeypatch, photo, plugin
):
    monkeypatch.setitem(sys.modules, LIBRARIES[plugin], None)
    path = tmp_path / f"a{plugin.suffixes[0]}"
    with pytest.raises(MissingExtraError, match=rf"invgray\[{plugin.extra}\]"):
        writing.write_color(path, photo, Picture(pixels=photo[..., 0]))
    assert not path.exists()


@pytest.mark.parametrize(("name", "beginning"), [("a.heic", HEIC), ("a.jxl", JXL)])
def test_a_damaged_picture_is_told(tmp_path, name, beginning):
    path = tmp_path / name
    path.write_bytes(beginning + bytes(100))
    with pytest.raises(InputError, match="picture that can be read"):
        reading.read(path)


def test_libraries_are_loaded_for_their_own_files_only(photo_file, tmp_path):
    program = (
        "import sys; from pathlib import Path; from invgray.files import reading, writing;"
        f"picture = reading.read(Path({str(photo_file)!r}));"
        f"writing.write_color(Path({str(tmp_path / 'a.jpg')!r}), picture.pixels, picture);"
        f"print(set({list(LIBRARIES.values())!r}) & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ran.stdout.strip() == b"set()"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_heic_is_turned_upright_once(picture, saved, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = reading.read(saved(picture, "HEIF", quality=95, exif=exif.tobytes()))
    with Image.open(io.BytesIO(saved(picture, exif=exif.tobytes()))) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert found.pixels.shape == expected.shape
    assert np.abs(found.pixels.astype(int) - expected).mean() < 4
    left = Image.Exif()
    left.load(found.exif)
    assert left[0x0112] == 1


def test_heic_has_transparency_and_a_profile(picture, saved, profile):
    picture.putalpha(Image.new("L", picture.size, 77))
    found = reading.read(saved(picture, "HEIF", icc_profile=profile))
    assert np.abs(found.alpha.astype(int) - 77).max() <= 2
    assert found.icc == profile
    assert found.dropped == ()


@pytest.mark.parametrize(
    ("numbers", "dropped"),
    [({}, ()), ({"color_primaries": 12}, (Part.PROFILE,)), ({"color_primaries": 1}, ())],
)
def test_wide_colours_of_heic_that_has_no_profile_are_told(read, picture, numbers, dropped):
    assert read(picture, "HEIF", **numbers).dropped == dropped


def test_what_heic_has_for_a_high_range_is_told(read, picture):
    assert read(picture, "HEIF", transfer_characteristics=18).dropped == (Part.PROFILE,)


@pytest.mark.parametrize(("to_12_bits", "depth"), [(False, 10), (True, 12)])
def test_heic_of_ten_and_twelve_bits_is_reduced(monkeypatch, to_12_bits, depth):
    import pillow_heif

    monkeypatch.setattr(pillow_heif.options, "SAVE_HDR_TO_12_BIT", to_12_bits)
    ramp = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
    deep, file = np.repeat(ramp[..., None], 3, axis=-1), io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (64, 64), deep.tobytes()).save(file, quality=95)
    with Image.open(file) as image:
        assert image.info["bit_depth"] == depth
    found = reading.read(file.getvalue())
    assert found.dropped == (Part.DEPTH,)
    assert np.abs(found.pixels.astype(float) - ramp / 257).max() < 2


def test_deep_jpeg_xl_is_reduced(read):
    levels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
    found = read(Image.fromarray(levels), "JXL", lossless=True)
    assert found.dropped == (Part.DEPTH,)
    assert np.abs(found.pixels.astype(float) - levels / 257).max() <= 0.5


@pytest.mark.parametrize("orientation", [1, 6])
def test_jpeg_xl_is_turned_as_its_codestream_says_not_as_its_exif(picture, read, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read(picture, "JXL", lossless=True, exif=exif.tobytes())
    np.testing.assert_array_equal(found.pixels, np.asarray(picture))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_in_jpeg_xl_is_turned_upright_once(tmp_path, picture, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "a.jpg", exif=exif.tobytes(), quality=95)
    with Image.open(tmp_path / "a.jpg") as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
        image.save(tmp_path / "a.jxl", lossless_jpeg=True)
    found = reading.read(tmp_path / "a.jxl")
    np.testing.assert_array_equal(found.pixels, expected)


def test_jpeg_xl_is_admitted_before_it_is_decoded(saved):
    data = saved(Image.new("L", (300, 200)), "JXL", lossless=True)

    def admit(height, width):
        raise TooLargeError(f"{height} {width}")

    for part in (data, data[: len(data) // 2]):
        with pytest.raises(TooLargeError, match="200 300"):
            reading.read(part, admit)
