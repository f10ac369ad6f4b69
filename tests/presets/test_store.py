"""Shipped presets: complete, verified, and found by name, version and digest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import invgray
from invgray.errors import WeightsError
from invgray.presets import store

SHIPPED = pytest.mark.parametrize(
    "preset", store.shipped(), ids=lambda preset: preset.directory.name
)
MEGABYTES = {
    "luminance": 0.01,
    "standard": 8,
    "robust": 11,
    "paper": 15,
    "colorizer": 30,
    "hinted": 11,
}


@SHIPPED
def test_shipped_presets_are_complete(preset):
    for name in preset.card.files:
        assert preset.file(name).stat().st_size > 0
    assert len(preset.digest) == 16
    assert store.by_digest(preset.digest) == preset
    abilities = preset.card.abilities
    assert abilities.hides_colors != abilities.colorizes


@SHIPPED
def test_presets_are_small(preset):
    name = preset.directory.name.rstrip("-0123456789")
    size = sum(file.stat().st_size for file in preset.directory.iterdir())
    assert size <= MEGABYTES[name] * 1e6


def test_what_is_shipped_by_default_is_there():
    assert {preset.name for preset in store.latest()} >= MEGABYTES.keys()
    assert store.find().name == "standard"
    assert store.find(store.COLORIZER).card.abilities.colorizes
    assert store.find(store.HINTED).card.abilities.takes_hints
    hiding = MEGABYTES.keys() - {store.COLORIZER, store.HINTED}
    assert {preset.name for preset in store.codecs()} >= hiding


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """Three versions of one preset, told apart by their digests, and another one."""
    for name in ("robust", "robust-2", "robust-10", "plain"):
        folder = tmp_path / name
        folder.mkdir()
        card = json.loads((store.find("robust").directory / store.CARD).read_text())
        card["files"]["encoder.bin"] = name.encode().hex()
        (folder / store.CARD).write_text(json.dumps(card))
    store.shipped.cache_clear()
    monkeypatch.setattr(store, "_root", lambda: tmp_path)
    yield {folder.name: store.open_directory(folder) for folder in tmp_path.iterdir()}
    monkeypatch.undo()
    store.shipped.cache_clear()


def test_the_newest_version_bears_the_name_and_all_stay_within_reach(versions):
    folders = {"robust": "robust-10", "robust-1": "robust", "robust-2": "robust-2"}
    for name, folder in folders.items():
        assert store.find(name).name == name
        assert store.find(name).digest == versions[folder].digest
    assert store.find("robust-10") == store.find("robust")
    assert [preset.name for preset in store.latest()] == ["plain", "robust"]
    assert [preset.name for preset in store.shipped()] == [
        "plain",
        "robust-1",
        "robust-2",
        "robust",
    ]
    assert [preset.name for preset in store.codecs()][:2] == ["robust", "robust-2"]
    for preset in versions.values():
        assert store.by_digest(preset.digest).digest == preset.digest
    assert store.by_digest("0" * 16) is None
    with pytest.raises(WeightsError, match=r"no preset 'robust-3' \(shipped: plain, robust\)"):
        store.find("robust-3")


def test_unknown_presets_are_refused():
    with pytest.raises(WeightsError, match=r"there is no preset 'x'.*standard") as caught:
        store.find("x")
    assert "--" not in str(caught.value)


def test_load_takes_names_and_folders():
    preset = store.find("paper")
    assert invgray.load(preset.directory).preset == preset
    assert invgray.load("paper").preset == preset
    assert store.find("standard").directory.name == "standard-4"
    assert store.load("standard-1").digest == "10ccf9bb032a4b80"


def test_presets_are_equal_by_what_they_are(tmp_path):
    preset = store.find("paper")
    again = store.open_directory(preset.directory)
    assert again == preset
    assert hash(again) == hash(preset)
    copy = tmp_path / "paper"
    shutil.copytree(preset.directory, copy)
    assert store.open_directory(copy) != preset
    assert store.open_directory(copy).digest == preset.digest


def test_files_that_are_not_the_card_s_are_refused(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(store.find("robust").directory, copy)
    preset = store.open_directory(copy)
    data = bytearray((copy / "encoder.bin").read_bytes())
    data[1000] ^= 1
    (copy / "encoder.bin").write_bytes(data)
    with pytest.raises(WeightsError, match=r"encoder\.bin: weights do not match the card's"):
        preset.file("encoder.bin")
    (copy / "encoder.bin").unlink()
    with pytest.raises(WeightsError, match=r"encoder\.bin: weights are missing"):
        preset.file("encoder.bin")
    with pytest.raises(WeightsError, match="do not match"):
        preset.file("card.json")


def test_a_folder_is_named_after_itself(tmp_path, monkeypatch):
    copy = tmp_path / "my model"
    shutil.copytree(store.find("robust").directory, copy)
    monkeypatch.chdir(copy)
    assert store.open_directory(Path()).name == "my model"
