"""What is left of the colours when the gray is handled (Xia et al. 2018, Figs 12 and 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np

from invgray import metrics
from invgray.benchmark import methods, quality
from invgray.benchmark.handling import HANDLINGS, Handling
from invgray.benchmark.methods import Method
from invgray.benchmark.quality import RoundTrip
from invgray.benchmark.results import Handled
from invgray.files import reading, writing
from invgray.types import Pixels


def measure(method: Method, trip: RoundTrip) -> dict[str, float]:
    """PSNR in dB of the colours restored after each handling, by its name.

    Args:
        method: decodes.
        trip: of a picture that the method encoded.
    """
    decibels = {}
    for name, handling in HANDLINGS.items():
        restored = handling.undo(method.decode(handled(trip.stored, handling)))
        inside = _inside(trip.gray, handling.margin)
        decibels[name] = metrics.psnr(trip.rgb[inside], restored[inside])
    return decibels


def handled(stored: bytes, handling: Handling) -> bytes:
    """A file with a gray after it was handled; it goes on telling what made it, if it did."""
    picture = reading.read(stored)
    gray = handling.apply(picture.pixels)
    if picture.record is None:
        return methods.to_png(gray)
    file = BytesIO()
    writing.write_gray(file, gray, picture, picture.record)
    return file.getvalue()


def over_pictures(rows: Sequence[Mapping[str, float]]) -> dict[str, Handled]:
    """What is left over all pictures, by the name of the handling."""
    summaries = {name: quality.summary([row[name] for row in rows]) for name in HANDLINGS}
    return {name: Handled(psnr=psnr) for name, psnr in summaries.items() if psnr}


def _inside(gray: Pixels, margin: float) -> tuple[slice, slice]:
    top, left = (int(np.ceil(margin * n)) for n in gray.shape)
    return slice(top, gray.shape[0] - top), slice(left, gray.shape[1] - left)
