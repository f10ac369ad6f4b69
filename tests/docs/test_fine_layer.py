"""The specification of the fine layer: its test vectors are what the package makes."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.color.mix import Mix
from invgray.fine import cells, chroma, digits
from invgray.fine.cells import Cell, Kind, Layout

TEXT = (Path(__file__).parents[2] / "docs" / "fine-layer.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table after some words."""
    table = re.search(r"(?:^\|.*\n)+", TEXT[TEXT.index(heading) :], re.M)[0]
    found = [
        [part.strip(" `") for part in line.strip("|").split("|")] for line in table.splitlines()
    ]
    return found[:1] + found[2:]


def test_digits():
    for base, expected in rows("the bytes of `invgray`")[1:]:
        carried = digits.from_bytes(b"invgray", len(expected), int(base))
        assert "".join(map(str, carried)) == expected
    for base, count, bits in rows("in blocks:")[1:]:
        assert digits.capacity(8 * int(count), int(base)) == int(bits)


def test_first_digits():
    assert {int(base): first for base, first in rows("a cell begins here")[1:]} == cells.SYNC


def test_a_cell():
    layout = Layout(16, 20, 1, 1)
    cell = Cell(layout, 0, 0, bytes.fromhex("0123456789abcdef"), Kind.EXACT, b"\x01abc")
    carried = cells.write(cell, 2)
    told = re.search(r"```text\n((?:[01]+\n)+)```", TEXT)[1].split()
    assert ["".join(map(str, row)) for row in carried[: len(told)]] == told
    data = bytes.fromhex(re.search(r"`(21 0123456789abcdef [0-9a-f ]+)`", TEXT)[1])
    assert digits.to_bytes(carried.ravel()[32:], 2)[: len(data)] == data


def test_a_cell_of_a_mix():
    layout, mix = Layout(16, 20, 1, 1), Mix(500, 500, 0)
    weights = bytes.fromhex("0123456789abcdef")
    cell = Cell(layout, 0, 0, weights, Kind.EXACT, b"\x01abc", mix)
    data = bytes.fromhex(re.search(r"`(31 0123456789abcdef [0-9a-f ]+)`", TEXT)[1])
    carried = cells.write(cell, 4)
    assert digits.to_bytes(carried.ravel()[32:], 4)[: len(data)] == data
    assert cells.read(carried, 0, 0, 4) == cell
    said = re.search(r"shift of Cb = (\S+)\s+and Cr = (\S+) is (-?[0-9.]+)\.", TEXT)
    cb, cr, shift = map(float, said.groups())
    assert mix.shift(np.array(cb), np.array(cr)) == pytest.approx(shift, abs=5e-5)


def test_headers():
    told = TEXT[TEXT.index("79 bytes of packets are") : TEXT.index("A decoded sample")]
    assert chroma._headers(16, 16, 79).hex() == "".join(re.findall(r"`([0-9a-f]+)`", told))


@pytest.mark.parametrize("side", [1, 2, 4, 8, 16, 100])
def test_step_sizes(side):
    """By the tables alone, put together as the text says."""
    levels = min(5, side.bit_length() - 1)
    lowest = rows("that of LL, by L:")[1][1 + levels]
    high = {int(row[0]): row[1:] for row in rows("from the coarsest")[1:]}
    steps = lowest + "".join("".join(high[level]) for level in range(levels, 0, -1))
    header = chroma._headers(side, side)
    start = header.index(b"\xff\x5c") + 5
    assert header[start : start + len(steps) // 2].hex() == steps
    assert header[start - 3 : start] == bytes([0, 3 + len(steps) // 2, 0x42])


def test_samples():
    said = re.search(r"Cb = (\S+) and Cr = (\S+) are the samples (\d+) and (\d+)", TEXT)
    cb, cr, upper, lower = map(int, said.groups())
    assert round(8 * 1.07 * cb + 32768) == upper
    assert round(32768 - 8 * cr / 1.07) == lower
    planes = (np.full((8, 9), value, float) for value in (cb, cr))
    packets = chroma.encode(*planes, 500)
    with Image.open(
        io.BytesIO(chroma._headers(8, 9, len(packets)) + packets + b"\xff\xd9")
    ) as image:
        samples = np.asarray(image).astype(int)
    assert np.abs(samples[:8] - upper).max() <= 1
    assert np.abs(samples[8:] - lower).max() <= 1
    for plane, value in zip(chroma.decode(packets, 8, 9), (cb, cr), strict=True):
        np.testing.assert_allclose(plane, value, atol=0.1)


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (127, 300), (479, 575), (480, 576), (700, 700), (1281, 1537)]
)
def test_layouts_of_new_grays(height, width):
    """By the words alone."""

    def cells_along(length, least):
        many = max(least, length // 256)
        return many if length >= 96 * many else max(1, length // 128)

    layout = Layout.of(height, width)
    assert (layout.rows, layout.columns) == (cells_along(height, 5), cells_along(width, 6))
    turned = Layout.of(width, height)
    assert height == width or (turned.columns, turned.rows) == (layout.rows, layout.columns)
    assert [layout.box(row, 0).top for row in range(layout.rows)] == [
        row * height // layout.rows for row in range(layout.rows)
    ]
