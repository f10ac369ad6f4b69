"""Formats, pages and what is beside the pixels, by the command line."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from invgray.files import iptc, reading

QUICK = ("--preset", "luminance")


@pytest.fixture
def camera_file(tmp_path, photo):
    """A JPEG with EXIF, which tells a place, and IPTC."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    path = tmp_path / "camera.jpg"
    segment = iptc.to_segment(b"\x1c\x02\x78\x00\x05Halle")
    Image.fromarray(photo[:64, :96]).save(path, exif=exif, extra=segment, quality=95)
    return path


def test_what_is_dropped_is_said_in_one_notice_and_in_json(run, camera_file, tmp_path):
    target = tmp_path / "a.webp"
    result = run("encode", camera_file, *QUICK, "-o", target, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["dropped"] == ["iptc"]
    assert result.stderr.count(": dropped: ") == 1
    assert f"invgray: {camera_file}: dropped: IPTC\n" in result.stderr
    result = run("encode", camera_file, *QUICK, "-o", tmp_path / "a.png", "--json")
    assert "dropped" not in json.loads(result.stdout)


def test_strip_and_keep_times(run, camera_file):
    os.utime(camera_file, ns=(10**18, 10**18))
    camera_file.chmod(0o604)
    result = run("encode", camera_file, *QUICK, "--strip", "--keep-times")
    assert (result.exit_code, "where it was taken" in result.stderr) == (0, False)
    gray = camera_file.with_name("camera.gray.png")
    assert (gray.stat().st_mtime_ns, gray.stat().st_mode & 0o777) == (10**18, 0o604)
    found = reading.read(gray)
    assert (found.exif, found.iptc) == (None, None)


def test_a_page_of_several_is_converted(run, tmp_path, photo):
    source = tmp_path / "film.gif"
    frames = [Image.fromarray(np.roll(photo[:64, :64], n, axis=0)) for n in range(3)]
    frames[0].save(source, save_all=True, append_images=frames[1:])
    result = run("encode", source, *QUICK)
    assert result.exit_code == 3
    assert result.stderr == (f"invgray: {source}: has 3 pages; choose one with --page, from 1 on\n")
    assert run("encode", source, *QUICK, "--page", "3").exit_code == 0
    assert run("encode", source, *QUICK, "--page", "4", "--overwrite").exit_code == 3


def test_folders_name_the_extra_for_what_they_cannot_read(run, folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    result = run("encode", folder, *QUICK, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "IMG_1.HEIC: is HEIC, and pillow_heif is not installed; " in result.stderr
    assert "pip install 'invgray[heif]' brings it" in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr


def test_a_missing_extra_is_told_before_the_work(run, camera_file, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    monkeypatch.setattr("invgray.codec.Codec.encode", lambda *_: pytest.fail("work was done"))
    result = run("encode", camera_file, *QUICK, "-o", tmp_path / "a.jxl")
    assert result.exit_code == 2
    assert "pip install 'invgray[jxl]' brings it" in result.stderr
    assert not (tmp_path / "a.jxl").exists()


@pytest.mark.parametrize("suffix", ["avif", "heic", "jxl", "webp"])
def test_colours_in_modern_formats(run, camera_file, tmp_path, suffix):
    run("encode", camera_file, *QUICK)
    gray, sizes = camera_file.with_name("camera.gray.png"), []
    for quality in (20, 95):
        target = tmp_path / f"{quality}.{suffix}"
        result = run("decode", gray, "-o", target, "--quality", quality)
        assert result.exit_code == 0, result.stderr
        sizes.append(target.stat().st_size)
        assert reading.read(target).pixels.shape == (64, 96, 3)
    assert sizes[0] < sizes[1]
