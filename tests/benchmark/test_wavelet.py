"""The classical method, against closed forms and the level of its paper."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray import metrics
from invgray.benchmark import methods, wavelet
from invgray.color.levels import to_8_bits


def test_chrominance_lies_in_haar_subbands():
    rgb = np.full((8, 8, 3), (200, 100, 50), np.uint8)
    y, cb, cr = wavelet._TO_YCBCR @ (200, 100, 50)
    gray = wavelet.embed_chrominance(rgb)
    # An orthonormal Haar detail coefficient c adds c / 2 with alternating signs.
    rows, columns = np.array([[1, -1]] * 4).reshape(8, 1), np.array([[1, -1]] * 4).reshape(1, 8)
    np.testing.assert_allclose(gray, y + cb / 2 * rows + cr / 2 * columns, atol=1e-9)
    np.testing.assert_array_equal(wavelet.extract_chrominance(gray), rgb)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 33), st.integers(1, 33))
def test_any_size_is_taken(height, width):
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    gray = wavelet.embed_chrominance(rgb)
    assert gray.shape == (height, width)
    assert wavelet.extract_chrominance(to_8_bits(gray)).shape == rgb.shape


def test_photos_are_restored_to_the_level_of_its_paper(photo):
    restored = methods.WAVELET.decode(methods.WAVELET.encode(photo)).rgb
    plain = methods.LUMINANCE.decode(methods.LUMINANCE.encode(photo)).rgb
    assert 20 < metrics.psnr(photo, restored) < 40
    assert metrics.psnr(photo, restored) > metrics.psnr(photo, plain) + 3
