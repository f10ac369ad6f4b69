"""Array types that signatures are written with."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""Levels 0 to 255: ``(H, W, 3)`` in colour (sRGB), ``(H, W)`` in gray."""

Floats = npt.NDArray[np.floating[Any]]
"""Numbers of any shape; docstrings say which, and their range."""

Mask = npt.NDArray[np.bool_]
"""Where something holds; of any shape."""
