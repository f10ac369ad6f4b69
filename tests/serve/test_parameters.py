"""A request's options are those of the commands."""

from __future__ import annotations

import click
import msgspec
import pytest
from starlette.datastructures import QueryParams

from invgray.cli.colorize import colorize
from invgray.cli.decode import decode
from invgray.cli.encode import encode
from invgray.errors import UsageError
from invgray.files.formats import COLOR_FORMATS, GRAY_FORMATS
from invgray.hints import Hint
from invgray.inference.machine import Machine
from invgray.serve import parameters
from invgray.serve.parameters import ColorFormat, Colorizing, Decoding, Encoding, GrayFormat

ONLY_HERE = {"ticket", "format"}
"""Of requests: progress, and what the command tells by a file's suffix."""

ONLY_THERE = {
    *("inputs", "output", "recursive", "as_json", "quiet", "jobs"),
    *(
        "overwrite",
        "skip_existing",
        "keep_times",
        "files_from",
        "null",
        "on_clash",
        "dry_run",
        "manifest",
        "shard",
        "ray",
        "rows",
        "format",
        "hints",
    ),
    *("start", "stop", "codec", "crf"),
    *("max_pixels", "max_memory", "weights", "device", "precision", "engine", "tile", "threads"),
}
"""Of commands: files, how to report, and what whoever runs the server decides."""


def spelled(option):
    return max(option.opts, key=len).removeprefix("--").replace("-", "_")


@pytest.mark.parametrize(
    ("command", "query"), [(encode, Encoding), (decode, Decoding), (colorize, Colorizing)]
)
def test_options_and_their_defaults_and_ranges_are_the_command_s(command, query):
    there = {spelled(p): p for p in command.params if p.name not in ONLY_THERE}
    here = {field.name: field for field in msgspec.structs.fields(query)}
    assert here.keys() - ONLY_HERE == there.keys()
    defaults = command.make_context(command.name, ["photo.png"]).params
    for name in here.keys() - ONLY_HERE:
        assert getattr(query(), name) == defaults[there[name].name], name
        kind = there[name].type
        if isinstance(kind, click.IntRange | click.FloatRange):
            beyond = [(kind.min, -1), (kind.max, 1)]
            for value in (edge + step for edge, step in beyond if edge is not None):
                with pytest.raises(UsageError, match=name):
                    parameters.parse(QueryParams({name: str(value)}), query)
            for edge in (kind.min, kind.max):
                if edge is not None:
                    parameters.parse(QueryParams({name: str(edge)}), query)


def test_formats_are_all_that_can_be_written():
    for formats, written in ((GrayFormat, GRAY_FORMATS), (ColorFormat, COLOR_FORMATS)):
        chosen = [written[f".{form}"] for form in formats]
        assert {form.name for form in chosen} == {form.name for form in written.values()}
        assert len(chosen) == len({form.name for form in chosen})


def test_a_size_is_width_and_height():
    query = parameters.parse(QueryParams("rectify=true&size=30x20"), Decoding)
    options = parameters.decode_options(query, Machine(), 1000, None)
    assert (options.rectify, options.size, options.max_pixels) == (True, (20, 30), 1000)
    for size in ("0x5", "5", "x", "5x-1", "1e3x4", "9999999x1"):
        with pytest.raises(UsageError, match="size"):
            parameters.parse(QueryParams({"size": size}), Decoding)


def test_hints_may_be_repeated_and_other_options_not():
    query = parameters.parse(QueryParams("hint=1,2,ff0000&hint=3,4,%2300ff00"), Colorizing)
    options = parameters.colorize_options(query, Machine(), 1000, None)
    assert options.points == (Hint(1, 2, (255, 0, 0)), Hint(3, 4, (0, 255, 0)))
    assert options.optimized
    with pytest.raises(UsageError, match="an option is given twice"):
        parameters.parse(QueryParams("hint=1,2,ff0000&strip=1&strip=0"), Colorizing)
    with pytest.raises(UsageError, match="an option is given twice"):
        parameters.parse(QueryParams("hint=1,2,ff0000&strip=1&strip=0"), Encoding)
    for hint in ("1,2", "1,2,red", "x,2,ff0000"):
        with pytest.raises(UsageError, match="hint"):
            parameters.parse(QueryParams({"hint": hint}), Colorizing)
    many = QueryParams([("hint", f"{i},2,ff0000") for i in range(2001)])
    with pytest.raises(UsageError, match="hint"):
        parameters.parse(many, Colorizing)
