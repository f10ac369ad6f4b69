"""From numbers to the levels of stored pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from invgray.color import levels


def test_rounding():
    values = np.array([[-3.0, 0.49, 0.51, 254.5, 255.4, 300.0]], np.float32)
    assert levels.to_8_bits(values).tolist() == [[0, 0, 1, 254, 255, 255]]


def test_all_rows_of_a_tall_picture_are_rounded():
    values = np.random.default_rng(0).uniform(-10, 265, (700, 3)).astype(np.float32)
    expected = np.rint(np.clip(values, 0, 255)).astype(np.uint8)
    np.testing.assert_array_equal(levels.to_8_bits(values), expected)


def test_pictures_of_equal_channels_are_gray():
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)
    rgb = levels.neutral(gray)
    assert rgb.shape == (3, 4, 3)
    np.testing.assert_array_equal(levels.without_color(rgb), gray)
    assert levels.without_color(gray) is gray


@pytest.mark.parametrize("channel", range(3))
def test_one_pixel_of_colour_is_colour(channel):
    rgb = levels.neutral(np.full((3, 4), 7, np.uint8))
    rgb[2, 1, channel] = 8
    assert levels.without_color(rgb) is rgb


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_level(value):
    values = np.full((300, 3), 7.0)
    values[299, 1] = value
    with pytest.raises(ValueError, match="must be finite"):
        levels.to_8_bits(values)


@pytest.mark.parametrize("quality", [1, 30, 75, 100])
def test_a_gray_is_nearly_gray_after_a_lossy_format(photo, quality):
    file = io.BytesIO()
    Image.fromarray(photo[..., 1]).convert("RGB").save(file, "WEBP", quality=quality)
    stored = np.asarray(Image.open(file).convert("RGB"))
    assert np.ptp(stored, axis=-1).max() > 0
    assert levels.nearly_gray(stored)
    assert not levels.nearly_gray(photo)
    assert levels.nearly_gray(np.array([[[9, 10, 11]]], np.uint8))
    assert not levels.nearly_gray(np.array([[[9, 10, 12]]], np.uint8))
