"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from invgray.codec import Codec
from invgray.color.luminance import luminance
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT
from invgray.placement import Placement, laid, whole
from invgray.registration import CLEAR, Detail, Registration, alike, register, resized, unmoved
from invgray.types import Pixels

THRESHOLD, HANDLED_THRESHOLD = 0.75, 0.85
"""Least agreement of a gray that hides colours; the docs have the rates of error.

Decoders of handled grays make do with little of a pattern, and see more of one in plain grays.
"""

LEAST_COLOR = 8.0
"""Least colour, in levels, that a gray which hides colours decodes to; most others have less."""

SIDE = 384
"""The middle of a picture, so many pixels a side, is enough to tell."""

GLANCE, LOOKED_AT, HOPELESS = 128, 3, 0.3
"""The same, to tell which of the ways that a gray may lie are the likeliest, and how many.

With less agreement than the last, no more is looked at.
"""

SMALLEST = 16
"""Pixels a side from which on a pattern tells which way it lies."""

UPRIGHT_BONUS = 0.01
"""Agreement by which another orientation must exceed that of the gray as it is."""

UNMOVED_CLEAR, RESIZED_CLEAR = 4.0, 3.5
"""Least clarity of a pilot in a gray that is as large as it was made, and in one that was resized.

So few places are to choose from there that chance makes less of them than :data:`CLEAR`.
"""

NEARLY, NEARLY_UPRIGHT = 0.6, 0.3
"""Share of the clearest pilot's clarity from which on a place may be true, and an upright one.

Patterns have waves of their own that are like those of a pilot that was mirrored.
"""

UPRIGHT_COUNTS, WHOLE_COUNTS, CLARITY_COUNTS = 0.2, 0.2, 0.5
"""Agreement that makes up for another orientation, for a crop, and for having no clarity.

Chosen on held-out training pictures: compressed, cropped, resized, turned and blurred.
"""

SETTLED = 0.75
"""With that much agreement of a gray as it was made, no other place is looked for."""

UNMOVED_AGREEMENT, MOVED_AGREEMENT = 0.15, 0.05
"""Least agreement of a gray as it was made, and of one that was cropped or turned.

Compressed twice at different sizes, plain photographs have something like a pilot.
"""

RESIZED_SCORE, AGREEMENT_COUNTS = 6.2, 20.0
"""A gray was resized as a whole if clarity, and agreement so many times, sum up to as much."""

PALE_LEAD = 0.3
"""With such a :func:`_lead` and a clear pilot, what depends on the luminance may be pale."""

UNMISTAKABLE = 18.0
"""Clarity from which on a pilot needs no agreement: a blur and paper leave none of it."""

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

LEANING, LEANING_COUNTS = 0.65, 3.0
"""Agreement that a pattern which depends on the luminance has with others' grays.

What is beyond counts so much more than agreement of other patterns.
"""

AS_LARGE = 0.01
"""A gray that was resized by less than that counts as large as it was made."""


@dataclass(frozen=True)
class Sighting:
    """A pattern that is seen in a gray.

    Attributes:
        codec: whose pattern it is.
        placement: where its grid lies; None as in a whole and upright gray.
        agreement: of the gray with the pattern there, see :func:`look`; or how clear the
            pilot is, on the same scale.
        color: mean of the colours that come out there, in levels between their channels.
    """

    codec: Codec
    placement: Placement | None
    agreement: float
    color: float


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
    others = [codec for codec in codecs if _shows(codec)]
    piloted = _by_pilot(with_pilot, gray) if with_pilot else None
    if piloted and piloted.agreement >= SURE:
        return piloted
    as_made = piloted is not None and not _moved(piloted, gray)
    other = _by_pattern(others, gray, turned=not as_made)
    if piloted is None or other is None:
        return piloted or other
    least = OTHER if other.placement else min(OTHER, piloted.agreement + DOUBT)
    return other if other.agreement > least else piloted


def _moved(sighting: Sighting, gray: Pixels) -> bool:
    """Whether a gray lies otherwise than it was made."""
    return sighting.placement not in (None, whole(*gray.shape))


def _by_pattern(codecs: Sequence[Codec], gray: Pixels, *, turned: bool) -> Sighting | None:
    """The pattern of a codec without a pilot, upright or else, if that is asked for, turned."""
    seen = _upright(codecs, gray)
    told = _told(seen)
    if not turned or min(gray.shape) < SMALLEST:
        return told
    for upright in [told] if told else seen:
        if sighting := _turned(upright, gray):
            return sighting
    return None


def recognise(codecs: Iterable[Codec], gray: Pixels) -> Sighting | None:
    """The pattern that an upright gray seems to have; None if it seems to hide no colours.

    Patterns with a pilot are not looked for.

    Args:
        codecs: to choose from.
        gray: uint8 ``(H, W)``, whole and upright.
    """
    return _told(_upright(codecs, gray))


