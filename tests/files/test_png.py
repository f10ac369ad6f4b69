"""Profiles and texts of PNGs that are larger than Pillow takes, which keeps its limit."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from invgray import convert
from invgray.errors import InputError
from invgray.files import png as pngs
from invgray.files import reading, record, writing
from invgray.files.picture import Picture
from invgray.files.record import Record
from invgray.options import DecodeOptions

ROW = b"\0\1\2\3"


@pytest.fixture(scope="module")
def large(profile):
    """A profile of 2 MB, as those of cameras and printers may be."""
    return profile + np.random.default_rng(0).bytes(2 * 2**20)


def compressed(data):
    return b"name\0\0" + zlib.compress(data)


def test_large_profiles_are_read_from_a_png(png, large):
    data = png(1, 1, 8, 2, ROW, (b"iCCP", compressed(large)))
    with pytest.raises(ValueError, match="Decompressed data too large"):
        Image.open(io.BytesIO(data))
    picture = reading.read(data)
    assert picture.icc == large
    assert picture.pixels.tolist() == [[[1, 2, 3]]]
    assert PngImagePlugin.MAX_TEXT_CHUNK == 2**20


@pytest.mark.parametrize(
    ("kind", "before"),
    [(b"tEXt", b""), (b"zTXt", b"\0"), (b"iTXt", b"\1\0en\0\0"), (b"iTXt", b"\0\0\0\0")],
)
def test_large_records_are_read_as_other_programs_write_them_anew(png, large, kind, before):
    told = Record(preset="robust", weights="ab", icc=large)
    text = record.to_text(told).encode()
    if kind == b"zTXt" or before.startswith(b"\1"):
        text = zlib.compress(text)
    chunk = (kind, record.KEYWORD.encode() + b"\0" + before + text)
    assert reading.read(png(1, 1, 8, 0, b"\0\7", chunk)).record == told


def test_a_large_profile_goes_there_and_back(tmp_path, photo, large, codec, machine):
    gray = codec.encode(photo[:40, :40])
    told = Record(preset="standard", weights=codec.preset.digest, icc=large)
    path = tmp_path / "a.gray.png"
    writing.write_gray(path, gray, Picture(pixels=photo[:40, :40]), told)
    convert.decode_file(path, tmp_path / "a.color.png", DecodeOptions(machine=machine))
    restored = reading.read(tmp_path / "a.color.png")
    assert restored.icc == large
    assert (restored.pixels == codec.decode(gray)).all()


def test_bombs_and_damage_cost_the_chunk_not_the_picture(png):
    bomb = compressed(bytes(pngs.LARGEST + 1))
    damaged = bytearray(compressed(bytes(2**21)))
    damaged[-1] ^= 1
    for chunk in (bomb, bytes(damaged)):
        for kind in (b"iCCP", b"zTXt"):
            picture = reading.read(png(1, 1, 8, 2, ROW, (kind, chunk)))
            assert picture.icc is None
            assert picture.pixels.tolist() == [[[1, 2, 3]]]
            assert picture.notices == ("damaged profile or text of more than 1 MB dropped",)


def test_nothing_is_taken_out_of_other_files(photo_file):
    with photo_file.open("rb") as file:
        same, large = pngs.without_large_chunks(file, b"x")
        assert same is file
        assert file.tell() == 0
        assert large == pngs.LargeChunks()


@given(
    st.sampled_from([b"iCCP", b"zTXt", b"iTXt", b"tEXt", b"eXIf"]),
    st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(zlib.compress)),
    st.binary(max_size=20),
    st.integers(0, 200),
)
def test_any_chunks_are_read_or_refused(png, kind, content, before, cut):
    data = png(1, 1, 8, 2, ROW, (kind, before + content))
    for file in (data, data[: len(data) - cut]):
        try:
            assert reading.read(file).pixels.tolist() == [[[1, 2, 3]]]
        except InputError as error:
            assert str(error).startswith("standard input: is ")  # noqa: PT017 - few fail
