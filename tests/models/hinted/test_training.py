"""Training of the ``hinted`` network, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import invgray
from invgray.color.lab import gray_of, lab
from invgray.color.levels import to_8_bits
from invgray.errors import WeightsError
from invgray.hints import Hint, HintEngine, Hints
from invgray.models import hinted
from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.settings import HintedSettings
from invgray.models.hinted.training import train
from invgray.models.subpixel.architecture import SubpixelArchitecture
from invgray.presets import export
from invgray.train import TrainOptions
from invgray.train import train as train_files
from invgray.training import log
from invgray.training.length import Length, Unit


@pytest.fixture
def small(monkeypatch):
    """Few channels everywhere."""
    trunk = SubpixelArchitecture(width=8, levels=3, before=1, deep=1, after=1, slope=0.1)
    monkeypatch.setattr(HintedSettings, "architecture", HintedArchitecture(trunk=trunk))


@pytest.mark.long
@pytest.mark.usefixtures("small")
def test_training_learns_a_color(run, photo):
    tinted = [Image.fromarray(np.clip(photo * [1.0, 0.75, 0.45], 0, 255).astype(np.uint8))]
    settings = HintedSettings(
        length=Length(300, Unit.STEPS), interval=150, batch=2, patch=32, learning_rate=5e-3
    )
    trained = train(settings, replace(run, pictures=tinted, validation=tinted))
    first, last = log.read(run.directory / "log.csv")
    assert last["loss"] < 0.8 * first["loss"]
    assert last["validation_psnr_0_hints"] > first["validation_psnr_0_hints"] + 0.1
    assert last["validation_psnr"] > first["validation_psnr"]
    assert list(trained.figures) == ["psnr", "psnr_0_hints", "psnr_10_hints", "psnr_50_hints"]
    assert trained.colors.regression
    assert sum(trained.colors.distribution) == pytest.approx(1, abs=1e-3)


@pytest.mark.usefixtures("small")
def test_a_trained_preset_spreads_hints(tmp_path, photo):
    pictures, mine = tmp_path / "pictures", tmp_path / "mine"
    pictures.mkdir()
    for i in range(3):
        Image.fromarray(np.roll(photo, 40 * i, axis=1)).save(pictures / f"{i}.png")
    settings = HintedSettings(length=Length(2, Unit.STEPS), patch=32, batch=1)
    options = TrainOptions(device="cpu", precision="float32", quiet=True)
    preset = train_files([pictures], mine, settings, options)
    net = hinted.MODEL.build(preset.card.architecture, "colorizer")
    export.load_weights(preset, net)
    last = net.layers[-3]
    last.set_weights(
        [np.random.default_rng(0).normal(0, 0.05, w.shape) for w in last.get_weights()]
    )
    export.save(mine, (net,), preset.card)  # so short a run leaves nearly everything gray
    machine = {"engine": "openvino", "device": "cpu", "precision": "float32"}
    colorizer = invgray.load_colorizer(mine, **machine)
    assert colorizer.preset.card.abilities.named == ("colorizes", "takes_hints")
    gray = to_8_bits(gray_of(photo))[:90, :70]
    hints = Hints.none(90, 70)
    hints.given[10:20, 10:20], hints.ab[10:20, 10:20] = True, (60, 40)
    plain, led = colorizer.colorize(gray), colorizer.colorize(gray, hints=hints)
    assert np.abs(gray_of(led) - gray).max() <= 1.05
    assert np.abs(plain.astype(int) - led).max() > 2
    other = invgray.load_colorizer(mine, **machine | {"engine": "tensorflow"})
    difference = lab(led)[..., 1:] - lab(other.colorize(gray, hints=hints))[..., 1:]
    assert np.abs(difference).mean() < 0.1
    source, target = tmp_path / "old.png", tmp_path / "new.png"
    Image.fromarray(gray).save(source)
    told = invgray.ColorizeOptions(
        preset=mine,
        machine=invgray.Machine(**machine),
        points=(Hint(3, 4, (200, 30, 30)),),
        hint_engine=HintEngine.NETWORK,
    )
    assert invgray.colorize_file(source, target, told).preset == "mine"
    hints = Hints.none(90, 70)
    hints.given[4, 3], hints.ab[4, 3] = True, lab(np.uint8([200, 30, 30]))[1:]
    expected = colorizer.colorize(gray, hints=hints)
    np.testing.assert_array_equal(np.asarray(Image.open(target)), expected)


def test_other_colorizers_take_no_hints(colorizer):
    gray = np.zeros((8, 8), np.uint8)
    with pytest.raises(WeightsError, match="'colorizer' takes no hints; use one of 'hinted'"):
        colorizer.colorize(gray, hints=Hints.none(8, 8))