def _upright(codecs: Iterable[Codec], gray: Pixels) -> list[Sighting]:
    """The patterns without a pilot in a gray as it is, however little they agree."""
    return [_closer(look(codec, gray, side=GLANCE), gray) for codec in codecs if _shows(codec)]


def _closer(glance: Sighting, gray: Pixels) -> Sighting:
    """What is seen in a gray as it is; what a small middle shows where that is hopeless, or all."""
    enough = glance.agreement < HOPELESS or max(gray.shape) <= GLANCE
    return glance if enough else look(glance.codec, gray)


def _told(seen: Sequence[Sighting]) -> Sighting | None:
    """The likeliest of patterns, if it agrees enough."""
    best = max(seen, key=_margin, default=None)
    return best if best and _margin(best) >= 0 else None


def _turned(upright: Sighting, gray: Pixels) -> Sighting | None:
    """A pattern in the orientation in which it agrees best, if it agrees enough.

    Args:
        upright: the pattern in the gray as it is.
        gray: uint8 ``(H, W)``.
    """
    codec, (height, width) = upright.codec, gray.shape
    glances = {
        way: look(codec, way.undo(gray), side=GLANCE) for way in ORIENTATIONS if way != UPRIGHT
    }
    likely = max(glances, key=lambda way: glances[way].agreement)
    seen = _closer(glances[likely], likely.undo(gray))
    best = replace(seen, placement=whole(height, width, likely))
    if best.agreement <= upright.agreement + UPRIGHT_BONUS:
        best = upright
    return _told([best])


@dataclass(frozen=True)
class _Way:
    """A place where a codec's pattern may lie.

    Attributes:
        codec: with a pilot.
        place: where that may be.
        whole: whether it is one of the few places of grays that were not cropped.
    """

    codec: Codec
    place: Registration
    whole: bool

    @property
    def upright(self) -> bool:
        """Whether the gray would be neither turned by right angles nor mirrored."""
        return self.place.placement.orientation == UPRIGHT

    @property
    def as_large(self) -> bool:
        """Whether the gray would be as large as it was made."""
        return abs(self.place.placement.scale - 1) < AS_LARGE


def _by_pilot(codecs: Sequence[Codec], gray: Pixels) -> Sighting | None:
    """The pattern of a codec with a pilot, wherever it lies.

    A gray that is half as large or smaller has lost some of a pilot's waves, and the others do not
    tell a crop's place: only whole ones are found.
    """
    detail = Detail.of(gray)
    signs = {codec.preset.card.architecture.pilot_sign for codec in codecs}

    def ways(places: Iterable[Registration], least: float, *, whole: bool) -> list[_Way]:
        return [
            _Way(codec, place, whole)
            for place in places
            if place.clarity >= least
            for codec in codecs
            if codec.preset.card.architecture.pilot_sign == place.sign
        ]

    found = ways(unmoved(detail, signs), UNMOVED_CLEAR, whole=True)
    if here := _likeliest(gray, [way for way in found if way.upright], SETTLED):
        return here
    if min(gray.shape) >= SMALLEST_RESIZED:
        found += ways([resized(detail, signs)], RESIZED_CLEAR, whole=True)
    complete = (place for place in register(detail, signs) if place.complete)
    found += ways(complete, CLEAR, whole=False)
    return _likeliest(gray, _distinct(found, gray))


def _distinct(ways: Sequence[_Way], gray: Pixels) -> list[_Way]:
    """The first of the ways that are as good as the same."""
    distinct: list[_Way] = []
    for way in ways:
        if not any(
            way.codec is other.codec and alike(way.place, other.place, gray.shape)
            for other in distinct
        ):
            distinct.append(way)
    return distinct


def _likeliest(gray: Pixels, ways: Sequence[_Way], least: float = -math.inf) -> Sighting | None:
    """The pattern that is there most likely; None if none is, or none agrees so much.

    Args:
        gray: uint8 ``(H, W)``.
        ways: that it may lie.
        least: :func:`_lead` of it.
    """
    clearest = max((way.place.clarity for way in ways if way.place.complete), default=0.0)

    def preference(way: _Way, sighting: Sighting) -> float:
        return (
            max(_lead(sighting), 0.0)
            + UPRIGHT_COUNTS * (way.upright and (way.whole or _lead(sighting) >= MOVED_AGREEMENT))
            + WHOLE_COUNTS * way.whole
            + CLARITY_COUNTS * min(1.0, way.place.clarity / max(clearest, 1e-6))
        )

    def seen(way: _Way, side: int) -> Sighting:
        return look(way.codec, gray, way.place.placement, side)

    likely = [way for way in ways if _nearly(way, clearest)]
    if len(likely) > LOOKED_AT:
        likely.sort(key=lambda way: preference(way, seen(way, GLANCE)), reverse=True)
    looked = [(way, seen(way, SIDE)) for way in likely[:LOOKED_AT]]
    there = [(way, it) for way, it in looked if _lead(it) >= least and _is_there(way, it, clearest)]
    if not there:
        return None
    way, best = max(there, key=lambda found: preference(*found))
    if way.codec.preset.card.abilities.comes_off:
        return best
    return replace(best, agreement=SURE / CLEAR * way.place.clarity)


