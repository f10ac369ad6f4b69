"""The protocol of IDN's log."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from invgray.benchmark import idn, methods, quality
from invgray.benchmark.results import Protocol
from invgray.color.lab import lab


@pytest.mark.parametrize(
    ("rgb", "level"),
    [
        ((0, 0, 0), 0),
        ((255, 255, 255), 255),
        ((255, 0, 0), 136),
        ((0, 255, 0), 224),
        ((0, 0, 255), 82),
        ((1, 1, 1), 1),
        ((18, 18, 18), 14),
        ((128, 128, 128), 137),
    ],
)
def test_lightness_is_opencv_s(rgb, level):
    """Values of OpenCV 5.0's ``cvtColor(..., COLOR_RGB2LAB)``."""
    assert idn.opencv_lightness(np.uint8([[rgb]]))[0, 0] == level


def test_lightness_is_cie_l_but_for_a_level(photo):
    found = idn.opencv_lightness(photo).astype(int)
    assert np.abs(found - 2.55 * lab(photo)[..., 0]).max() < 1.5


def test_all_errors_count_together():
    x = np.zeros((4, 4, 3), np.uint8)
    y = x.copy()
    y[..., 0] = 30
    assert idn.psnr(x, y) == pytest.approx(10 * np.log10(255**2 / (30**2 / 3)))
    assert idn.psnr(x, x) == np.inf


def test_the_centre_is_padded_at_the_right_and_below(tmp_path):
    rgb = np.zeros((512, 768, 3), np.uint8)
    rgb[6, 134] = rgb[505, 633] = 255
    Image.fromarray(rgb).save(tmp_path / "a.png")
    scored = quality.load(tmp_path / "a.png", Protocol.IDN)
    assert scored.shape == (500, 500, 3)
    assert scored[0, 0].tolist() == scored[499, 499].tolist() == [255, 255, 255]
    padded = idn.padded(scored)
    assert padded.shape == (512, 512, 3)
    np.testing.assert_array_equal(padded[:500, :500], scored)
    assert padded.sum() == scored.sum()
    Image.fromarray(rgb[:100, :300]).save(tmp_path / "b.png")
    assert quality.load(tmp_path / "b.png", Protocol.IDN).shape == (100, 300, 3)


def test_padding_is_converted_and_not_scored(photo):
    seen = []

    def decode(gray):
        seen.append(gray.shape)
        restored = np.full((*gray.shape, 3), 255, np.uint8)
        restored[:100, :80] = photo[:100, :80]
        return restored

    method = methods.classical("padded", lambda rgb: rgb[..., 1].astype(float), decode)
    rgb = np.ascontiguousarray(photo[:100, :80])
    trip = quality.measure(method, "", rgb, None, Protocol.IDN)
    assert seen == [(512, 512)]
    assert (trip.gray.shape, trip.restored.shape) == ((100, 80), (100, 80, 3))
    assert trip.figures.idn_psnr == np.inf
    assert trip.figures.idn_gray_psnr == idn.psnr(idn.opencv_lightness(rgb), rgb[..., 1])
    plain = quality.measure(method, "", rgb, None)
    assert (plain.figures.idn_psnr, plain.figures.idn_gray_psnr) == (None, None)
