"""Mixes of R, G and B."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invgray.color.luminance import luminance
from invgray.color.mix import LUMINANCE, WHOLE, Mix
from invgray.fine import chroma

MIXES = st.integers(0, WHOLE).flatmap(
    lambda red: st.integers(0, WHOLE - red).map(lambda blue: Mix(red, WHOLE - red - blue, blue))
)


@pytest.mark.parametrize("weights", [(1001, 0, -1), (500, 500, 1), (0, 0, 0), (299, 587, 113)])
def test_weights_that_are_no_mix_are_refused(weights):
    with pytest.raises(ValueError, match="sum to 1000"):
        Mix(*weights)


def test_that_of_the_luminance_is_the_luminance(photo):
    np.testing.assert_array_equal(LUMINANCE.gray(photo), luminance(photo))
    cb, cr = chroma.of(photo, luminance(photo))
    assert not LUMINANCE.shift(cb, cr).any()


@given(MIXES)
def test_the_shift_is_the_gray_less_the_luminance(photo, mix):
    y = luminance(photo)
    np.testing.assert_allclose(y + mix.shift(*chroma.of(photo, y)), mix.gray(photo), atol=1e-9)


@given(MIXES, st.tuples(*3 * [st.integers(0, 255)]))
def test_a_gray_lies_between_its_colours(mix, rgb):
    assert min(rgb) - 1e-9 <= mix.gray(np.uint8(rgb)) <= max(rgb) + 1e-9
