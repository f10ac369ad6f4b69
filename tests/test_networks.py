"""Architectures: parameters, shapes, views, and where they start from."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from invgray.luminance import luminance
from invgray.networks import colorizer, paper, subpixel


def view(network, channels, size):
    """How far from the centre an input pixel still moves the central output pixel."""
    x = tf.Variable(np.random.default_rng(0).random((1, size, size, channels), np.float32))
    with tf.GradientTape() as tape:
        y = network(x)
        centre = tf.reduce_sum(y[0, y.shape[1] // 2, y.shape[2] // 2])
    moved = np.abs(tape.gradient(centre, x)[0]).sum(-1) > 0
    rows = np.flatnonzero(moved.any(1))
    return max(size // 2 - rows.min(), rows.max() - size // 2)


def randomised(network, deviation=0.2):
    """Fresh networks are near the identity; large weights show the whole view."""
    random = np.random.default_rng(1)
    network.set_weights([random.normal(0, deviation, w.shape) for w in network.get_weights()])
    return network


@pytest.mark.parametrize(("name", "channels"), [("encoder", 3), ("decoder", 1)])
@pytest.mark.parametrize("levels", [2, 3])
def test_receptive_radius_covers_the_view(name, channels, levels):
    network = randomised(getattr(subpixel, name)(width=8, levels=levels, deep=2), 0.1)
    radius, ratio = subpixel.receptive_radius(levels, deep=2), subpixel.ratio(levels)
    assert radius % ratio == 0
    assert radius - 3 * ratio <= view(network, channels, 200) <= radius


def test_a_colorizer_s_receptive_radius_covers_its_view():
    network = colorizer.colorizer(2, width=4)
    random = np.random.default_rng(1)
    for layer in network.layers:
        if layer.weights:  # positive, so that no unit is cut off
            layer.set_weights([random.uniform(0, 0.1, w.shape) for w in layer.get_weights()])
    assert 80 < view(network, 1, 296) <= colorizer.receptive_radius()


@pytest.mark.parametrize("down_up", [True, False])
def test_paper_s_receptive_radius_covers_the_encoder_s_view(down_up):
    network = randomised(paper.encoder(down_up), 0.02)
    radius = paper.receptive_radius(down_up)
    assert radius % paper.RATIO == 0
    assert radius - 3 * paper.RATIO <= view(network, 3, 160) <= radius


def test_paper_s_decoder_sees_18_pixels_around():
    assert view(randomised(paper.decoder(), 0.02), 1, 64) == 18 < paper.receptive_radius()


def test_subpixel_starts_near_the_identity(photo):
    x = photo[None, :64, :64] / np.float32(255)
    gray = subpixel.encoder(width=16)(x).numpy()
    assert np.abs(gray[0, ..., 0] - luminance(x[0])).mean() < 0.15
    restored = subpixel.decoder(width=16)(gray).numpy()
    assert np.abs(restored - gray).mean() < 0.15


def test_mixed_precision_keeps_float32_ends():
    network = subpixel.encoder(width=8, dtype="mixed_bfloat16")
    assert network(np.zeros((1, 8, 8, 3), np.float32)).dtype == tf.float32


def test_paper_has_the_paper_s_size():
    # Fig. 2 counted by hand: weights and biases of every convolution.
    def convolution(inputs, outputs, kernel=3):
        return inputs * outputs * kernel**2 + outputs

    def blocks(count, width):
        return 2 * count * convolution(width, width)

    encoder = (
        convolution(3, 64)
        + blocks(2, 64)
        + convolution(64, 128)
        + convolution(128, 128)
        + convolution(128, 256)
        + convolution(256, 256)
        + blocks(4, 256)
        + convolution(256, 128)
        + convolution(128, 128)
        + convolution(128, 64)
        + convolution(64, 64)
        + blocks(2, 64)
        + convolution(64, 1)
    )
    decoder = convolution(1, 64) + blocks(8, 64) + convolution(64, 256) + convolution(256, 3, 1)
    assert paper.encoder().count_params() == encoder
    assert paper.decoder().count_params() == decoder
    assert paper.encoder()(np.zeros((1, 16, 24, 3), np.float32)).shape == (1, 16, 24, 1)
    assert paper.decoder()(np.zeros((1, 16, 24, 1), np.float32)).shape == (1, 16, 24, 3)
