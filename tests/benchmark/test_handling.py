"""Ways that grays are handled do what their names say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from invgray import metrics
from invgray.benchmark import handling
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance


@pytest.fixture
def gray(photo):
    return to_8_bits(luminance(photo))


@pytest.mark.parametrize("name", handling.HANDLINGS)
def test_grays_change_a_little_and_keep_their_kind(name, gray):
    gray = gray[:200]
    way = handling.HANDLINGS[name]
    handled = way.apply(gray)
    back = way.undo(neutral(handled))[..., 0]
    assert handled.dtype == back.dtype == np.uint8
    assert back.shape == gray.shape
    inside = slice(12, -12), slice(12, -12)
    assert metrics.psnr(gray[inside], back[inside]) > 18
    assert (name in ("none", "rotate-90")) == np.array_equal(gray, back)


def test_noise_gamma_and_contrast_in_closed_form():
    noise = handling.noisy(np.full((400, 400), 128, np.uint8), 4)
    assert noise.std() == pytest.approx(4, rel=0.02)
    assert handling.with_gamma(np.uint8([[64]]), 1.1)[0, 0] == round(255 * (64 / 255) ** 1.1)
    assert handling.with_contrast(np.uint8([[0, 255]]), 0.9).tolist() == [[13, 242]]


def test_compression_is_pillow_s(gray):
    stored = io.BytesIO()
    Image.fromarray(gray).save(stored, "JPEG", quality=70)
    np.testing.assert_array_equal(handling.compressed(gray, "JPEG", 70), Image.open(stored))


def test_fine_scans_keep_more_than_coarse_ones(gray):
    scans = [handling.printed_and_scanned(gray, dpi) for dpi in (300, 150)]
    inside = slice(16, -16), slice(16, -16)
    fine, coarse = (metrics.psnr(gray[inside], scan[inside]) for scan in scans)
    assert fine > coarse
