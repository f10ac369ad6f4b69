"""Pictures of every mode and state of health, from a file to pixels."""

from __future__ import annotations

import io
import os
import struct
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

from invgray import memory
from invgray.errors import DamagedError, InputError, PagesError, TooLargeError
from invgray.files import reading
from invgray.files.parts import Part
from invgray.files.plugins import Plugin


@pytest.mark.parametrize(
    ("mode", "form", "color", "apart"),
    [
        ("RGB", "PNG", True, 0),
        ("RGB", "JPEG", True, 4),
        ("RGB", "WEBP", True, 4),
        ("P", "PNG", True, 0),
        ("P", "GIF", True, 0),
        ("CMYK", "JPEG", True, 4),
        ("CMYK", "TIFF", True, 0),
        ("YCbCr", "JPEG", True, 4),
        ("L", "PNG", False, 0),
        ("1", "PNG", False, 0),
        ("L", "JPEG", False, 2),
    ],
)
def test_modes(picture, read, mode, form, color, apart):
    result = read(picture.convert(mode), form)
    assert result.pixels.dtype == np.uint8
    assert result.pixels.shape == ((40, 50, 3) if color else (40, 50))
    assert result.alpha is None
    expected = np.asarray(picture.convert(mode).convert("RGB" if color else "L"))
    assert np.abs(result.pixels.astype(int) - expected).mean() <= apart


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_alpha_is_kept(picture, read, mode):
    alpha = Image.linear_gradient("L").resize(picture.size)
    image = picture.convert("LA" if mode == "LA" else "RGBA")
    image.putalpha(alpha)
    result = read(image.convert(mode), "TIFF" if mode == "PA" else "PNG")
    assert (result.alpha == np.asarray(image.convert(mode).convert("RGBA"))[..., 3]).all()


def test_transparent_palette_entry(picture, read):
    palette = picture.quantize(16)
    result = read(palette, transparency=3)
    assert (result.alpha == np.where(np.asarray(palette) == 3, 0, 255)).all()


def test_transparent_colour(picture, read):
    picture.putpixel((2, 1), (1, 2, 3))
    result = read(picture, transparency=(1, 2, 3))
    assert result.alpha[1, 2] == 0
    assert result.alpha.sum() == 255 * (40 * 50 - 1)


def test_sixteen_bit_gray_is_reduced(read):
    levels = np.array([[0, 257, 300, 65535]], np.uint16)
    result = read(Image.fromarray(levels))
    assert result.pixels.tolist() == [[0, 1, 1, 255]]
    assert result.dropped == (Part.DEPTH,)


def test_sixteen_bit_colour_is_reduced(png):
    row = struct.pack(">6H", 257, 514, 771, 65535, 0, 32896)
    result = reading.read(png(2, 1, 16, 2, b"\0" + row))
    assert result.pixels.tolist() == [[[1, 2, 3], [255, 0, 128]]]
    assert result.dropped == (Part.DEPTH,)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once(picture, read, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    result = read(picture, exif=exif)
    transpose = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    upright = picture.transpose(transpose[orientation]) if orientation > 1 else picture
    assert (result.pixels == np.asarray(upright)).all()
    left = Image.Exif()
    left.load(result.exif)
    assert left[0x0112] == 1
    assert left[0x010F] == "a camera"


def test_equal_channels_are_gray(photo, read):
    gray = photo[:9, :9, 0]
    assert (read(Image.fromarray(np.dstack([gray] * 3))).pixels == gray).all()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_resolutions(picture, read, form):
    assert read(picture, form, dpi=(300, 150)).dpi == pytest.approx((300, 150), abs=0.05)
    assert read(picture, form).dpi is None


@pytest.mark.parametrize(("unit", "expected"), [(2, (72, 72)), (3, (182.88, 182.88))])
def test_the_resolution_of_exif_is_in_inches_or_centimetres(picture, read, unit, expected):
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 72.0, 72.0, unit
    assert read(picture, "JPEG", exif=exif).dpi == pytest.approx(expected)


def test_a_jpeg_of_no_resolution_has_none_because_of_its_exif(picture, read):
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    assert read(picture, "JPEG", exif=exif).dpi is None
    assert read(picture, "JPEG", exif=exif, dpi=(72, 72)).dpi == (72, 72)
    exif[0x011A], exif[0x0128] = 72, 2
    assert read(picture, "JPEG", exif=exif).dpi == (72, 72)


@pytest.mark.parametrize("dpi", [(0.2, 0.2), (300, 0), (1e7, 1e7)])
def test_resolutions_of_no_printer_are_none(picture, read, dpi):
    assert read(picture, "PNG", dpi=dpi).dpi is None


@pytest.mark.parametrize("space", ["LAB", "XYZ"])
def test_profiles_of_other_spaces_are_dropped(picture, read, space, profile):
    other = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    assert read(picture, icc_profile=other).icc is None
    assert read(picture, icc_profile=b"nonsense").icc is None
    assert read(picture, icc_profile=profile).icc == profile
    assert read(picture.convert("CMYK"), "TIFF", icc_profile=b"nonsense").icc is None


# Sources


def test_paths_bytes_streams_and_pipes_give_the_same(tmp_path, photo_file):
    data = photo_file.read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    pictures = [reading.read(source) for source in (photo_file, data, io.BytesIO(data), pipe)]
    writer.join()
    for picture in pictures:
        np.testing.assert_array_equal(picture.pixels, np.asarray(Image.open(photo_file)))


def test_a_pipe_without_a_picture_is_read_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"nonsense",))
    writer.start()
    with pytest.raises(InputError, match="is not a picture"):
        reading.read(pipe)
    writer.join()


