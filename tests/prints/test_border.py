"""The frame around a printed gray: it tells the picture's size, and comes off again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.errors import InputError
from invgray.prints import border


def cells(framed, height, width):
    """Levels in the middle of the cells of the upper and the lower bar of a drawn frame."""
    u = border.unit(height, width)
    rows = [round(3.5 * u), len(framed) - 1 - round(3.5 * u)]
    middles = framed[rows, 2 * u : -2 * u].astype(float)
    return middles[
        :, ((np.arange(border.CELLS) + 0.5) * middles.shape[1] / border.CELLS).astype(int)
    ]


def first_version(height, width):
    """Levels of the cells of a frame as it was drawn before: the lower bar is black."""
    upper = [0, 0, *np.unpackbits(np.frombuffer(border._size(height, width), np.uint8)), 0, 0]
    return np.array([upper, np.zeros(border.CELLS)], float)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2000), st.integers(border.SMALLEST, 2000))
def test_a_border_tells_the_size_and_leaves_the_picture(height, width):
    picture = np.full((height, width), 77, np.uint8)
    framed = border.draw(picture)
    around = border.thickness(height, width)
    assert framed.shape == (height + 2 * around, width + 2 * around)
    np.testing.assert_array_equal(border.crop(framed, around), picture)
    assert border.read_cells(cells(framed, height, width)) == (height, width)


def test_no_border_is_no_crop():
    picture = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(border.crop(picture, 0), picture)


@settings(deadline=None)
@given(st.integers(1, 0xFFFF), st.integers(border.SMALLEST, 0xFFFF))
def test_frames_of_the_first_version_are_read_for_ever(height, width):
    levels = first_version(height, width)
    assert border.read_cells(levels) == (height, width)
    levels[1, 5:12] = 1  # a stain
    assert border.read_cells(levels) == (height, width)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 0xFFFF),
    st.integers(border.SMALLEST, 0xFFFF),
    st.sets(st.tuples(st.integers(0, 1), st.integers(0, border.CELLS - 1)), min_size=1),
)
def test_no_misread_cells_of_the_second_version_are_taken_for_sound(height, width, wrong):
    levels = np.array(border._cells(height, width), float)
    assert border.read_cells(levels) == (height, width)
    for place in wrong:
        levels[place] = 1 - levels[place]
    assert border.read_cells(levels) is None


def test_a_frame_upside_down_or_mirrored_tells_nothing():
    random = np.random.default_rng(0)
    for height, width in random.integers(border.SMALLEST, 0xFFFF, (1000, 2)).tolist():
        levels = np.array(border._cells(height, width), float)
        assert border.read_cells(levels[::-1, ::-1]) is None
        assert border.read_cells(levels[:, ::-1]) is None


def test_cells_that_are_not_sound_tell_nothing():
    """Of 8,192 random upper bars, two pass the first version's check over a black lower bar."""
    random = np.random.default_rng(0)
    assert border.read_cells(np.zeros((2, border.CELLS))) is None
    assert border.read_cells(np.ones((2, border.CELLS))) is None
    levels = random.random((2**13, 2, border.CELLS))
    assert not any(map(border.read_cells, levels))
    levels[:, 1] = 0
    assert sum(map(bool, map(border.read_cells, levels))) < 10


@pytest.mark.parametrize("size", [(0, 300), (300, 0), (300, border.SMALLEST - 1)])
def test_sizes_that_no_border_has_are_not_told(size):
    assert border.read_cells(first_version(*size)) is None
    assert border.read_cells(np.array(border._cells(*size), float)) is None


@pytest.mark.parametrize("shape", [(400, 100), (1, 70_000), (70_000, 200)])
def test_pictures_too_small_or_large_for_a_border_are_refused(shape):
    height, width = shape
    with pytest.raises(InputError, match=f"a.png: {width}x{height} pixels are too few or too many"):
        border.check(*shape, "a.png")
