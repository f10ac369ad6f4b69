"""Temporal consistency of motion that is known."""

from __future__ import annotations

import numpy as np
import pytest

from invgray.video.consistency import flicker

SHAPE = (60, 80)


def still(down=0.0, right=0.0):
    """The flow of what moves up and left by so much."""
    return np.stack([np.full(SHAPE, float(down)), np.full(SHAPE, float(right))])


@pytest.fixture
def scene(photo):
    return np.tile(photo, (2, 2, 1)).astype(float)


def seen(scene, down, right):
    return scene[down : down + SHAPE[0], right : right + SHAPE[1]]


def test_what_moves_with_the_scene_does_not_flicker(scene):
    frames = [seen(scene, 2 * i, 3 * i) for i in range(4)]
    assert flicker(frames, 3 * [still(2, 3)]) == 0
    assert flicker(frames, 3 * [still()]) > 5


def test_what_stands_still_while_the_scene_moves_flickers(scene):
    """As much as two patterns that have nothing to do with each other."""
    pattern = np.random.default_rng(0).normal(0, 3, SHAPE)
    assert flicker(3 * [pattern], 2 * [still(2, 3)]) == pytest.approx(3 * 2**0.5, rel=0.05)
    assert flicker(3 * [pattern], 2 * [still()]) == 0


def test_noise_flickers_by_the_root_of_two():
    random = np.random.default_rng(0)
    frames = [random.normal(100, 2, (*SHAPE, 3)) for _ in range(5)]
    assert flicker(frames, 4 * [still()]) == pytest.approx(2 * 2**0.5, rel=0.03)


def test_what_comes_into_view_does_not_count():
    frames = [np.zeros(SHAPE), np.zeros(SHAPE)]
    frames[1][:, -10:] = 200
    assert flicker(frames, [still(0, 12)]) == 0
