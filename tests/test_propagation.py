"""Hints spread by optimisation."""

from __future__ import annotations

import numpy as np
import pytest

from invgray import metrics, propagation
from invgray.color.lab import gray_of, lab
from invgray.color.levels import neutral, to_8_bits
from invgray.errors import Interrupted
from invgray.hints import Hints, drawn


@pytest.fixture
def halves():
    """A picture dark on the left and bright on the right, with a hint for each."""
    gray = np.full((40, 60), 60, np.uint8)
    gray[:, 30:] = 190
    hints = Hints.none(40, 60)
    for x, color in ((3, (40, 20)), (55, (-30, 10))):
        hints.given[20, x], hints.ab[20, x] = True, color
    return gray, hints


def test_colours_stop_at_edges(halves):
    gray, hints = halves
    ab = propagation.propagate(gray, hints)
    left, right = ab[:, :29], ab[:, 31:]
    assert np.abs(left - (40, 20)).max() < 2
    assert np.abs(right - (-30, 10)).max() < 2


def test_a_colour_is_the_weighted_mean_of_its_neighbours():
    """On an even gray, the values are harmonic: linear between two columns of hints."""
    gray, hints = np.full((7, 11), 128, np.uint8), Hints.none(7, 11)
    hints.given[:, 0] = hints.given[:, -1] = True
    hints.ab[:, -1] = (50, -20)
    ab = propagation.propagate(gray, hints)
    ramp = np.linspace(0, 1, 11)
    np.testing.assert_allclose(ab[3, :, 0], 50 * ramp, atol=1e-3)
    np.testing.assert_allclose(ab[..., 1], -0.4 * ab[..., 0], atol=1e-3)


def test_hints_stay_and_nothing_leaves_their_range(photo):
    gray, hints = to_8_bits(gray_of(photo)), drawn(photo, 40, np.random.default_rng(0))
    ab = propagation.propagate(gray, hints)
    np.testing.assert_array_equal(ab[hints.given], hints.ab[hints.given])
    known = hints.ab[hints.given]
    assert np.all(ab >= known.min(axis=0) - 1e-3)
    assert np.all(ab <= known.max(axis=0) + 1e-3)


def test_one_hint_colours_all_and_none_leaves_the_gray(photo):
    gray = np.random.default_rng(0).integers(0, 256, (30, 50), np.uint8)
    hints = Hints.none(30, 50)
    np.testing.assert_array_equal(propagation.colorize(gray, hints), neutral(gray))
    hints.given[4, 4], hints.ab[4, 4] = True, (5, -8)
    np.testing.assert_allclose(
        propagation.propagate(gray, hints), np.broadcast_to((5, -8), (30, 50, 2)), atol=1e-3
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_any_size_is_coloured(shape):
    gray, hints = np.full(shape, 100, np.uint8), Hints.none(*shape)
    hints.given[0, 0], hints.ab[0, 0] = True, (30, 30)
    rgb = propagation.colorize(gray, hints)
    assert rgb.shape == (*shape, 3)
    np.testing.assert_allclose(lab(rgb)[..., 1:], np.full((*shape, 2), 30), atol=1)


def test_more_hints_are_nearer_to_the_truth_and_lightness_stays(photo):
    gray = to_8_bits(gray_of(photo))
    found = []
    for count in (0, 10, 50, 500):
        rgb = propagation.colorize(gray, drawn(photo, count, np.random.default_rng(1)))
        assert np.abs(gray_of(rgb) - gray).max() <= 1.05
        found.append(metrics.psnr(photo, rgb))
    assert found == sorted(found)
    assert found[-1] > found[0] + 6


def test_large_pictures_are_solved_small_with_colours_along_their_own_edges(halves):
    gray, hints = halves
    large = np.kron(gray, np.ones((25, 25), np.uint8))
    at = Hints(
        np.kron(hints.ab, np.ones((25, 25, 1), np.float32)),
        np.kron(hints.given, np.ones((25, 25), bool)),
    )
    assert large.size > 5 * propagation.SIDE**2
    ab = lab(propagation.colorize(large, at))[..., 1:]
    for near, far in ((slice(746, 750), 700), (slice(750, 754), 800)):
        assert np.abs(ab[:, near] - ab[:, far, None]).max() < 3
    assert np.abs(ab[:, 700] - ab[:, 800]).max(axis=-1).min() > 50


def test_it_can_be_stopped(photo):
    def stop(done, total):
        raise Interrupted("interrupted")

    with pytest.raises(Interrupted):
        propagation.colorize(photo[..., 1], Hints.none(*photo.shape[:2]), stop)
