"""Pictures on a page: what is in them, pixel by pixel."""

from __future__ import annotations

import base64
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from PIL import Image

from invgray.benchmark import gallery
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance


def pixels(uri):
    return np.asarray(Image.open(BytesIO(base64.b64decode(uri.partition(",")[2]))))


def color(level):
    return matplotlib.colormaps["inferno"](level, bytes=True)[:3]


def mapped(x, y):
    return np.asarray(gallery.difference_map(x, y).convert("RGB"))


def test_gray_pictures_and_crops_are_exact(examples):
    for trip in examples:
        shown = gallery.example(trip)
        assert shown.original.startswith("data:image/jpeg")
        assert np.mean(abs(pixels(shown.original) - trip.rgb.astype(float))) < 2
        assert np.mean(abs(pixels(shown.restored) - trip.restored.astype(float))) < 2
        np.testing.assert_array_equal(pixels(shown.gray), trip.gray)
        where = gallery.most_colorful(trip.rgb)
        assert (shown.top, shown.left) == (where[0].start, where[1].start)
        np.testing.assert_array_equal(pixels(shown.crop), trip.gray[where])
        plain = to_8_bits(luminance(trip.rgb[where]))
        np.testing.assert_array_equal(pixels(shown.luminance), plain)
        assert (shown.width, shown.height) == (200, 256)
        assert (shown.crop_width, shown.crop_height) == (64, 64)


def test_equal_pictures_have_the_lowest_colour(photo):
    assert np.all(mapped(photo, photo) == color(0))


@pytest.mark.parametrize("error", [32, 33, 255])
def test_large_errors_have_the_highest_colour(error):
    black = np.zeros((5, 7, 3), np.uint8)
    assert np.all(mapped(black, black + np.uint8(error)) == color(255))
    assert mapped(black, black).shape == (5, 7, 3)


def test_difference_is_the_mean_over_channels():
    x, y = np.zeros((1, 1, 3), np.uint8), np.array([[[48, 0, 0]]], np.uint8)
    assert np.all(mapped(x, y) == color(128))
    assert np.all(mapped(y, x) == color(128))


def test_crop_is_the_most_saturated():
    rgb = np.full((100, 120, 3), 255, np.uint8)
    rgb[30:40, 70:80] = 255, 0, 0
    assert gallery.most_colorful(rgb, 10) == (slice(30, 40), slice(70, 80))
    assert gallery.most_colorful(rgb[:5, :7]) == (slice(0, 5), slice(0, 7))
