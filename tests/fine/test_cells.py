"""Cells of a gray, which say of themselves what they are."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray.color.mix import LUMINANCE, Mix
from invgray.fine import cells, digits
from invgray.fine.cells import Cell, Kind, Layout

WEIGHTS = bytes(range(8))


@st.composite
def layouts(draw):
    height, width = draw(st.integers(1, 1500)), draw(st.integers(1, 1500))
    if draw(st.booleans()):
        return Layout.first_version(height, width, draw(st.sampled_from([128, 256])))
    return Layout.of(height, width)


@settings(deadline=None)
@given(layouts())
def test_a_layout_covers_every_pixel_once(layout):
    covered, places = np.zeros((layout.height, layout.width), np.uint8), []
    for row, column, box in layout.boxes():
        assert layout.box(row, column) == box
        assert max(box.height, box.width) < 512
        assert min(box.height, box.width) >= min(96, layout.height, layout.width)
        covered[box.slices] += 1
        places.append(box)
    assert (covered == 1).all()
    assert layout.sound
    if not layout.side:
        assert np.ptp([box.height for box in places]) <= 1
        assert np.ptp([box.width for box in places]) <= 1


@settings(deadline=None)
@given(layouts(), st.integers(-100, 1600), st.integers(0, 700))
def test_parts_that_begin_in_a_span_are_told(layout, begin, length):
    span, cuts = range(begin, begin + length), layout.across
    expected = [part for part in range(cuts.parts) if cuts.start(part) in span]
    assert list(cuts.within(span.start, span.stop)) == expected


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [
        (1, 1, 1, 1),
        (255, 256, 1, 2),
        (321, 481, 2, 3),
        (512, 768, 5, 6),
        (768, 512, 6, 5),
        (1200, 1600, 5, 6),
        (3000, 4000, 11, 15),
        (100, 2**24 - 1, 1, 65535),
    ],
)
def test_new_layouts_go_by_the_picture(height, width, rows, columns):
    layout = Layout.of(height, width)
    assert (layout.rows, layout.columns, layout.sound) == (rows, columns, True)


@settings(deadline=None, max_examples=40)
@given(st.integers(480, 1200), st.floats(1.2, 2), st.integers(0, 2**32))
def test_a_crop_to_half_the_area_keeps_a_third_in_whole_cells(height, ratio, seed):
    layout, random = Layout.of(height, round(ratio * height)), np.random.default_rng(seed)
    kept = 1.0
    for cuts in (layout.down, layout.across):
        size = round(cuts.length / 2**0.5)
        begin = random.integers(0, cuts.length - size + 1)
        edges = [cuts.start(part) for part in range(cuts.parts + 1)]
        whole = [e for e in edges if begin <= e <= begin + size]
        kept *= (whole[-1] - whole[0]) / size
    assert kept > 0.34


@pytest.mark.parametrize(
    "layout",
    [
        Layout(0, 10, 1, 1),
        Layout(10, 2**24, 1, 65535),
        Layout(600, 600, 0, 2),
        Layout(600, 600, 20, 2),
        Layout(600, 600, 2, 1),
        Layout(2000, 2000, 3, 8),
    ],
)
def test_layouts_that_make_no_sense_are_told(layout):
    assert layout.sound == (layout == Layout(600, 600, 2, 1))


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from(digits.BASES),
    st.sampled_from(Kind),
    st.sampled_from([LUMINANCE, Mix(1000, 0, 0), Mix(0, 0, 1000), Mix(340, 660, 0)]),
    st.data(),
)
def test_a_cell_comes_back(height, width, base, kind, mix, data):
    layout = Layout(height, width, max(1, height // 128), max(1, width // 128))
    row = data.draw(st.integers(0, layout.rows - 1))
    column = data.draw(st.integers(0, layout.columns - 1))
    box = layout.box(row, column)
    room = cells.room(box.height, box.width, base, cells.version_of(mix))
    if room < 0:
        return
    cell = Cell(layout, row, column, WEIGHTS, kind, data.draw(st.binary(max_size=room)), mix)
    levels = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    levels[box.slices] = digits.to_levels(levels[box.slices], cells.write(cell, base), base)
    assert cells.read(levels, box.top, box.left, base) == cell
    others = [b for b in digits.BASES if b != base]
    assert [cells.read(levels, box.top, box.left, b) for b in others] == [None, None]


@pytest.mark.parametrize("shape", [(10, 700), (15, 2000), (16, 700), (700, 10)])
def test_cells_of_low_pictures_are_as_wide_as_their_strip(shape):
    """Low ones were 116 pixels wide, and their headers were read beyond them."""
    layout = Layout.of(*shape)
    levels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    written = []
    for row, column, box in layout.boxes():
        if cells.room(box.height, box.width, 4) >= 0:
            written.append(Cell(layout, row, column, WEIGHTS, Kind.EXACT, b""))
            carried = cells.write(written[-1], 4)
            levels[box.slices] = digits.to_levels(levels[box.slices], carried, 4)
    assert written
    for cell in written:
        box = layout.box(cell.row, cell.column)
        assert cells.read(levels, box.top, box.left, 4) == cell


@pytest.fixture(scope="module")
def gray():
    """A gray of 300x200 pixels with a cell of 150x200 in its lower half."""
    layout = Layout(300, 200, 2, 1)
    cell = Cell(layout, 1, 0, WEIGHTS, Kind.EXACT, bytes(range(200)))
    levels = np.full((300, 200), 100, np.uint8)
    levels[layout.box(1, 0).slices] += cells.write(cell, 2)
    return levels


@settings(deadline=None)
@given(st.integers(150, 299), st.integers(0, 199), st.integers(1, 255))
def test_one_changed_level_is_noticed(gray, top, left, change):
    used = (top - 150) * 32 + left < 32 + 8 * (27 + 200 + 4) and left < 32
    damaged = gray.copy()
    damaged[top, left] ^= change
    intact = cells.read(damaged, 150, 0, 2) is not None
    assert intact == (not used or change % 2 == 0)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_a_cell_is_found_wherever_it_lies(gray, top, left):
    canvas = np.zeros((400, 300), np.uint8)
    canvas[top : top + 300, left : left + 200] = gray
    assert (top + 150, left, 2) in list(cells.beginnings(canvas))
    assert cells.read(canvas, top + 150, left, 2) is not None


def test_a_cell_that_is_cut_off_is_not_whole(gray):
    assert cells.read(gray[:-1], 150, 0, 2) is None
    assert cells.read(gray[:, :-1], 150, 0, 2) is None
    assert cells.read(gray[:152, :40], 150, 0, 2) is None


@pytest.mark.parametrize("base", digits.BASES)
def test_first_digits_are_found_at_every_place(base):
    """Against what looks at every place alone."""
    random = np.random.default_rng(base)
    levels = random.integers(0, 255 // base, (150, 70)).astype(np.uint8) * base
    sync = np.array(list(cells.SYNC[base]), np.uint8)
    places = [(0, 0), (3, 38), (63, 7), (64, 7), (149, 20), (100, 0)]
    for row, column in places:
        levels[row, column : column + 32] = base * 5 + sync
    assert sorted(cells.beginnings(levels)) == sorted((*place, base) for place in places)
    assert list(cells.beginnings(levels[:, :31])) == []


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 90), st.integers(1, 90))
def test_noise_holds_no_cells(seed, height, width):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    for base in digits.BASES:
        assert cells.read(levels, 0, 0, base) is None
    assert list(cells.beginnings(levels)) == []


@pytest.mark.parametrize("base", digits.BASES)
def test_first_digits_are_unlike_themselves_elsewhere(base):
    """A shifted copy agrees in few places, so that a cell is found at one place only."""
    sync = np.array(list(cells.SYNC[base]), int)
    assert len(sync) == 32
    assert sync.max() == base - 1
    agreement = [np.mean(sync[shift:] == sync[: 32 - shift]) for shift in range(1, 24)]
    assert max(agreement) < 0.8


@pytest.mark.parametrize(("red", "blue"), [(1000, 1), (65535, 65535), (501, 500)])
def test_a_mix_that_makes_no_sense_is_no_cell(red, blue):
    layout, base = Layout(40, 50, 1, 1), 2
    sound = cells.write(Cell(layout, 0, 0, WEIGHTS, Kind.EXACT, b"abc", Mix(500, 0, 500)), base)
    data = bytearray(digits.to_bytes(strip_first(sound)[32:], base)[:38])
    assert data[21:25] == struct.pack(">HH", 500, 500)
    data[21:25] = struct.pack(">HH", red, blue)
    data[34:38] = struct.pack(">I", zlib.crc32(data[:34]))
    carried = np.concatenate(
        [cells._sync(base), digits.from_bytes(bytes(data), 40 * 50 - 32, base)]
    )
    forged = np.hstack([carried[: 40 * 32].reshape(40, 32), carried[40 * 32 :].reshape(40, 18)])
    assert cells.read(sound, 0, 0, base)
    assert cells.read(forged, 0, 0, base) is None


def strip_first(values):
    return np.concatenate([values[:, :32].ravel(), values[:, 32:].ravel()])
