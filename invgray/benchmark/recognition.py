"""What grays are taken for that do not say what made them.

The fine layer tells where it is intact; the pattern does elsewhere, see :mod:`invgray.detector`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from invgray import detector
from invgray.benchmark.handling import HANDLINGS
from invgray.benchmark.results import Recognition
from invgray.codec import Codec
from invgray.fine import layer
from invgray.types import Pixels

HANDLED = (
    *("none", "jpeg-95", "jpeg-90", "jpeg-80", "jpeg-70", "jpeg-50"),
    *("shrink-75%", "shrink-50%"),
)
"""Names of the ways that grays are handled before they are judged."""

NONE = "none"
"""A gray that hides no colours."""


@dataclass(frozen=True)
class Judgement:
    """What one gray was taken for.

    Attributes:
        handling: how it was handled before.
        maker: what made it.
        taken_for: name of a preset, or ``NONE``.
    """

    handling: str
    maker: str
    taken_for: str


def measure(codecs: Sequence[Codec], grays: Mapping[str, Pixels]) -> list[Judgement]:
    """Judge each gray after each handling.

    Args:
        codecs: to choose from.
        grays: of one picture, uint8 ``(H, W)``, by what made them.
    """
    judgements = []
    for handling, (maker, gray) in product(HANDLED, grays.items()):
        codec = _maker(codecs, HANDLINGS[handling].apply(gray))
        judgements.append(Judgement(handling, maker, codec.preset.name if codec else NONE))
    return judgements


def _maker(codecs: Sequence[Codec], gray: Pixels) -> Codec | None:
    if found := layer.find(gray):
        weights = found.weights.hex()
        return next((codec for codec in codecs if codec.preset.digest == weights), None)
    sighting = detector.sight(codecs, gray)
    return sighting.codec if sighting else None


def over_pictures(judgements: Sequence[Judgement]) -> tuple[Recognition, ...]:
    """Shares of the grays of all pictures, by handling and by what made them."""
    found: dict[tuple[str, str], list[str]] = {}
    for judgement in judgements:
        found.setdefault((judgement.handling, judgement.maker), []).append(judgement.taken_for)
    return tuple(
        Recognition(
            handling=handling,
            maker=maker,
            taken_for={name: names.count(name) / len(names) for name in sorted(set(names))},
        )
        for (handling, maker), names in found.items()
    )
