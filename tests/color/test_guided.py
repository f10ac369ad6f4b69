"""Colours of a small picture for a large one, along its edges."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color import guided
from invgray.color.lab import gray_of, lab


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (33, 57)])
def test_one_colour_stays_one_and_so_does_the_lightness(shape):
    gray = np.random.default_rng(0).integers(60, 200, shape, np.uint8)
    small, ab = gray[::3, ::3], np.full((*gray[::3, ::3].shape, 2), (12, -9), np.float32)
    rgb = guided.with_colors(gray, small, ab)
    np.testing.assert_allclose(lab(rgb)[..., 1:], np.broadcast_to((12, -9), (*shape, 2)), atol=1)
    assert np.abs(gray_of(rgb) - gray).max() <= 1.05


def test_a_picture_of_the_same_size_keeps_its_colours():
    """Each pixel then has one neighbour with all the weight: itself."""
    random = np.random.default_rng(0)
    gray, ab = random.integers(60, 200, (20, 30), np.uint8), random.uniform(-9, 9, (20, 30, 2))
    rgb = guided.with_colors(gray, gray, ab.astype(np.float32))
    np.testing.assert_allclose(lab(rgb)[..., 1:], ab, atol=1)


def test_colours_follow_levels_where_the_small_picture_is_coarse():
    """An edge that lies between two small pixels, nearer to the left one's centre."""
    gray = np.full((8, 16), 60, np.uint8)
    gray[:, 6:] = 180
    small = np.uint8([[60, 180]])
    ab = np.float32([[(30, 0), (-30, 0)]])
    rgb = guided.with_colors(gray, small, ab)
    a = lab(rgb)[..., 1]
    assert np.abs(a[:, :6] - 30).max() < 1.5
    assert np.abs(a[:, 6:] + 30).max() < 1.5


def test_bands_have_no_seams_and_tell_how_far_they_are(monkeypatch):
    random = np.random.default_rng(0)
    gray = random.integers(0, 256, (90, 40), np.uint8)
    small, ab = gray[::4, ::4], random.uniform(-40, 40, (23, 10, 2)).astype(np.float32)
    whole, heard = guided.with_colors(gray, small, ab), []
    monkeypatch.setattr(guided, "_PIXELS", 1200)
    bands = guided.with_colors(gray, small, ab, lambda *progress: heard.append(progress))
    np.testing.assert_array_equal(bands, whole)
    assert heard == [(0, 3600), (1200, 3600), (2400, 3600)]
