"""Metrics against closed-form values and a literal transcription."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from invgray import metrics
from invgray.luminance import luminance


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
