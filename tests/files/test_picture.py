"""Pictures in memory."""

from __future__ import annotations

import numpy as np
from PIL import Image

from invgray.files.picture import Picture, as_gray, fitted


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


def test_larger_pictures_are_resized_to_fit(photo):
    alpha = np.tile(np.arange(256, dtype=np.uint8), (160, 1))
    picture = Picture(pixels=photo[:160, :256], alpha=alpha, icc=b"profile")
    found = fitted(picture, 100)
    expected = Image.fromarray(picture.pixels).resize((100, 62), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(found.pixels, np.asarray(expected))
    assert found.alpha.shape == (62, 100)
    assert (found.icc, found.notices) == (b"profile", ("was resized to 100x62 pixels",))
    assert fitted(picture, 256) is picture
    assert fitted(Picture(pixels=photo[:1, :200, 0]), 20).pixels.shape == (1, 20)
