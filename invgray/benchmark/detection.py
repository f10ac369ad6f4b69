"""How often grays are taken for what they are not: see :mod:`invgray.detector`."""

from __future__ import annotations

import numpy as np

from invgray import detector, metrics
from invgray.benchmark.robustness import HANDLINGS
from invgray.codec import Codec
from invgray.images import to_8_bits

HANDLED = ("none", "jpeg-95", "jpeg-90", "jpeg-80", "jpeg-70", "jpeg-50")
"""What happens to grays before they are judged."""


def measure(codec: Codec, rgb: np.ndarray, gray: np.ndarray) -> dict[str, dict[str, float]]:
    """Whether colours are ``missed``, and found where there are none (``false_alarms``): 0 or 1.

    Args:
        codec: whose colours are looked for.
        rgb: an original, uint8 ``(H, W, 3)``, whose luminance is the plain gray.
        gray: with its colours hidden by the codec, uint8 ``(H, W)``.
    """

    def found(picture):
        return detector.agreement(codec, picture, codec.decode(picture)) >= detector.THRESHOLD

    result = {}
    for name in HANDLED:
        handled, plain = (
            HANDLINGS[name].apply(picture) for picture in (gray, to_8_bits(metrics.luminance(rgb)))
        )
        result[name] = {
            "missed": float(not found(handled)),
            "false_alarms": float(found(plain)),
        }
    return result
