"""What grays are taken for that do not say what made them: see :mod:`invgray.detector`."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np

from invgray import detector
from invgray.benchmark.robustness import HANDLINGS
from invgray.codec import Codec

HANDLED = ("none", "jpeg-95", "jpeg-90", "jpeg-80", "jpeg-70", "jpeg-50")
"""What happens to grays before they are judged."""

NONE = "none"
"""A gray that hides no colours."""


def measure(codecs: list[Codec], grays: dict[str, np.ndarray]) -> dict[tuple[str, str], str]:
    """The preset that each gray is taken for, or ``NONE``, by how it was handled and its maker.

    Args:
        codecs: to choose from.
        grays: of one picture, uint8 ``(H, W)``, by what made them.
    """
    found = {}
    for handling, (maker, gray) in product(HANDLED, grays.items()):
        codec = detector.recognise(codecs, HANDLINGS[handling].apply(gray))
        found[handling, maker] = codec.preset.name if codec else NONE
    return found


def summary(rows: list[dict[tuple[str, str], str]]) -> dict[str, dict[str, dict[str, float]]]:
    """Shares of pictures, by handling, by what made the gray, and by what it was taken for."""
    result: defaultdict[str, dict] = defaultdict(dict)
    for handling, maker in rows[0]:
        names = [row[handling, maker] for row in rows]
        shares = {name: names.count(name) / len(names) for name in sorted(set(names))}
        result[handling][maker] = shares
    return dict(result)
