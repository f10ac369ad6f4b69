"""Made-up colours beside the true ones."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from invgray import metrics
from invgray.benchmark import colorization
from invgray.benchmark.results import ImageColorization, Number
from invgray.color import gamut
from invgray.color.lab import gray_of, lab
from invgray.color.levels import neutral, to_8_bits
from invgray.presets import store


@pytest.fixture
def preset():
    return store.find("colorizer")


def row(**figures):
    others = {"auc": 80.0, "psnr": Number(20), "colorfulness": 1.0, "colorfulness_original": 2.0}
    return ImageColorization(image="", **others | figures)


def test_a_colorizer_is_measured_as_its_users_have_it(preset, colorizer, machine, photos):
    rgb = np.ascontiguousarray(photos["cat"][:96, :80])
    method = colorization.trained(preset, machine)
    found = colorization.measure(method, "cat.png", rgb, preset.card.colors)
    expected = colorizer.colorize(to_8_bits(gray_of(rgb)))
    np.testing.assert_array_equal(found.colorized, expected)
    colors = preset.card.colors
    figures = metrics.colorization(rgb, expected, colors.centres, colors.rarity)
    assert found.figures.auc_rebalanced == figures.auc_rebalanced
    assert found.figures.psnr == figures.psnr
    assert (found.figures.lpips, found.figures.recognised) == (None, None)


def test_further_figures_compare_the_two_pictures(preset, photo):
    grayscale = colorization.baselines(preset.card.colors)[0]
    seen = []

    def compare(*pictures):
        seen.append(pictures)
        return 0.25

    found = colorization.measure(
        grayscale, "", photo, preset.card.colors, lpips=compare, recognised=lambda x, y: 1.0
    )
    assert (found.figures.lpips, found.figures.recognised) == (0.25, 1.0)
    np.testing.assert_array_equal(seen[0][0], photo)
    np.testing.assert_array_equal(seen[0][1], neutral(to_8_bits(gray_of(photo))))


def test_random_colours_are_those_of_the_training(preset):
    colors = preset.card.colors
    draw = colorization.baselines(colors)[1]
    rgb = draw.colorize(np.full((200, 200, 3), 128, np.uint8))
    found = np.bincount(
        gamut.nearest(lab(rgb)[..., 1:], colors.centres).ravel(), minlength=len(colors.centres)
    )
    shares = np.array(colors.distribution)
    assert abs(found / found.sum() - shares / shares.sum()).max() < 0.02


def test_rebalanced_accuracy_is_that_of_all_pixels_and_needs_no_internal_figure():
    rows = [row(auc_rebalanced=20.0), row(auc_rebalanced=100.0)]
    pooled = [
        metrics.Colorization(80.0, accuracy, 20.0, 1.0, 2.0, rarity)
        for accuracy, rarity in ((20.0, 1.0), (100.0, 3.0))
    ]
    found = colorization.over_pictures(rows, pooled)
    assert found.quality.auc_rebalanced.mean == pytest.approx((20 + 3 * 100) / 4)
    assert found.quality.auc_rebalanced.std == pytest.approx(40)
    assert (found.quality.images, found.quality.auc.mean) == (2, 80)
    assert "rarity" not in str(msgspec.to_builtins(found, enc_hook=float))
