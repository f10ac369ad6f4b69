"""Pixels that fit without loss."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.fine import exact


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 6))
def test_few_colours_come_back_bit_for_bit(height, width, colors):
    random = np.random.default_rng(height * 61 + width)
    palette = random.integers(0, 256, (colors, 3), np.uint8)
    rgb = palette[random.integers(0, colors, (height, width))]
    data = exact.encode(rgb, 4 * height * width + 100)
    np.testing.assert_array_equal(exact.decode(data, height, width), rgb)


def test_a_photograph_does_not_fit_two_bits_a_pixel(photo):
    assert exact.encode(photo[:128, :128], 128 * 128 * 2 // 8) is None


def test_it_never_takes_more_than_there_is():
    rgb = np.random.default_rng(0).integers(0, 2, (64, 64, 3), np.uint8) * 200
    needed = len(exact.encode(rgb, 10_000))
    assert exact.encode(rgb, needed) is not None
    assert exact.encode(rgb, needed - 1) is None


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(1, 50))
def test_noise_is_refused(data, height, width):
    for first in (b"\0", b"\1", b"", b"\0RIFF"):
        with pytest.raises(ValueError, match="pixels"):
            exact.decode(first + data, height, width)


def test_a_bomb_is_not_unpacked():
    bomb = b"\1" + zlib.compress(bytes(50_000_000))
    decoded = exact.decode(bomb, 10, 10)
    assert decoded.shape == (10, 10, 3)
    with pytest.raises(ValueError, match="another size"):
        exact.decode(b"\1" + zlib.compress(bytes(10)), 10, 10)
