"""Templates of names: fields are filled in, others are named, braces can be written."""

from __future__ import annotations

import pytest

from invgray.cli import template
from invgray.cli.template import Field
from invgray.errors import UsageError


def test_fields_are_found_and_filled_in():
    text = "out/{folder}-{stem}{suffix}{{1}}.png"
    assert template.fields(text) == {Field.FOLDER, Field.STEM, Field.SUFFIX}
    values = {Field.FOLDER: "a", Field.STEM: "b{stem}", Field.SUFFIX: ".jpg"}
    assert template.filled(text, values) == "out/a-b{stem}.jpg{1}.png"


def test_a_name_without_fields_is_none():
    assert template.fields("out/a.png") == set()
    assert template.fields("a{{stem}}.png") == set()
    assert template.filled("a{{stem}}.png", {}) == "a{stem}.png"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name}.png", r"there is no field {name}; there are {stem}, {suffix}, {parent}, {folder}"),
        ("{}.png", r"there is no field {}"),
        ("{0}.png", r"there is no field {0}"),
        ("{stem.name}.png", r"no field {stem.name}"),
        ("{stem[0]}.png", r"no field {stem\[0\]}"),
        ("{stem!r}.png", r"no field {stem!r}"),
        ("{stem:>9}.png", r"no field {stem:>9}"),
        ("a{.png", "a brace stands alone"),
        ("a}.png", r"a brace stands alone .*; write {{ and }} for braces"),
    ],
)
def test_what_is_no_field_is_named(text, words):
    with pytest.raises(UsageError, match=words):
        template.fields(text)
