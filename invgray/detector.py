"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from invgray.codec import Codec
from invgray.color.luminance import luminance
from invgray.fine.orientation import ORIENTATIONS
from invgray.placement import Placement, laid, whole
from invgray.registration import CLEAR, Detail, Registration, register, resized, unmoved
from invgray.types import Pixels

THRESHOLD, HANDLED_THRESHOLD = 0.75, 0.85
"""Least agreement of a gray that hides colours; the docs have the rates of error.

Decoders of handled grays make do with little of a pattern, and see more of one in plain grays.
"""

LEAST_COLOR = 8.0
"""Least colour, in levels, that a print which hides colours decodes to."""

SIDE = 384
"""The middle of a picture, so many pixels a side, is enough to tell."""

SMALLEST = 16
"""Pixels a side from which on a pattern tells which way it lies."""

UPRIGHT_BONUS = 0.01
"""Agreement by which another orientation must exceed that of the gray as it is."""

UNMOVED_CLEAR, UNMOVED_AGREEMENT, SETTLED = 4.0, 0.15, 0.45
"""Clarity and agreement by which a pilot is that of a gray that is as large as it was made.

With the last no other place is looked for: at a wrong place of a gray that was cropped, a quarter
agrees at most times, and 0.37 has been seen.
"""

MOVED_AGREEMENT, BEYOND_UNMOVED = 0.05, 0.05
"""Least agreement of a gray that was cropped, turned or resized, and beyond that as it was made.

Compressed twice at different sizes, plain photographs have something like a pilot.
"""

RESIZED_CLEAR, RESIZED_SCORE, AGREEMENT_COUNTS = 3.5, 6.2, 20.0
"""A gray was resized as it seems if the pilot is that clear, and from this score on.

The score is clarity, and agreement so many times.
"""

SMALLEST_RESIZED = 96
"""Pixels a side below which too little of a pilot is left to tell."""

SURE = 0.8
"""Agreement with which a pilot is nobody else's.

Other patterns that repeat themselves every eight pixels look as if they had a pilot.
"""

OTHER, DOUBT = 0.9, 0.45
"""Agreement by which such a pattern is told, or by how much it exceeds that with the pilot.

The second is enough for upright ones only: of eight ways that a gray may lie, one agrees by chance.
"""

UNMISTAKABLE = 18.0
"""Clarity from which on a pilot needs no agreement: networks that have learned little have none."""

NEARLY = 0.75
"""Share of the clearest pilot's clarity from which on another place may be the true one."""


@dataclass(frozen=True)
class Sighting:
    """A pattern that is seen in a gray.

    Attributes:
        codec: whose pattern it is.
        placement: where its grid lies; None as in a whole and upright gray.
    """

    codec: Codec
    placement: Placement | None = None


_NOWHERE: tuple[float, Sighting | None] = (-1.0, None)
"""How far a pattern agrees that is not seen."""


def sight(codecs: Sequence[Codec], gray: Pixels) -> Sighting | None:
    """Look for the patterns of codecs in a gray; None if it seems to hide no colours.

    Patterns with a pilot are found in grays that were cropped, turned, mirrored or resized; others
    in whole ones, turned by right angles and mirrored or not. The paper's encoder draws the gray
    anew, and to its decoder any gray looks like one of its own: it is never seen.

    Args:
        codecs: to choose from.
        gray: uint8 ``(H, W)``.
    """
    with_pilot = [codec for codec in codecs if codec.preset.card.abilities.has_pilot]
    others = [codec for codec in codecs if not codec.preset.card.abilities.has_pilot]
    agreed, piloted = _by_pilot(with_pilot, gray)
    if agreed >= SURE:
        return piloted
    other_agreed, other = _by_pattern(others, gray)
    if piloted is None or other is None:
        return piloted or other
    least = OTHER if other.placement else min(OTHER, agreed + DOUBT)
    return other if other_agreed > least else piloted


def _by_pattern(codecs: Sequence[Codec], gray: Pixels) -> tuple[float, Sighting | None]:
    """How far the pattern of a codec without a pilot agrees, if enough, and how it is turned."""
    codec = recognise(codecs, gray)
    if codec and min(gray.shape) < SMALLEST:
        return agreement(codec, gray), Sighting(codec)
    if min(gray.shape) >= SMALLEST:
        for candidate in [codec] if codec else codecs:
            agreed, sighting = _turned(candidate, gray)
            if sighting:
                return agreed, sighting
    return _NOWHERE


def recognise(codecs: Iterable[Codec], gray: Pixels) -> Codec | None:
    """The codec whose pattern a gray seems to have; None if it seems to hide no colours.

    Patterns with a pilot are not looked for.

    Args:
        codecs: to choose from.
        gray: uint8 ``(H, W)``, whole and upright.
    """
    margins = [(margin(codec, gray), codec) for codec in codecs]
    best, codec = max(margins, key=lambda found: found[0], default=(-1.0, None))
    return codec if best >= 0 else None


def _turned(codec: Codec, gray: Pixels) -> tuple[float, Sighting | None]:
    """A pattern without a pilot, in the orientation in which it agrees best."""
    if not _shows(codec):
        return _NOWHERE
    turned = [np.ascontiguousarray(way.undo(gray)) for way in ORIENTATIONS]
    agreements = np.array([agreement(codec, each) for each in turned])
    best = int(np.argmax(agreements))
    if agreements[best] < agreements[0] + UPRIGHT_BONUS:
        best = 0
    if agreements[best] < _least(codec):
        return _NOWHERE
    height, width = gray.shape
    placement = whole(height, width, ORIENTATIONS[best]) if best else None
    return float(agreements[best]), Sighting(codec, placement)


