"""Whether a gray picture hides colours, and whose: their pattern is looked for in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from invgray.codec import Codec
from invgray.color.luminance import luminance
from invgray.fine.orientation import ORIENTATIONS, UPRIGHT
from invgray.placement import Placement, laid, whole
from invgray.registration import (
    CLEAR,
    Detail,
    Registration,
    alike,
    cropped,
    register,
    resized,
    unmoved,
)
from invgray.types import Pixels

THRESHOLD = 0.85
"""Least agreement of a gray that hides colours, where nothing else tells."""

LEAST_COLOR = 8.0
"""Least colour, in levels, that a gray which hides colours decodes to; most others have less."""

SIDE = 384
"""The middle of a picture, so many pixels a side, is enough to tell."""

GLANCE, LOOKED_AT, HOPELESS = 128, 4, 0.3
"""The same, to tell which of the ways that a gray may lie are the likeliest, and how many.

With less agreement than the last, no more is looked at.
"""

SMALLEST = 16
"""Pixels a side from which on a pattern tells which way it lies."""

UPRIGHT_BONUS = 0.01
"""Agreement by which another orientation must exceed that of the gray as it is."""

UNMOVED_CLEAR, RESIZED_CLEAR, CROPPED_CLEAR = 4.0, 3.5, 5.0
"""Least clarity of a pilot in whole grays, as large as made or resized, and in upright crops.

So few places are to choose from there that chance makes less of them than :data:`CLEAR`.
"""

NEARLY, NEARLY_UPRIGHT = 0.6, 0.3
"""Share of the clearest pilot's clarity from which on a place may be true, and an upright one.

Patterns have waves of their own that are like those of a pilot that was mirrored.
"""

UPRIGHT_COUNTS, TRANSPOSED_COUNTS, WHOLE_COUNTS, CLARITY_COUNTS = 0.1, 0.15, 0.1, 0.5
"""Agreement that makes up for another orientation, for one that is mirrored and turned by a quarter
as well, which hardly anything does, for a crop, and for having no clarity.

Where nothing agrees, the clearest of crops is the true one, however it lies. Chosen on held-out
training pictures: compressed, cropped, resized, turned and blurred.
"""

SETTLED, LEANING_SETTLED = 0.75, 0.9
"""With that much agreement of a gray as it was made, no other place is looked for.

The second is of patterns that depend on the luminance, as is all that is called leaning here.
"""

LEANING, LEANING_PALE = 0.65, 0.75
"""Agreement that a leaning pattern has with others' grays, and with pale ones of its own."""

FEW = 4
"""With fewer places, their agreement does not tell what chance makes."""

AS_LARGE_AGREEMENT, MOVED_AGREEMENT, LEANING_MOVED_AGREEMENT = 0.15, 0.05, 0.2
"""Least agreement of a gray that is as large as it was made, and of others that were cropped.

Compressed twice at different sizes, plain photographs have something like a pilot.
"""

RESIZED_SCORE, HARDLY_RESIZED_SCORE, HALF_SCORE, AGREEMENT_COUNTS = 6.2, 9.0, 4.7, 20.0
"""A gray was resized as a whole if clarity, and agreement so many times, sum up to as much.

The third is of grays of about half the size, in which two of the waves are left: of so few scales,
chance makes less.
"""

HARDLY_RESIZED = 0.8
"""Scale from which on more has to be left of a pilot than of one that shrinking took away."""

UNMISTAKABLE = 18.0
"""Clarity from which on a pilot needs no agreement: a blur and paper leave none of it."""

SMALLEST_RESIZED = 96
"""Pixels a side below which too little of a pilot is left to tell."""

SURE = 0.8
"""Agreement with which a pilot is nobody else's.

Other patterns that repeat themselves every eight pixels look as if they had a pilot.
"""

OTHER, DOUBT, LEANING_DOUBT = 0.9, 0.45, 0.12
"""Agreement by which such a pattern is told, or by how much it exceeds that with the pilot.

The others are enough for upright ones only: of eight ways that a gray may lie, one agrees by
chance. The last is of leaning patterns.
"""

AS_LARGE = 0.01
"""A gray that was resized by less than that counts as large as it was made."""


