"""Metrics against closed-form values and a literal transcription."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from invgray import metrics
from invgray.color.lab import gray_of
from invgray.color.levels import neutral, to_8_bits
from invgray.color.luminance import luminance
from invgray.color.visibility import EXPONENT, TEXTURE, visible


def test_identical_pictures(photo):
    assert metrics.mae(photo, photo) == 0
    assert metrics.psnr(photo, photo) == np.inf
    assert metrics.ssim(photo, photo) == pytest.approx(1)


def test_mae_and_psnr_of_a_constant_difference():
    x = np.full((32, 32, 3), 100, np.uint8)
    assert metrics.mae(x, x + 5) == 5
    assert metrics.psnr(x, x + 5) == pytest.approx(20 * np.log10(255 / 5))


def test_psnr_averages_channels():
    x = np.zeros((8, 8, 3), np.uint8)
    y = x + np.array([1, 2, 4], np.uint8)
    expected = np.mean([20 * np.log10(255 / d) for d in (1, 2, 4)])
    assert metrics.psnr(x, y) == pytest.approx(expected)


def test_structure_against_a_literal_transcription(photo):
    rgb = photo[:24, :24]
    gray = np.clip(rgb[..., 1].astype(int) + 7 * (np.indices((24, 24)).sum(0) % 2), 0, 255)
    offsets = np.arange(-5, 6)
    window = np.exp(-0.5 * (offsets[:, None] ** 2 + offsets[None] ** 2) / 1.5**2)
    window /= window.sum()
    light = rgb2lab(rgb)[..., 0] * 255 / 100
    c3 = (0.03 * 255) ** 2 / 2
    values = []
    for i in range(5, 19):
        for j in range(5, 19):
            x = gray[i - 5 : i + 6, j - 5 : j + 6].astype(float)
            y = light[i - 5 : i + 6, j - 5 : j + 6]
            mx, my = (window * x).sum(), (window * y).sum()
            sx = np.sqrt((window * (x - mx) ** 2).sum())
            sy = np.sqrt((window * (y - my) ** 2).sum())
            sxy = (window * (x - mx) * (y - my)).sum()
            values.append((sxy + c3) / (sx * sy + c3))
    assert metrics.structure(gray.astype(np.uint8), rgb) == pytest.approx(np.mean(values), abs=1e-6)


def test_gray_psnr_of_rounded_luminance(photo):
    gray = np.rint(luminance(photo)).astype(np.uint8)
    assert metrics.gray_psnr(gray, photo) == pytest.approx(10 * np.log10(255**2 * 12), abs=0.5)


def test_gray_psnr_of_a_gray_picture(photo):
    gray = photo[..., 0]
    assert metrics.gray_psnr(gray, np.dstack([gray] * 3)) == np.inf


def test_paper_protocol_takes_the_centre_square():
    picture = Image.new("RGB", (600, 400), "red")
    picture.paste("blue", (100, 0, 500, 400))
    square = metrics.paper_protocol(picture)
    assert square.size == (256, 256)
    assert (np.asarray(square) == (0, 0, 255)).all()


def test_ciede2000_is_scikit_image_s(photos):
    x, y = photos["cat"], photos["coffee"]
    expected = deltaE_ciede2000(rgb2lab(x), rgb2lab(y)).mean()
    assert metrics.ciede2000(x, y) == pytest.approx(expected)
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert metrics.ciede2000(black, white) == pytest.approx(100, abs=0.1)


def test_the_eye_sees_a_pattern_best_at_eight_periods_a_degree_and_on_plain_ground():
    x = np.arange(320)
    plain = np.full((320, 320), 128.0)

    def seen(period, ground=plain):
        wave = 2 * np.sin(2 * np.pi * x / period)
        return np.std(visible(np.tile(wave, (320, 1)), ground)[40:-40, 40:-40])

    assert seen(40 / 8) == pytest.approx(np.sqrt(2), rel=0.03)
    assert seen(40 / 2.5) == pytest.approx(np.sqrt(2) * 0.63, rel=0.1)
    assert seen(2.5) < seen(4) < seen(5)
    texture = plain + 20 * np.sin(2 * np.pi * x / 5)[:, None]
    energy = 20**2 / 2
    elevation = (1 + energy / TEXTURE**2) ** (EXPONENT / 2)
    assert seen(5, texture) == pytest.approx(seen(5) / elevation, rel=0.03)


def test_a_round_trip_has_each_figure_by_its_name(photo):
    rgb, gray = photo[:40, :48], to_8_bits(luminance(photo[:40, :48]))
    restored = 255 - rgb
    assert asdict(metrics.round_trip(rgb, gray, restored)) == {
        "psnr": metrics.psnr(rgb, restored),
        "ssim": metrics.ssim(rgb, restored),
        "mae": metrics.mae(rgb, restored),
        "structure": metrics.structure(gray, rgb),
        "gray_psnr": metrics.gray_psnr(gray, rgb),
        "visibility": metrics.visibility(gray, rgb),
    }


def test_auc_is_the_area_under_the_curve(photos):
    x, y = photos["cat"], photos["coffee"]
    distance = np.linalg.norm(rgb2lab(x)[..., 1:] - rgb2lab(y)[..., 1:], axis=-1)
    thresholds = np.linspace(0, 150, 3001)
    shares = np.array([(distance <= threshold).mean() for threshold in thresholds])
    area = np.mean((shares[1:] + shares[:-1]) / 2)
    assert metrics.ab_accuracy(x, y).mean() == pytest.approx(area, abs=1e-3)
    assert np.all(metrics.ab_accuracy(x, x) == 1)


def test_colorfulness_in_closed_form():
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[0] = 200, 100, 50  # red - green 100, yellow - blue 100; half of the pixels are black
    deviation, mean = np.hypot(50, 50), np.hypot(50, 50)
    assert metrics.colorfulness(rgb) == pytest.approx(deviation + 0.3 * mean)
    assert metrics.colorfulness(rgb[:, :, :1].repeat(3, axis=-1)) == 0


def test_rebalanced_accuracy_weighs_pixels_by_their_true_colours():
    rgb = np.array([[[128, 128, 128]] * 3 + [[255, 0, 0]]], np.uint8)
    centres = np.array([[0, 0], [80, 67]], np.float32)
    gray = neutral(to_8_bits(gray_of(rgb)))
    found = metrics.colorization(rgb, gray, centres, np.array([1.0, 9.0]))
    wrong = 1 - np.linalg.norm(rgb2lab(rgb)[0, 3, 1:]) / 150
    assert found.auc == pytest.approx(100 * (3 + wrong) / 4, abs=0.1)
    assert found.auc_rebalanced == pytest.approx(100 * (3 + 9 * wrong) / 12, abs=0.1)
    assert found.rarity == 12
    assert found.psnr == metrics.psnr(rgb, gray)


def test_means_of_colorizations_are_over_pictures_and_rebalanced_ones_over_pixels():
    rows = [
        metrics.Colorization(80.0, 20.0, 30.0, 1.0, 2.0, rarity=12.0),
        metrics.Colorization(90.0, 100.0, 20.0, 3.0, 6.0, rarity=36.0),
    ]
    assert metrics.mean_of_colorizations(rows) == {
        "auc": 85.0,
        "auc_rebalanced": (20 + 3 * 100) / 4,
        "psnr": 25.0,
        "colorfulness": 2.0,
        "colorfulness_original": 4.0,
    }
