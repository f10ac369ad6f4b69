"""What a file is, by its suffix and its first bytes."""

from __future__ import annotations

import pytest

from invgray.files import formats


def test_the_suffixes_of_cameras_and_programs_are_known():
    known = formats.readable_suffixes()
    assert {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".gif", ".bmp"} <= known
    assert known.isdisjoint({".eps", ".wmf", ".mpg", ".txt"})


@pytest.mark.parametrize(
    ("start", "suffix", "name"),
    [
        (b"\0\0\0\x18ftypheic", ".jpg", "HEIC"),
        (b"\0\0\0\x18ftypmif1", "", "HEIC"),
        (b"\xff\x0a\xf8", ".png", "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "", "JPEG XL"),
        (b"", ".HEIF", "HEIC"),
        (b"unknown", ".jxl", "JPEG XL"),
        (b"\xff\xd8\xff\xe0", ".heic", None),
        (b"RIFF\0\0\0\0WEBP", ".jxl", None),
        (b"\0\0\0\x18ftypavif", ".avif", None),
        (b"hello", ".txt", None),
        (b"", "", None),
    ],
)
def test_foreign_formats_by_content_before_the_suffix(start, suffix, name):
    assert formats.foreign_format(start, suffix) == name


def test_everything_written_can_be_read():
    assert formats.GRAY_FORMATS.keys() <= formats.COLOR_FORMATS.keys()
    assert formats.COLOR_FORMATS.keys() <= formats.readable_suffixes()
