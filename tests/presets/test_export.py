"""Keras networks to a preset's files, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import invgray
from invgray.errors import WeightsError
from invgray.models import MODELS
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.presets import export, provenance, store
from invgray.training.length import Length, Unit
from invgray.training.split import Split
from invgray.training.trained import Run, Trained

SETTINGS = SubpixelSettings(length=Length(1, Unit.STEPS), width=8)


def built():
    architecture = SETTINGS.architecture
    return tuple(MODELS["subpixel"].build(architecture, name) for name in architecture.networks)


def card(networks, pictures, directory):
    run = Run(pictures=pictures, validation=pictures, directory=directory)
    parts = Split(training=(), validation=(), named=True)
    trained = Trained(networks=networks, figures={}, steps=1, seconds=1, precision="float32")
    return provenance.card(Sitting(SETTINGS), parts, run, trained)


@pytest.fixture
def networks():
    """Both networks, with random weights but for biases of zeros."""
    random, made = np.random.default_rng(0), built()
    for network in made:
        drawn = [random.normal(0, 0.1 * (w.ndim == 4), w.shape) for w in network.get_weights()]
        network.set_weights(drawn)
    return made


def test_weights_come_back_as_float16_keeps_them(networks, pictures, tmp_path):
    """Where OpenVINO leaves out a bias that is zero, saving failed: after hours of training."""
    before = [w for network in networks for w in network.get_weights()]
    preset = export.save(tmp_path / "mine", networks, card(networks, pictures, tmp_path))
    assert preset == store.open_directory(tmp_path / "mine")
    fresh = built()
    for network in fresh:
        export.load_weights(preset, network)
    after = [w for network in fresh for w in network.get_weights()]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(new, old.astype(np.float16))


def test_both_engines_run_what_was_saved(networks, pictures, photo, tmp_path):
    export.save(tmp_path / "mine", networks, card(networks, pictures, tmp_path))
    small = photo[:64, :72]
    first, second = (
        invgray.load(tmp_path / "mine", engine=engine, device="cpu", precision="float32")
        for engine in ("openvino", "tensorflow")
    )
    gray = first.unrounded(small)
    np.testing.assert_allclose(gray, second.unrounded(small), atol=0.05)
    assert np.ptp(gray) > 10


def test_weights_of_another_architecture_are_refused(networks, pictures, tmp_path):
    preset = export.save(tmp_path / "mine", networks, card(networks, pictures, tmp_path))
    model, architecture = MODELS["subpixel"], SETTINGS.architecture
    for change in ({"deep": 6}, {"width": 2 * SETTINGS.width}):
        other = model.build(replace(architecture, **change), "encoder")
        with pytest.raises(WeightsError, match="not the card's network"):
            export.load_weights(preset, other)
