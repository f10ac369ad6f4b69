"""The pattern of the ``layered`` networks: what it leaves as it is, and what it depends on."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color.luminance import luminance
from invgray.fine import chroma
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT
from invgray.models import MODELS, pilot
from invgray.models.layered import network
from invgray.models.layered.settings import LayeredSettings
from invgray.training.length import Length, Unit

ONE = Length(1, Unit.STEPS)
ARCHITECTURE = LayeredSettings(length=ONE, width=16).architecture


@pytest.fixture(scope="module")
def pattern():
    """A pattern's network with random weights, as large as trained ones."""
    built = MODELS["layered"].build(ARCHITECTURE, "pattern")
    random = np.random.default_rng(0)
    built.set_weights([random.normal(0, 0.1, w.shape) for w in built.get_weights()])
    return built


def planes(rgb, y=None):
    true = luminance(rgb)
    cb, cr = chroma.of(rgb.astype(float), true)
    stacked = np.stack([cb + 128, cr + 128, true if y is None else y], axis=-1)
    return (stacked[None] / 255).astype(np.float32)


def blocks(plane):
    height, width = plane.shape
    return plane.reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))


def test_the_mean_of_every_block_stays(pattern, photo):
    added = pattern(planes(photo)).numpy()[0, ..., 0]
    assert np.abs(added).max() > 0.1
    np.testing.assert_allclose(blocks(added), 0, atol=1e-5)


def test_the_pilot_is_all_that_there_is_at_its_frequencies(pattern, waves, photo):
    added = 255 * pattern(planes(photo)).numpy()[0, ..., 0]
    np.testing.assert_allclose(waves(added), ARCHITECTURE.pilot * 2**-0.5 / 2, atol=2e-3)


def test_the_pilot_looks_alike_nowhere_else():
    tile = pilot.tile()
    np.testing.assert_allclose([tile.mean(), np.mean(tile**2)], [0, 1], atol=1e-12)
    places = [(y, x) for y in range(8) for x in range(8)]
    for way in ORIENTATIONS:
        other = way.apply(tile)
        alike = [np.mean(tile * np.roll(other, place, (0, 1))) for place in places]
        at_its_own = way == UPRIGHT
        assert max(alike[at_its_own:]) < (0.51 if way.mirrored else 0.73)
        assert -min(alike) < (0.51 if way.mirrored else 0.61 if at_its_own else 0.84)


def test_it_is_the_same_from_the_gray_that_has_it(pattern, photo):
    y = luminance(photo)
    added = 255 * pattern(planes(photo)).numpy()[0, ..., 0]
    again = 255 * pattern(planes(photo, y + added)).numpy()[0, ..., 0]
    np.testing.assert_allclose(again, added, atol=0.01)
    within = np.random.default_rng(1).normal(0, 9, y.shape)
    within -= blocks(within).repeat(8, axis=0).repeat(8, axis=1)
    detailed = 255 * pattern(planes(photo, y + within)).numpy()[0, ..., 0]
    np.testing.assert_allclose(detailed, added, atol=0.01)


def test_it_depends_on_chrominance_and_brightness(pattern, photo):
    added = pattern(planes(photo)).numpy()
    assert np.abs(pattern(planes(255 - photo)).numpy() - added).max() > 0.01
    brighter = planes(photo, np.minimum(luminance(photo) + 40, 255))
    assert np.abs(pattern(brighter).numpy() - added).max() > 0.01


def test_the_encoder_adds_it_to_the_luminance(pattern, photo):
    rgb = photo[None] / np.float32(255)
    gray = network.encoder(pattern)(rgb).numpy()[0, ..., 0]
    expected = luminance(photo) / 255 + pattern(planes(photo)).numpy()[0, ..., 0]
    np.testing.assert_allclose(gray, expected, atol=1e-4)


def test_its_view_is_within_the_receptive_radius(pattern):
    base = np.full((1, 512, 512, 3), 0.5, np.float32)
    changed = base.copy()
    changed[0, 256, 256] = (0.9, 0.1, 0.8)
    rows, columns = np.nonzero(np.abs(pattern(changed) - pattern(base)).max(axis=-1)[0] > 1e-7)
    reach = max(np.abs(rows - 256).max(), np.abs(columns - 256).max())
    assert 0 < reach <= ARCHITECTURE.receptive_radius


def test_it_takes_a_quarter_of_the_multiply_adds_of_robust_s_encoder():
    pattern = MODELS["layered"].build(LayeredSettings(length=ONE).architecture, "pattern")
    kernels = [w.shape for w in pattern.get_weights() if w.ndim == 4]
    assert sum(np.prod(shape) for shape in kernels) / 64 < 17_000