@dataclass(frozen=True)
class Sighting:
    """A pattern that is seen in a gray.

    Attributes:
        codec: whose pattern it is.
        placement: where its grid lies; None as in a whole and upright gray.
        agreement: of the gray with the pattern there, see :func:`look`.
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
        codecs: to choose from; of versions of a preset, the newest first.
        gray: uint8 ``(H, W)``.
    """
    with_pilot = [codec for codec in codecs if codec.preset.card.abilities.has_pilot]
    others = [codec for codec in codecs if _shows(codec)]
    found = _by_pilot(with_pilot, gray) if with_pilot else None
    if found is None:
        return _by_pattern(others, gray, turned=True)
    piloted, doubt = found
    if doubt > 1:
        return piloted
    other = _by_pattern(others, gray, turned=_moved(piloted, gray))
    if other and other.agreement > (max(OTHER, doubt) if other.placement else doubt):
        return other
    return piloted


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
    best = max(seen, key=lambda sighting: sighting.agreement, default=None)
    return best if best and best.agreement >= THRESHOLD else None


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
    def transposed(self) -> bool:
        """Whether it would be mirrored and turned by a quarter."""
        orientation = self.place.placement.orientation
        return orientation.mirrored and orientation.turns % 2 == 1

    @property
    def as_large(self) -> bool:
        """Whether the gray would be as large as it was made."""
        return abs(self.place.placement.scale - 1) < AS_LARGE


_Look = Callable[[_Way, int], Sighting]
"""What is seen if a pattern lies in some way, by the side of the middle that is looked at."""


def _by_pilot(codecs: Sequence[Codec], gray: Pixels) -> tuple[Sighting, float] | None:
    """The pattern of a codec with a pilot, wherever it lies; and what :func:`_doubt` says of it.

    Those whose pilot has the same sign are versions of a family, which began with each other's
    weights and agree as much with each other's grays: the newest is taken for all of them.

    A gray that is half as large or smaller has lost some of a pilot's waves, and the others do not
    tell a crop's place: only whole ones are found.
    """
    detail = Detail.of(gray)
    newest = {codec.preset.card.architecture.pilot_sign: codec for codec in reversed(codecs)}

    def ways(places: Iterable[Registration], least: float, *, whole: bool) -> list[_Way]:
        return [
            _Way(newest[place.sign], place, whole) for place in places if place.clarity >= least
        ]

    @cache
    def seen(way: _Way, side: int) -> Sighting:
        return look(way.codec, gray, way.place.placement, side)

    found = ways(unmoved(detail, newest), UNMOVED_CLEAR, whole=True)
    best = _likeliest([way for way in found if way.upright], seen, settled=True)
    if best is None:
        if min(gray.shape) >= SMALLEST_RESIZED:
            found += ways(resized(detail, newest), RESIZED_CLEAR, whole=True)
        found += ways(cropped(detail, newest), CROPPED_CLEAR, whole=False)
        complete = [place for place in register(detail, newest) if place.complete]
        found += ways(complete, CLEAR, whole=False)
        best = _likeliest(_distinct(found, gray), seen)
    if best is None:
        return None
    sighting = seen(best, SIDE)
    return sighting, _doubt(best, sighting, _clearest(found))


def _doubt(way: _Way, sighting: Sighting, clearest: float) -> float:
    """Agreement from which on another pattern, without a pilot, is there instead; over 1 if none.

    Where others only look as if they had a pilot, it is about as clear in several orientations.
    """
    as_made = way.whole and way.upright and way.as_large
    leans = _leans(way.codec)
    if sighting.agreement >= SURE and (as_made or not leans):
        return math.inf
    if as_made and (leans or way.place.clarity >= clearest):
        return OTHER
    return sighting.agreement + LEANING_DOUBT if leans else min(OTHER, sighting.agreement + DOUBT)


def _clearest(ways: Iterable[_Way]) -> float:
    """Clarity of the clearest pilot that has all its waves."""
    return max((way.place.clarity for way in ways if way.place.complete), default=0.0)


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


