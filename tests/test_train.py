"""A training run from pictures to a preset, as a library."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray import metrics
from invgray import train as trainer
from invgray.errors import (
    DeviceError,
    InputError,
    Interrupted,
    OutputError,
    UsageError,
    WeightsError,
)
from invgray.inference.machine import Device, Precision
from invgray.models import MODELS
from invgray.models.paper.settings import PaperSettings, Part
from invgray.models.subpixel import training
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.presets import card as cards
from invgray.presets import export, store
from invgray.train import TrainOptions, choose_policy, settings_of, train
from invgray.training import split
from invgray.training.length import Length, Unit
from invgray.training.trained import Trained

SETTINGS = SubpixelSettings(
    length=Length(4, Unit.STEPS), width=8, batch=2, patch=32, interval=2, seed=3
)


def options(**changes):
    given = {"quiet": True, "report": lambda line: None, "device": Device.CPU} | changes
    return TrainOptions(**given)


@pytest.fixture
def album(tmp_path):
    """Twenty-five small pictures, each of a colour of its own."""
    folder = tmp_path / "album"
    folder.mkdir()
    for i in range(25):
        Image.new("RGB", (40, 40), (10 * i, 128, 128)).save(folder / f"{i:02}.png")
    return folder


@pytest.fixture
def runs(monkeypatch):
    """The runs that are asked for: nothing is trained, cards are saved, the third one stops."""
    asked = []

    class Network:
        def count_params(self):
            return 12

    def fake_train(settings, run):
        asked.append(run)
        if len(asked) == 3:
            raise Interrupted("stopped")
        networks = Network(), Network()
        return Trained(networks=networks, figures={}, steps=4, seconds=1, precision=run.policy)

    def fake_save(directory, networks, card):
        files = dict.fromkeys(cards.file_names(card.architecture), "")
        cards.write(directory / "card.json", replace(card, files=files))
        return store.open_directory(directory)

    monkeypatch.setattr(training, "train", fake_train)
    monkeypatch.setattr(export, "save", fake_save)
    return asked


def reds(pictures):
    return {picture.getpixel((0, 0))[0] // 10 for picture in pictures}


def test_a_run_makes_a_preset_that_encodes(photo_folder, photo, tmp_path, monkeypatch):
    shallow = replace(SETTINGS.architecture, deep=1, after=1)
    monkeypatch.setattr(SubpixelSettings, "architecture", shallow)
    lines = []
    preset = train([photo_folder], tmp_path / "mine", SETTINGS, options(report=lines.append))
    assert lines[0] == "2 pictures to train on, 1 to validate on, " + choose_policy(
        Device.CPU, Precision.AUTO
    )
    assert preset == store.open_directory(tmp_path / "mine")
    made = preset.card.provenance
    assert made.command.startswith("invgray train IMAGES --network subpixel --steps 4 --batch 2")
    assert made.reproducible
    assert (made.pictures, made.validation_pictures, made.steps) == (2, 1, 4)
    assert preset.card.figures.keys() == {
        "psnr",
        "ssim",
        "mae",
        "structure",
        "gray_psnr",
        "visibility",
    }
    assert set(preset.card.files) == {"encoder.xml", "encoder.bin", "decoder.xml", "decoder.bin"}
    codec, keras = (
        invgray.load(tmp_path / "mine", engine=engine, device="cpu", precision="float32")
        for engine in ("openvino", "tensorflow")
    )
    gray = codec.encode(photo)
    assert metrics.gray_psnr(gray, photo) > 15
    assert np.abs(codec.unrounded(photo) - keras.unrounded(photo)).max() < 0.05
    assert {path.name for path in (tmp_path / "mine" / "run").iterdir()} >= {
        "best-encoder.weights.h5",
        "checkpoints",
        "curves.png",
        "log.csv",
        "settings.json",
        "split.json",
    }


def test_a_run_begins_with_the_weights_of_a_preset(album, runs, tmp_path):
    """One by its name, one by its folder; networks of another size are refused."""
    preset = store.find("standard-1")
    shipped = replace(SETTINGS, width=48, start="standard-1")
    train([album], tmp_path / "a", shipped, options())
    train([album], tmp_path / "b", replace(shipped, start=str(preset.directory)), options())
    expected, *built = (
        MODELS["subpixel"].build(preset.card.architecture, "encoder") for _ in "abc"
    )
    export.load_weights(preset, expected)
    for run, network in zip(runs, built, strict=True):
        run.start(network)
        for ours, theirs in zip(network.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
    fresh = MODELS["subpixel"].build(SETTINGS.architecture, "encoder")
    with pytest.raises(WeightsError, match="of another size"):
        runs[0].start(fresh)
    with pytest.raises(WeightsError, match="no preset 'none'"):
        train([album], tmp_path / "c", replace(SETTINGS, start="none"), options())
    card = cards.read(tmp_path / "a" / "card.json")
    assert card.provenance.pretrained == ("preset 'standard-1': the weights to begin with",)


def test_pictures_trained_on_never_move_into_validation(album, runs, tmp_path):
    """``--resume`` with other inputs drew another split."""
    train([album], tmp_path / "mine", SETTINGS, options())
    some = sorted(album.iterdir())[3:20]
    Image.new("RGB", (40, 40), (250, 0, 0)).save(tmp_path / "new.png")
    lines = []
    again = options(resume=True, report=lines.append, validation=[some[5]])
    train([*some, tmp_path / "new.png"], tmp_path / "mine", SETTINGS, again)
    first, second = runs
    assert reds(first.validation) == reds(second.validation) == {0, 20}
    assert reds(first.pictures) == reds(second.pictures)
    assert len(second.pictures) == 23
    assert lines[0].endswith(f"left out: {tmp_path / 'new.png'}")
    assert lines[1].endswith(f"not for its validation: {some[5]}")


def test_a_resumed_run_needs_no_names(album, runs, tmp_path):
    train([album], tmp_path / "mine", SETTINGS, options())
    train([], tmp_path / "mine", SETTINGS, options(resume=True))
    assert len(runs[1].pictures) == 23


def test_pictures_named_for_validation_are_not_trained_on(album, runs, tmp_path):
    named = [album / "03.png", album / "04.png"]
    preset = train([album], tmp_path / "mine", SETTINGS, options(validation=named))
    assert reds(runs[0].validation) == {3, 4}
    assert reds(runs[0].pictures) == set(range(25)) - {3, 4}
    assert preset.card.provenance.split == "named for validation"


def test_the_same_settings_are_reproducible_and_others_are_not(album, runs, tmp_path):
    mine = tmp_path / "mine"
    assert train([album], mine, SETTINGS, options()).card.provenance.reproducible
    assert settings_of(mine) == SETTINGS
    same = train([album], mine, settings_of(mine), options(resume=True))
    assert same.card.provenance.reproducible
    longer = replace(SETTINGS, length=Length(8, Unit.STEPS))
    with pytest.raises(Interrupted):
        train([album], mine, longer, options(resume=True))
    assert settings_of(mine) == longer
    altered = train([album], mine, settings_of(mine), options(resume=True))
    assert not altered.card.provenance.reproducible
    assert "--steps 8" in altered.card.provenance.command


def test_nothing_is_trained_over(album, runs, tmp_path):
    mine = tmp_path / "mine"
    with pytest.raises(UsageError, match="there is no run to resume"):
        train([album], mine, SETTINGS, options(resume=True))
    with pytest.raises(UsageError, match="there is no run to resume"):
        settings_of(mine)
    train([album], mine, SETTINGS, options())
    with pytest.raises(UsageError, match="there is a run in it"):
        train([album], mine, SETTINGS, options())
    (mine / "run").rename(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="holds trained networks already"):
        train([album], mine, SETTINGS, options())
    assert len(runs) == 1


def test_a_place_that_cannot_be_written_to_is_told_before_the_work(album, runs, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file is not a folder"):
        train([album], tmp_path / "file" / "mine", SETTINGS, options())
    assert not runs


@pytest.mark.parametrize(
    ("settings", "multiple"),
    [
        (replace(SETTINGS, patch=34), 4),
        (replace(SETTINGS, patch=36, channel=Channel.HANDLED), 8),
        (PaperSettings(patch=50, without=(Part.CONTRAST,)), 4),
    ],
)
def test_patches_must_fit_the_networks(album, tmp_path, settings, multiple):
    with pytest.raises(UsageError, match=f"choose a multiple of {multiple}$"):
        train([album], tmp_path / "mine", settings, options())


def test_a_run_without_pictures_does_not_begin(runs, tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "small.png")
    lines = []
    with pytest.raises(InputError, match="0 pictures to train on and 1 to validate on"):
        train([tmp_path], tmp_path / "mine", SETTINGS, options(report=lines.append))
    assert not (tmp_path / "mine").exists()
    assert not runs


def test_a_run_whose_pictures_are_gone_does_not_go_on(album, runs, tmp_path):
    train([album], tmp_path / "mine", SETTINGS, options())
    (album / "07.png").unlink()
    with pytest.raises(InputError, match=r"07.png: of this run, but not there any more"):
        train([album], tmp_path / "mine", SETTINGS, options(resume=True))


def test_other_workers_have_folders_of_their_own_and_save_nothing(
    album, runs, tmp_path, monkeypatch
):
    config = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert train([album], tmp_path / "mine", SETTINGS, options(quiet=False)) is None
    assert runs[0].directory == tmp_path / "mine" / "run" / "worker-1"
    assert runs[0].quiet
    assert settings_of(tmp_path / "mine") == SETTINGS
    assert not (tmp_path / "mine" / "card.json").exists()
    monkeypatch.delenv("TF_CONFIG")
    assert train([album], tmp_path / "mine", SETTINGS, options()) is not None


def test_paths_are_kept_absolute(album, runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train([Path("album")], Path("mine"), SETTINGS, options())
    kept = split.read(tmp_path / "mine" / "run" / "split.json")
    assert all(os.path.isabs(name) for name in (*kept.training, *kept.validation))


class Gpu:
    """TensorFlow on a machine with one GPU of some generation, or with none."""

    def __init__(self, monkeypatch, capability):
        from invgray.tensorflow import tf

        self.hidden = False
        config, gpus = tf.config, [] if capability is None else ["gpu"]
        monkeypatch.setattr(config, "list_physical_devices", lambda kind: gpus)
        monkeypatch.setattr(config, "set_visible_devices", self.hide)
        details = {"compute_capability": capability}
        monkeypatch.setattr(config.experimental, "get_device_details", lambda gpu: details)

    def hide(self, devices, kind):
        self.hidden = (devices, kind) == ([], "GPU")


@pytest.mark.parametrize(
    ("capability", "device", "precision", "policy"),
    [
        ((9, 0), "auto", "auto", "mixed_bfloat16"),
        ((8, 0), "gpu", "auto", "mixed_bfloat16"),
        ((7, 5), "auto", "auto", "mixed_float16"),
        ((6, 1), "auto", "auto", "float32"),
        ((9, 0), "gpu", "float32", "float32"),
        ((9, 0), "cpu", "auto", "float32"),
        (None, "auto", "auto", "float32"),
        (None, "cpu", "bfloat16", "mixed_bfloat16"),
    ],
)
def test_precisions(monkeypatch, capability, device, precision, policy):
    gpu = Gpu(monkeypatch, capability)
    monkeypatch.setattr(trainer, "fastest_precision", lambda: Precision.FLOAT32)
    assert choose_policy(Device(device), Precision(precision)) == policy
    assert gpu.hidden == (device == "cpu" and capability is not None)


def test_a_processor_takes_what_it_is_faster_in(monkeypatch):
    Gpu(monkeypatch, None)
    monkeypatch.setattr(trainer, "fastest_precision", lambda: Precision.BFLOAT16)
    assert choose_policy(Device.AUTO, Precision.AUTO) == "mixed_bfloat16"


def test_a_gpu_that_is_asked_for_must_be_there(monkeypatch):
    Gpu(monkeypatch, None)
    with pytest.raises(DeviceError, match="TensorFlow finds no GPU"):
        choose_policy(Device.GPU, Precision.AUTO)
