"""From a gray picture to colours by a colorizer's network, whatever the network says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.color import gamut
from invgray.color.lab import gray_of
from invgray.color.quantized import UNIT, QuantizedColors
from invgray.models.colorizer import prediction
from invgray.models.colorizer.architecture import ColorizerArchitecture

COLORS = QuantizedColors(grid=10, count=None, distribution=(), regression=False)
REGRESSION = replace(COLORS, regression=True)
ARCHITECTURE = ColorizerArchitecture(outputs=261, width=224)


def fake(outputs):
    """A network of random outputs, the same for the same size."""
    return lambda x: np.random.default_rng(0).normal(
        0, 3, (1, x.shape[1] // 4, x.shape[2] // 4, outputs)
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 40), st.booleans())
def test_lightness_stays_at_every_size(height, width, regression):
    gray = np.random.default_rng(1).integers(0, 256, (height, width), np.uint8)
    colors = REGRESSION if regression else COLORS
    network = fake(2 if regression else 261)
    ab = prediction.predict(network, gray, ARCHITECTURE, colors, 0.38)
    rgb = prediction.with_colors(gray, ab)
    assert rgb.shape == (height, width, 3)
    assert np.abs(gray_of(rgb) - gray).max() <= 1.05


def test_strips_of_a_tall_picture_have_no_seams(monkeypatch):
    gray = np.tile(np.arange(200, dtype=np.uint8), (700, 1))
    ab = np.random.default_rng(0).uniform(-50, 50, (40, 12, 2)).astype(np.float32)
    strips = prediction.with_colors(gray, ab)
    monkeypatch.setattr(prediction, "_ROWS", 700)
    assert np.abs(strips.astype(int) - prediction.with_colors(gray, ab)).max() <= 1


def test_large_pictures_are_shown_small():
    seen = []

    def spy(x):
        seen.append(x.shape)
        return np.zeros((1, x.shape[1] // 4, x.shape[2] // 4, 2), np.float32)

    gray = np.zeros((1000, 2000), np.uint8)
    ab = prediction.predict(spy, gray, ARCHITECTURE, REGRESSION)
    assert seen == [(1, 184, 368, 1)]
    assert ab.shape == (46, 91, 2)


def test_the_network_sees_levels_with_their_edges_repeated():
    seen = []

    def spy(x):
        seen.append(x[0, ..., 0])
        return np.zeros((1, 2, 2, 2), np.float32)

    prediction.predict(spy, np.uint8([[0, 100], [200, 255]]), ARCHITECTURE, REGRESSION)
    assert seen[0].shape == (8, 8)
    assert seen[0][:2, :2].tolist() == [[0, 100], [200, 255]]
    assert np.all(seen[0][2:, 0] == 200)
    assert np.all(seen[0][0, 2:] == 100)


@pytest.mark.parametrize("temperature", [0.0, 0.38, 1.0])
def test_a_network_that_is_sure_of_one_colour_gives_it(temperature):
    def sure(x):
        logits = np.zeros((1, x.shape[1] // 4, x.shape[2] // 4, 261), np.float32)
        logits[..., 17] = 1000
        return logits

    gray = np.full((40, 40), 128, np.uint8)
    ab = prediction.predict(sure, gray, ARCHITECTURE, COLORS, temperature)
    np.testing.assert_allclose(ab, np.broadcast_to(gamut.bins()[17], ab.shape), atol=1e-4)


def test_regression_is_in_its_unit():
    def constant(x):
        return np.full((1, x.shape[1] // 4, x.shape[2] // 4, 2), [0.3, -0.2], np.float32)

    ab = prediction.predict(constant, np.zeros((9, 9), np.uint8), ARCHITECTURE, REGRESSION)
    np.testing.assert_allclose(ab, np.broadcast_to([0.3 * UNIT, -0.2 * UNIT], ab.shape), rtol=1e-6)
