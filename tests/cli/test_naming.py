"""Names of results."""

from __future__ import annotations

from pathlib import Path

import pytest

from invgray.cli.naming import Naming
from invgray.errors import UsageError
from invgray.files.formats import COLOR_FORMATS, GRAY_FORMATS

GRAY, COLOR = Naming(".gray", GRAY_FORMATS), Naming(".color", COLOR_FORMATS)


@pytest.mark.parametrize(
    ("source", "gray", "color"),
    [
        ("photo.jpg", "photo.gray.png", "photo.color.png"),
        ("a.b.JPG", "a.b.gray.png", "a.b.color.png"),
        ("photo", "photo.gray.png", "photo.color.png"),
        ("photo.gray.png", "photo.gray.png", "photo.color.png"),
        ("photo.GRAY.jpeg", "photo.gray.png", "photo.color.png"),
        (".gray.png", ".gray.gray.png", ".gray.color.png"),
    ],
)
def test_results_have_the_stem_of_their_inputs(source, gray, color):
    assert GRAY.result(Path("in", source)) == gray
    assert COLOR.result(Path("in", source)) == color


def test_a_format_that_is_asked_for_is_the_suffix():
    assert GRAY.of_format("jpg").result(Path("a.png")) == "a.gray.jpg"
    assert COLOR.of_format("webp").result(Path("a.gray.jpg")) == "a.color.webp"
    assert GRAY.of_format(None) == GRAY
    with pytest.raises(UsageError, match="gray pictures are not written as gif; choose one of png"):
        GRAY.of_format("gif")


def test_a_name_of_another_format_is_refused():
    COLOR.of_format("jpg").check(Path("a.JPEG"))
    COLOR.of_format("jpg").check(Path("/dev/null"))
    COLOR.check(Path("a.webp"))
    with pytest.raises(UsageError, match=r"a.webp: its name is of another format than jpg"):
        COLOR.of_format("jpg").check(Path("a.webp"))
    with pytest.raises(UsageError, match=r"a.bmp: cannot be written in this format"):
        COLOR.check(Path("a.bmp"))


def test_results_of_the_same_command_are_known_in_every_format():
    assert GRAY.made("a.gray.png")
    assert GRAY.of_format("jpg").made("a.gray.png")
    assert GRAY.made("a-2.gray.jpg")
    assert not GRAY.made("a.color.png")
    assert not COLOR.made("a.gray.png")


def test_templates_are_filled_with_parts_of_the_inputs_name(tmp_path, monkeypatch):
    source = Path("in/deep er/x.y.jpg")
    assert GRAY.filled("out/{stem}.png", source) == Path("out/x.y.png")
    assert GRAY.filled("{parent}/g/{stem}{suffix}.png", source) == Path("in/deep er/g/x.y.jpg.png")
    assert GRAY.filled("out/{folder}/", source) == Path("out/deep er/x.y.gray.png")
    assert COLOR.filled("{stem}.png", Path("a.gray.png")) == Path("a.png")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert GRAY.filled("{folder}-{stem}.png", Path("a.jpg")) == Path("here-a.png")


def test_numbers_come_before_the_ending():
    assert GRAY.numbered(Path("out/a.gray.png"), 2) == Path("out/a-2.gray.png")
    assert GRAY.numbered(Path("out/a.bw.png"), 10) == Path("out/a.bw-10.png")
    assert GRAY.of_format("jpg").numbered(Path("a.gray.jpg"), 3) == Path("a-3.gray.jpg")
