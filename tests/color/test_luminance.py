"""The luminance of ITU-R BT.601."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.color import luminance


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((255, 0, 0), 76.245), ((0, 255, 0), 149.685), ((0, 0, 255), 29.07), ((9, 9, 9), 9)],
)
def test_luminance_of_known_colours(rgb, expected):
    assert luminance.luminance(np.uint8(rgb)) == pytest.approx(expected)


def test_any_shape_and_range(photo):
    whole = luminance.luminance(photo)
    assert whole.shape == photo.shape[:2]
    np.testing.assert_allclose(luminance.luminance(photo / 255.0), whole / 255)
