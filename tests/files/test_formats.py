"""What a file is, by its suffix and its first bytes."""

from __future__ import annotations

import pytest

from invgray.files import formats
from invgray.files.plugins import Plugin


def test_the_suffixes_of_cameras_and_programs_are_known():
    known = formats.readable_suffixes()
    assert {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif", ".bmp"} <= known
    assert {".heic", ".heif", ".hif", ".jxl", ".avif"} <= known
    assert known.isdisjoint({".eps", ".wmf", ".mpg", ".txt"})


@pytest.mark.parametrize(
    ("start", "suffix", "plugin"),
    [
        (b"\0\0\0\x18ftypheic", ".jpg", Plugin.HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "", Plugin.HEIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1", "", None),
        (b"\xff\x0a\xf8", ".png", Plugin.JXL),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "", Plugin.JXL),
        (b"", ".HEIF", Plugin.HEIF),
        (b"unknown", ".jxl", Plugin.JXL),
        (b"\xff\xd8\xff\xe0", ".heic", None),
        (b"RIFF\0\0\0\0WEBP", ".jxl", None),
        (b"\0\0\0\x18ftypavif", ".avif", None),
        (b"hello", ".txt", None),
        (b"", "", None),
    ],
)
def test_plugins_by_content_before_the_suffix(start, suffix, plugin):
    assert formats.plugin_for(start, suffix) == plugin


def test_everything_written_can_be_read():
    assert formats.GRAY_FORMATS.keys() <= formats.COLOR_FORMATS.keys()
    assert formats.COLOR_FORMATS.keys() <= formats.readable_suffixes()


@pytest.mark.parametrize("form", [*formats.GRAYS, *formats.COLORS], ids=lambda f: f.name)
def test_what_a_quality_does(form):
    assert form.exact is not None or form.lossy is not None
    assert form.loses(None) == (form.exact is None)
    assert form.loses(80) == (form.lossy is not None)
    assert form.options(80).get("quality") == (80 if form.lossy is not None else None)
    assert form.options(None).get("quality") == (form.quality if form.exact is None else None)


def test_jpegs_of_colours_are_better_than_those_of_grays():
    assert formats.GRAY_FORMATS[".jpg"].options(None)["quality"] == 90
    assert formats.COLOR_FORMATS[".jpeg"].options(None)["quality"] == 95


def test_formats_are_called_by_their_usual_suffix():
    assert formats.names(formats.GRAYS) == ("png", "jpg", "webp", "tif", "jxl")
    assert formats.names(formats.COLORS) == ("png", "jpg", "webp", "tif", "avif", "heic", "jxl")
