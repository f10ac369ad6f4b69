"""Training: data, schedule, optimiser, resume, and what goes wrong."""

from __future__ import annotations

import csv
import json
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray import errors, metrics
from invgray.cli import main
from invgray.images import to_8_bits
from invgray.networks import subpixel
from invgray.training import codec, data, loop
from invgray.training.optimizers import ConvolutionMuon
from invgray.training.schedules import Budget, fade_in, warmup_cosine
from invgray.training.settings import Settings

TINY = {"width": 8, "batch": 2, "patch": 32, "interval": 5, "seed": 3}


@pytest.fixture
def pictures(photos):
    return [Image.fromarray(x) for x in photos.values()]


def weights(networks):
    return np.concatenate([w.ravel() for n in networks for w in n.get_weights()])


def train(pictures, directory, report=lambda line: None, **changes):
    settings = Settings(**{**TINY, "steps": 12, **changes})
    return codec.train(settings, pictures, pictures[:1], directory, quiet=True, report=report)


def test_patches_depend_on_seed_and_step_only(pictures):
    whole = list(data.patches(pictures, 2, 32, 1, range(0, 6)))
    part = list(data.patches(pictures, 2, 32, 1, range(4, 6)))
    other = list(data.patches(pictures, 2, 32, 2, range(4, 6)))
    np.testing.assert_array_equal(whole[4:], part)
    assert not np.array_equal(part, other)
    assert whole[0].shape == (2, 32, 32, 3)
    assert 0 <= np.min(whole) < np.max(whole) <= 1


def test_some_patches_are_colourless(pictures):
    batch = next(iter(data.patches(pictures, 200, 16, 0, range(1))))
    share = np.mean(np.ptp(batch, axis=-1).max(axis=(1, 2)) == 0)
    assert 0.01 < share < 0.15


def test_small_pictures_fill_a_patch():
    tiny = [Image.new("RGB", (16, 40), "teal")]
    assert next(iter(data.patches(tiny, 3, 16, 0, range(1)))).shape == (3, 16, 16, 3)


def test_bad_pictures_are_named_and_left_out(tmp_path, photo):
    Image.fromarray(photo).save(tmp_path / "good.png")
    Image.fromarray(photo[:8]).save(tmp_path / "small.png")
    (tmp_path / "bad.png").write_text("no")
    lines = []
    loaded = data.load(sorted(tmp_path.iterdir()), 32, lines.append)
    assert len(loaded) == 1
    assert sorted(line.split(":")[0].rsplit("/", 1)[1] for line in lines) == [
        "bad.png",
        "small.png",
    ]


def test_schedule():
    assert warmup_cosine(0, 0) == pytest.approx(1 / 200)
    assert warmup_cosine(0, 500) == 1
    assert warmup_cosine(0.5, 500) == pytest.approx(0.5)
    assert warmup_cosine(1, 500) == pytest.approx(0)
    assert fade_in(0) == 0.25
    assert fade_in(0.1) == fade_in(1) == 1
    assert Budget(steps=10).progress(5, 1e9) == 0.5
    assert Budget(seconds=60).progress(10**9, 90) == 1


def test_muon_makes_kernel_steps_orthogonal():
    kernel = keras.Variable(np.zeros((3, 3, 16, 32), np.float32))
    bias = keras.Variable(np.zeros(32, np.float32))
    optimizer = ConvolutionMuon(0.01, weight_decay=None, adam_weight_decay=None)
    random = np.random.default_rng(0)
    gradient = random.normal(size=(3, 3, 16, 32)).astype(np.float32)
    optimizer.apply([tf.constant(gradient), tf.ones(32)], [kernel, bias])
    step = kernel.numpy().reshape(-1, 32)
    singular = np.linalg.svd(step, compute_uv=False)
    assert singular.max() / singular.min() < 2
    reference = keras.optimizers.Muon.zeropower_via_newtonschulz5(
        optimizer, tf.constant(gradient.reshape(-1, 32)), 5
    )
    scale = -0.01 * 0.2 * np.sqrt(144)
    np.testing.assert_allclose(step, scale * reference, atol=2e-4)
    np.testing.assert_allclose(bias, -0.01 * np.ones(32), rtol=1e-3)


def test_training_learns_colour(pictures, tmp_path):
    encoder, decoder, summary = train(pictures, tmp_path, steps=80, interval=40, learning_rate=5e-3)
    assert summary["steps"] == 80
    with (tmp_path / "log.csv").open() as file:
        first, last = list(csv.DictReader(file))
    assert float(last["color"]) < float(first["color"])
    assert (tmp_path / "curves.png").stat().st_size > 5000
    figures = codec.evaluate(encoder, decoder, pictures)
    assert figures["psnr"] > 10


