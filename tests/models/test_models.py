"""The register of families: what each tells of itself, and that shipped weights load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.codec import Codec
from invgray.colorizer import Colorizer
from invgray.inference.machine import Machine
from invgray.models import FAMILIES, MODELS, Abilities, model_of
from invgray.models.colorizer.settings import ColorizerSettings
from invgray.models.hinted.settings import HintedSettings
from invgray.models.paper.settings import ContrastNetwork, PaperSettings, Part
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.presets import store
from invgray.training.length import Length, Unit

GOLDEN = Path(__file__).parents[1] / "golden"
LENGTH = Length(1, Unit.STEPS)
TENSORFLOW = Machine(engine="tensorflow", device="cpu", precision="float32")


def golden(name):
    return np.asarray(Image.open(GOLDEN / name)).astype(int)


@pytest.mark.parametrize("picture", ["astronaut", "coffee"])
@pytest.mark.parametrize("name", ["standard", "robust", "paper"])
def test_keras_networks_with_shipped_weights_do_as_ever(name, picture):
    codec = Codec(store.find(f"{name}-1"), TENSORFLOW)
    gray = golden(f"{picture}.{name}-1.gray.png")
    encoded = codec.encode(golden(f"{picture}.png").astype(np.uint8), fine=False)
    assert np.abs(encoded - gray).max() <= 1
    decoded = codec.read_pattern(gray.astype(np.uint8), refine=False)
    assert np.abs(decoded - golden(f"{picture}.{name}-1.color.png")).max() <= 1


def test_the_keras_colorizer_with_shipped_weights_does_as_ever():
    colorizer = Colorizer(store.find("colorizer-1"), TENSORFLOW)
    colorized = colorizer.colorize(golden("coffee.robust-1.gray.png").astype(np.uint8))
    assert np.abs(colorized - golden("coffee.colorizer-1.colorized.png")).max() <= 1


@pytest.mark.parametrize("name", MODELS)
def test_families_are_found_by_name_and_by_settings(name):
    model = MODELS[name]
    settings = model.settings(length=LENGTH)
    assert model.name == name
    assert model_of(settings) is model
    assert type(settings.architecture) is model.architecture
    built = model.build(settings.architecture, settings.architecture.networks[0])
    assert built.name == settings.architecture.networks[0]
    assert settings.patch % settings.multiple == 0


def test_presets_are_of_families_and_only_some_can_be_trained():
    assert FAMILIES.keys() - MODELS.keys() == {"luminance"}
    assert all(FAMILIES[name] is model for name, model in MODELS.items())
    assert FAMILIES["luminance"].architecture().networks == ()


def test_settings_tell_what_a_preset_can_do():
    handled = SubpixelSettings(length=LENGTH, channel=Channel.HANDLED)
    assert handled.abilities == Abilities(hides_colors=True, has_pattern=True, handled=True)
    assert handled.merit == "balance"
    assert handled.multiple == 8
    plain = SubpixelSettings(length=LENGTH)
    assert plain.abilities == Abilities(hides_colors=True, has_pattern=True)
    assert plain.merit == "psnr"
    assert PaperSettings().abilities == Abilities(hides_colors=True)
    assert ColorizerSettings(length=LENGTH).abilities == Abilities(colorizes=True)
    hinted = HintedSettings(length=LENGTH)
    assert hinted.abilities == Abilities(colorizes=True, takes_hints=True)


def test_settings_tell_which_pretrained_networks_take_part():
    assert SubpixelSettings(length=LENGTH).pretrained == ()
    assert PaperSettings(without=(Part.CONTRAST,)).pretrained == ()
    contrast = PaperSettings(contrast_network=ContrastNetwork.VGG16).pretrained
    assert contrast == ("VGG-16 (ImageNet), features of the contrast term",)
    assert ColorizerSettings(length=LENGTH).pretrained == ()
    started = ColorizerSettings(length=LENGTH, backbone="vgg.npz").pretrained
    assert started == ("VGG-16 (ImageNet), start of the stacks",)


def test_the_register_needs_no_tensorflow():
    code = (
        "import sys, invgray.models, invgray.cli.train, invgray.cli.encode, invgray.cli.decode\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