def _by_pilot(codecs: Sequence[Codec], gray: Pixels) -> tuple[float, Sighting | None]:
    """How far the pattern of a codec with a pilot agrees, and where.

    Looked at are grays as they were made, see :data:`UNMOVED_CLEAR`; those that were resized as a
    whole, see :data:`RESIZED_SCORE`; and those to which anything happened.
    """
    if not codecs:
        return _NOWHERE
    detail = Detail.of(gray)
    ways = unmoved(detail)
    unmoved_ = _agreeing(codecs, gray, [way for way in ways if way.clarity >= UNMOVED_CLEAR])
    if unmoved_[0] >= SETTLED:
        return unmoved_
    resized_ = _resized(codecs, gray, detail, ways[0].clarity)
    if resized_[0] >= SETTLED:
        return resized_
    places = register(detail)
    near = [
        place
        for place in places
        if place.clarity >= max(CLEAR, NEARLY * places[0].clarity)
        and place.complete == places[0].complete
    ]
    moved = _agreeing(codecs, gray, near)
    least = MOVED_AGREEMENT if places[0].clarity < UNMISTAKABLE else -1.0
    if moved[0] < max(least, resized_[0]):
        moved = resized_
    seen = unmoved_[0] >= UNMOVED_AGREEMENT
    return unmoved_ if seen and unmoved_[0] + BEYOND_UNMOVED >= moved[0] else moved


def _resized(
    codecs: Sequence[Codec], gray: Pixels, detail: Detail, unmoved_clarity: float
) -> tuple[float, Sighting | None]:
    """How far a pattern agrees with a gray that seems to have been resized as a whole."""
    if min(gray.shape) < SMALLEST_RESIZED:
        return _NOWHERE
    place = resized(detail)
    if place.clarity < max(RESIZED_CLEAR, unmoved_clarity):  # if not resized, it is nearly not so
        return _NOWHERE
    found = _agreeing(codecs, gray, [place])
    enough = place.clarity + AGREEMENT_COUNTS * found[0] >= RESIZED_SCORE
    return found if enough else _NOWHERE


def _agreeing(
    codecs: Sequence[Codec], gray: Pixels, places: Sequence[Registration]
) -> tuple[float, Sighting | None]:
    """How far the pattern of a codec agrees with a gray, at most, at some places, and where."""
    sightings = [Sighting(codec, place.placement) for codec in codecs for place in places]
    found = [(agreement(s.codec, gray, s.placement), s) for s in sightings]
    return max(found, key=lambda each: each[0], default=_NOWHERE)


def margin(codec: Codec, gray: Pixels) -> float:
    """By how much a codec's pattern is seen in a gray, beyond what is needed; below zero if not.

    Patterns with a pilot are not looked for: they are seen as well, in other colours, off their
    grid.
    """
    return agreement(codec, gray) - _least(codec) if _shows(codec) else -1.0


def _shows(codec: Codec) -> bool:
    """Whether a pattern tells by agreement alone."""
    abilities = codec.preset.card.abilities
    return abilities.has_pattern and not abilities.has_pilot


def _least(codec: Codec) -> float:
    """Agreement from which on a gray is a codec's."""
    return HANDLED_THRESHOLD if codec.preset.card.abilities.handled else THRESHOLD


def survived_print(codec: Codec, gray: Pixels) -> bool:
    """Whether a printed and rectified gray hides colours that a codec can restore.

    Paper takes the finest part of a pattern, and with it the agreement. But to the decoder of
    handled grays, the print of any other gray is one of no colour.

    Args:
        codec: to decode with.
        gray: uint8 ``(H, W)``.
    """
    if not codec.preset.card.abilities.handled:
        return False
    return bool(np.ptp(codec.read_pattern(_middle(codec, gray)), axis=-1).mean() >= LEAST_COLOR)


def agreement(codec: Codec, gray: Pixels, placement: Placement | None = None) -> float:
    """How far a gray is what its decoded colours would be encoded as, in [-1, 1].

    A gray that the codec made is, up to rounding, the encoding of the colours that come out of it:
    what both add to the luminance correlates almost fully. A plain gray has no such pattern; the
    few colours that a decoder finds in it leave another one.

    Args:
        codec: whose pattern to look for.
        gray: uint8 ``(H, W)``.
        placement: of it; None for a whole and upright one.
    """
    gray = _middle(codec, gray, placement)
    rgb = codec.read_pattern(gray)
    plain = luminance(rgb)
    found, expected = (x - plain for x in (gray, codec.unrounded(rgb)))
    found, expected = found - found.mean(), expected - expected.mean()
    scale = np.sqrt(np.mean(found**2) * np.mean(expected**2))
    return float(np.mean(found * expected) / max(scale, 1e-6))


def _middle(codec: Codec, gray: Pixels, placement: Placement | None = None) -> Pixels:
    """The middle of a picture, from a corner of the networks' grid on: patterns lie on that."""
    grid = codec.preset.card.architecture.ratio
    if placement:
        cut = [max(0, (n - math.ceil(SIDE * placement.scale)) // 2) for n in gray.shape]
        gray = gray[cut[0] : gray.shape[0] - cut[0], cut[1] : gray.shape[1] - cut[1]]
        gray = laid(gray, placement, grid)
    top, left = (max(0, (n - SIDE) // 2) // grid * grid for n in gray.shape)
    return gray[top : top + SIDE, left : left + SIDE]
