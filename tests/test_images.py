"""Pictures of every mode and state of health, in and out."""

from __future__ import annotations

import io
import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from invgray import images
from invgray.errors import InputError, OutputError


def read(image: Image.Image, form: str = "PNG", **options) -> images.Picture:
    file = io.BytesIO()
    image.save(file, form, **options)
    file.seek(0)
    return images.read(file)


def png(width, height, depth, kind, rows: bytes) -> bytes:
    """A PNG from its header fields and raw rows."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return (
        signature
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def picture(photo):
    return Image.fromarray(photo[:40, :50])


@pytest.mark.parametrize(
    ("mode", "form", "color"),
    [
        ("RGB", "PNG", True),
        ("RGB", "JPEG", True),
        ("RGB", "WEBP", True),
        ("P", "PNG", True),
        ("P", "GIF", True),
        ("CMYK", "JPEG", True),
        ("CMYK", "TIFF", True),
        ("YCbCr", "JPEG", True),
        ("L", "PNG", False),
        ("1", "PNG", False),
        ("L", "JPEG", False),
    ],
)
def test_modes(picture, mode, form, color):
    result = read(picture.convert(mode), form)
    assert result.pixels.dtype == np.uint8
    assert result.pixels.shape == ((40, 50, 3) if color else (40, 50))
    assert result.alpha is None
    expected = np.asarray(picture.convert(mode).convert("RGB" if color else "L"))
    assert np.abs(result.pixels.astype(int) - expected).mean() < 8


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_alpha_is_kept(picture, mode):
    alpha = Image.linear_gradient("L").resize(picture.size)
    image = picture.convert("LA" if mode == "LA" else "RGBA")
    image.putalpha(alpha)
    result = read(image.convert(mode), "TIFF" if mode == "PA" else "PNG")
    assert (result.alpha == np.asarray(image.convert(mode).convert("RGBA"))[..., 3]).all()


def test_transparent_palette_entry(picture):
    palette = picture.quantize(16)
    result = read(palette, transparency=3)
    assert (result.alpha == np.where(np.asarray(palette) == 3, 0, 255)).all()


def test_transparent_colour(picture):
    picture.putpixel((2, 1), (1, 2, 3))
    result = read(picture, transparency=(1, 2, 3))
    assert result.alpha[1, 2] == 0
    assert result.alpha.mean() > 250


def test_sixteen_bit_gray_is_reduced_with_a_notice():
    levels = np.array([[0, 257, 300, 65535]], np.uint16)
    result = read(Image.fromarray(levels))
    assert result.pixels.tolist() == [[0, 1, 1, 255]]
    assert result.notices == ["16 bits a channel reduced to 8"]


def test_sixteen_bit_colour_is_reduced_with_a_notice():
    row = struct.pack(">6H", 257, 514, 771, 65535, 0, 32896)
    result = images.read(io.BytesIO(png(2, 1, 16, 2, b"\0" + row)))
    assert result.pixels.tolist() == [[[1, 2, 3], [255, 0, 128]]]
    assert result.notices


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once(picture, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    result = read(picture, "PNG", exif=exif)
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
    assert left.get(0x0112, 1) == 1
    assert left[0x010F] == "a camera"


def test_equal_channels_are_gray(photo):
    gray = photo[:9, :9, 0]
    assert (read(Image.fromarray(np.dstack([gray] * 3))).pixels == gray).all()


def test_gray_png_describes_itself_and_gives_everything_back(tmp_path, photo):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    original = images.Picture(
        photo[:20, :30], photo[:20, :30, 1], profile, exif.tobytes(), (300.0, 300.0)
    )
    path = tmp_path / "gray.png"
    images.write_gray(path, photo[:20, :30, 0], original, "standard", "abc")
    with Image.open(path) as file:
        assert file.mode == "LA"
        assert "icc_profile" not in file.info
        assert json.loads(file.info[images.CHUNK])["preset"] == "standard"
    gray = images.read(path)
    assert (gray.pixels == photo[:20, :30, 0]).all()
    assert gray.record == images.Record("standard", "abc", False, gray.record.icc)
    color = tmp_path / "color.png"
    images.write_color(color, photo[:20, :30], gray)
    back = images.read(color)
    assert (back.pixels == original.pixels).all()
    assert (back.alpha == original.alpha).all()
    assert back.icc == profile
    assert back.dpi == pytest.approx((300, 300), abs=0.1)
    left = Image.Exif()
    left.load(back.exif)
    assert left[0x010F] == "a camera"


@pytest.mark.parametrize("suffix", list(images.COLOR_FORMATS))
def test_colour_formats(tmp_path, photo, suffix):
    path = tmp_path / f"color{suffix}"
    images.write_color(path, photo, images.Picture(photo[..., 0]))
    assert np.abs(images.read(path).pixels.astype(int) - photo).mean() < 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        "null",
        '{"preset": 3, "weights": "x"}',
        '{"preset": "a", "weights": "b", "icc": 5}',
        '{"preset": "a", "weights": "b", "icc": "%%%"}',
        '{"preset": "a", "weights": "b", "colorless": "no"}',
        '{"preset": "a\\nb", "weights": "b"}',
        "[" * 5000,
    ],
)
def test_foreign_chunks_are_ignored(photo, text):
    info = PngImagePlugin.PngInfo()
    info.add_text(images.CHUNK, text)
    assert read(Image.fromarray(photo[:9, :9, 0]), pnginfo=info).record is None


def test_records_of_newer_versions_are_refused(photo):
    info = PngImagePlugin.PngInfo()
    info.add_text(images.CHUNK, '{"preset": "a", "weights": "b", "format": 2}')
    with pytest.raises(InputError, match="newer invgray; upgrade"):
        read(Image.fromarray(photo[:9, :9, 0]), pnginfo=info)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "GIF"])
def test_damage_inside_the_pixels_is_noticed(picture, form):
    file = io.BytesIO()
    picture.save(file, form, exif=Image.Exif())
    data = bytearray(file.getvalue())
    del data[len(data) // 2 :]
    with pytest.raises(InputError, match=r"is damaged|is not a picture"):
        images.read(io.BytesIO(data))


def test_damaged_checksums_are_noticed(photo_file):
    data = bytearray(photo_file.read_bytes())
    data[data.index(b"IDAT") + 40] ^= 0xFF
    with pytest.raises(InputError, match="is damaged"):
        images.read(io.BytesIO(data))


def test_resolutions_of_all_kinds(picture):
    assert read(picture, "TIFF", dpi=(300, 300)).dpi == (300, 300)
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 72.0, 72.0, 2
    assert read(picture, "JPEG", exif=exif).dpi in (None, (72, 72))


@pytest.mark.parametrize("space", ["LAB", "XYZ"])
def test_profiles_of_other_spaces_are_dropped(picture, space):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    assert read(picture, icc_profile=profile).icc is None
    assert read(picture, icc_profile=b"nonsense").icc is None
    assert read(picture.convert("CMYK"), "TIFF", icc_profile=b"nonsense").pixels.ndim == 3


def test_damaged_files_are_explained(tmp_path, photo_file):
    whole = photo_file.read_bytes()
    cases = {
        "empty": (b"", "is empty"),
        "text": (b"hello world", "is not a picture"),
        "truncated": (whole[: len(whole) // 2], "is damaged"),
        "bomb": (png(60000, 60000, 8, 2, b"\0"), "megapixels"),
    }
    for name, (data, cause) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(InputError, match=cause) as caught:
            images.read(path)
        assert str(path) in str(caught.value)
        assert "; " in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        images.read(tmp_path / "missing")
    with pytest.raises(InputError, match="is a folder"):
        images.read(tmp_path)


def test_several_frames_are_refused(tmp_path, picture):
    path = tmp_path / "film.gif"
    picture.save(path, save_all=True, append_images=[picture.rotate(9), picture.rotate(20)])
    with pytest.raises(InputError, match="has 3 frames"):
        images.read(path)


@given(st.binary(max_size=300))
def test_noise_never_escapes_as_another_error(data):
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0"):
        try:
            images.read(io.BytesIO(start + data))
        except InputError as error:
            assert "standard input" in str(error)


def test_failed_writes_leave_nothing_behind(tmp_path, photo):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    picture = images.Picture(photo)
    with pytest.raises(OutputError, match="cannot be written"):
        images.write_gray(blocked / "gray.png", photo[..., 0], picture, "a", "b")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        images.write_gray(folder, photo[..., 0], picture, "a", "b")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder.png"]


def test_rounding():
    values = np.array([[-3.0, 0.49, 0.51, 254.5, 255.4, 300.0]], np.float32)
    assert images.to_8_bits(values).tolist() == [[0, 0, 1, 254, 255, 255]]


def test_pictures_in_a_folder(tmp_path, picture):
    for name in ("b.png", "a.JPG", "notes.txt", ".hidden.png", "sub/c.png", ".git/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [p.name for p in images.pictures_in(tmp_path)]
    assert names == ["a.JPG", "b.png", "c.png"]
    assert [p.name for p in images.pictures_in(tmp_path, recursive=False)] == ["a.JPG", "b.png"]


def test_a_jpeg_gray_keeps_its_record_and_says_what_it_loses(tmp_path, photo):
    path = tmp_path / "a.gray.jpg"
    gray = photo[..., 0]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = images.Picture(photo, alpha=gray, icc=profile)
    lost = images.write_gray(path, gray, original, "robust", "ab", quality=80)
    assert lost == ["JPEG keeps no transparency; dropped"]
    record = images.read(path).record
    assert (record.preset, record.weights, record.colorless) == ("robust", "ab", False)
    assert record.icc
    large = images.Picture(photo, icc=profile + bytes(70_000))
    lost = images.write_gray(path, gray, large, "robust", "ab")
    assert lost == ["JPEG keeps no such large colour profile; dropped"]
    assert images.read(path).record.icc is None


@pytest.mark.parametrize("comment", [b"invgray", b"invgray{", b"invgray[1]", b"hello", b"\xff\xfe"])
def test_other_comments_are_no_records(tmp_path, photo, comment):
    path = tmp_path / "a.jpg"
    Image.fromarray(photo[..., 0]).save(path, comment=comment)
    assert images.read(path).record is None
