"""Cells of a gray, which say of themselves what they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.fine import cells, digits
from invgray.fine.cells import Cell, Kind, Layout

WEIGHTS = bytes(range(8))


@given(st.integers(1, 1500), st.integers(1, 1500), st.sampled_from(cells.SIDES))
def test_a_layout_covers_every_pixel_once(height, width, side):
    layout, covered = Layout(height, width, side), np.zeros((height, width), np.uint8)
    for row, column, box in layout.boxes():
        assert layout.box(row, column) == box
        assert max(box.height, box.width) < 2 * side
        assert min(box.height, box.width) >= min(side, height, width)
        covered[box.slices] += 1
    assert (covered == 1).all()


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(digits.BASES),
    st.sampled_from(Kind),
    st.data(),
)
def test_a_cell_comes_back(height, width, base, kind, data):
    layout = Layout(height, width, 128)
    row = data.draw(st.integers(0, layout.rows - 1))
    column = data.draw(st.integers(0, layout.columns - 1))
    box = layout.box(row, column)
    room = cells.room(box.height, box.width, base)
    if room < 0:
        return
    cell = Cell(layout, row, column, WEIGHTS, kind, data.draw(st.binary(max_size=room)))
    levels = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    levels[box.slices] = digits.to_levels(levels[box.slices], cells.write(cell, base), base)
    assert cells.read(levels, box.top, box.left, base) == cell
    others = [b for b in digits.BASES if b != base]
    assert [cells.read(levels, box.top, box.left, b) for b in others] == [None, None]


@pytest.fixture(scope="module")
def gray():
    """A gray of 300x200 pixels with a cell of 128x172 at its lower left."""
    layout = Layout(300, 200, 128)
    cell = Cell(layout, 1, 0, WEIGHTS, Kind.EXACT, bytes(range(200)))
    levels = np.full((300, 200), 100, np.uint8)
    levels[layout.box(1, 0).slices] += cells.write(cell, 2)
    return levels


@given(st.integers(128, 299), st.integers(0, 199), st.integers(1, 255))
def test_one_changed_level_is_noticed(gray, top, left, change):
    used = (top - 128) * 128 + left < 32 + 8 * (27 + 200 + 4) and left < 128
    damaged = gray.copy()
    damaged[top, left] ^= change
    intact = cells.read(damaged, 128, 0, 2) is not None
    assert intact == (not used or change % 2 == 0)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_cell_is_found_wherever_it_lies(gray, top, left):
    canvas = np.zeros((400, 300), np.uint8)
    canvas[top : top + 300, left : left + 200] = gray
    assert (top + 128, left) in list(cells.beginnings(canvas, 2))
    assert cells.read(canvas, top + 128, left, 2) is not None


def test_a_cell_that_is_cut_off_is_not_whole(gray):
    assert cells.read(gray[:-1], 128, 0, 2) is None
    assert cells.read(gray[:, :-1], 128, 0, 2) is None
    assert cells.read(gray[:130, :40], 128, 0, 2) is None


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 90), st.integers(1, 90))
def test_noise_holds_no_cells(seed, height, width):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    for base in digits.BASES:
        assert cells.read(levels, 0, 0, base) is None
        assert list(cells.beginnings(levels, base)) == []


@pytest.mark.parametrize("base", digits.BASES)
def test_first_digits_are_unlike_themselves_elsewhere(base):
    """A shifted copy agrees in few places, so that a cell is found at one place only."""
    sync = np.array(list(cells.SYNC[base]), int)
    assert len(sync) == 32
    assert sync.max() == base - 1
    agreement = [np.mean(sync[shift:] == sync[: 32 - shift]) for shift in range(1, 24)]
    assert max(agreement) < 0.8
