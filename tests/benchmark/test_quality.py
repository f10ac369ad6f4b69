"""Figures of round trips, and what becomes of them over many pictures."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from invgray import metrics
from invgray.benchmark import methods, quality
from invgray.benchmark.results import Protocol
from invgray.color.luminance import luminance
from invgray.errors import InputError
from invgray.presets import store


def test_figures_are_those_of_the_files(machine, photo):
    rgb = np.ascontiguousarray(photo[:96, :80])
    method = methods.trained(store.find("standard"), machine)
    trip = quality.measure(method, "photo.png", rgb, lambda x, y: float(x.shape == y.shape))
    restored = method.decode(trip.stored).rgb
    assert trip.figures.psnr == metrics.psnr(rgb, restored) > 30
    assert (trip.figures.fine, trip.figures.exact) == (1, 0)
    assert trip.figures.gray_psnr == metrics.gray_psnr(trip.gray, rgb)
    assert trip.figures.ciede2000 == metrics.ciede2000(rgb, restored)
    assert (trip.figures.image, trip.figures.lpips, trip.method) == ("photo.png", 1, "standard")


def test_identical_pictures_have_perfect_figures(photo):
    identity = methods.classical("identity", luminance, lambda gray: photo)
    figures = quality.measure(identity, "photo", photo, None).figures
    assert (figures.mae, figures.ssim, figures.psnr) == (0, pytest.approx(1), np.inf)
    assert figures.ciede2000 == 0
    assert (figures.lpips, figures.fine, figures.exact) == (None, None, None)


def test_a_picture_that_comes_back_bit_for_bit_is_exact(machine):
    rgb = np.full((64, 64, 3), (200, 100, 50), np.uint8)
    rgb[:, 32:] = (20, 100, 250)
    method = methods.trained(store.find("standard"), machine)
    figures = quality.measure(method, "flat", rgb, None).figures
    assert (figures.psnr, figures.fine, figures.exact) == (np.inf, 1, 1)
    over = quality.over_pictures([figures, replace(figures, exact=0.0)])
    assert (over.exact.mean, over.fine.mean) == (0.5, 1)


@pytest.mark.parametrize(
    ("values", "mean", "std"),
    [([40, 42, np.inf], 41, 1), ([np.inf, np.inf], np.inf, 0), ([1, None, 3], 2, 1), ([5], 5, 0)],
)
def test_means_leave_out_what_is_infinite_or_missing(values, mean, std):
    found = quality.summary(values)
    assert (found.mean, found.std) == (mean, std)


def test_without_any_value_there_is_no_mean(image_quality):
    assert quality.summary([None, None]) is None
    over = quality.over_pictures([image_quality, replace(image_quality, mae=2.0)])
    assert (over.images, over.lpips, over.mae.mean) == (2, None, pytest.approx(1.61))


def test_protocols(tmp_path, photo):
    path = tmp_path / "wide.png"
    Image.fromarray(photo[:100]).save(path)
    assert quality.load(path, Protocol.FULL).shape == (100, 256, 3)
    assert quality.load(path, Protocol.PAPER).shape == (256, 256, 3)


def test_a_picture_smaller_than_a_window_is_refused(tmp_path, photo):
    path = tmp_path / "small.png"
    Image.fromarray(photo[:10, :40]).save(path)
    with pytest.raises(InputError, match=r"too small to be measured \(40x10 pixels\)"):
        quality.load(path, Protocol.FULL)
    Image.fromarray(photo[:11, :11]).save(path)
    rgb = quality.load(path, Protocol.FULL)
    assert 0.9 < quality.measure(methods.LUMINANCE, "", rgb, None).figures.structure <= 1
