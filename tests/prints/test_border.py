"""The frame around a printed gray: it tells the picture's size, and comes off again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.errors import InputError
from invgray.prints import border


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2000), st.integers(border.SMALLEST, 2000))
def test_a_border_tells_the_size_and_leaves_the_picture(height, width):
    picture = np.full((height, width), 77, np.uint8)
    framed = border.draw(picture)
    around = border.thickness(height, width)
    assert framed.shape == (height + 2 * around, width + 2 * around)
    np.testing.assert_array_equal(border.crop(framed, around), picture)
    u = border.unit(height, width)
    middle = framed[round(3.5 * u), 2 * u : -2 * u]
    centres = ((np.arange(border.CELLS) + 0.5) * len(middle) / border.CELLS).astype(int)
    assert border.read_cells(middle[centres].astype(float)) == (height, width)


def test_no_border_is_no_crop():
    picture = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(border.crop(picture, 0), picture)


def test_cells_that_are_not_sound_tell_nothing():
    random = np.random.default_rng(0)
    assert border.read_cells(np.zeros(border.CELLS)) is None
    assert border.read_cells(np.ones(border.CELLS)) is None
    found = [border.read_cells(random.random(border.CELLS)) for _ in range(1000)]
    assert sum(size is not None for size in found) < 5


@pytest.mark.parametrize("shape", [(400, 100), (1, 70_000), (70_000, 200)])
def test_pictures_too_small_or_large_for_a_border_are_refused(shape):
    height, width = shape
    with pytest.raises(InputError, match=f"a.png: {width}x{height} pixels are too few or too many"):
        border.check(*shape, "a.png")