def _nearly(way: _Way, clearest: float) -> bool:
    """Whether a pilot is nearly as clear as the clearest."""
    least = NEARLY_UPRIGHT if way.upright else NEARLY
    return not way.place.complete or way.place.clarity >= least * clearest


def _lead(sighting: Sighting) -> float:
    """Agreement beyond what a pattern has with grays of others, to compare patterns by."""
    if sighting.codec.preset.card.abilities.comes_off:
        return sighting.agreement
    return LEANING_COUNTS * (sighting.agreement - LEANING)


def _is_there(way: _Way, sighting: Sighting, clearest: float) -> bool:
    """Whether a pattern is there, by clarity and agreement, or by the colours that come out.

    A pattern that depends on the luminance agrees with others' grays, too, but hardly any colours
    come out of those that have none; where few are, both have to be clear.
    """
    clarity = way.place.clarity
    unmistakable = clarity >= UNMISTAKABLE and (way.upright or clarity >= clearest)
    if not way.codec.preset.card.abilities.comes_off:
        agrees = _lead(sighting) >= 0 or (unmistakable and way.whole)
        enough = agrees if way.as_large else not way.whole or clarity >= RESIZED_SCORE
        pale = _lead(sighting) >= PALE_LEAD and clarity >= CLEAR
        return enough and (pale or sighting.color >= LEAST_COLOR)
    if not way.whole:
        return unmistakable or sighting.agreement >= MOVED_AGREEMENT
    if way.as_large:
        return unmistakable or sighting.agreement >= UNMOVED_AGREEMENT
    return clarity + AGREEMENT_COUNTS * sighting.agreement >= RESIZED_SCORE


def _margin(sighting: Sighting) -> float:
    """By how much a gray agrees with a pattern beyond what is needed to tell it by that alone."""
    handled = sighting.codec.preset.card.abilities.handled
    return sighting.agreement - (HANDLED_THRESHOLD if handled else THRESHOLD)


def _shows(codec: Codec) -> bool:
    """Whether a pattern tells by agreement alone."""
    abilities = codec.preset.card.abilities
    return abilities.has_pattern and not abilities.has_pilot


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
    return _color(codec.read_pattern(_middle(codec, gray), refine=False)) >= LEAST_COLOR


def _color(rgb: Pixels) -> float:
    """Mean difference between the highest and lowest channel of pixels, in levels."""
    return float(np.ptp(rgb, axis=-1).mean())


def look(
    codec: Codec, gray: Pixels, placement: Placement | None = None, side: int = SIDE
) -> Sighting:
    """What is seen of a codec's pattern at one place.

    A gray agrees, in [-1, 1], as far as it is what its decoded colours would be encoded as: what
    both add to the luminance correlates almost fully in a gray that the codec made. A plain gray
    has no such pattern; the few colours that a decoder finds in it leave another one.

    Args:
        codec: whose pattern to look for.
        gray: uint8 ``(H, W)``.
        placement: of it; None for a whole and upright one.
        side: of its middle that is looked at, in pixels.
    """
    gray = _middle(codec, gray, placement, side)
    rgb = codec.read_pattern(gray, refine=False)
    plain = luminance(rgb)
    found, expected = (x - plain for x in (gray, codec.unrounded(rgb)))
    found, expected = found - found.mean(), expected - expected.mean()
    scale = np.sqrt(np.mean(found**2) * np.mean(expected**2))
    agreed = float(np.mean(found * expected) / max(scale, 1e-6))
    return Sighting(codec, placement, agreed, _color(rgb))


def _middle(
    codec: Codec, gray: Pixels, placement: Placement | None = None, side: int = SIDE
) -> Pixels:
    """The middle of a picture, from a corner of the networks' grid on: patterns lie on that."""
    grid = codec.preset.card.architecture.ratio
    if placement:
        cut = [max(0, (n - math.ceil(side * placement.scale)) // 2) for n in gray.shape]
        gray = gray[cut[0] : gray.shape[0] - cut[0], cut[1] : gray.shape[1] - cut[1]]
        gray = laid(gray, placement, grid)
    top, left = (max(0, (n - side) // 2) // grid * grid for n in gray.shape)
    return gray[top : top + side, left : left + side]
