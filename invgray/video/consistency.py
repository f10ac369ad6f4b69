"""Temporal consistency: how far what is shown of a moving thing changes from frame to frame.

A frame is laid on the next one along the motion between them. What differs then is flicker, but for
what was hidden before, and for what resampling costs; the original's own difference tells of these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import map_coordinates

from invgray.types import Floats, Mask, Pixels

MARGIN = 2
"""Pixels along the edge of a frame that do not count: resampling wants pixels beyond."""


def flicker(frames: Sequence[Pixels | Floats], flows: Sequence[Floats]) -> float:
    """Root mean square of what changes between neighbouring frames, beside the motion.

    Args:
        frames: two at least, ``(H, W)`` or ``(H, W, C)``, in levels.
        flows: between neighbours: where each pixel of the later one was in the earlier one, less
            where it is, in rows and in columns: ``(2, H, W)``, one fewer than the frames.
    """
    squares, count = 0.0, 0
    for before, after, flow in zip(frames[:-1], frames[1:], flows, strict=True):
        moved, there = _moved(np.asarray(before, float), flow)
        difference = (np.asarray(after, float) - moved)[there]
        squares += float(np.sum(difference**2))
        count += difference.size
    return float(np.sqrt(squares / max(count, 1)))


def _moved(frame: Floats, flow: Floats) -> tuple[Floats, Mask]:
    """A frame where its pixels have gone to, and where these come from inside it."""
    rows, columns = np.indices(flow.shape[1:]) + flow
    height, width = frame.shape[:2]
    there = (rows >= MARGIN) & (rows <= height - 1 - MARGIN)
    there &= (columns >= MARGIN) & (columns <= width - 1 - MARGIN)
    planes = np.moveaxis(np.atleast_3d(frame), -1, 0)
    moved = [map_coordinates(plane, [rows, columns], order=1) for plane in planes]
    return np.moveaxis(np.array(moved), 0, -1).reshape(frame.shape), there
