"""The file of results: what was written is read again, and nothing else is."""

from __future__ import annotations

import json
import math

import pytest
from msgspec.structs import replace

from invgray.benchmark import results as files
from invgray.errors import InputError, InvgrayError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results.json"


@pytest.fixture
def written(results):
    return json.loads(files.to_json(results))


def test_what_was_written_is_read_again(results, colorized_results, timing_only, path):
    for benchmark in (results, colorized_results, timing_only):
        path.write_text(files.to_json(benchmark))
        assert files.load(path) == benchmark


def test_infinities_are_strings_and_what_is_missing_is_null(written):
    baseline = written["baselines"]["<b>luminance</b>"]
    assert baseline["quality"]["psnr"] == {"mean": "inf", "std": 0.5}
    assert baseline["per_image"][1]["psnr"] == "inf"
    assert baseline["quality"]["lpips"] is None
    assert baseline["digest"] is None
    assert written["colorization"] == {}


def test_infinities_are_read_as_such(results, path):
    path.write_text(files.to_json(results))
    assert math.isinf(files.load(path).baselines["<b>luminance</b>"].quality.psnr.mean)


def test_a_key_is_written_even_if_nothing_was_measured(timing_only, written):
    assert json.loads(files.to_json(timing_only)).keys() == written.keys()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"preset": "standard"}',
        b'{"schema": 1}',
        b'{"schema": "1"}',
        b'{"schema": 1, "invgray": "0", "machine": {}, "images": "many"}',
    ],
)
def test_foreign_files_are_one_clear_line(path, text):
    path.write_bytes(text)
    with pytest.raises(InputError, match=r"results.json: is not what a benchmark wrote") as caught:
        files.load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", ["x", "nan", True, [], None])
def test_malformed_figures_are_refused(written, path, number):
    written["presets"]["standard"]["quality"]["psnr"]["mean"] = number
    path.write_text(json.dumps(written))
    with pytest.raises(InputError, match="is not what a benchmark wrote"):
        files.load(path)


def test_unknown_keys_are_refused(written, path):
    written["presets"]["standard"]["quality"]["rarity"] = 1.0
    path.write_text(json.dumps(written))
    with pytest.raises(InputError, match="unknown field `rarity`"):
        files.load(path)


def test_another_version_is_named(results, path):
    path.write_text(files.to_json(replace(results, schema=files.SCHEMA + 1)))
    with pytest.raises(InputError, match="has results of version 2; this program reads 1"):
        files.load(path)


def test_a_missing_file_is_named(path):
    with pytest.raises(InvgrayError, match="cannot be read"):
        files.load(path)
