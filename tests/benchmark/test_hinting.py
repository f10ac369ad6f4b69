"""Colours from random hints."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from invgray import metrics
from invgray.benchmark import hinting
from invgray.benchmark.hinting import Method
from invgray.color.lab import gray_of
from invgray.color.levels import neutral, to_8_bits


def test_without_hints_it_is_gray_and_more_are_better(photo):
    rgb = np.ascontiguousarray(photo[:120, :120])
    found = hinting.measure(hinting.OPTIMIZATION, "a.png", rgb)
    assert list(found) == [0, 10, 50, 500]
    gray = neutral(to_8_bits(gray_of(rgb)))
    assert found[0].psnr == metrics.psnr(rgb, gray)
    assert found[0].mae == metrics.mae(rgb, gray)
    assert found[0].ssim == metrics.ssim(rgb, gray)
    decibels = [figures.psnr for figures in found.values()]
    assert decibels == sorted(decibels)


def test_every_method_gets_the_same_hints_and_fewer_are_the_first_of_more(photo):
    given = []

    def colorize(gray, hints):
        given.append(hints.given)
        return neutral(gray)

    for _ in range(2):
        hinting.measure(Method("spy", colorize), "", photo)
    for first, second in zip(given[:4], given[4:], strict=True):
        np.testing.assert_array_equal(first, second)
    assert all(np.all(few <= more) for few, more in pairwise(given[:4]))
    other = given[1]
    hinting.measure(Method("spy", colorize), "", photo[::-1])
    assert np.any(given[9] != other)


def test_figures_are_means_over_pictures(photo):
    gray = Method("gray", lambda gray, hints: neutral(gray))
    rows = [hinting.measure(gray, n, x)[0] for n, x in (("a", photo), ("b", photo[:99, :99]))]
    over = hinting.over_pictures(rows)
    assert over.quality.images == 2
    assert over.quality.psnr.mean == pytest.approx(np.mean([row.psnr for row in rows]))
    assert over.per_image == tuple(rows)
