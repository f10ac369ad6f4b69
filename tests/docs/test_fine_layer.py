"""The specification of the fine layer: its test vectors are what the package makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
    layout = Layout(16, 20, 128)
    cell = Cell(layout, 0, 0, bytes.fromhex("0123456789abcdef"), Kind.EXACT, b"\x01abc")
    carried = cells.write(cell, 2)
    told = re.search(r"```text\n((?:[01]+\n)+)```", TEXT)[1].split()
    assert ["".join(map(str, row)) for row in carried[: len(told)]] == told
    data = bytes.fromhex(re.search(r"`(11 0123456789abcdef [0-9a-f ]+)`", TEXT)[1])
    assert digits.to_bytes(carried.ravel()[32:], 2)[: len(data)] == data


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
