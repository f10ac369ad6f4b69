"""Colours of grays that were damaged in places."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from invgray import loading
from invgray.fine import layer
from invgray.inference.machine import Machine


def psnr_within(mask, original, restored):
    return 10 * np.log10(255**2 / np.mean((original[mask].astype(float) - restored[mask]) ** 2))


@pytest.mark.parametrize("name", ["chelsea", "retina"])
def test_a_black_box_over_a_tenth_leaves_the_rest_near_perfect(name):
    """Outside the cells that it touches; only the pattern near these knows less."""
    codec = loading.load_codec("standard-2", Machine(device="cpu", precision="float32"))
    rgb = np.ascontiguousarray(getattr(data, name)()[-500:, -600:])
    gray = codec.encode(rgb)
    untouched = codec.restore(gray)
    assert untouched.fine == 1
    height, width = gray.shape
    random = np.random.default_rng(1)
    size = round(height * 0.1**0.5), round(width * 0.1**0.5)
    for _ in range(2):
        top, left = (random.integers(0, n - s) for n, s in zip(gray.shape, size, strict=True))
        damaged = gray.copy()
        damaged[top : top + size[0], left : left + size[1]] = 0
        intact = np.zeros(gray.shape, bool)
        for box, _, _ in layer.find(damaged).intact:
            intact[box.slices] = True
        restored = codec.restore(damaged)
        assert restored.fine == pytest.approx(intact.mean())
        assert not restored.exact
        found = psnr_within(intact, rgb, restored.rgb)
        assert found > 46
        assert found > psnr_within(intact, rgb, untouched.rgb) - 1
