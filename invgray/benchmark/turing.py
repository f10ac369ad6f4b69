"""The real-or-fake test of Zhang et al. 2016, section 3.1, as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from invgray import metrics
from invgray.benchmark.gallery import as_jpeg
from invgray.benchmark.page import template
from invgray.types import Pixels


def render(pairs: Sequence[tuple[Pixels, Pixels]]) -> str:
    """The page: pairs at 256x256, a second each, in an order and on sides drawn by the browser.

    It counts the answers, tells how often the made-up colours were taken for the real ones, and
    offers the answers as a JSON file. Nothing leaves the browser.

    Args:
        pairs: originals and their colorized versions, uint8 ``(H, W, 3)``.
    """
    shown = [
        {"real": as_jpeg(_square(original)), "fake": as_jpeg(_square(colorized))}
        for original, colorized in pairs
    ]
    return template("turing.html").render(pairs=shown)


def _square(rgb: Pixels) -> Pixels:
    return np.asarray(metrics.paper_protocol(Image.fromarray(rgb)))
