"""Encoder and decoder together: what they are shown, how they start, how they are judged."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from invgray import metrics
from invgray.benchmark import handling
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.models import MODELS
from invgray.models.paper.architecture import PaperArchitecture
from invgray.tensorflow import keras, tf
from invgray.training import autoencoder, channel
from invgray.training.autoencoder import Autoencoder
from invgray.training.objective import Objective, Term
from invgray.training.optimizers import adam


def linear(name, inputs, outputs, weight):
    """A network that multiplies the mean of its inputs."""
    network = keras.Sequential(
        [keras.Input((None, None, inputs)), keras.layers.Conv2D(outputs, 1, use_bias=False)],
        name=name,
    )
    network.set_weights([np.full((1, 1, inputs, outputs), weight / inputs, np.float32)])
    return network


@pytest.fixture
def trainee():
    """Encoder: half of the mean; decoder: twice the gray; two terms, one that fades."""
    objective = Objective(
        (
            Term("gray", lambda rgb, gray, back: tf.reduce_mean(gray, (1, 2, 3)), lambda p: 1 - p),
            Term("back", lambda rgb, gray, back: tf.reduce_mean(back, (1, 2, 3)), lambda p: 10.0),
        ),
        channel.png,
        boundaries=(0.5,),
    )
    networks = linear("encoder", 3, 1, 0.5), linear("decoder", 1, 3, 2.0)
    return Autoencoder(*networks, objective, adam(0.01, "float32"))


def test_the_loss_is_the_weighted_sum_of_the_terms(trainee):
    rgb = np.zeros((2, 4, 4, 3), np.float32)
    rgb[..., 0] = 0.6
    trainee.set_progress(0.25)
    figures = {name: float(x) for name, x in trainee.train_step(tf.constant(rgb)).items()}
    gray = round(0.1 * 255) / 255  # what the decoder sees
    assert figures["gray"] == pytest.approx(0.1)
    assert figures["back"] == pytest.approx(2 * gray)
    assert figures["loss"] == pytest.approx(0.75 * 0.1 + 10 * 2 * gray)
    errors = np.array([0.6 - 2 * gray, 2 * gray, 2 * gray])
    assert figures["psnr"] == pytest.approx(-10 * np.log10(np.square(errors).mean()), rel=1e-4)
    assert list(figures) == ["loss", "gray", "back", "psnr"]


def test_a_step_lowers_the_weights_that_raise_the_loss(trainee):
    before = [network.get_weights()[0] for network in trainee.networks]
    trainee.train_step(tf.ones((1, 4, 4, 3)) * [0.9, 0.5, 0.1])
    for network, was in zip(trainee.networks, before, strict=True):
        np.testing.assert_allclose(network.get_weights()[0], was - 0.01, atol=1e-4)


def test_patches_without_color_reach_the_decoder_as_they_are(trainee):
    rgb = np.stack([np.full((4, 4, 3), 0.4), np.full((4, 4, 3), [0.4, 0.4, 0.7])])
    gray, _ = trainee(tf.constant(rgb, tf.float32))
    np.testing.assert_allclose(gray[:, 0, 0, 0], [0.4, 0.25], atol=1e-6)


def test_networks_start_with_positives(pictures, photo):
    rgb = photo[None, :64, :64] / np.float32(255)
    gray = luminance(rgb)[..., None].astype(np.float32)
    architecture = PaperArchitecture(down_up=True)
    turned = 0
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        networks = [MODELS["paper"].build(architecture, n) for n in architecture.networks]
        before = [network.get_weights()[-2] for network in networks]
        autoencoder.start_positive(*networks, pictures)
        for network, picture, was in zip(networks, (rgb, gray), before, strict=True):
            output = network(picture).numpy().mean(axis=-1)
            assert np.corrcoef(output.ravel(), gray.ravel())[0, 1] > 0
            turned += np.any(network.get_weights()[-2] != was)
    assert 0 < turned < 6


def test_figures_are_those_of_8_bit_round_trips(pictures):
    encoder, decoder = linear("encoder", 3, 1, 0.5), linear("decoder", 1, 3, 2.0)
    figures = autoencoder.evaluate(encoder, decoder, pictures[:2])
    rows = []
    for picture in pictures[:2]:
        rgb = np.asarray(metrics.paper_protocol(picture))
        gray = to_8_bits(rgb.mean(-1) / 2)
        back = np.repeat(to_8_bits(2.0 * gray)[..., None], 3, -1)
        rows.append(asdict(metrics.round_trip(rgb, gray, back)))
    for name, figure in figures.items():
        assert figure == pytest.approx(np.mean([row[name] for row in rows]), rel=1e-3), name


def test_handled_figures_are_those_of_real_jpeg_files(pictures):
    encoder, decoder = linear("encoder", 3, 1, 0.5), linear("decoder", 1, 3, 2.0)
    figures = autoencoder.evaluate(encoder, decoder, pictures[:1], handled=True)
    rgb = np.asarray(metrics.paper_protocol(pictures[0]))
    compressed = handling.compressed(to_8_bits(rgb.mean(-1) / 2), "JPEG", 75)
    back = np.repeat(to_8_bits(2.0 * compressed)[..., None], 3, -1)
    assert figures["psnr_jpeg_75"] == pytest.approx(metrics.psnr(rgb, back), abs=0.05)


def test_a_picture_alone_is_judged_as_among_others(pictures):
    networks = linear("encoder", 3, 1, 0.9), linear("decoder", 1, 3, 1.0)
    flat = Image.new("RGB", (300, 200), "teal")
    together = autoencoder.evaluate(*networks, [pictures[0], flat])
    alone = [autoencoder.evaluate(*networks, [one]) for one in (pictures[0], flat)]
    assert together["mae"] == pytest.approx(np.mean([figures["mae"] for figures in alone]))