# Damage


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "GIF"])
def test_damage_inside_the_pixels_is_noticed(picture, saved, form):
    data = saved(picture, form)
    with pytest.raises(InputError, match=r"is damaged|is not a picture"):
        reading.read(data[: len(data) // 2])


def test_damaged_checksums_are_noticed(photo_file):
    data = bytearray(photo_file.read_bytes())
    data[data.index(b"IDAT") + 40] ^= 0xFF
    with pytest.raises(InputError, match="is damaged"):
        reading.read(bytes(data))


@pytest.mark.parametrize("interlaced", [0, 1])
@pytest.mark.parametrize(("kind", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_a_png_whose_rows_end_early_is_damaged(png, kind, channels, interlaced):
    """Every byte of the rows is 1: as a filter, the difference to the pixel to the left."""
    sides = [(1, 3), (1, 3), (2, 2), (2, 5), (4, 5), (4, 10), (8, 10)] if interlaced else [(8, 20)]
    rows = b"".join(b"\1" * (height * (1 + width * channels)) for width, height in sides)
    whole = png(8, 20, 8, kind, rows, interlaced=interlaced)
    short = png(8, 20, 8, kind, rows[: -1 - 8 * channels], interlaced=interlaced)
    assert reading.read(whole).notices == ()
    with pytest.raises(DamagedError, match=r"is damaged \(its data end early\); restore it from"):
        reading.read(short)
    found = reading.read(short, accept_damaged=True)
    assert found.notices == ("is damaged (its data end early); what is left of it was read",)
    np.testing.assert_array_equal(found.pixels[:19], reading.read(whole).pixels[:19])


def test_a_png_with_black_last_rows_is_whole(read, photo):
    black = photo[:40].copy()
    black[20:] = 0
    np.testing.assert_array_equal(read(Image.fromarray(black)).pixels, black)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "PPM", "TGA"])
def test_what_is_left_of_a_picture_is_read_where_that_is_accepted(photo, saved, form):
    data = saved(Image.fromarray(photo), form)
    part = data[: len(data) * 4 // 5]
    with pytest.raises(DamagedError, match="is damaged"):
        reading.read(part)
    found = reading.read(part, accept_damaged=True)
    (notice,) = found.notices
    assert notice.endswith("what is left of it was read")
    whole = reading.read(data).pixels
    rows = slice(-8, None) if form in ("BMP", "TGA") else slice(0, 8)  # these begin at the bottom
    np.testing.assert_array_equal(found.pixels[rows], whole[rows])
    assert found.pixels.shape == whole.shape


def test_a_picture_of_which_nothing_is_left_is_damaged_all_the_same(picture, saved):
    data = saved(picture, "WEBP")
    with pytest.raises(InputError, match="is damaged"):
        reading.read(data[: len(data) // 2], accept_damaged=True)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "block", [b"nonsense", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff"]
)
def test_damaged_exif_does_not_cost_the_picture(picture, read, form, block):
    result = read(picture, form, exif=b"Exif\0\0" + block)
    assert result.exif in (None, b"Exif\0\0" + block)
    assert result.pixels.shape == (40, 50, 3)


def test_damaged_files_are_explained(tmp_path, photo_file, png):
    whole = photo_file.read_bytes()
    cases = {
        "empty": (b"", "is empty"),
        "text": (b"hello world", "is not a picture"),
        "truncated": (whole[: len(whole) // 2], "is damaged"),
        "bomb": (png(60000, 60000, 8, 2, b"\0"), "is larger than 178 megapixels"),
    }
    for name, (data, cause) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=cause) as caught:
            reading.read(path)
        assert str(path) in str(caught.value)
        assert caught.value.remedy
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        reading.read(tmp_path / "missing")
    with pytest.raises(InputError, match="is a folder"):
        reading.read(tmp_path)


COLORS = ("red", "lime", "blue")


@pytest.mark.parametrize("form", ["GIF", "TIFF", "PNG", "WEBP", "AVIF", "HEIF"])
def test_one_of_several_pages_is_read(saved, form):
    Plugin.HEIF.load()
    options = {"lossless": True} if form == "WEBP" else {}
    first, *others = (Image.new("RGB", (32, 24), color) for color in COLORS)
    data = saved(first, form, save_all=True, append_images=others, **options)
    with pytest.raises(PagesError, match="standard input: has 3 pages; choose one"):
        reading.read(data)
    for page, color in enumerate(COLORS, 1):
        found = reading.read(data, page=page)
        apart = found.pixels.astype(int) - np.asarray(Image.new("RGB", (1, 1), color))
        assert np.abs(apart).max() <= 3, color
        assert found.dropped == (Part.PAGES,)
    with pytest.raises(InputError, match="has 3 pages, and none of number 4"):
        reading.read(data, page=4)


def test_pages_have_sizes_of_their_own_and_each_is_admitted(saved):
    pages = [Image.new("L", (width, 5)) for width in (3, 8)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    sizes = []
    assert reading.read(data, lambda *size: sizes.append(size), page=2).pixels.shape == (5, 8)
    assert sizes == [(5, 3), (5, 8)]


def test_a_picture_of_one_page_has_a_first_one(photo_file):
    assert reading.read(photo_file, page=1).dropped == ()
    with pytest.raises(InputError, match="has one page, and none of number 2"):
        reading.read(photo_file, page=2)


def test_a_photo_with_previews_is_one_picture(picture, saved):
    data = saved(picture, "MPO", save_all=True, append_images=[picture.resize((9, 9))])
    assert reading.read(data).pixels.shape == (40, 50, 3)
    assert reading.read(data).dropped == (Part.PAGES,)
    assert reading.read(data, page=2).pixels.shape == (9, 9, 3)


def test_layers_of_a_tiff_are_told(picture, read):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[37724] = b"Adobe Photoshop Document Data Block\0"
    assert read(picture, "TIFF", tiffinfo=tags).dropped == (Part.LAYERS,)


@pytest.mark.parametrize("told", [b'hdrgm:Version="1.0"', b"<x:HDRGainMapVersion>1<"])
def test_gain_maps_are_told(picture, read, told):
    assert read(picture, "JPEG", xmp=b"<x>" + told + b"</x>").dropped == (Part.GAIN_MAP,)


def test_a_picture_is_read_by_its_content_not_its_suffix(tmp_path, photo_file):
    path = tmp_path / "a.heic"
    path.write_bytes(photo_file.read_bytes())
    assert reading.read(path).pixels.shape == (80, 96, 3)


@given(st.binary(max_size=300))
def test_noise_never_escapes_as_another_error(data):
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0"):
        try:
            reading.read(io.BytesIO(start + data))
        except InputError as error:
            assert str(error).startswith("standard input: ")  # noqa: PT017 - most fail, not all


# Size


def test_a_picture_is_admitted_before_its_pixels_are_decoded(png):
    """Pixels that are damaged would be an error of their own."""

    def admit(height, width):
        raise TooLargeError(f"{width}x{height} is too much", "cut it")

    with pytest.raises(TooLargeError, match="9000x9000 is too much"):
        reading.read(png(9_000, 9_000, 8, 2, b""), admit)


def test_a_stream_without_an_end_is_read_as_far_as_memory_goes(monkeypatch):
    class Zeros(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            buffer[:] = bytes(len(buffer))
            return len(buffer)

    monkeypatch.setattr(memory, "available", lambda: 20_000_000)
    with pytest.raises(TooLargeError, match="standard input: does not end before memory does"):
        reading.read(io.BufferedReader(Zeros()))


def test_pixels_are_copied_once(photo, saved):
    """Beside Pillow's own copy and the result there is no third."""
    large = np.tile(photo, (10, 10, 1))
    data = saved(Image.fromarray(large), "BMP")
    tracemalloc.start()
    picture = reading.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (picture.pixels == large).all()
    assert peak < 1.5 * large.nbytes
