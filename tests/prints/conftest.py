"""A photograph's gray, and photographs of prints as a pinhole camera would take them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage import data
from skimage.transform import estimate_transform, warp

from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance


@pytest.fixture(scope="session")
def rgb():
    """A colour photograph, uint8 (320, 400, 3)."""
    return np.ascontiguousarray(data.astronaut()[:320, 50:450])


@pytest.fixture(scope="session")
def gray(rgb):
    """Its luminance, uint8 (320, 400)."""
    return to_8_bits(luminance(rgb))


@pytest.fixture(scope="session")
def photographed():
    """A photograph of a sheet printed at 300 pixels an inch.

    Ink spreads, paper is not white nor ink black, light falls off across the sheet, which is
    tilted about its vertical axis and turned (degrees); the sensor adds noise of 2 levels.
    """

    def photographed(sheet, dpi=300, tilt=15.0, turn=10.0, shade=0.3):
        height, width = sheet.shape
        scale, distance = dpi / 300, 2.5 * max(sheet.shape)
        a, b = np.radians([tilt, turn])
        tilted = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        turned = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
        centred = np.column_stack([corners - [width / 2, height / 2], np.zeros(4)])
        x, y, depth = tilted @ turned @ centred.T
        seen = scale * distance * np.column_stack([x, y]) / (distance + depth)[:, None]
        seen += 30 - seen.min(axis=0)
        shape = np.ceil(seen.max(axis=0) + 30).astype(int)[::-1]
        spread = np.hypot(0.6, 0.4 * max(0, 1 / scale**2 - 1) ** 0.5)
        ink = gaussian_filter(sheet.astype(float), spread)
        transform = estimate_transform("projective", seen, corners)
        page = warp(30 + ink * 195 / 255, transform, output_shape=shape, order=3, cval=225)
        rows, columns = np.indices(shape) / np.array(shape)[:, None, None]
        light = 1 - shade * (0.7 * columns + 0.3 * rows)
        return to_8_bits(page * light + np.random.default_rng(0).normal(0, 2, shape))

    return photographed
