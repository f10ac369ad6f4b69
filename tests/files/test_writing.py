"""Grays that describe themselves, and colours with what came beside them."""

from __future__ import annotations

import io
import json
import os
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.errors import OutputError
from invgray.files import formats, reading, writing
from invgray.files.picture import Picture
from invgray.files.record import KEYWORD, Record

TOLD = Record(preset="standard", weights="abc")


def test_a_gray_describes_itself_and_gives_everything_back(tmp_path, photo, profile):
    rgb, gray = photo[:20, :30], photo[:20, :30, 0]
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    original = Picture(
        pixels=rgb, alpha=rgb[..., 1], icc=profile, exif=exif.tobytes(), dpi=(300.0, 300.0)
    )
    path = tmp_path / "gray.png"
    told = Record(preset="standard", weights="abc", icc=profile)
    assert writing.write_gray(path, gray, original, told) == ()
    with Image.open(path) as file:
        assert file.mode == "LA"
        assert "icc_profile" not in file.info
        assert json.loads(file.info[KEYWORD])["preset"] == "standard"
    read = reading.read(path)
    assert (read.pixels == gray).all()
    assert read.record == told
    color = tmp_path / "color.png"
    assert writing.write_color(color, rgb, read) == ()
    back = reading.read(color)
    assert (back.pixels == rgb).all()
    assert (back.alpha == original.alpha).all()
    assert back.icc == profile
    assert back.dpi == pytest.approx((300, 300), abs=0.1)
    assert back.exif == original.exif


@pytest.mark.parametrize("suffix", formats.COLOR_FORMATS)
def test_colour_formats(tmp_path, photo, profile, suffix):
    path, form = tmp_path / f"color{suffix}", formats.COLOR_FORMATS[suffix]
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    gray = Picture(
        pixels=photo[..., 0],
        alpha=photo[..., 1],
        exif=exif.tobytes(),
        record=Record(preset="a", weights="b", icc=profile),
    )
    lost = writing.write_color(path, photo, gray)
    assert lost == (() if form.keeps_alpha else ("JPEG keeps no transparency; dropped",))
    back = reading.read(path)
    assert back.icc == profile
    apart = np.abs(back.pixels.astype(int) - photo)
    assert apart.max() == 0 if not form.lossy else 0 < apart.mean() < 2
    if form.keeps_alpha:
        np.testing.assert_array_equal(back.alpha, gray.alpha)
    with Image.open(path) as image:
        assert image.getexif()[0x010F] == "a camera"


def test_a_jpeg_gray_keeps_its_record_and_says_what_it_loses(tmp_path, photo, profile):
    path, gray = tmp_path / "a.gray.jpg", photo[..., 0]
    original = Picture(pixels=photo, alpha=gray)
    told = Record(preset="robust", weights="ab", icc=profile, border=3)
    lost = writing.write_gray(path, gray, original, told, quality=80)
    assert lost == ("JPEG keeps no transparency; dropped",)
    assert reading.read(path).record == told
    large = Record(preset="robust", weights="ab", icc=profile + bytes(70_000))
    lost = writing.write_gray(path, gray, Picture(pixels=photo), large, overwrite=True)
    assert lost == ("JPEG keeps no such large colour profile; dropped",)
    assert reading.read(path).record == Record(preset="robust", weights="ab")


def test_the_quality_is_that_of_the_jpeg(tmp_path, photo):
    sizes = []
    for quality in (20, 60, 95):
        picture = Picture(pixels=photo)
        writing.write_gray(
            tmp_path / "a.jpg", photo[..., 0], picture, TOLD, quality, overwrite=True
        )
        sizes.append((tmp_path / "a.jpg").stat().st_size)
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 3


def test_colour_under_full_transparency_is_kept(tmp_path, photo):
    clear = Picture(pixels=photo[..., 0], alpha=np.zeros(photo.shape[:2], np.uint8))
    for suffix in (".png", ".webp", ".tiff"):
        path = tmp_path / f"a{suffix}"
        assert writing.write_color(path, photo, clear) == ()
        assert (reading.read(path).pixels == photo).all()


@pytest.mark.parametrize("unit", [2, 3])
@pytest.mark.parametrize("ratio", [(0, 0), (300, 0), (0, 1)])
def test_a_tiff_of_no_resolution_can_be_written_in_any_format(tmp_path, photo, saved, unit, ratio):
    data = bytearray(saved(Image.fromarray(photo[:9, :9]), "TIFF", dpi=(300, 300)))
    (directory,) = struct.unpack_from("<I", data, 4)
    for entry in range(directory + 2, len(data) - 12, 12):
        tag, _, _, value = struct.unpack_from("<HHII", data, entry)
        if tag in (0x011A, 0x011B):
            struct.pack_into("<II", data, value, *ratio)
        if tag == 0x0128:
            struct.pack_into("<I", data, entry + 8, unit)
            break
    picture = reading.read(bytes(data))
    assert picture.dpi is None
    for suffix in formats.COLOR_FORMATS:
        writing.write_color(tmp_path / f"a{suffix}", photo[:9, :9], picture)


@pytest.mark.parametrize(
    ("name", "most"), [("a.webp", 16_383), ("a.jpg", 65_500), ("a.JPEG", 65_500)]
)
def test_the_limits_of_formats_are_those_of_pillow(tmp_path, name, most):
    path = tmp_path / name
    form = writing.color_format(path)
    writing.check_size(path, form, most, 1)
    Image.new("RGB", (1, most)).save(path, form.name)
    with pytest.raises(OutputError, match=f"2x{most + 1} pixels are too many for {form.name}"):
        writing.check_size(path, form, most + 1, 2)
    with pytest.raises((OSError, ValueError)):
        Image.new("RGB", (1, most + 1)).save(path, form.name)


# Places


def test_a_stream_gets_a_png(photo):
    target = io.BytesIO()
    writing.write_gray(target, photo[..., 0], Picture(pixels=photo), TOLD)
    assert target.getvalue().startswith(b"\x89PNG")
    assert reading.read(target.getvalue()).record == TOLD


def test_a_named_pipe_and_devices_are_written_to(tmp_path, photo):
    pipe, received = tmp_path / "pipe.jpg", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    writing.write_color(pipe, photo, Picture(pixels=photo))
    reader.join()
    assert received[0].startswith(b"\xff\xd8\xff")
    assert pipe.is_fifo()
    writing.write_color(Path("/dev/null"), photo, Picture(pixels=photo))
    assert Path("/dev/null").is_char_device()
    with (tmp_path / "out").open("wb") as out:
        writing.write_color(Path(f"/dev/fd/{out.fileno()}"), photo, Picture(pixels=photo))
    assert (reading.read(tmp_path / "out").pixels == photo).all()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(photo):
    with pytest.raises(OutputError, match=r"/dev/full: cannot be written \(No space left"):
        writing.write_color(Path("/dev/full"), photo, Picture(pixels=photo))


def test_failed_writes_leave_nothing_behind(tmp_path, photo):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    for target in (blocked / "gray.png", folder):
        with pytest.raises(OutputError, match="cannot be written") as caught:
            writing.write_gray(target, photo[..., 0], Picture(pixels=photo), TOLD, overwrite=True)
        assert str(target) in str(caught.value)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder.png"]


def test_what_a_format_cannot_hold_leaves_the_old_file(tmp_path):
    wide = np.zeros((1, 70_000), np.uint8)
    path = tmp_path / "a.jpg"
    path.write_text("precious")
    with pytest.raises(OutputError, match=r"a\.jpg: cannot be written"):
        writing.write_gray(path, wide, Picture(pixels=wide), TOLD, overwrite=True)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]
