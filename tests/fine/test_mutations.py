"""Layered grays that were damaged at random or on purpose: no crash, no hang, little memory."""

from __future__ import annotations

import resource
import time
import zlib

import numpy as np
import pytest
from skimage import data

from invgray import loading
from invgray.color.luminance import luminance
from invgray.fine import cells, digits, layer
from invgray.fine.orientation import ORIENTATIONS
from invgray.inference.machine import Machine
from invgray.presets import store

HEADER = 27
"""Bytes before a cell's payload."""


@pytest.fixture(scope="module")
def codec():
    return loading.load_codec("luminance", Machine())


@pytest.fixture(scope="module")
def coded():
    """A picture of six cells: photographs, of several bases, and drawings without loss."""
    rgb = data.astronaut()[:300, :400].copy()
    rgb[:150, :140] = (np.indices((150, 140)).sum(0) // 9 % 2 * 200)[..., None]
    blocks = np.random.default_rng(0).integers(0, 256, (16, 14, 3))
    rgb[140:300, 130:270] = blocks.repeat(10, axis=0).repeat(10, axis=1)
    found = layer.code(rgb, bytes.fromhex(store.find("luminance").digest))
    kinds = {cell.kind for _, cell, _ in found.cells}
    assert kinds == set(cells.Kind)
    return found, np.rint(luminance(rgb))


def sealed(data, box, base):
    """Digits of a cell with any bytes, and the right checksum."""
    data = data[: digits.capacity(box.height * box.width - 32, base) - 4]
    data += zlib.crc32(data).to_bytes(4)
    sync = np.array(list(cells.SYNC[base]), np.uint8)
    carried = digits.from_bytes(data, box.height * box.width - 32, base)
    values = np.concatenate([sync, carried])
    left, right = values[: 32 * box.height], values[32 * box.height :]
    return np.hstack([left.reshape(box.height, 32), right.reshape(box.height, -1)])


def content(carried, base):
    """The bytes of a cell, from its digits."""
    in_order = np.concatenate([carried[:, :32].ravel(), carried[:, 32:].ravel()])
    data = digits.to_bytes(in_order[32:], base)
    return data[: HEADER + int.from_bytes(data[HEADER - 2 : HEADER])]


def altered(data, random, start, end):
    """Some bytes changed between two places; sometimes cut, doubled or exchanged for noise."""
    data, end = bytearray(data), max(start + 1, min(end, len(data)))
    for _ in range(int(2 ** random.uniform(0, 6))):
        data[random.integers(start, end)] = random.choice(
            [0, 1, 127, 128, 255, random.integers(256)]
        )
    how = random.integers(12)
    if how == 0:
        del data[random.integers(start, end) :]
    elif how == 1:
        data[start:] = data[start:] * 3
    elif how == 2:
        data[start:] = random.bytes(random.integers(1, 5000))
    return bytes(data)


def forged(random, coded):
    """A gray in which cells have right checksums over wrong headers, codestreams or pixels."""
    found, gray = coded
    carried = found.digits.copy()
    for box, cell, base in found.cells:
        if random.random() < 0.6:
            continue
        data = content(carried[box.slices], base)
        spans = [
            (0, HEADER),
            (HEADER, HEADER + 30),
            (HEADER, len(data)),
            (len(data) // 2, len(data)),
        ]
        bad = altered(data, random, *spans[random.integers(len(spans))])
        if random.random() < 0.5:
            bad = bad[: HEADER - 2] + max(0, len(bad) - HEADER).to_bytes(2) + bad[HEADER:]
        if random.random() < 0.2:
            bad = bytes([cells.VERSION << 4 | (1 - cell.kind)]) + bad[1:]
        carried[box.slices] = sealed(bad.ljust(HEADER, b"\0"), box, base)
    return layer.Coded(found.cells, carried, found.chrominance).embed(gray)


def damaged(random, coded):
    """A gray some of whose bits, levels or blocks were changed."""
    found, gray = coded
    levels = found.embed(gray)
    for _ in range(int(2 ** random.uniform(0, 6))):
        top, left = random.integers(300), random.integers(400)
        size = int(2 ** random.uniform(0, 7))
        part = levels[top : top + size, left : left + size]
        other = levels[random.integers(300) :, random.integers(400) :][: len(part), : part.shape[1]]
        part = part[: len(other), : other.shape[1]]
        how = random.integers(4)
        if how == 0:
            part ^= np.uint8(1 << random.integers(8))
        elif how == 1:
            part[...] = random.integers(256)
        elif how == 2:
            part[...] = random.integers(0, 256, part.shape)
        else:
            part[...] = other.copy()
    return levels


def moved(random, levels):
    """The gray cropped, pasted, turned or mirrored, or as it was."""
    if random.random() < 0.5:
        top, left = random.integers(0, 100, 2)
        levels = levels[
            top : top + random.integers(150, 300), left : left + random.integers(150, 400)
        ]
    if random.random() < 0.2:
        levels = np.pad(levels, random.integers(0, 60, (2, 2)).tolist(), constant_values=200)
    return np.ascontiguousarray(ORIENTATIONS[random.integers(8)].apply(levels))


def survive(codec, coded, seeds):
    """Every case gives colours of its gray's size; the slowest took so many seconds."""
    before, slowest, intact = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0.0, 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        make = forged if seed % 2 else damaged
        levels = moved(random, make(random, coded))
        start = time.monotonic()
        restored = codec.restore(levels)
        slowest = max(slowest, time.monotonic() - start)
        assert restored.rgb.shape == (*levels.shape, 3)
        assert 0 <= restored.fine <= 1
        intact += restored.fine > 0
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return slowest, grown / 1e3, intact / len(seeds)


def test_mutations_are_survived(codec, coded):
    codec.restore(coded[0].embed(coded[1]))
    slowest, megabytes, intact = survive(codec, coded, range(200))
    assert slowest < 10
    assert megabytes < 100
    assert intact > 0.5


@pytest.mark.long
def test_five_thousand_mutations_are_survived(codec, coded):
    codec.restore(coded[0].embed(coded[1]))
    slowest, megabytes, intact = survive(codec, coded, range(300, 5300))
    print(f"slowest {slowest:.2f} s, memory grown by {megabytes:.0f} MB, {intact:.0%} with a layer")
    assert slowest < 10
    assert megabytes < 100
    assert intact > 0.5