def test_averages_go_to_the_twins_and_leave_the_model_alone():
    settings = Settings(width=8)
    networks = subpixel.encoder(8), subpixel.decoder(8)
    model = codec.Autoencoder(*networks, settings)
    model.compile(optimizer=ConvolutionMuon(0.1, use_ema=True, ema_momentum=0.5))
    model.optimizer.build(model.trainable_variables)
    for _ in range(2):
        model.optimizer.apply([tf.ones_like(v) for v in model.trainable_variables])
    before = weights(model.networks)
    twins = [subpixel.encoder(8), subpixel.decoder(8)]
    model.optimizer.finalize_variable_values(model.trainable_variables)  # as fit does
    loop._copy_averages(model, twins)
    np.testing.assert_array_equal(weights(model.networks), before)
    assert np.abs(weights(twins) - before).max() > 0.01


@pytest.mark.slow
def test_a_resumed_run_equals_an_unbroken_one(pictures, tmp_path, monkeypatch):
    whole = train(pictures, tmp_path / "whole")
    after = loop.Pacer.on_train_batch_end

    def interrupt(self, batch, logs=None):
        if self.step == 7:
            signal.raise_signal(signal.SIGINT)
        after(self, batch, logs)

    lines = []
    monkeypatch.setattr(loop.Pacer, "on_train_batch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(pictures, tmp_path / "broken", lines.append)
    assert "stopped at step 7, checkpoint saved; go on with --resume" in lines
    monkeypatch.undo()
    resumed = train(pictures, tmp_path / "broken", lines.append)
    assert "resuming at step 7" in lines
    np.testing.assert_allclose(weights(resumed[:2]), weights(whole[:2]), atol=1e-5)


@pytest.mark.slow
def test_a_loss_that_is_not_finite_goes_back_to_the_checkpoint(pictures, tmp_path, monkeypatch):
    after = loop.Pacer.on_train_batch_end
    poisoned = []

    def poison(self, batch, logs=None):
        if self.step == 7 and not poisoned:
            poisoned.append(True)
            for variable in self.model.trainable_variables:
                variable.assign(variable * np.nan)
            logs = {**logs, "loss": np.nan}
        after(self, batch, logs)

    lines = []
    monkeypatch.setattr(loop.Pacer, "on_train_batch_end", poison)
    networks = train(pictures, tmp_path, lines.append)[:2]
    assert any("back to step 5, rate 2.00e-04" in line for line in lines)
    assert np.isfinite(weights(networks)).all()


@pytest.mark.slow
def test_a_loss_that_stays_not_finite_is_an_error(pictures, tmp_path, monkeypatch):
    after = loop.Pacer.on_train_batch_end
    monkeypatch.setattr(
        loop.Pacer,
        "on_train_batch_end",
        lambda self, b, logs: after(self, b, logs | {"loss": np.nan}),
    )
    with pytest.raises(errors.TrainingError, match="try a lower --learning-rate"):
        train(pictures, tmp_path)


def test_the_command_makes_a_preset_that_encodes(pictures, tmp_path, photo):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i, picture in enumerate(pictures):
        picture.save(folder / f"{i}.png")
    mine = tmp_path / "mine"
    options = ["--steps", 4, "--width", 8, "--batch", 2, "--patch", 32, "--interval", 2, "-q"]
    result = CliRunner().invoke(main, [str(a) for a in ["train", folder, "-o", mine, *options]])
    assert result.exit_code == 0, result.output
    card = json.loads((mine / "card.json").read_text())
    assert card["command"].startswith("invgray train IMAGES --network subpixel")
    assert card["data"] == {"pictures": 2, "megapixels": 0, "validation_pictures": 1}
    assert set(card["files"]) >= {"encoder.xml", "encoder.bin", "decoder.xml", "decoder.bin"}
    trained = invgray.load(mine, precision="float32")
    gray = to_8_bits(trained.encode(photo))
    assert metrics.gray_psnr(gray, photo) > 20
    tensorflow = invgray.load(mine, engine="tensorflow", device="cpu", precision="float32")
    assert np.abs(trained.encode(photo) - tensorflow.encode(photo)).max() < 0.05
    again = CliRunner().invoke(main, [str(a) for a in ["train", folder, "-o", mine, "--steps", 4]])
    assert again.exit_code == 2
    assert "use --resume, or another folder" in again.stderr
