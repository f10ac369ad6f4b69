"""The baseline without networks: near perfect when kept, gray when handled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invgray import metrics
from invgray.benchmark import lastbit, methods
from invgray.benchmark.handling import HANDLINGS
from invgray.benchmark.robustness import handled
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.files import reading

LAST_BIT = methods.LAST_BIT


@pytest.fixture
def stored(photo):
    return LAST_BIT.encode(photo)


def test_lowest_bits_are_a_codestream(photo):
    bits = lastbit.embed_codestream(photo).astype(np.uint8) & 1
    stream = np.packbits(bits).tobytes()
    assert stream.startswith(b"\xff\x4f\xff\x51")
    assert stream.rstrip(b"\0").endswith(b"\xff\xd9")
    assert len(stream) == photo[..., 0].size // 8


def test_the_gray_is_the_luminance_but_for_a_level(photo, stored):
    gray = reading.read(stored).pixels
    assert np.abs(gray - luminance(photo)).max() <= 1
    assert metrics.gray_psnr(gray, photo) > 51


def test_an_untouched_photo_comes_back_nearly_as_it_was(photo, stored):
    assert metrics.psnr(photo, LAST_BIT.decode(stored).rgb) > 40


@pytest.mark.parametrize("name", ["optimised-png", "stripped", "16-bit", "palette", "tiff"])
def test_what_keeps_the_levels_keeps_the_colours(name, stored):
    kept = LAST_BIT.decode(handled(stored, HANDLINGS[name])).rgb
    np.testing.assert_array_equal(kept, LAST_BIT.decode(stored).rgb)


@pytest.mark.parametrize("name", ["jpeg-95", "crop", "rotate-90", "mirror", "noise-1"])
def test_of_a_handled_gray_nothing_but_the_gray_is_left(name, stored):
    file = handled(stored, HANDLINGS[name])
    np.testing.assert_array_equal(LAST_BIT.decode(file).rgb, neutral(reading.read(file).pixels))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_any_size_is_taken(height, width):
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    gray = to_8_bits(lastbit.embed_codestream(rgb))
    assert lastbit.extract_codestream(gray).shape == rgb.shape


def test_a_picture_too_small_for_a_codestream_is_its_luminance(photo):
    small = photo[:11, :11]
    gray = to_8_bits(lastbit.embed_codestream(small))
    np.testing.assert_array_equal(gray, to_8_bits(luminance(small)))
    np.testing.assert_array_equal(lastbit.extract_codestream(gray), neutral(gray))


def test_a_forged_size_is_refused(photo):
    gray = lastbit.embed_codestream(photo).astype(np.uint8)
    stream = bytearray(np.packbits(gray & 1).tobytes())
    stream[8:12] = (2**31 - 1).to_bytes(4, "big")  # the width of the image, T.800 A.5.1
    forged = gray & 0xFE | np.unpackbits(np.frombuffer(stream, np.uint8)).reshape(gray.shape)
    np.testing.assert_array_equal(lastbit.extract_codestream(forged), neutral(forged))
