"""The mix that keeps most of a picture's contrast."""

from __future__ import annotations

import numpy as np

from invgray.color import contrast
from invgray.color.contrast import contrast_mix
from invgray.color.mix import LUMINANCE


def halves(left, right):
    rgb = np.empty((60, 80, 3), np.uint8)
    rgb[:, :40], rgb[:, 40:] = left, right
    return rgb


def test_there_are_66_mixes():
    assert len(set(contrast.MIXES)) == 66


def test_colours_of_the_same_luminance_come_apart():
    """Differences that the luminance loses are about as large as those of the colours."""
    left, right = (200, 60, 60), (40, 142, 60)
    rgb = halves(left, right)
    usual = LUMINANCE.gray(rgb)
    assert np.ptp(usual) < 1
    gray = contrast_mix(rgb).gray(rgb)
    assert np.ptp(gray) > 0.7 * np.linalg.norm(np.subtract(left, right)) / contrast.UNIT


def test_what_is_mixed_does_not_depend_on_the_size_of_the_picture():
    rgb = halves((200, 60, 60), (40, 142, 60))
    assert contrast_mix(rgb) == contrast_mix(rgb.repeat(7, axis=0).repeat(7, axis=1))


def test_it_is_the_same_every_time(photo):
    assert contrast_mix(photo) == contrast_mix(photo)


def test_plain_pictures_have_the_luminance():
    for shape in ((1, 1), (1, 200), (200, 1), (3, 2)):
        assert contrast_mix(np.full((*shape, 3), (90, 20, 9), np.uint8)) == LUMINANCE
