"""The record in a gray: written so that it can be read, read so that nothing harms."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from invgray.color.mix import LUMINANCE, Mix
from invgray.errors import InputError
from invgray.files import reading, record
from invgray.files.record import Record

NAMES = [
    "standard",
    "my model",
    "Jörg's",
    "Fotos (2026), alt",
    "n" * 300,
    "new\nline",
    "\udcff",
    "",
]


def records(profile):
    return st.builds(
        Record,
        preset=st.one_of(st.text(), st.sampled_from(NAMES)),
        weights=st.text("0123456789abcdef", min_size=1, max_size=64),
        colorless=st.booleans(),
        icc=st.sampled_from([None, profile]),
        border=st.integers(0, 10**6),
        mix=st.builds(
            lambda red, blue: Mix(red, 1000 - red - blue, blue), *2 * [st.integers(0, 500)]
        ),
    )


@given(st.data())
def test_any_record_is_read_as_it_was_written(profile, data):
    told = data.draw(records(profile))
    assert record.from_text(record.to_text(told), "a.png") == told
    assert record.from_text(record.to_text(told).encode(), "a.png") == told
    assert record.from_comment(record.to_comment(told), "a.png") == told


@pytest.mark.parametrize("name", NAMES)
def test_folders_of_any_name_make_records(name):
    told = Record(preset=name, weights="ab", border=24)
    assert told.preset.isprintable()
    assert told.preset
    assert record.from_text(record.to_text(told), "a.png") == told
    if name.isprintable() and 0 < len(name) <= record.LONGEST_NAME:
        assert told.preset == name


def test_names_are_made_printable_and_cut():
    assert Record(preset="new\nline\udcff", weights="ab").preset == "new?line?"
    assert Record(preset="n" * 300, weights="ab").preset == "n" * 255
    assert Record(preset="", weights="ab").preset == "?"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        "null",
        '{"preset": 3, "weights": "ab"}',
        '{"preset": "a", "weights": "xyz"}',
        '{"preset": "a", "weights": "ab", "icc": 5}',
        '{"preset": "a", "weights": "ab", "icc": "%%%"}',
        '{"preset": "a", "weights": "ab", "colorless": "no"}',
        '{"preset": "a", "weights": "ab", "border": -1}',
        '{"preset": "a", "weights": "ab", "border": 1.5}',
        '{"preset": "a\\nb", "weights": "ab"}',
        '{"preset": "", "weights": "ab"}',
        "[" * 5000,
    ],
)
def test_foreign_texts_are_ignored(photo, read, text):
    info = PngImagePlugin.PngInfo()
    info.add_text(record.KEYWORD, text)
    assert read(Image.fromarray(photo[:9, :9, 0]), pnginfo=info).record is None


@pytest.mark.parametrize("comment", [b"invgray", b"invgray{", b"invgray[1]", b"hello", b"\xff\xfe"])
def test_other_comments_are_no_records(photo, read, comment):
    assert read(Image.fromarray(photo[..., 0]), "JPEG", comment=comment).record is None


def test_records_of_newer_versions_are_refused(photo, read):
    info = PngImagePlugin.PngInfo()
    info.add_text(record.KEYWORD, '{"preset": "a", "weights": "b", "format": 3}')
    with pytest.raises(InputError, match="newer invgray; upgrade"):
        read(Image.fromarray(photo[:9, :9, 0]), pnginfo=info)


def test_records_may_leave_out_what_is_not_so():
    text = '{"preset": "a", "weights": "ab", "new field": 1}'
    assert record.from_text(text, "a.png") == Record(preset="a", weights="ab")


def test_profiles_of_other_spaces_are_left_out(profile):
    other = profile[:16] + b"GRAY" + profile[20:]
    text = json.dumps({"preset": "a", "weights": "b", "icc": base64.b64encode(other).decode()})
    assert record.from_text(text, "a.png") == Record(preset="a", weights="b")


def values():
    """JSON that is nearly a record."""
    anything = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    )
    keys = st.sampled_from(["preset", "weights", "colorless", "icc", "border", "format", "x"])
    return st.dictionaries(keys, st.one_of(anything, st.just("ab"))).map(json.dumps)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200), values()))
def test_any_text_is_a_record_or_none_or_newer(text):
    try:
        found = record.from_text(text, "a.png")
    except InputError as error:
        assert str(error) == "a.png: was made by a newer invgray; upgrade invgray"  # noqa: PT017
    else:
        assert found is None or record.from_text(record.to_text(found), "a.png") == found


@given(content=st.binary(max_size=100), kind=st.sampled_from([b"tEXt", b"zTXt", b"iTXt"]))
def test_any_chunk_leaves_the_picture(png, content, kind):
    data = png(1, 1, 8, 0, b"\0\7", (kind, b"invgray\0" + content))
    try:
        assert reading.read(data).pixels.tolist() == [[7]]
    except InputError as error:
        assert str(error).startswith("standard input: ")  # noqa: PT017 - few fail


def test_only_mixes_that_are_not_the_luminance_s_make_a_later_format():
    plain = json.loads(record.to_text(Record(preset="a", weights="b", mix=LUMINANCE)))
    mixed = json.loads(record.to_text(Record(preset="a", weights="b", mix=Mix(500, 500, 0))))
    assert (plain["format"], "mix" in plain) == (1, False)
    assert (mixed["format"], mixed["mix"]) == (2, {"red": 500, "green": 500, "blue": 0})
