"""Training: data, schedule, optimiser, resume, and what goes wrong."""

from __future__ import annotations

import csv
import itertools
import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

import invgray
from invgray import errors, metrics
from invgray.benchmark import robustness
from invgray.cli import main
from invgray.images import to_8_bits
from invgray.luminance import luminance
from invgray.networks import build, subpixel
from invgray.training import cards, codec, data, distribution, loop
from invgray.training.objectives import fidelity
from invgray.training.optimizers import ConvolutionMuon
from invgray.training.schedules import (
    Budget,
    fade_in,
    fade_out,
    linear,
    stage_weights,
    warmup_cosine,
)
from invgray.training.settings import PaperSettings, SubpixelSettings

MIXED = data.Augmentation(colorless=0.05, exposure=0.1)
TINY = {"width": 8, "batch": 2, "patch": 32, "interval": 5, "seed": 3}


@pytest.fixture
def pictures(photos):
    return [Image.fromarray(x) for x in photos.values()]


def weights(networks):
    return np.concatenate([w.ravel() for n in networks for w in n.get_weights()])


def train(pictures, directory, report=lambda line: None, **changes):
    settings = SubpixelSettings(**{**TINY, "steps": 12, **changes})
    return codec.train(settings, pictures, pictures[:1], directory, quiet=True, report=report)


def rows(directory):
    with (directory / "log.csv").open() as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def test_patches_depend_on_seed_and_step_only(pictures):
    whole = list(data.patches(pictures, 2, 32, 1, range(0, 6), MIXED))
    part = list(data.patches(pictures, 2, 32, 1, range(4, 6), MIXED))
    other = list(data.patches(pictures, 2, 32, 2, range(4, 6), MIXED))
    np.testing.assert_array_equal(whole[4:], part)
    assert not np.array_equal(part, other)
    assert whole[0].shape == (2, 32, 32, 3)
    assert 0 <= np.min(whole) < np.max(whole) <= 1


def test_some_patches_are_colourless(pictures):
    batch = next(iter(data.patches(pictures, 200, 16, 0, range(1), MIXED)))
    share = np.mean(np.ptp(batch, axis=-1).max(axis=(1, 2)) == 0)
    assert 0.01 < share < 0.15


def test_small_pictures_fill_a_patch():
    tiny = [Image.new("RGB", (16, 40), "teal")]
    assert next(iter(data.patches(tiny, 3, 16, 0, range(1), MIXED))).shape == (3, 16, 16, 3)


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
    assert (fade_out(0), fade_out(0.05), fade_out(0.1), fade_out(1)) == (1, 0.5, 0, 0)
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


def test_colours_of_handled_grays_start_with_mean_squares():
    weights = fidelity(SubpixelSettings(channel="handled", gray_weight=0.1)).weights
    assert [weights(0)[name] for name in ("start", "color", "gray")] == [1, 0, 0]
    assert [weights(0.1)[name] for name in ("start", "color", "gray")] == [0, 1, 0.1]
    assert "start" not in fidelity(SubpixelSettings(channel="png")).weights(0)


def test_training_learns_colour(pictures, tmp_path):
    trained = train(pictures, tmp_path, steps=80, interval=40, learning_rate=5e-3)
    assert trained.card["training"]["steps"] == 80
    first, last = rows(tmp_path)
    assert last["color"] < first["color"]
    assert (tmp_path / "curves.png").stat().st_size > 5000
    figures = codec.evaluate(*trained.networks, pictures)
    assert figures["psnr"] > 10


def test_a_handled_run_keeps_the_weights_that_survive_jpeg(pictures, tmp_path):
    arguments = {"channel": "handled", "levels": 3, "width": 16}
    trained = train(pictures, tmp_path, steps=4, interval=1, **arguments)
    validated = [row["validation_psnr_jpeg_75"] for row in rows(tmp_path)]
    figures = trained.card["figures"]["validation_256"]
    assert figures["psnr_jpeg_75"] == pytest.approx(max(validated), rel=1e-6)
    encoder, decoder = trained.networks
    rgb = np.asarray(metrics.paper_protocol(pictures[0]))
    gray = to_8_bits(255 * encoder(rgb[None] / np.float32(255)).numpy()[0, ..., 0])
    compressed = robustness.compressed(gray, "JPEG", 75)
    back = decoder(compressed[None, ..., None] / np.float32(255)).numpy()[0]
    alone = codec.evaluate(encoder, decoder, pictures[:1], handled=True)
    assert metrics.psnr(rgb, to_8_bits(255 * back)) == pytest.approx(alone["psnr_jpeg_75"], abs=0.1)


