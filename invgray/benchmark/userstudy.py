"""The user study of Xia et al. 2018, section 7.3, as one HTML page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import invgray
from invgray.benchmark.answers import SCHEMA
from invgray.benchmark.gallery import lossless
from invgray.benchmark.page import template
from invgray.benchmark.quality import RoundTrip
from invgray.color.levels import to_8_bits
from invgray.color.luminance import luminance
from invgray.presets.store import Preset


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it; all but the name are data URIs, without loss.

    Attributes:
        name: of the picture's file.
        original: the photo.
        restored: the colours that came back from our gray.
        luminance: the plain gray.
        ours: the gray that hides the colours.
    """

    name: str
    original: str
    restored: str
    luminance: str
    ours: str


def shown(trip: RoundTrip) -> Shown:
    """What the page shows of a round trip."""
    return Shown(
        name=trip.figures.image,
        original=lossless(trip.rgb),
        restored=lossless(trip.restored),
        luminance=lossless(to_8_bits(luminance(trip.rgb))),
        ours=lossless(trip.gray),
    )


def render(pictures: Sequence[Shown], preset: Preset) -> str:
    """The page: both questionnaires for each picture, in an order drawn by the browser.

    Which one comes first alternates between participants of one browser; each kind of picture is
    on the left half of the times. Answers stay in the browser, which offers them as JSON and CSV.

    Args:
        pictures: to ask about.
        preset: that made the grays.
    """
    identity = hashlib.sha256(preset.digest.encode())
    for picture in pictures:
        identity.update(picture.name.encode() + picture.original.encode() + picture.ours.encode())
    study = {
        "schema": SCHEMA,
        "id": identity.hexdigest()[:16],
        "invgray": invgray.__version__,
        "preset": preset.name,
        "digest": preset.digest,
        "pictures": [asdict(picture) for picture in pictures],
    }
    return template("userstudy.html").render(study=study)
