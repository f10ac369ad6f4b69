"""Luminance: what plain grayscale keeps of a picture."""

from __future__ import annotations

import numpy as np

from invgray.types import Floats, Pixels

WEIGHTS = (0.299, 0.587, 0.114)
"""Weights of R, G and B in the luminance Y' (ITU-R BT.601)."""


def luminance(rgb: Pixels | Floats) -> Floats:
    """Luminance Y' of ``(..., 3)``, unrounded, in the input's range: ``(...)``."""
    return np.asarray(rgb @ np.array(WEIGHTS))
