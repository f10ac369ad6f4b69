"""Quantised colours, point estimates, and the way into sRGB."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.color import lab2rgb, rgb2lab

from invgray.color import gamut
from invgray.color.lab import gray_of
from invgray.color.levels import to_8_bits

FAR = np.array([[0, 0], [100, 0], [0, 100]], np.float32)


@settings(max_examples=50, deadline=None)
@given(arrays(np.uint8, (20, 3)), st.sampled_from([10, 12]))
def test_every_colour_of_srgb_is_in_the_cell_of_a_bin(rgb, grid):
    ab = rgb2lab(rgb)[:, 1:]
    centres = gamut.bins(grid)
    apart = np.abs(ab - centres[gamut.nearest(ab, centres)])
    assert apart.max() < 0.55 * grid  # faces are sampled


def test_bins_are_those_of_the_gamut_or_as_many_as_wanted():
    assert len(gamut.bins(10)) == 261
    assert len(gamut.bins(12)) == 190
    later_text = gamut.bins(12, 256)
    assert later_text.shape == (256, 2)
    assert {tuple(c) for c in gamut.bins(12)} <= {tuple(c) for c in later_text}
    assert np.all(later_text % 12 == 0)


def test_rebalancing_of_bins_far_apart_is_in_closed_form():
    share = np.array([0.8, 0.15, 0.05])
    expected = 1 / (0.5 * share + 0.5 / 3)
    expected /= (share * expected).sum()
    weights = gamut.rebalancing(1000 * share, FAR, mix=0.5, sigma=5)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)
    assert (share * weights).sum() == pytest.approx(1)
    np.testing.assert_allclose(gamut.rebalancing(share, FAR, mix=1.0), 1, rtol=1e-5)


def test_rebalancing_smoothes_over_neighbours():
    centres = np.array([[0, 0], [10, 0], [100, 0]], np.float32)
    weights = gamut.rebalancing(np.array([1.0, 0.0, 0.1]), centres, mix=0.1, sigma=6)
    assert weights[1] < weights[2]  # seen next door counts more than seen a little


@pytest.mark.parametrize("temperature", [1.0, 0.38, 0.05])
def test_annealed_mean_is_the_mean_of_the_sharpened_distribution(temperature):
    logits = np.array([[0.3, 1.0, 0.1], [2.0, 2.0, -5.0]], np.float32)
    probabilities = np.exp(logits)
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    sharp = np.exp(np.log(probabilities) / temperature)
    expected = sharp @ FAR / sharp.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(gamut.annealed_mean(logits, FAR, temperature), expected, 1e-4, 1e-9)


@pytest.mark.parametrize("temperature", [0.0, 1e-9, 1e-3, 1.0])
def test_annealed_mean_is_safe_at_both_ends(temperature):
    logits = np.array([[-1e4, 1e4, 9e3]], np.float32)
    np.testing.assert_allclose(gamut.annealed_mean(logits, FAR, temperature), [[100, 0]], atol=1e-6)
    equal = gamut.annealed_mean(np.zeros((1, 3), np.float32), FAR, temperature)
    np.testing.assert_allclose(equal, [FAR.mean(axis=0)], rtol=1e-6)


def test_colours_of_srgb_come_back_exactly(photo):
    lab = rgb2lab(photo)
    restored = gamut.to_srgb(lab[..., 0], lab[..., 1:])
    assert np.abs(255 * restored - photo).max() < 0.1


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float32, 30, elements=st.floats(0, 100, width=32)),
    arrays(np.float32, (30, 2), elements=st.floats(-128, 128, width=32)),
)
def test_colours_that_srgb_does_not_have_keep_lightness_and_hue(lightness, ab):
    rgb = gamut.to_srgb(lightness, ab)
    assert 0 <= rgb.min() <= rgb.max() <= 1
    lab = rgb2lab(rgb)
    np.testing.assert_allclose(lab[:, 0], lightness, atol=0.15)
    levels = gray_of(to_8_bits(255 * rgb)[None])[0]
    neutral = gray_of(to_8_bits(255 * lab2rgb(np.pad(lightness[:, None], ((0, 0), (0, 2)))))[None])
    assert np.abs(levels - neutral[0]).max() <= 1.05
    across = lab[:, 1] * ab[:, 1] - lab[:, 2] * ab[:, 0]
    assert np.abs(across / np.maximum(np.hypot(*ab.T), 1)).max() < 0.6
    assert np.all(np.hypot(*lab[:, 1:].T) <= np.hypot(*ab.T) + 0.6)
