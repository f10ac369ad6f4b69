"""Pictures in memory."""

from __future__ import annotations

import numpy as np

from invgray.files.picture import Picture, as_gray


def test_nearly_equal_channels_become_one_with_a_notice():
    pixels = np.array([[[100, 101, 102], [7, 7, 7]]], np.uint8)
    found = as_gray(Picture(pixels=pixels, alpha=pixels[..., 0], notices=("before",)))
    assert found.pixels.tolist() == [[101, 7]]
    assert found.notices == (
        "before",
        "has channels that differ by a level or two; taken for gray",
    )
    assert found.alpha is not None


def test_colours_and_grays_stay():
    for pixels in (np.full((2, 3), 9, np.uint8), np.array([[[9, 9, 12]]], np.uint8)):
        picture = Picture(pixels=pixels)
        assert as_gray(picture) is picture
