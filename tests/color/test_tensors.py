"""The TensorFlow twins give what numpy gives."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from invgray.color import lab, luminance, tensors, visibility
from invgray.tensorflow import tf


@pytest.fixture(scope="module")
def rgb(photo):
    """A photograph's corner, and every neutral level, in [0, 1]: ``(1, 32, 32, 3)``."""
    colors = photo[:32, :32].copy()
    colors[:8] = np.arange(256, dtype=np.uint8).reshape(8, 32, 1)
    return colors[None] / np.float32(255)


def test_luminance(rgb):
    found = tensors.luminance(tf.constant(rgb))
    np.testing.assert_allclose(found[..., 0], luminance.luminance(rgb), atol=1e-6)


def test_visible(rgb):
    plain = luminance.luminance(rgb)
    added = np.random.default_rng(0).normal(0, 2 / 255, plain.shape)
    found = tensors.visible(tf.constant(added[..., None]), tf.constant(plain[..., None]))
    expected = visibility.visible(255 * added[0], 255 * plain[0])
    np.testing.assert_allclose(255 * found[0, ..., 0], expected, atol=1e-3)


def test_lightness_and_ab_are_scikit_image_s(rgb):
    lightness, ab = tensors.lightness_and_ab(tf.constant(rgb))
    expected = rgb2lab(rgb)
    np.testing.assert_allclose(100 * lightness[..., 0], expected[..., 0], atol=0.02)
    np.testing.assert_allclose(ab, expected[..., 1:], atol=0.05)
    np.testing.assert_allclose(tensors.lightness(tf.constant(rgb)), lightness, atol=1e-6)


def test_neutral_levels_have_the_lightness(rgb):
    levels = 255 * tensors.neutral(tensors.lightness(tf.constant(rgb)))[0, ..., 0].numpy()
    expected = lab.gray_of(np.rint(255 * rgb[0]).astype(np.uint8))
    np.testing.assert_allclose(levels, expected, atol=0.05)


@pytest.mark.parametrize("level", [0.0, 0.003, 0.04, 0.0404, 0.5, 1.0])
def test_gradients_are_finite_everywhere(level):
    rgb = tf.constant(np.full((1, 1, 1, 3), level, np.float32))
    with tf.GradientTape() as tape:
        tape.watch(rgb)
        lightness, ab = tensors.lightness_and_ab(rgb)
        total = tf.reduce_sum(tensors.neutral(lightness)) + tf.reduce_sum(ab)
    assert np.all(np.isfinite(tape.gradient(total, rgb)))
