"""Hints drawn for training."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color.levels import to_8_bits
from invgray.hints import Hints
from invgray.models.hinted import simulation
from invgray.propagation import propagate
from invgray.tensorflow import tf


@pytest.fixture(scope="module")
def many():
    """Hints for a thousand pictures in which a is the column and b the row."""
    rows, columns = np.mgrid[:48, :64].astype(np.float32)
    ab = np.broadcast_to(np.stack([columns, rows], axis=-1), (1000, 48, 64, 2))
    hints, mask = simulation.draw(tf.constant(ab), tf.constant([1, 2]))
    return ab, hints.numpy(), mask.numpy()[..., 0]


def test_counts_are_even_in_their_logarithm_and_some_pictures_are_given_whole(many):
    ab, hints, mask = many
    assert set(np.unique(mask)) == {0, 1}
    assert 0.11 < np.mean(~mask.any(axis=(1, 2))) < 0.18  # from 1 to 2 of 1 to 128: one in seven
    colors = [
        len(np.unique(told[given > 0], axis=0)) for told, given in zip(hints, mask, strict=True)
    ]
    assert 0.05 < np.mean(np.equal(colors, 1)) < 0.13  # from 2 to 3
    whole = mask.all(axis=(1, 2))
    assert 0.003 < whole.mean() < 0.02
    np.testing.assert_array_equal(hints[whole], ab[whole])
    assert not hints[mask == 0].any()


def test_hints_are_the_means_of_squares_of_one_to_nine_pixels(many):
    """A mean of columns is the middle one of its square's: squares are told by their values."""
    _, hints, mask = many
    sides, middles = set(), []
    for told, given in zip(hints, mask, strict=True):
        values = np.unique(told[given > 0], axis=0)
        if len(values) != 1:
            continue  # none, several, or all
        rows, columns = np.nonzero(given)
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert height == width == np.sqrt(given.sum())
        np.testing.assert_allclose(values[0], (columns.mean(), rows.mean()), rtol=1e-5)
        sides.add(height)
        middles.append(values[0])
    assert sides == set(range(1, 10))
    np.testing.assert_allclose(np.mean(middles, axis=0), (31.5, 23.5), atol=5)


def test_hints_are_spread_as_at_use():
    random = np.random.default_rng(0)
    gray = random.random((3, 20, 24, 1), np.float32)
    ab = random.normal(0, 30, (3, 20, 24, 2)).astype(np.float32)
    mask = (random.random((3, 20, 24, 1)) < 0.05).astype(np.float32)
    mask[2] = 0
    spread = tf.function(simulation.spread)(gray, ab * mask, mask).numpy()
    pictures = zip(gray[..., 0], ab * mask, mask[..., 0] > 0, spread, strict=True)
    for levels, told, given, found in pictures:
        hints = Hints(told, given)
        np.testing.assert_array_equal(found, propagate(to_8_bits(255 * levels), hints))
        np.testing.assert_array_equal(found[given], told[given])
    assert spread[0].std() > 3
    assert not spread[2].any()


def test_the_same_seed_draws_the_same():
    ab = tf.random.stateless_normal((2, 20, 20, 2), (0, 0))
    first, again, other = (simulation.draw(ab, tf.constant([7, n]))[0] for n in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
