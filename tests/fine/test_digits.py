"""Bytes in the lowest digits of levels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invgray.fine import digits

bases = st.sampled_from(digits.BASES)


@given(st.binary(max_size=300), bases, st.integers(0, 40))
def test_bytes_come_back(data, base, more):
    count = next(n for n in range(8 * len(data) + 20) if digits.capacity(n, base) >= len(data))
    carried = digits.from_bytes(data, count + more, base)
    assert carried.shape == (count + more,)
    free = carried == digits.FREE
    assert carried[~free].max(initial=0) < base
    assert digits.to_bytes(carried, base)[: len(data)] == data
    assert not np.any(np.diff(free) & free[:-1])  # they follow the others
    most = {2: 8, 3: 12 / 19 * 8, 4: 4}[base]
    assert most * len(data) <= np.sum(~free) < most * len(data) + 12


@pytest.mark.parametrize(("base", "bits"), [(2, 1), (3, 19 / 12), (4, 2)])
def test_capacity_is_that_of_the_base(base, bits):
    assert digits.capacity(12_000, base) == int(12_000 * bits) // 8


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (2, "10110010" + "00000001"),
        (3, "200112001221"),  # 0b1011001000000001000: three bits are left over
        (4, "2302" + "0001"),
    ],
)
def test_the_most_significant_digit_comes_first(base, expected):
    carried = digits.from_bytes(b"\xb2\x01", len(expected), base)
    assert "".join(map(str, carried)) == expected


@given(st.lists(st.floats(-20, 280), min_size=1, max_size=50), bases, st.integers(0, 2**32))
def test_levels_are_the_nearest_that_carry_the_digits(gray, base, seed):
    gray = np.array(gray)
    carried = np.random.default_rng(seed).integers(0, base, gray.shape).astype(np.uint8)
    levels = digits.to_levels(gray, carried, base)
    assert (digits.of_levels(levels, base) == carried).all()
    for value, digit, level in zip(np.clip(gray, 0, 255), carried, levels, strict=True):
        allowed = np.arange(int(digit), 256, base)
        assert abs(level - value) <= np.abs(allowed - value).min() + 1e-9


@given(st.lists(st.floats(-20, 280), min_size=1, max_size=50), bases)
def test_levels_that_carry_nothing_are_rounded(gray, base):
    gray = np.array(gray)
    levels = digits.to_levels(gray, np.full(gray.shape, digits.FREE, np.uint8), base)
    assert np.abs(levels - np.clip(gray, 0, 255)).max() <= 0.5


@pytest.mark.parametrize("base", digits.BASES)
def test_the_error_is_even_over_a_base_s_width(base):
    random = np.random.default_rng(0)
    gray = random.uniform(10, 245, 200_000)
    carried = random.integers(0, base, gray.shape).astype(np.uint8)
    error = digits.to_levels(gray, carried, base) - gray
    assert np.mean(error**2) == pytest.approx(base**2 / 12, rel=0.02)


@given(st.lists(st.integers(0, 255), max_size=100), bases)
def test_any_levels_can_be_read(levels, base):
    found = digits.of_levels(np.array(levels, np.uint8), base)
    assert len(digits.to_bytes(found, base)) == digits.capacity(len(levels), base)
