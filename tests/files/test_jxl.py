"""Headers and boxes of JPEG XL files."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from invgray.files import jxl
from invgray.files.jxl import Header
from invgray.files.plugins import Plugin


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize(
    "size",
    [(1, 1), (8, 8), (256, 256), (264, 8), (160, 90), (120, 100), (33, 7), (513, 2), (9000, 3)],
)
def test_sizes_are_those_that_are_decoded(saved, size, container):
    Plugin.JXL.load()
    data = saved(Image.new("L", size), "JXL", lossless=True, use_container=container)
    found = jxl.header(io.BytesIO(data))
    assert found == Header(height=size[1], width=size[0], bits=8, animated=False)


def bits(*fields):
    """A codestream's first bytes, of numbers and their bits."""
    value, at = 0, 0
    for number, count in fields:
        value, at = value | number << at, at + count
    return b"\xff\x0a" + value.to_bytes(at // 8 + 1, "little")


SMALL = ((1, 1), (4, 5), (1, 3))  # 40 pixels high and as wide


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((*SMALL, (1, 1)), Header(40, 40, 8, False)),
        ((*SMALL[:2], (7, 3), (1, 1)), Header(40, 80, 8, False)),
        ((*SMALL[:2], (5, 3), (1, 1)), Header(40, 71, 8, False)),
        (((0, 1), (1, 2), (4999, 13), (0, 3), (0, 2), (9, 9), (1, 1)), Header(5000, 10, 8, False)),
        # without further fields: an integer of 10 bits
        ((*SMALL, (0, 1), (0, 1), (0, 1), (1, 2)), Header(40, 40, 10, False)),
        # of 16 bits, floating
        ((*SMALL, (0, 1), (0, 1), (1, 1), (1, 2)), Header(40, 40, 16, False)),
        # turned, with a size to show and a preview, and animated, of 12 bits
        (
            (
                *(*SMALL, (0, 1), (1, 1), (5, 3)),
                *((1, 1), *SMALL),
                *((1, 1), (1, 1), (2, 2), (3, 5), (0, 3), (0, 2)),
                *((1, 1), (2, 2), (99, 10), (1, 2), (0, 2), (0, 1)),
                *((0, 1), (2, 2)),
            ),
            Header(40, 40, 12, True),
        ),
    ],
)
def test_fields_are_read_as_the_standard_says(fields, expected):
    assert jxl.header(io.BytesIO(bits(*fields, (0, 64)))) == expected


def box(kind, content, length=None):
    return struct.pack(">I4s", 8 + len(content) if length is None else length, kind) + content


SIGNATURE = box(b"JXL ", b"\r\n\x87\n")


def test_a_codestream_in_parts_is_found():
    data = SIGNATURE + box(b"jxlp", bytes(4) + bits(*SMALL, (1, 1), (0, 64)))
    assert jxl.header(io.BytesIO(data)).width == 40


@pytest.mark.parametrize(
    ("data", "packet"),
    [
        (SIGNATURE + box(b"Exif", b"1") + box(b"xml ", b"<x/>"), b"<x/>"),
        (SIGNATURE + box(b"xml ", b"<x/>", 0), b"<x/>"),
        (SIGNATURE + struct.pack(">I4sQ", 1, b"xml ", 20) + b"<x/>", b"<x/>"),
        (SIGNATURE + box(b"xml ", b"<x/>", 99), None),
        (SIGNATURE + box(b"xml ", b"<x/>", 3), None),
        (SIGNATURE, None),
        (b"\xff\x0a" + box(b"xml ", b"<x/>"), None),
        (b"", None),
    ],
)
def test_packets_are_in_a_box(data, packet):
    assert jxl.xmp(io.BytesIO(data)) == packet


@given(st.binary(max_size=80), st.sampled_from([b"", b"\xff\x0a", SIGNATURE]))
def test_noise_has_a_header_or_none(noise, start):
    file = io.BytesIO(start + noise)
    try:
        found = jxl.header(file)
    except ValueError:
        return
    assert min(found.height, found.width + 1) >= 1
    jxl.xmp(file)
