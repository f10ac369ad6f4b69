"""CIE Lab, and what it says of gray levels."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from skimage.color import rgb2lab

from invgray.color import lab


def test_gray_levels_and_lightness_are_inverse():
    levels = np.arange(256, dtype=np.uint8)
    rgb = np.repeat(levels[None, :, None], 3, axis=-1)
    np.testing.assert_allclose(lab.gray_of(rgb)[0], levels, atol=0.01)
    np.testing.assert_allclose(lab.lightness(levels), rgb2lab(rgb)[0, :, 0], atol=1e-3)


@pytest.mark.parametrize(("level", "expected"), [(0, 0.0), (119, 50.034), (255, 100.0)])
def test_lightness_of_known_grays(level, expected):
    assert lab.lightness(np.uint8([level])) == pytest.approx(expected, abs=2e-3)


def test_gray_of_a_colour_has_its_lightness(photo):
    rgb = photo[:20, :20]
    found = lab.lightness(lab.gray_of(rgb))
    np.testing.assert_allclose(found, rgb2lab(rgb)[..., 0], atol=0.02)


@pytest.mark.parametrize("matrix", ["to_xyz", "from_xyz"])
def test_a_matrix_can_be_the_first_thing_that_is_asked_for(matrix):
    asked = f"from invgray.color import lab; print(lab.{matrix}().shape)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("(3, 3)\n", "")


def test_the_matrices_are_inverse_and_map_white_to_one():
    np.testing.assert_allclose(lab.to_xyz().T @ lab.from_xyz(), np.eye(3), atol=1e-5)
    np.testing.assert_allclose(lab.to_xyz() @ np.ones(3), 1, atol=1e-4)
    np.testing.assert_allclose(lab.white(), [0.95047, 1, 1.08883], atol=1e-5)