def _likeliest(ways: Sequence[_Way], seen: _Look, *, settled: bool = False) -> _Way | None:
    """The way in which a pattern lies most likely; None if none is there.

    Args:
        ways: that it may lie.
        seen: there.
        settled: only if it agrees so much that no other place is to be looked for.
    """
    clearest = _clearest(ways)
    likely = [way for way in ways if _nearly(way, clearest)]
    chance = _by_chance(likely, seen)

    def preference(way: _Way, side: int) -> float:
        agreement = seen(way, side).agreement
        upright = way.upright and (way.whole or agreement >= MOVED_AGREEMENT)
        return (
            max(agreement - chance[way.codec], 0.0)
            + UPRIGHT_COUNTS * upright
            - TRANSPOSED_COUNTS * way.transposed
            + WHOLE_COUNTS * way.whole
            + CLARITY_COUNTS * min(1.0, way.place.clarity / max(clearest, 1e-6))
        )

    if len(likely) > LOOKED_AT:
        likely.sort(key=lambda way: preference(way, GLANCE), reverse=True)
    there = [
        way
        for way in likely[:LOOKED_AT]
        if _is_there(way, seen(way, SIDE), clearest)
        and not (settled and seen(way, SIDE).agreement < _settling(way.codec))
    ]
    return max(there, key=lambda way: preference(way, SIDE), default=None)


def _by_chance(ways: Sequence[_Way], seen: _Look) -> dict[Codec, float]:
    """Agreement that each codec's pattern has with the gray where it does not lie.

    Of many ways, one is true at most: their mean. Handling takes from it what it takes from the
    agreement of the true one.
    """
    agreements: dict[Codec, list[float]] = {way.codec: [] for way in ways}
    if len(ways) > LOOKED_AT:
        for way in ways:
            agreements[way.codec].append(seen(way, GLANCE).agreement)
    return {codec: _chance(codec, found) for codec, found in agreements.items()}


def _chance(codec: Codec, agreements: Sequence[float]) -> float:
    """The same, of one codec, by its agreement in as many ways as are known."""
    usual = LEANING if _leans(codec) else 0.0
    if len(agreements) < FEW:
        return usual
    mean = float(np.mean(agreements))
    return min(usual, mean) if _leans(codec) else mean


def _nearly(way: _Way, clearest: float) -> bool:
    """Whether a pilot is nearly as clear as the clearest."""
    least = NEARLY_UPRIGHT if way.upright else NEARLY
    return not way.place.complete or way.place.clarity >= least * clearest


def _leans(codec: Codec) -> bool:
    """Whether a codec's pattern depends on the luminance."""
    return not codec.preset.card.abilities.comes_off


def _settling(codec: Codec) -> float:
    """Agreement of a gray as a codec made it with which no other place is looked for."""
    return LEANING_SETTLED if _leans(codec) else SETTLED


def _is_there(way: _Way, sighting: Sighting, clearest: float) -> bool:
    """Whether a pattern is there, by clarity and agreement, or by the colours that come out.

    A leaning pattern agrees with others' grays, too, but hardly any colours come out of those that
    have none; where few are, clarity and agreement have to be high.
    """
    clarity, agreement = way.place.clarity, sighting.agreement
    unmistakable = clarity >= UNMISTAKABLE and (way.upright or clarity >= clearest)
    if _leans(way.codec):
        if way.as_large:
            enough = agreement >= LEANING or (unmistakable and way.whole)
        elif way.whole:
            enough = clarity >= (RESIZED_SCORE if way.place.complete else HALF_SCORE)
        else:
            enough = agreement >= LEANING_MOVED_AGREEMENT or unmistakable
        pale = agreement >= LEANING_PALE and clarity >= CLEAR
        return enough and (pale or sighting.color >= LEAST_COLOR)
    if way.as_large:
        return unmistakable or agreement >= AS_LARGE_AGREEMENT
    if not way.whole:
        return unmistakable or agreement >= MOVED_AGREEMENT
    return clarity + AGREEMENT_COUNTS * agreement >= _resized_score(way.place)


def _resized_score(place: Registration) -> float:
    """What :data:`AGREEMENT_COUNTS` is about, for a place."""
    if not place.complete:
        return HALF_SCORE
    hardly = place.placement.scale > HARDLY_RESIZED
    return HARDLY_RESIZED_SCORE if hardly else RESIZED_SCORE


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
