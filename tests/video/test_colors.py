"""Colour bars through all matrices and ranges of levels, both ways."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from invgray.video import colors

BARS = np.zeros((48, 128, 3), np.uint8)
for _place in range(8):
    BARS[:, 16 * _place : 16 * _place + 16] = [191 * (~_place >> bit & 1) for bit in (1, 2, 0)]
MIDDLES = np.s_[24, 8::16]
"""Of the bars, away from the others' colours."""

MATRICES = {
    "BT.709": (1, Colorspace.ITU709, (0.2126, 0.0722)),
    "BT.601": (5, Colorspace.ITU601, (0.299, 0.114)),
    "BT.601, 525 lines": (6, Colorspace.ITU601, (0.299, 0.114)),
}


def luma(rgb, weights, full):
    """Levels of Y' by the standards' own words."""
    red, blue = weights
    y = rgb @ np.array([red, 1 - red - blue, blue])
    return y if full else 16 + y * 219 / 255


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("form", ["yuv420p", "yuv444p"])
@pytest.mark.parametrize("matrix", MATRICES)
def test_frames_are_read_by_their_matrix_and_range(matrix, form, full):
    number, space, weights = MATRICES[matrix]
    frame = av.VideoFrame.from_ndarray(BARS, format="rgb24").reformat(
        format=form,
        src_color_range=ColorRange.JPEG,
        dst_colorspace=space,
        dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
    )
    frame.colorspace, frame.color_range = number, 2 if full else 1
    stored = np.frombuffer(frame.planes[0], np.uint8).reshape(48, -1)[:, :128]
    np.testing.assert_allclose(stored[MIDDLES], luma(BARS, weights, full)[MIDDLES], atol=1)
    np.testing.assert_allclose(colors.to_rgb(frame)[MIDDLES].astype(int), BARS[MIDDLES], atol=2)


@pytest.mark.parametrize(("height", "weights"), [(48, (0.299, 0.114)), (720, (0.2126, 0.0722))])
def test_what_tells_no_matrix_has_that_of_its_size(height, weights):
    """High definition has that of BT.709, and levels from 16 to 235."""
    red, blue = weights
    y = luma(np.array([191.0, 0, 0]), weights, full=False)
    cr = 128 + 224 / 255 * 191 / 2
    cb = 128 - 224 / 255 * 191 * red / (2 * (1 - blue))
    frame = av.VideoFrame(64, height, "yuv444p")
    for plane, level in zip(frame.planes, (y, cb, cr), strict=True):
        plane.update(bytes([round(level)]) * plane.buffer_size)
    np.testing.assert_allclose(colors.to_rgb(frame)[10, 10].astype(int), (191, 0, 0), atol=2)


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p"])
def test_colours_are_written_by_bt_709_in_limited_range(form):
    frame = colors.color_frame(BARS, form)
    assert (frame.format.name, frame.colorspace, frame.color_range) == (form, 1, 1)
    stored = np.frombuffer(frame.planes[0], np.uint8).reshape(48, -1)[:, :128]
    expected = luma(BARS, (0.2126, 0.0722), full=False)
    np.testing.assert_allclose(stored[MIDDLES], expected[MIDDLES], atol=1)
    np.testing.assert_allclose(colors.to_rgb(frame)[MIDDLES].astype(int), BARS[MIDDLES], atol=2)


def test_colours_in_rgb_are_exact(photo):
    np.testing.assert_array_equal(colors.to_rgb(colors.color_frame(photo, "bgr0")), photo)


def test_gray_levels_are_exact(photo):
    levels = photo[:, :77, 0]
    frame = colors.gray_frame(levels)
    assert frame.format.name == "gray"
    np.testing.assert_array_equal(colors.to_gray(frame), levels)


@pytest.mark.parametrize("full", [False, True])
def test_gray_of_a_colour_format_keeps_its_range(full):
    ramp = np.tile(np.arange(256, dtype=np.uint8), (32, 1))
    frame = av.VideoFrame(256, 32, "yuv420p")
    stored = ramp if full else np.rint(16 + ramp * (219 / 255)).astype(np.uint8)
    frame.planes[0].update(stored.tobytes())
    for plane in frame.planes[1:]:
        plane.update(bytes([128]) * plane.buffer_size)
    frame.colorspace, frame.color_range = 1, 2 if full else 1
    np.testing.assert_allclose(colors.to_gray(frame).astype(int), ramp, atol=0 if full else 1)


def test_colours_are_no_gray(photo):
    assert colors.to_gray(colors.color_frame(BARS, "yuv420p")) is None
    assert colors.to_gray(colors.color_frame(photo, "bgr0")) is None
    neutral = photo[..., :1].repeat(3, axis=-1)
    np.testing.assert_array_equal(
        colors.to_gray(colors.color_frame(neutral, "bgr0")), neutral[..., 0]
    )
