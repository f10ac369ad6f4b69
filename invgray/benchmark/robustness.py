"""What is left of the colours when the gray is handled (Xia et al. 2018, Figs 12 and 13)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from invgray import metrics
from invgray.benchmark import methods, quality
from invgray.benchmark.handling import Handling, handlings
from invgray.benchmark.methods import Method
from invgray.benchmark.quality import RoundTrip
from invgray.benchmark.results import Handled
from invgray.files import reading, writing

TYPICAL = "jpeg-75"
"""Name of the handling that stands for all others beside untouched grays."""


@dataclass(frozen=True)
class Left:
    """What is left of one picture's colours.

    Attributes:
        psnr: in dB.
        fine: share of what is left that was restored from the fine layer, from 0 to 1; None for
            methods without one.
    """

    psnr: float
    fine: float | None


def measure(method: Method, trip: RoundTrip) -> dict[str, Left]:
    """What is left after each handling, by its name.

    Parts that are cut out or covered lie at places that are random, but the same for every method.

    Args:
        method: decodes.
        trip: of a picture that the method encoded.
    """
    left = {}
    for name, handling in handlings(seed=zlib.crc32(trip.rgb.tobytes())).items():
        decoded = method.decode(handled(trip.stored, handling))
        decibels = metrics.psnr(handling.expected(trip.rgb), handling.found(decoded.rgb))
        left[name] = Left(decibels, decoded.fine)
    return left


def handled(stored: bytes, handling: Handling) -> bytes:
    """A file with a gray after it was handled.

    It goes on telling what made it, if it did, and if its new format keeps that.
    """
    picture = reading.read(stored)
    gray = handling.apply(picture.pixels)
    if picture.record is None:
        return handling.convert(methods.to_png(gray))
    file = BytesIO()
    writing.write_gray(file, gray, picture, picture.record)
    return handling.convert(file.getvalue())


def over_pictures(rows: Sequence[Mapping[str, Left]]) -> dict[str, Handled]:
    """What is left over all pictures, by the name of the handling."""
    found = {}
    for name in rows[0]:
        psnr = quality.summary([row[name].psnr for row in rows])
        fine = quality.summary([row[name].fine for row in rows])
        if psnr:
            found[name] = Handled(psnr=psnr, fine=fine)
    return found
