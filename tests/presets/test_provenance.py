"""What a card says of the run that a preset came from."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from invgray.color.quantized import QuantizedColors
from invgray.models import Abilities
from invgray.models.colorizer.settings import ColorizerSettings
from invgray.models.paper.settings import PaperSettings, Part
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import Channel, SubpixelSettings
from invgray.presets import provenance, store
from invgray.training.length import Length, Unit
from invgray.training.split import Split
from invgray.training.trained import Run, Trained

SPLIT = Split(training=("a", "b"), validation=("c",), named=False)
HOUR = Length(60, Unit.MINUTES)


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        (
            PaperSettings(length=Length(2, Unit.EPOCHS), without=(Part.CONTRAST, Part.DOWN_UP)),
            "--network paper --epochs 2 --without contrast --without down-up",
        ),
        (PaperSettings(), "--network paper --epochs 120"),
        (
            SubpixelSettings(length=Length(117.4, Unit.MINUTES), channel=Channel.HANDLED, batch=3),
            "--network subpixel --minutes 117.4 --batch 3 --channel handled",
        ),
        (
            ColorizerSettings(length=Length(10_000_000, Unit.STEPS), backbone="my vgg.npz"),
            "--network colorizer --steps 10000000 --backbone 'my vgg.npz'",
        ),
    ],
)
def test_the_command_has_all_that_is_not_the_default(settings, command):
    assert provenance.command(settings, SPLIT) == f"invgray train IMAGES {command}"


def test_the_command_names_pictures_for_validation_if_they_were_named():
    command = provenance.command(PaperSettings(), replace(SPLIT, named=True))
    assert command == "invgray train IMAGES --network paper --validation IMAGES --epochs 120"


class Network:
    """Stands in for a Keras network."""

    def count_params(self):
        return 12


@pytest.fixture
def run(tmp_path):
    pictures = [Image.new("RGB", (1000, 800)), Image.new("RGB", (1000, 900))]
    return Run(pictures=pictures, validation=pictures[:1], directory=tmp_path)


@pytest.fixture
def trained():
    return Trained(
        networks=(Network(), Network()),
        figures={"psnr": 30.0, "ssim": np.nan, "gray_psnr": np.inf},
        steps=100,
        seconds=3600,
        precision="mixed_bfloat16",
    )


def test_a_card_says_how_a_preset_came_about(run, trained):
    settings = SubpixelSettings(length=HOUR, channel=Channel.HANDLED)
    card = provenance.card(Sitting(settings), SPLIT, run, trained)
    assert card.network == "subpixel"
    assert card.architecture == settings.architecture
    assert card.abilities == Abilities(hides_colors=True, has_pattern=True, handled=True)
    assert card.parameters == 12
    made = card.provenance
    assert made.reproducible
    assert (made.steps, made.seconds, made.precision) == (100, 3600, "mixed_bfloat16")
    assert (made.pictures, made.megapixels, made.validation_pictures) == (2, 2, 1)
    assert made.settings["length"] == {"amount": 60, "unit": "minutes"}
    assert made.settings["channel"] == "handled"
    assert made.split == "one in twenty was held out"


def test_figures_that_json_cannot_hold_are_left_out(run, trained):
    """They were written as null, and the finished preset could not be opened."""
    card = provenance.card(Sitting(SubpixelSettings(length=HOUR)), SPLIT, run, trained)
    assert card.figures == {"psnr": 30.0}


def test_a_run_whose_settings_changed_is_not_reproducible(run, trained):
    sitting = Sitting(SubpixelSettings(length=HOUR), altered=True)
    assert not provenance.card(sitting, SPLIT, run, trained).provenance.reproducible


def test_a_run_that_began_with_a_folder_is_not_reproducible(run, trained):
    """The command names a folder that others do not have."""

    def reproducible(start):
        settings = SubpixelSettings(length=HOUR, start=start)
        return provenance.card(Sitting(settings), SPLIT, run, trained).provenance.reproducible

    mine = shutil.copytree(store.find("luminance").directory, run.directory / "mine")
    assert reproducible(None)
    assert reproducible("standard-1")
    assert not reproducible(str(mine))


def test_colors_and_pretrained_networks_are_told(run, trained):
    colors = QuantizedColors(grid=10, count=None, distribution=(1.0,), regression=False)
    settings = ColorizerSettings(length=HOUR, backbone="vgg.npz")
    colorizer = replace(trained, networks=trained.networks[:1], colors=colors)
    card = provenance.card(Sitting(settings), SPLIT, run, colorizer)
    assert card.colors == colors
    assert card.provenance.pretrained == ("VGG-16 (ImageNet), start of the stacks",)


def test_the_commit_is_that_of_the_program_s_own_checkout(tmp_path, monkeypatch):
    def git(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
        call = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    module = tmp_path / "invgray" / "presets" / "provenance.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.setattr(provenance, "__file__", str(module))
    assert provenance.commit() is None
    git("init", "-q")
    assert provenance.commit() is None
    git("add", ".")
    git("commit", "-q", "-m", "first")
    commit = git("rev-parse", "--short", "HEAD")
    assert provenance.commit() == commit
    module.write_text("changed")
    assert provenance.commit() == f"{commit}-dirty"


def test_the_commit_of_a_checkout_around_an_installed_program_is_not_its_own(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    installed = tmp_path / "venv" / "site-packages" / "invgray" / "presets"
    monkeypatch.setattr(provenance, "__file__", str(installed / "provenance.py"))
    assert provenance.commit() is None
