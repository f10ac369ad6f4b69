"""Frames of a clip as arrays of pixels, and back: matrices and ranges of levels are minded here."""

from __future__ import annotations

from typing import Any

import numpy as np

from invgray.color.levels import nearly_gray, to_8_bits
from invgray.errors import extra_installed
from invgray.types import Pixels

with extra_installed("video"):
    from av import VideoFrame
    from av.video.reformatter import ColorRange, Colorspace, Interpolation

MATRIX, LIMITED, FULL = 1, 1, 2
"""FFmpeg's numbers of what frames are tagged with: BT.709; levels from 16 to 235; from 0 to 255."""

_MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
"""By the number that a frame tells (ITU-T H.273)."""

_HIGH_DEFINITION = 720
"""Rows from which on frames that tell no matrix have that of BT.709, as players take it."""

_SCALER = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def to_rgb(frame: VideoFrame) -> Pixels:
    """The colours of a frame, upright: uint8 ``(H, W, 3)``."""
    guess = Colorspace.ITU709 if frame.height >= _HIGH_DEFINITION else Colorspace.ITU601
    rgb = frame.to_ndarray(
        format="rgb24",
        src_colorspace=_MATRICES.get(frame.colorspace, guess),
        src_color_range=ColorRange.JPEG if _full(frame) else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=_SCALER,
        threads=1,
    )
    return _upright(rgb, frame)


def to_gray(frame: VideoFrame) -> Pixels | None:
    """The levels of a gray frame, upright: uint8 ``(H, W)``; None if it has colours.

    Those of a frame without loss are the very levels that were stored.
    """
    name, plain = frame.format.name, frame.format.components[0].bits == 8
    if not plain or not (name.startswith(("yuv", "nv")) or name == "gray"):
        rgb = to_rgb(frame)
        return rgb[..., 1].copy() if nearly_gray(rgb) else None
    if name != "gray" and not nearly_gray(to_rgb(frame)):
        return None
    plane: Any = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    levels = rows[: frame.height, : frame.width]
    if not _full(frame):
        levels = to_8_bits((levels.astype(np.float32) - 16) * np.float32(255 / 219))
    return _upright(levels, frame)


def gray_frame(levels: Pixels) -> VideoFrame:
    """A frame of gray levels, uint8 ``(H, W)``."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(levels), format="gray")
    frame.color_range = FULL
    return frame


def color_frame(rgb: Pixels, form: str) -> VideoFrame:
    """A frame of colours, uint8 ``(H, W, 3)``: in RGB as they are, in YCbCr by BT.709, limited.

    Args:
        rgb: the colours.
        form: FFmpeg's name of the pixel format.
    """
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    if not form.startswith("yuv"):
        return frame.reformat(format=form)
    frame = frame.reformat(
        format=form,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
        interpolation=_SCALER,
        threads=1,
    )
    frame.colorspace, frame.color_range = MATRIX, LIMITED
    return frame


def _full(frame: VideoFrame) -> bool:
    """Whether levels go from 0 to 255, not from 16 to 235."""
    if frame.color_range == ColorRange.UNSPECIFIED:
        return not frame.format.name.startswith(("yuv4", "yuva", "nv", "p01"))
    return bool(frame.color_range == ColorRange.JPEG)


def _upright(pixels: Any, frame: VideoFrame) -> Pixels:  # noqa: ANN401
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))
