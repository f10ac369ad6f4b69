"""IPTC as files of each kind carry it."""

from __future__ import annotations

import pytest
from PIL import Image, TiffImagePlugin

from invgray.files import iptc, reading

RECORDS = b"\x1c\x02\x00\x00\x02\x00\x04\x1c\x02\x78\x00\x05Hall\xf6"


def test_a_jpeg_s_segment_is_read_by_pillow_and_by_us(picture, saved):
    for records in (RECORDS, RECORDS + b"!"):  # of even and of odd length
        data = saved(picture, "JPEG", extra=iptc.to_segment(records))
        assert reading.read(data).iptc == records


def test_the_text_of_a_png_is_that_of_imagemagick():
    lines = iptc.to_text(RECORDS).split("\n")
    assert lines[:3] == ["", "iptc", "      30"]
    assert lines[3].startswith("3842494d040400000000")
    assert max(map(len, lines)) <= 72


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (iptc.to_text(RECORDS), RECORDS),
        ("\niptc\n 3\n1c0200\n", b"\x1c\x02\x00"),
        ("\niptc\n 3\nxyz\n", None),
        ("iptc", None),
        ("", None),
    ],
)
def test_what_pngs_say(text, found):
    image = Image.new("L", (1, 1))
    image.info[iptc.PNG_KEYWORD] = text
    assert iptc.of(image) == found


def test_a_tiff_s_tag_is_read(picture, read):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[iptc.TIFF_TAG] = RECORDS
    assert read(picture, "TIFF", tiffinfo=tags).iptc == RECORDS
    assert read(picture, "TIFF").iptc is None
