"""Shipped presets: complete, verified, and as good as their cards say."""

from __future__ import annotations

import json

import pytest

import invgray
from invgray import presets
from invgray.errors import WeightsError


@pytest.mark.parametrize("name", presets.names())
def test_shipped_presets_are_complete(name):
    preset = presets.find(name)
    for file in preset.card["files"]:
        assert preset.file(file).stat().st_size > 0
    assert len(preset.digest) == 16
    assert preset.card["training"]["seconds"] >= 7000
    assert preset.card["command"].startswith("invgray train")
    assert "/" not in preset.card["command"]


@pytest.mark.parametrize(
    ("name", "megabytes"), {"standard": 6, "robust": 11, "paper": 15, "colorizer": 30}.items()
)
def test_presets_are_small(name, megabytes):
    files = presets.find(name).directory.iterdir()
    assert sum(file.stat().st_size for file in files) <= megabytes * 1e6


def test_unknown_presets_are_refused():
    with pytest.raises(WeightsError, match=r"there is no preset 'x'.*standard"):
        presets.find("x")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"network": "subpixel"}'])
def test_damaged_cards_are_refused(tmp_path, text):
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(WeightsError, match="damaged"):
        presets.open_directory(tmp_path)


def test_load_takes_names_and_folders():
    folder = presets.find("standard").directory
    assert invgray.load(folder).preset.digest == invgray.load("standard").preset.digest
    assert json.loads((folder / "card.json").read_text())["network"] == "subpixel"