def test_averages_go_to_the_twins_and_leave_the_model_alone():
    optimizer = ConvolutionMuon(0.1, use_ema=True, ema_momentum=0.5)
    networks = subpixel.encoder(8), subpixel.decoder(8)
    model = codec.Autoencoder(*networks, fidelity(SubpixelSettings()), optimizer)
    for _ in range(2):
        model.optimizer.apply([tf.ones_like(v) for v in model.trainable_variables])
    before = weights(model.networks)
    twins = [subpixel.encoder(8), subpixel.decoder(8)]
    loop._copy_averages(model, twins)
    np.testing.assert_array_equal(weights(model.networks), before)
    assert np.abs(weights(twins) - before).max() > 0.01


def test_a_resumed_run_equals_an_unbroken_one(pictures, tmp_path, monkeypatch):
    whole = train(pictures, tmp_path / "whole")
    advance = loop.Pacer.advance

    def interrupt(self, clock):
        advance(self, clock)
        if self.step == 6:
            self.interrupt()  # as Ctrl-C does

    lines = []
    monkeypatch.setattr(loop.Pacer, "advance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(pictures, tmp_path / "broken", lines.append)
    assert "stopped at step 7, checkpoint saved; go on with --resume" in lines
    monkeypatch.undo()
    resumed = train(pictures, tmp_path / "broken", lines.append)
    assert "resuming at step 7" in lines
    np.testing.assert_allclose(weights(resumed.networks), weights(whole.networks), atol=1e-5)


def test_a_loss_that_is_not_finite_goes_back_to_the_checkpoint(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_distributed", poisoned(loop._distributed, once=7))
    lines = []
    networks = train(pictures, tmp_path, lines.append).networks
    assert "loss not finite: back to step 5, learning rate 2.00e-04" in lines
    assert np.isfinite(weights(networks)).all()


def test_a_loss_that_stays_not_finite_is_an_error(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_distributed", poisoned(loop._distributed))
    with pytest.raises(errors.TrainingError, match="try a lower --learning-rate"):
        train(pictures, tmp_path)


def poisoned(distributed, once=None):
    """Steps that ruin the weights and the loss: all of them, or only number ``once``."""
    calls = itertools.count(1)

    def make(model, strategy):
        step = distributed(model, strategy)

        def ruin(batch, clock):
            values, clock = step(batch, clock)
            if once in (None, next(calls)):
                for variable in model.trainable_variables:
                    variable.assign(variable * np.nan)
                values["loss"] = np.nan
            return values, clock

        return ruin

    return make


def test_the_paper_s_schedules_are_those_of_table_1():
    assert stage_weights("two-stage", 0 / 120) == (1.0, 0.0)
    assert stage_weights("two-stage", 89.9 / 120) == (1.0, 0.0)
    assert stage_weights("two-stage", 90 / 120) == (0.5, 10.0)
    assert stage_weights("two-stage", 1.0) == (0.5, 10.0)
    assert {stage_weights("one-stage", epoch / 120) for epoch in range(121)} == {(0.5, 10.0)}
    assert 2e-4 * linear(0.0, 49) == pytest.approx(2e-4)
    assert 2e-4 * linear(0.5, 1000) == pytest.approx(1.01e-4)
    assert 2e-4 * linear(1.0, 1000) == pytest.approx(2e-6)
    assert linear(0.0, 0) == pytest.approx(1 / 50)


def train_paper(pictures, directory, **changes):
    settings = PaperSettings(**{"batch": 2, "patch": 32, "seed": 3, "interval": 5, **changes})
    return codec.train(
        settings, pictures, pictures[:1], directory, quiet=True, report=lambda line: None
    )


def test_two_stages_switch_at_three_quarters_of_the_steps(pictures, tmp_path, monkeypatch):
    seen = []
    set_progress = codec.Autoencoder.set_progress

    def record(self, progress):
        set_progress(self, progress)
        weights = {name: float(weight) for name, weight in self.weights.items()}
        seen.append((weights["structure"], weights["quantization"]))

    monkeypatch.setattr(codec.Autoencoder, "set_progress", record)
    train_paper(pictures[:2], tmp_path, epochs=8, without=("contrast",), optimizer="muon")
    assert seen == 6 * [(0.5, 0.0)] + 2 * [(0.25, 10.0)]


def test_thirty_steps_of_the_paper_s_system_lower_every_active_term(pictures, tmp_path, vgg16_file):
    train_paper(
        pictures,
        tmp_path,
        epochs=None,
        steps=30,
        interval=10,
        batch=4,
        learning_rate=5e-4,  # on its way up for 50 steps
        contrast_network="vgg16",
        contrast_weights=str(vgg16_file),
    )
    first, *_, last = rows(tmp_path)
    for term in ("loss", "invertibility", "lightness", "contrast", "structure"):
        assert last[term] < first[term], term


def test_networks_start_with_positives(pictures, photo):
    rgb = photo[None, :64, :64] / np.float32(255)
    gray = luminance(rgb)[..., None]
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        networks = [build({"network": "paper", "arguments": {}}, n) for n in ("encoder", "decoder")]
        codec.start_positive(*networks, rgb)
        for network, picture in zip(networks, (rgb, gray), strict=True):
            output = network(picture).numpy().mean(axis=-1)
            assert np.corrcoef(output.ravel(), gray.ravel())[0, 1] > 0


def test_two_workers_reach_the_weights_of_one(pictures, tmp_path):
    """Sums in another order differ in their last bits, and Adam makes full steps of tiny gradients.

    So nearly all weights agree to 1e-5, and none is further apart than two steps.
    """
    folder = tmp_path / "photos"
    folder.mkdir()
    for i, picture in enumerate(pictures):
        picture.save(folder / f"{i}.png")
    ports = free_ports(2)
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    options = ["--network", "paper", "--without", "contrast", "--device", "cpu"]
    options += ["--batch", 2, "--patch", 16, "--steps", 4, "--interval", 4]

    def start(output, task=None):
        config = {"cluster": cluster, "task": {"type": "worker", "index": task}}
        more = {} if task is None else {"TF_CONFIG": json.dumps(config)}
        command = [sys.executable, "-m", "invgray", "train", folder, "-o", tmp_path / output]
        command = [str(part) for part in (*command, *options)]
        return subprocess.Popen(command, env=os.environ | more, stderr=subprocess.PIPE, text=True)

    joint = [start("joint", 0), start("joint", 1)]
    alone = start("alone")
    lines = [process.communicate(timeout=300)[1] for process in (*joint, alone)]
    assert [p.returncode for p in (*joint, alone)] == [0, 0, 0], lines
    assert "the first worker saves the networks" in lines[1]
    reference = invgray.presets.open_directory(tmp_path / "alone")
    runs = [tmp_path / name for name in ("alone/run", "joint/run", "joint/run/worker-1")]
    trained = []
    for run in runs:
        networks = [build(reference.card, name) for name in ("encoder", "decoder")]
        for twin in networks:
            twin.load_weights(run / f"best-{twin.name}.weights.h5")
        trained.append(weights(networks))
    apart = np.abs(trained[1] - trained[0])
    assert np.mean(apart > 1e-5) < 1e-3
    assert apart.max() < 2 * 2e-4
    np.testing.assert_array_equal(trained[2], trained[1])
    fresh = [build(reference.card, name) for name in ("encoder", "decoder")]
    assert np.abs(weights(fresh) - trained[0]).max() > 1e-3
    assert (tmp_path / "joint" / "card.json").exists()


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def test_a_card_records_what_was_left_out():
    settings = PaperSettings(epochs=2, without=("contrast", "down-up"))
    network = build({"network": "paper", "arguments": {}}, "encoder")
    card = cards.card(settings, network, {}, {})
    options = "--epochs 2 --without contrast --without down-up"
    assert card["command"] == f"invgray train IMAGES --network paper {options}"
    assert card["arguments"] == {"down_up": False}
    assert card["training"]["without"] == ("contrast", "down-up")


def test_a_batch_must_be_shared_equally():
    class Four:
        num_replicas_in_sync = 4

    distribution.check_batch(Four, 8)
    with pytest.raises(errors.UsageError, match="multiple of 4"):
        distribution.check_batch(Four, 6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--steps", 4, "--network", "paper", "--width", 8], "--width is not for the network"),
        (["--steps", 4, "--without", "contrast"], "--without is not for the network 'subpixel'"),
        (["--steps", 4, "--minutes", 1], "give one of --minutes, --steps, --epochs"),
        ([], "give one of --minutes, --steps, --epochs"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, message, photo_file, tmp_path):
    arguments = ["train", photo_file, "-o", tmp_path / "mine", *options]
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert result.exit_code == 2
    assert message in result.stderr


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
