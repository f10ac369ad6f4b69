"""Turned and mirrored pictures."""

from __future__ import annotations

import numpy as np

from invgray.fine.orientation import ORIENTATIONS


def test_all_eight_are_different_and_can_be_undone():
    pixels = np.arange(2 * 3 * 2).reshape(2, 3, 2)
    turned = [orientation.apply(pixels) for orientation in ORIENTATIONS]
    assert len({(x.shape, x.tobytes()) for x in turned}) == 8
    for orientation, x in zip(ORIENTATIONS, turned, strict=True):
        np.testing.assert_array_equal(orientation.undo(x), pixels)
    np.testing.assert_array_equal(turned[0], pixels)
