"""Luminance: what plain grayscale keeps of a picture."""

from __future__ import annotations

import numpy as np

WEIGHTS = (0.299, 0.587, 0.114)
"""Of R, G and B in the luminance Y' (ITU-R BT.601)."""


def luminance(rgb: np.ndarray) -> np.ndarray:
    """Luminance Y' of ``(..., 3)``, unrounded, in the input's range: ``(...)``."""
    return rgb @ np.array(WEIGHTS)
