"""Photographs of prints, straightened and evened out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from invgray import metrics
from invgray.color.levels import to_8_bits
from invgray.errors import InputError
from invgray.prints import border, rectification


@pytest.mark.parametrize(
    ("tilt", "turn", "dpi", "decibels"),
    [
        (0, 0, 300, 29),
        (15, 10, 300, 29),
        (-15, 100, 300, 29),
        (10, 190, 300, 29),
        (15, -80, 200, 27),
        (15, 5, 150, 25),
        (12, 3, 600, 29),
    ],
)
def test_photographs_of_prints_are_straightened(gray, photographed, tilt, turn, dpi, decibels):
    scan = photographed(border.draw(gray), dpi, tilt, turn)
    restored = rectification.rectify(scan)
    assert restored.shape == gray.shape
    assert metrics.psnr(to_8_bits(restored), gray) > decibels
    assert abs(np.mean(restored - gray)) < 3.5


def test_light_and_ink_are_evened_out(gray, photographed):
    flat = np.full_like(gray, 128)
    restored = rectification.rectify(photographed(border.draw(flat), tilt=5, shade=0.4))
    inside = gaussian_filter(restored, 5)[20:-20, 20:-20]
    assert 126 < inside.min() <= inside.max() < 130


def test_without_a_border_the_picture_s_own_corners_serve(gray, photographed):
    sheet = np.pad(gray, 60, constant_values=255)
    scan = photographed(sheet, tilt=8, turn=4)
    restored = rectification.rectify(scan, size=gray.shape)
    assert restored.shape == gray.shape
    assert metrics.psnr(to_8_bits(restored), gray) > 17
    height, width = rectification.rectify(scan).shape
    assert abs(height - 320) < 12
    assert abs(width - 400) < 20


@pytest.mark.parametrize(
    "scan",
    [
        np.full((200, 300), 230, np.uint8),
        np.zeros((40, 50), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.random.default_rng(0).integers(0, 256, (150, 90)).astype(np.uint8),
    ],
    ids=["blank", "black", "pixel", "noise"],
)
def test_what_is_no_print_is_refused(scan):
    with pytest.raises(InputError, match=r"sheet\.png: no border and no four corners"):
        rectification.rectify(scan, "sheet.png")
