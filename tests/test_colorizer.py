"""The colorizer: network, training, arrays, and the command."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.color import rgb2lab

import invgray
from invgray import colorizer, detector, errors, gamut, images, metrics, presets
from invgray.cli import main
from invgray.images import to_8_bits
from invgray.luminance import luminance
from invgray.networks import colorizer as network
from invgray.training import colorizer as training
from invgray.training import lab
from invgray.training.settings import ColorizerSettings

COLORS = {"objective": "classification", "grid": 10, "count": None}


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(a) for a in arguments], **options)


@pytest.fixture
def gray_file(tmp_path, photo):
    path = tmp_path / "old.jpg"
    Image.fromarray(photo[:80, :96, 1]).save(path)
    return path


# Network


@pytest.mark.parametrize("objective", ["classification", "l2"])
def test_the_network_has_a_quarter_of_the_resolution_and_fits_30_mb(objective):
    arguments = ColorizerSettings(objective=objective).arguments
    net = network.colorizer(**arguments)
    assert net(np.zeros((1, 32, 24, 1), np.float32)).shape == (1, 8, 6, arguments["outputs"])
    assert 2 * net.count_params() < 29.5e6


def test_the_folded_layer_sees_in_gray_what_vgg16_sees_in_equal_channels(photo):
    random = np.random.default_rng(0)
    kernel, bias = random.normal(size=(3, 3, 3, 8)), random.normal(size=8)
    gray = photo[None, :32, :32, 1:2] / 255
    rgb = (gray.repeat(3, axis=-1) - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    folded, offset = network._folded(kernel, bias)
    seen = (gray - network._MEAN) / network._DEVIATION
    np.testing.assert_allclose(
        tf.nn.conv2d(seen, folded, 1, "VALID") + offset,
        tf.nn.conv2d(rgb, kernel, 1, "VALID") + bias,
        atol=1e-9,
    )


def test_pretrained_stacks_are_taken_over_and_the_first_stay(tmp_path):
    random = np.random.default_rng(0)
    arrays, inputs = {}, 3
    for block, widths in network.STACKS.items():
        for i, filters in enumerate(widths, 1):
            shape = (3, 3, inputs, filters)
            arrays[f"block{block}_conv{i}/kernel"] = random.random(shape, np.float32)
            arrays[f"block{block}_conv{i}/bias"] = random.random(filters, np.float32)
            inputs = filters
    np.savez(tmp_path / "vgg.npz", **arrays)
    net = network.colorizer(4)
    network.start_from_vgg16(net, tmp_path / "vgg.npz")
    kernel, _ = net.get_layer("block5_conv2").get_weights()
    np.testing.assert_array_equal(kernel, arrays["block5_conv2/kernel"])
    assert not net.get_layer("block2_conv2").trainable
    assert net.get_layer("block3_conv1").trainable
    np.savez(tmp_path / "other.npz", x=1)
    with pytest.raises(errors.WeightsError, match="name another file with --backbone"):
        network.start_from_vgg16(net, tmp_path / "other.npz")


# Training


def test_lab_is_scikit_image_s(photo):
    rgb = photo[None] / np.float32(255)
    lightness, ab = lab.lightness_and_ab(tf.constant(rgb))
    expected = rgb2lab(photo)
    np.testing.assert_allclose(100 * lightness[0, ..., 0], expected[..., 0], atol=0.02)
    np.testing.assert_allclose(ab[0], expected[..., 1:], atol=0.05)
    levels = 255 * lab.neutral(lightness)[0, ..., 0].numpy()
    np.testing.assert_allclose(levels, gamut.gray_of(photo), atol=0.05)


def test_soft_encoding_is_that_of_its_definition():
    centres = gamut.bins()
    ab = rgb2lab(np.random.default_rng(0).random((1, 3, 4, 3)))[..., 1:].astype(np.float32)
    indices, shares = (x.numpy() for x in training.soft_encoding(tf.constant(ab), centres))
    for where in np.ndindex(1, 3, 4):
        distances = np.linalg.norm(centres - ab[where], axis=-1)
        nearest = np.argsort(distances, kind="stable")[:5]
        weights = np.exp(-(distances[nearest] ** 2) / (2 * 5**2))
        assert indices[where][0] == nearest[0]
        assert set(indices[where]) == set(nearest)
        expected = dict(zip(nearest, weights / weights.sum(), strict=True))
        np.testing.assert_allclose(shares[where], [expected[i] for i in indices[where]], atol=1e-4)


@pytest.mark.parametrize("name", ["classification", "classification-rebalanced"])
def test_cross_entropy_is_that_of_its_definition(name):
    centres = gamut.bins()
    random = np.random.default_rng(0)
    outputs = random.normal(size=(1, 2, 3, len(centres))).astype(np.float32)
    ab = random.uniform(-60, 60, (1, 2, 3, 2)).astype(np.float32)
    weights = random.uniform(0.5, 2, len(centres)).astype(np.float32)
    objective = training.objective(ColorizerSettings(objective=name), weights)
    loss = objective(tf.constant(outputs), tf.constant(ab)).numpy()
    for where in np.ndindex(1, 2, 3):
        distances = np.linalg.norm(centres - ab[where], axis=-1)
        target = np.where(
            np.isin(distances, np.sort(distances)[:5]), np.exp(-(distances**2) / 50), 0
        )
        target /= target.sum()
        predicted = np.exp(outputs[where]) / np.exp(outputs[where]).sum()
        rarity = weights[distances.argmin()] if name.endswith("rebalanced") else 1
        assert loss[where] == pytest.approx(-rarity * (target * np.log(predicted)).sum(), rel=1e-3)


def test_l2_is_the_squared_distance_in_ab():
    objective = training.objective(ColorizerSettings(objective="l2"), np.ones(261))
    loss = objective(tf.constant([[[[0.3, -0.4]]]]), tf.constant([[[[0.0, 0.0]]]]))
    assert float(loss[0, 0, 0]) == pytest.approx(0.25)


def test_colours_are_counted_in_their_bins():
    red = Image.new("RGB", (10, 20), "red")
    centres = gamut.bins()
    counts = training.color_counts([red], centres, side=4)
    assert counts.sum() == counts.max() == 16
    where = np.rint(rgb2lab(np.uint8([[[255, 0, 0]]]))[0, 0, 1:] / 10) * 10
    np.testing.assert_array_equal(centres[counts.argmax()], where)


@pytest.mark.parametrize("objective", ["classification-rebalanced", "l2"])
def test_training_learns_a_colour(tmp_path, photo, objective, monkeypatch):
    monkeypatch.setattr(network, "STACKS", {1: (8,), 2: (16,), 3: (16,), 4: (16,), 5: (16,)})
    tinted = [Image.fromarray(np.clip(photo * [1.0, 0.75, 0.45], 0, 255).astype(np.uint8))]
    choice = ColorizerSettings(
        objective=objective, steps=200, interval=100, batch=2, patch=32, learning_rate=5e-3
    )
    quiet = {"quiet": True, "report": lambda line: None}
    trained = training.train(choice, tinted, tinted, tmp_path, **quiet)
    with (tmp_path / "log.csv").open() as file:
        first, last = csv.DictReader(file)
    assert float(last["loss"]) < 0.8 * float(first["loss"])
    assert float(last["validation_auc"]) > float(first["validation_auc"])
    card = trained.card
    assert card["arguments"] == choice.arguments
    assert card["figures"]["validation_256"].keys() >= {"auc", "auc_rebalanced", "psnr"}
    assert sum(card["colors"]["distribution"]) == pytest.approx(1, abs=1e-3)
    assert (tmp_path / "curves.png").stat().st_size > 5000


# Arrays


def fake(outputs):
    """A network of random logits, the same for the same size."""
    return lambda x: np.random.default_rng(0).normal(
        0, 3, (1, x.shape[1] // 4, x.shape[2] // 4, outputs)
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.booleans())
def test_lightness_stays_at_every_size(height, width, l2):
    gray = np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)
    colors = COLORS | ({"objective": "l2"} if l2 else {})
    ab = colorizer.predict(fake(2 if l2 else 261), gray, colors, 0.38)
    rgb = colorizer.with_colors(gray, ab)
    assert rgb.shape == (height, width, 3)
    assert np.abs(gamut.gray_of(rgb) - gray).max() <= 1.05


def test_strips_of_a_tall_picture_have_no_seams(monkeypatch):
    gray = np.tile(np.arange(200, dtype=np.uint8), (700, 1))
    ab = np.random.default_rng(0).uniform(-50, 50, (40, 12, 2)).astype(np.float32)
    strips = colorizer.with_colors(gray, ab)
    monkeypatch.setattr(colorizer, "_ROWS", 700)
    assert np.abs(strips.astype(int) - colorizer.with_colors(gray, ab)).max() <= 1


def test_large_pictures_are_shown_small():
    seen = []

    def spy(x):
        seen.append(x.shape)
        return np.zeros((1, x.shape[1] // 4, x.shape[2] // 4, 2), np.float32)

    gray = np.zeros((1000, 2000), np.uint8)
    ab = colorizer.predict(spy, gray, COLORS | {"objective": "l2"})
    assert seen == [(1, 184, 368, 1)]
    assert ab.shape == (46, 91, 2)


def test_engines_agree_and_lightness_stays(colorizer_folder, photo):
    gray = to_8_bits(gamut.gray_of(photo))[:100, :140]
    results = [
        invgray.load_colorizer(colorizer_folder, engine=engine, device="cpu", precision="float32")
        for engine in ("openvino", "tensorflow")
    ]
    first, second = (c.colorize(gray).astype(int) for c in results)
    assert np.abs(first - second).mean() < 0.5
    assert np.abs(gamut.gray_of(first.astype(np.uint8)) - gray).max() <= 1.05
    with pytest.raises(ValueError, match=r"gray must be \(H, W\)"):
        results[0].colorize(photo)


def test_kinds_of_presets_are_told_apart(colorizer_folder):
    assert presets.open_directory(colorizer_folder).kind == "colorizer"
    with pytest.raises(errors.WeightsError, match=r"is a colorizer, not a codec.*colorize"):
        invgray.load(colorizer_folder)
    with pytest.raises(errors.WeightsError, match=r"is a codec, not a colorizer.*encode"):
        invgray.load_colorizer("standard")


# Shipped weights


@pytest.fixture(scope="module")
def shipped():
    return invgray.load_colorizer(device="cpu", precision="float32")


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_shipped_weights_make_colours_up(photos, name, shipped):
    rgb = photos[name]
    gray = to_8_bits(gamut.gray_of(rgb))
    made_up = shipped.colorize(gray)
    assert np.abs(gamut.gray_of(made_up) - gray).max() <= 1.05
    rarity = gamut.rarity(shipped.preset.card["colors"])
    plain = metrics.colorization(rgb, gray[..., None].repeat(3, axis=-1), *rarity)
    figures = metrics.colorization(rgb, made_up, *rarity)
    assert figures["auc_rebalanced"] > plain["auc_rebalanced"] + 5
    assert figures["colorfulness"] > 0.5 * figures["colorfulness_original"]


def test_the_shipped_preset_is_the_default(gray_file, shipped):
    result = run("colorize", gray_file, "--json")
    assert json.loads(result.stdout)["preset"] == "colorizer"
    gray, made_up = images.read(gray_file), images.read(gray_file.with_suffix(".colorized.png"))
    difference = np.abs(made_up.pixels.astype(int) - shipped.colorize(gray.pixels))
    assert difference.mean() < 1


# Detector


@pytest.mark.parametrize("name", ["astronaut", "coffee", "cat"])
def test_hidden_colours_are_told_from_none(codec, photos, name):
    hidden = to_8_bits(codec.encode(photos[name]))
    plain = to_8_bits(luminance(photos[name]))
    for gray, hides in ((hidden, True), (plain, False)):
        assert (detector.recognise([codec], gray) is codec) == hides


def test_a_flat_gray_hides_nothing(codec):
    flat = np.full((64, 64), 128, np.uint8)
    assert detector.recognise([codec], flat) is None


def test_grays_without_a_pattern_of_their_own_are_not_told(photo):
    paper = invgray.load("paper")
    assert detector.recognise([paper], to_8_bits(paper.encode(photo))) is None


# The command


def test_the_command_colorizes_files_folders_and_pipes(colorizer_folder, gray_file, tmp_path):
    weights = ["--weights", colorizer_folder]
    result = run("colorize", gray_file, *weights, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["width"], facts["height"], facts["preset"]) == (96, 80, "hasty")
    colorized = np.asarray(Image.open(tmp_path / "old.colorized.png"))
    assert colorized.shape == (80, 96, 3)
    gray = np.asarray(Image.open(gray_file))
    assert np.abs(gamut.gray_of(colorized) - gray).max() <= 1.05
    piped = run("colorize", "-", *weights, input=gray_file.read_bytes())
    assert piped.stdout_bytes.startswith(b"\x89PNG")
    folder = tmp_path / "album"
    folder.mkdir()
    gray_file.rename(folder / "a.jpg")
    assert run("colorize", folder, "-o", tmp_path / "out", *weights).exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a.colorized.png"]


def test_the_command_says_what_it_was_given(colorizer_folder, tmp_path, photo, codec):
    color, gray = tmp_path / "color.png", tmp_path / "photo.gray.png"
    Image.fromarray(np.dstack([photo[:40, :40], photo[:40, :40, 0]])).save(color)
    result = run("colorize", color, "--weights", colorizer_folder)
    assert "is a colour picture; its colours are replaced" in result.stderr
    alpha = np.asarray(Image.open(tmp_path / "color.colorized.png"))[..., 3]
    np.testing.assert_array_equal(alpha, photo[:40, :40, 0])
    small = np.ascontiguousarray(photo[:40, :40])
    preset = codec.preset
    images.write_gray(gray, codec.encode(small), images.Picture(small), preset.name, preset.digest)
    result = run("colorize", gray, "--weights", colorizer_folder)
    assert "hides its true colours; 'invgray decode' brings them back" in result.stderr
    assert (tmp_path / "photo.colorized.png").exists()


def test_temperature_changes_the_colours(colorizer_folder, photo):
    gray = photo[:64, :64, 1]
    pale, vivid = (
        invgray.load_colorizer(colorizer_folder, temperature=t).colorize(gray) for t in (1.0, 0.0)
    )
    assert metrics.colorfulness(vivid) != metrics.colorfulness(pale)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["colorize", "old.jpg", "--preset", "standard"], 4, "is a codec, not a colorizer"),
        (["colorize", "old.jpg", "--temperature", "2"], 2, "Invalid value for '--temperature'"),
        (["colorize", "missing.jpg", "--weights", "WEIGHTS"], 3, "missing.jpg: no such file"),
        (["encode", "old.jpg", "--weights", "WEIGHTS"], 4, "is a colorizer, not a codec"),
    ],
)
def test_failures_are_one_line(
    gray_file, colorizer_folder, monkeypatch, tmp_path, arguments, code, words
):
    monkeypatch.chdir(tmp_path)
    result = run(*(colorizer_folder if a == "WEIGHTS" else a for a in arguments))
    assert result.exit_code == code, result.output
    assert words in result.stderr and result.stderr.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["old.jpg"]
