"""Grays that do not lie as they were made, decoded on their grid and brought back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage import data

from invgray import metrics
from invgray.color.levels import neutral
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT, Orientation
from invgray.placement import Placement, laid, through, whole

GRID = 8


@pytest.fixture(scope="module")
def made():
    """A gray picture as it was made, 200x160."""
    return data.camera()[100:300, 150:310]


def centred(shape):
    return (np.array(shape) - 1) / 2


def cropped(made, box, orientation):
    """A part of a gray, and the placement that it has."""
    top, left, bottom, right = box
    part = made[top:bottom, left:right]
    middle = np.add(centred(part.shape), (top, left))
    return np.ascontiguousarray(orientation.apply(part)), Placement(tuple(middle), orientation)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("box", [(0, 0, 200, 160), (3, 5, 197, 101), (8, 16, 108, 117)])
def test_a_part_is_laid_on_the_grid_pixel_for_pixel(made, orientation, box):
    gray, placement = cropped(made, box, orientation)
    top, left, bottom, right = box
    found = laid(gray, placement, GRID)
    cut = top % GRID, left % GRID
    np.testing.assert_array_equal(found[cut[0] :, cut[1] :], made[top:bottom, left:right])
    assert found.shape == (bottom - top + cut[0], right - left + cut[1])


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_colors_come_back_to_where_the_gray_lies(made, orientation):
    gray, placement = cropped(made, (3, 5, 197, 101), orientation)

    def decoder(levels):
        rgb = neutral(levels)
        rgb[::2, :, 0] = 255 - levels[::2]  # the grid's even rows change
        return rgb

    colors = orientation.undo(through(gray, placement, GRID, decoder))
    expected = neutral(made[3:197, 5:101])
    expected[1::2, :, 0] = 255 - expected[1::2, :, 0]
    inside = np.s_[5:189, 3:91]  # whole blocks
    np.testing.assert_array_equal(colors[inside], expected[inside])


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_edges_of_a_crop_are_out_of_the_decoder_s_sight(made, orientation):
    """Beyond them are its own blocks, and parts of blocks take on the colours beside them."""
    gray, placement = cropped(made, (3, 5, 197, 101), orientation)
    seen = []

    def decoder(levels):
        seen.append(levels)
        return np.minimum(neutral(levels) + np.array([0, 0, 9]), 255).astype(np.uint8)

    colors = orientation.undo(through(gray, placement, GRID, decoder))
    np.testing.assert_array_equal(colors[..., 2], np.minimum(made[3:197, 5:101] + 9.0, 255))
    (levels,) = seen
    assert levels.shape == (184 + 2 * 96, 88 + 2 * 96)
    np.testing.assert_array_equal(levels[96:-96, 96:-96], made[8:192, 8:96])
    np.testing.assert_array_equal(levels[88:96, 96:-96], made[8:16, 8:96])
    np.testing.assert_array_equal(levels[80:88, 96:-96], made[16:24, 8:96])


def test_a_crop_without_a_whole_block_is_decoded_as_it_is(made):
    gray, placement = cropped(made, (3, 5, 14, 101), UPRIGHT)
    np.testing.assert_array_equal(through(gray, placement, GRID, neutral), neutral(gray))


def test_a_whole_gray_keeps_its_grid(made):
    for orientation in ORIENTATIONS:
        gray = np.ascontiguousarray(orientation.apply(made))
        placement = whole(*gray.shape, orientation)
        np.testing.assert_array_equal(laid(gray, placement, GRID), made)
        assert placement.words(*gray.shape, GRID) == (
            "" if orientation == UPRIGHT else orientation.words
        )


@pytest.mark.parametrize(("scale", "angle"), [(0.5, 0.0), (0.9, 0.0), (1.0, 2.0), (0.7, -1.5)])
def test_resized_and_turned_grays_are_laid_back(made, scale, angle):
    """Bicubic interpolation there and back: what is lost is detail, nothing is out of place."""
    image = Image.fromarray(made).rotate(angle, Image.Resampling.BICUBIC)
    size = [round(n * scale) for n in image.size]
    gray = np.asarray(image.resize(size, Image.Resampling.LANCZOS))
    placement = Placement(tuple(centred(made.shape)), UPRIGHT, scale, angle)
    found = laid(gray, placement, GRID)
    first = np.floor((np.array(made.shape) - found.shape) / 2 / GRID) * GRID
    top, left = (-first).astype(int)
    inside = found[top + 30 : top + 170, left + 30 : left + 130]
    assert metrics.psnr(inside, made[30:170, 30:130]) > 24
    nearby = [
        metrics.psnr(inside, made[31:171, 30:130]),
        metrics.psnr(inside, made[30:170, 29:129]),
    ]
    assert max(nearby) < metrics.psnr(inside, made[30:170, 30:130]) - 1


def test_what_decoding_leaves_is_not_resampled(made):
    gray = np.asarray(Image.fromarray(made).resize((80, 100)))
    placement = Placement(tuple(centred(made.shape)), UPRIGHT, 0.5)
    np.testing.assert_array_equal(through(gray, placement, GRID, neutral), neutral(gray))


def test_what_was_done_in_words():
    middle = (99.5, 79.5)
    assert Placement(middle).words(200, 160, GRID) == ""
    assert Placement((102.5, 79.5)).words(200, 160, GRID) == "cropped"
    assert Placement((107.5, 79.5)).words(200, 160, GRID) == ""
    turned = Placement(middle, Orientation(1, mirrored=False), 0.5, -1.25)
    assert turned.words(200, 160, GRID) == "turned left, resized to 50%, turned by -1.2 degrees"
