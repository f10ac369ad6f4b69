"""Settings that a run keeps in its folder."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from invgray.errors import DamagedRunError, UsageError
from invgray.models import sitting
from invgray.models.colorizer.settings import ColorizerSettings, ColorObjective
from invgray.models.paper.settings import Optimizer, PaperSettings, Part
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.training.length import Length, Unit

LENGTH = Length(1.5, Unit.MINUTES)
EACH = [
    SubpixelSettings(length=LENGTH, channel=Channel.HANDLED, levels=3),
    PaperSettings(optimizer=Optimizer.MUON, without=(Part.CONTRAST, Part.DOWN_UP)),
    ColorizerSettings(length=LENGTH, objective=ColorObjective.L2, backbone="vgg.npz"),
]


@pytest.mark.parametrize("settings", EACH)
@pytest.mark.parametrize("altered", [False, True])
def test_settings_are_read_as_they_were_written(tmp_path, settings, altered):
    path = tmp_path / "settings.json"
    sitting.write(path, Sitting(settings, altered))
    again = sitting.read(path)
    assert again == Sitting(settings, altered)
    assert type(again.settings) is type(settings)


def test_what_is_kept_is_plain_json(tmp_path):
    sitting.write(tmp_path / "settings.json", Sitting(EACH[1]))
    kept = json.loads((tmp_path / "settings.json").read_text())
    assert kept["network"] == "paper"
    assert kept["settings"]["without"] == ["contrast", "down-up"]
    assert kept["settings"]["length"] == {"amount": 120, "unit": "epochs"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: "",
        lambda kept: "[]",
        lambda kept: json.dumps(kept | {"network": "other"}),
        lambda kept: json.dumps(kept["settings"] | {"network": "subpixel"}),  # as once written
        lambda kept: json.dumps(kept | {"settings": {}}),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"width": "48"}}),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"widht": 48}}),
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"channel": "fax"}}),
        lambda kept: "[" * 100_000,
        lambda kept: json.dumps(kept | {"settings": kept["settings"] | {"length": [1]}}),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, damage):
    path = tmp_path / "settings.json"
    sitting.write(path, Sitting(EACH[0]))
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(DamagedRunError, match=r"settings.json: is damaged.*; begin") as caught:
        sitting.read(path)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_pipe_is_damaged(tmp_path):
    os.mkfifo(tmp_path / "settings.json")
    with pytest.raises(DamagedRunError, match="it is no ordinary file"):
        sitting.read(tmp_path / "settings.json")


def test_a_run_remembers_that_its_settings_changed():
    first = Sitting(EACH[0])
    assert not first.resumed(EACH[0]).altered
    other = first.resumed(replace(EACH[0], learning_rate=1.0))
    assert other.altered
    assert other.resumed(other.settings).altered


def test_a_run_keeps_its_networks():
    with pytest.raises(UsageError, match="the run is one of 'subpixel' networks"):
        Sitting(EACH[0]).resumed(EACH[1])
