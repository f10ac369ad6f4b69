"""Chrominance as JPEG 2000 without its headers."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from invgray.color.luminance import luminance
from invgray.fine import chroma


def planes(height, width, seed=0):
    random = np.random.default_rng(seed)
    walk = random.normal(0, 3, (2, height, width)).cumsum(1).cumsum(2) / 8
    return tuple(np.clip(walk, -120, 120))


def test_chrominance_and_luminance_are_the_colours(photo):
    y = luminance(photo)
    cb, cr = chroma.of(photo.astype(float), y)
    np.testing.assert_allclose(chroma.to_rgb(y, cb, cr), photo, atol=1e-9)
    assert max(np.abs(cb).max(), np.abs(cr).max()) <= 127.5 + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(20, 9000))
def test_it_fits_and_comes_back_at_every_size(height, width, size):
    cb, cr = planes(height, width)
    packets = chroma.encode(cb, cr, size)
    if packets is None:
        assert size < 200
        return
    assert len(packets) <= size
    found = chroma.decode(packets, height, width)
    assert found[0].shape == found[1].shape == (height, width)
    if 8 * size > 16 * height * width:
        assert np.abs(found[0] - cb).max() < 2


def test_more_bytes_restore_better():
    cb, cr = planes(128, 128)
    errors = []
    for size in (500, 1000, 2000, 4000):
        found = chroma.decode(chroma.encode(cb, cr, size), 128, 128)
        errors.append(np.mean((found[0] - cb) ** 2 + (found[1] - cr) ** 2))
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 4 * errors[-1]


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 2), (2, 3), (4, 4), (9, 5), (16, 17), (40, 33), (128, 200)]
)
def test_headers_are_those_that_openjpeg_writes(height, width):
    """What is left out of a stream is put back to the byte, but for OpenJPEG's comment."""
    values = np.random.default_rng(0).integers(0, 1000, (2 * height, width)).astype(np.uint16)
    file = io.BytesIO()
    Image.fromarray(values).save(
        file,
        "JPEG2000",
        irreversible=True,
        no_jp2=True,
        quality_mode="rates",
        quality_layers=[1.0],
        num_resolutions=chroma._decompositions(height, width) + 1,
    )
    stream = file.getvalue()
    comment = stream.index(b"\xff\x64")
    without = stream[:comment] + stream[comment + 39 :]
    packets = chroma._packets(stream)
    assert chroma._headers(height, width, len(packets)) + packets + b"\xff\xd9" == without


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 64), st.integers(1, 64))
def test_noise_is_decoded_to_something_or_refused(data, height, width):
    try:
        cb, cr = chroma.decode(data, height, width)
    except ValueError:
        return
    assert cb.shape == cr.shape == (height, width)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_packets_are_decoded_to_something_or_refused(data):
    packets = bytearray(chroma.encode(*planes(64, 64), 700))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(packets) - 1))
        packets[place] = data.draw(st.integers(0, 255))
    try:
        cb, _ = chroma.decode(bytes(packets), 64, 64)
    except ValueError:
        return
    assert cb.shape == (64, 64)
