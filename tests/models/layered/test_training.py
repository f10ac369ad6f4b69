"""Training of the ``layered`` networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from invgray import detector
from invgray.codec import Codec
from invgray.fine.orientation import UPRIGHT
from invgray.inference.machine import Machine
from invgray.models.layered.settings import LayeredSettings
from invgray.models.layered.training import train
from invgray.placement import laid
from invgray.presets import export
from invgray.presets.card import Card, Provenance
from invgray.tensorflow import tf
from invgray.training import channel, log
from invgray.training.length import Length, Unit

SETTINGS = LayeredSettings(
    length=Length(30, Unit.STEPS), interval=15, width=16, batch=2, patch=64, learning_rate=3e-3
)


def test_a_trained_preset_carries_both_layers(run, photo, tmp_path, monkeypatch):
    full = SETTINGS.architecture
    shallow = replace(full, blocks=2, decoder=replace(full.decoder, deep=1, after=1))
    monkeypatch.setattr(LayeredSettings, "architecture", shallow)
    trained = train(SETTINGS, run)
    assert [network.name for network in trained.networks] == ["pattern", "decoder"]
    first, last = log.read(run.directory / "log.csv")
    assert last["color"] < first["color"]
    card = Card(
        network="layered",
        architecture=SETTINGS.architecture,
        abilities=SETTINGS.abilities,
        provenance=Provenance(
            command="",
            reproducible=False,
            settings={},
            steps=trained.steps,
            seconds=trained.seconds,
            precision=trained.precision,
            pictures=3,
            megapixels=0,
            validation_pictures=1,
        ),
        figures=trained.figures,
        parameters=0,
        offsets={},
        files={},
    )
    preset = export.save(tmp_path / "mine", trained.networks, card)
    grays = []
    for engine in ("openvino", "tensorflow"):
        codec = Codec(preset, Machine(engine=engine, device="cpu", precision="float32"))
        gray = codec.encode(photo)
        restored = codec.restore(gray)
        assert restored.fine == 1
        error = np.mean((restored.rgb.astype(float) - photo) ** 2)
        assert 10 * np.log10(255**2 / error) > 42
        grays.append(gray.astype(int))
    assert np.mean(grays[0] != grays[1]) < 0.01
    part = np.rot90(codec.encode(photo, fine=False)[3:, 5:])
    placement = detector.sight([codec], part).placement
    assert placement.words(*part.shape, grid=8) == "turned left"
    found = laid(part, placement, grid=8)
    assert found.shape == (256, 256)
    np.testing.assert_array_equal(np.rot90(found[3:, 5:]), part)
    shown = codec.read_pattern(part, placement=placement)
    upright = replace(placement, orientation=UPRIGHT)
    crop = np.ascontiguousarray(np.rot90(part, k=-1))
    np.testing.assert_array_equal(shown, np.rot90(codec.read_pattern(crop, placement=upright)))


def test_the_lowest_bit_is_random_and_the_level_near():
    gray = tf.constant(np.random.default_rng(0).uniform(-0.1, 1.1, (2, 64, 64, 1)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(gray)
        stored = channel.with_random_bit(gray, tf.constant([1, 2]))
    levels = 255 * stored.numpy()
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)
    assert levels.min() >= -1e-3
    assert levels.max() <= 255.001
    assert 0.45 < np.mean(np.rint(levels) % 2) < 0.55
    assert np.abs(levels - 255 * np.clip(gray, 0, 1)).max() <= 1.01
    np.testing.assert_array_equal(tape.gradient(stored, gray), np.ones(gray.shape))
    again = channel.with_random_bit(gray, tf.constant([1, 2])).numpy()
    np.testing.assert_array_equal(stored, again)
