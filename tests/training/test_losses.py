"""Loss terms against closed forms and the metrics."""

from __future__ import annotations

import numpy as np
import pytest

from invgray import metrics
from invgray.color import tensors
from invgray.color.luminance import luminance
from invgray.tensorflow import tf
from invgray.training import losses


def test_root_mean_square():
    error = np.stack([np.full((4, 4, 3), 0.3), np.full((4, 4, 3), -0.1)]).astype(np.float32)
    np.testing.assert_allclose(losses.root_mean_square(error), [0.3, 0.1], atol=1e-5)


def test_relative_mean_square_touches_the_root_at_its_level():
    error = np.reshape([0.03, 0.06], (2, 1, 1, 1)) * np.ones((2, 4, 4, 3), np.float32)
    np.testing.assert_allclose(losses.relative_mean_square(error), [0.015, 0.06], rtol=1e-5)
    at_level = tf.constant(error[:1])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(at_level)
        values = losses.root_mean_square(at_level), losses.relative_mean_square(at_level)
    root, relative = (tape.gradient(value, at_level) for value in values)
    np.testing.assert_allclose(relative, root, rtol=1e-3)


def test_overshoot():
    gray = np.array([[[[1.2], [0.5]], [[-0.4], [1.0]]]], np.float32)
    np.testing.assert_allclose(losses.overshoot(gray), [(0.04 + 0.16) / 4], rtol=1e-5)


def test_structure_matches_the_metric(photo):
    pattern = 6 * (np.indices(photo.shape[:2]).sum(0) % 2) - 3
    gray = np.clip(luminance(photo) + pattern, 0, 255).round()
    x = (gray / 255).astype(np.float32)[None, ..., None]
    y = tensors.lightness(photo[None] / np.float32(255))
    result = 1 - float(losses.structure_dissimilarity(x, y)[0])
    assert result == pytest.approx(metrics.structure(gray.astype(np.uint8), photo), abs=2e-3)


def test_structure_has_finite_gradients_in_flat_regions():
    x = tf.Variable(np.full((1, 16, 16, 1), 0.5, np.float32))
    with tf.GradientTape() as tape:
        loss = losses.structure_dissimilarity(x, tf.ones_like(x) * 0.5)
    assert float(loss[0]) == pytest.approx(0, abs=1e-2)
    assert np.isfinite(tape.gradient(loss, x)).all()


def test_mean_squares_are_those_of_each_patch():
    error = np.stack([np.full((4, 4, 3), 3.0), np.full((4, 4, 3), -0.5)]).astype(np.float32)
    np.testing.assert_allclose(losses.mean_square(error), [9.0, 0.25])
