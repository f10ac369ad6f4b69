"""Looks: from a word to a mix."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color.contrast import contrast_mix
from invgray.color.looks import Look
from invgray.color.mix import LUMINANCE

PRIMARIES = np.uint8([(255, 0, 0), (0, 255, 0), (0, 0, 255)])


def test_the_luminance_and_contrast_are_what_they_say(photo):
    assert Look.LUMINANCE.mix(photo) == LUMINANCE
    assert Look.CONTRAST.mix(photo) == contrast_mix(photo)


@pytest.mark.parametrize(
    ("look", "brightness"),
    [
        (Look.RED, (229.5, 25.5, 0)),
        (Look.ORANGE, (127.5, 127.5, 0)),
        (Look.YELLOW, (86.7, 168.3, 0)),
        (Look.GREEN, (0, 255, 0)),
        (Look.BLUE, (0, 25.5, 229.5)),
    ],
)
def test_filters_pass_their_own_colour(photo, look, brightness):
    np.testing.assert_allclose(look.mix(photo).gray(PRIMARIES), brightness)
