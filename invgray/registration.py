"""Finding where a pattern's grid lies in a handled gray, by its pilot.

Resized, turned and cropped, the pilot is still a sum of a few waves. Each makes a peak in the
gray's spectrum: where the peaks are tells scale and angle, and their phases tell where blocks
begin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy  # its parts load when first used: colours of a new picture need none

from invgray.fine.orientation import ORIENTATIONS, Orientation
from invgray.models.pilot import BLOCK, WAVES
from invgray.placement import Placement, whole
from invgray.types import Floats, Pixels

CLEAR = 9.0
"""Least clarity of a pilot that is there."""

SCALES, ANGLE = (0.38, 1.13), 3.4
"""Factors of resizing, and degrees either way, that are searched."""

SIGNS = (1, -1)
"""Of a pilot: families of networks have it or its negative."""

SPECTRUM, MIDDLE = 1024, 2048
"""Pixels a side of the part whose spectrum is searched, and of that whose pilot is measured."""

_FREQUENCIES = np.array([wave[:2] for wave in WAVES]) / BLOCK
_PHASES = np.exp(2j * np.pi * np.array([turn for _, _, turn in WAVES]))

_HIGHEST = 0.48
"""Periods a pixel beyond which waves are not looked for."""

_SCALES = np.exp(np.arange(np.log(SCALES[0]), np.log(SCALES[1]), 0.0025))
_ANGLES = np.arange(-ANGLE, ANGLE, 0.15)
"""What is searched: so close that the peaks of small pictures' spectra are not missed."""

_PEAKS = 3

TILE = 32
"""Pixels a side of the tiles that waves are summed in, to be added up for scales close by."""

_SIMPLER = 0.05
"""Share of its clarity that a place loses by chance if it is taken not to be resized, or turned."""

Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Detail:
    """The detail of a gray, all of it about equally strong, in which a pilot is looked for.

    Attributes:
        shape: height and width of the gray.
        values: of its middle, :data:`MIDDLE` pixels a side at most.
    """

    shape: tuple[int, int]
    values: Floats

    @classmethod
    def of(cls, gray: Pixels) -> Detail:
        """Of a gray, uint8 ``(H, W)``."""
        height, width = gray.shape
        top, left = (max(0, (n - MIDDLE) // 2) for n in (height, width))
        middle = gray[top : height - top, left : width - left].astype(np.float32)
        detail = middle - scipy.ndimage.gaussian_filter(middle, 2)
        values = detail / (np.sqrt(scipy.ndimage.gaussian_filter(detail**2, 5)) + 1)
        return cls((height, width), values)


@dataclass(frozen=True)
class Registration:
    """A place where a pilot may be.

    Attributes:
        placement: of the gray.
        clarity: of the pilot, in standard deviations of what chance makes; 0 if one wave sticks
            out.
        complete: whether all of its waves are left, which no other place imitates.
        sign: 1, or -1 if it is the pilot's negative.
    """

    placement: Placement
    clarity: float
    complete: bool
    sign: int = 1


def register(detail: Detail, signs: Collection[int] = SIGNS) -> tuple[Registration, ...]:
    """Where the grid of a pattern with a pilot may lie in a gray; the likeliest place first.

    Where few of the waves are left, as in a gray that was resized to half, several places are
    equally likely. A gray without a pilot has places, too, but none that is :data:`CLEAR`.

    Args:
        detail: of the gray.
        signs: that the pilot may have.
    """
    found = [
        registration
        for mirrored, scale, angle in _peaks(detail.values)
        for registration in _measured(detail, signs, mirrored, scale, angle)
    ]
    places: list[Registration] = []
    for registration in sorted(found, key=_likelihood, reverse=True):
        if not any(alike(registration, other, detail.shape) for other in places):
            places.append(registration)
    return tuple(places)


def unmoved(detail: Detail, signs: Collection[int] = SIGNS) -> tuple[Registration, ...]:
    """The eight ways in which a gray may lie that is as large as it was made; the likeliest first.

    So few places are imitated by chance far less often than the many of :func:`register`.

    Args:
        detail: of the gray.
        signs: that the pilot may have.
    """
    found = []
    for orientation in ORIENTATIONS:
        placement = whole(*detail.shape, orientation)
        waves = _waves(detail.values, placement)
        fit = float(_fit(waves, np.asarray(placement.middle)))
        found += [Registration(placement, sign * fit, True, sign) for sign in signs]
    return tuple(sorted(found, key=lambda registration: registration.clarity, reverse=True))


def cropped(detail: Detail, signs: Collection[int] = SIGNS) -> tuple[Registration, ...]:
    """Where the grid may lie in an upright gray that was cropped, but not resized.

    In a compressed gray, other waves that repeat themselves every block may have stronger peaks
    than the pilot: :func:`register` does not always come to these places.

    Args:
        detail: of the gray.
        signs: that the pilot may have.
    """
    return tuple(_at(detail, signs, Placement((0, 0))))


def resized(detail: Detail, signs: Collection[int] = SIGNS) -> tuple[Registration, ...]:
    """By how much a gray was resized, if it is whole and upright.

    As that tells where blocks begin, too, far less of a pilot is enough than for :func:`register`.

    Args:
        detail: of the gray.
        signs: that the pilot may have.

    Returns:
        The likeliest factor and sign of those at which all waves are left, and of the others: few
        waves are imitated more clearly.
    """
    longest = max(detail.shape)
    least, most = np.log(SCALES)
    found = []
    for near in np.exp(np.arange(least, most, _COARSE)):
        step = near / longest  # moves the middle by half a pixel
        logs = np.arange(-_COARSE / 2, _COARSE / 2, step)
        found.append(_clearest(detail, signs, near * np.exp(logs)))
    likeliest = [
        max(group, key=lambda registration: registration.clarity)
        for complete in (True, False)
        if (group := [place for place in found if place.complete is complete])
    ]
    return tuple(_nearest(detail, signs, place.placement.scale) for place in likeliest)


def _nearest(detail: Detail, signs: Collection[int], scale: float) -> Registration:
    """The clearest pilot of a whole and upright gray that was resized by about a factor."""
    fine = np.linspace(-scale, scale, 33) / max(detail.shape)
    best = _clearest(detail, signs, scale * np.exp(fine))
    waves = _waves(detail.values, best.placement)
    return best if _even(waves) else replace(best, clarity=0.0)


def _clearest(detail: Detail, signs: Collection[int], scales: Floats) -> Registration:
    """The clearest pilot of a whole and upright gray, of some factors that are close together.

    Args:
        detail: of the gray.
        signs: that the pilot may have.
        scales: the factors.
    """
    middle = Placement((0, 0), scale=float(scales[len(scales) // 2]))
    waves = _Tiles.of(detail.values, middle).waves(_FREQUENCIES / scales[:, None, None])
    middles = (np.array(detail.shape) / scales[:, None] - 1) / 2
    fit = _fit(waves, middles)
    sign = max(signs, key=lambda sign: float(np.max(sign * fit)))
    best = int(np.argmax(sign * fit))
    placement = Placement(tuple(middles[best].tolist()), scale=float(scales[best]))
    complete = bool(np.all(waves[best] != 0))
    return Registration(placement, float(sign * fit[best]), complete, sign)


_COARSE = 0.03
"""Logarithm of the factors between which tiles' sums serve, as waves change little within them."""


def _likelihood(registration: Registration) -> tuple[bool, float]:
    """What places are put in order by: complete ones first, and simple ones before others."""
    clarity, placement = registration.clarity, registration.placement
    changes = (placement.scale != 1) + (placement.angle != 0)
    clear = registration.complete and clarity >= CLEAR
    return clear, clarity - changes * max(1.0, _SIMPLER * clarity)


def alike(one: Registration, other: Registration, shape: tuple[int, ...]) -> bool:
    """Whether the corners of a gray are at nearly the same places of a block, of the same sign."""
    here, there = one.placement, other.placement
    if (one.sign, here.orientation) != (other.sign, there.orientation):
        return False
    return apart(here, there, shape) < 1


def apart(one: Placement, other: Placement, shape: tuple[int, ...]) -> float:
    """Pixels of the made gray by which the corners of a gray are off in a block, at most."""
    height, width = shape
    corners = one.corners(height, width) - other.corners(height, width)
    return float(np.abs((corners + BLOCK / 2) % BLOCK - BLOCK / 2).max())


def _peaks(detail: Floats) -> Iterator[tuple[bool, float, float]]:
    """The likeliest scales and angles of a pilot, upright and mirrored, by the spectrum."""
    top, left = (max(0, (n - SPECTRUM) // 2) for n in detail.shape)
    middle = detail[top : detail.shape[0] - top, left : detail.shape[1] - left][
        :SPECTRUM, :SPECTRUM
    ]
    size = 512 if max(middle.shape) <= 512 else SPECTRUM
    window = np.outer(*(np.hanning(n) for n in middle.shape))
    power = np.abs(np.fft.fft2(middle * window, (size, size))) ** 2
    power /= np.maximum(scipy.ndimage.gaussian_filter(power, 12, mode="wrap"), 1e-9)
    scales, angles = _SCALES[:, None, None], np.deg2rad(_ANGLES)[:, None]
    for mirrored in (False, True):
        down, across = (_FREQUENCIES * (1, -1 if mirrored else 1)).T
        y = (np.cos(angles) * down - np.sin(angles) * across) / scales
        x = (np.sin(angles) * down + np.cos(angles) * across) / scales
        seen = np.maximum(np.abs(y), np.abs(x)) < _HIGHEST
        places = [y % 1 * size, x % 1 * size]
        strength = np.sum(
            seen * scipy.ndimage.map_coordinates(power, places, order=1, mode="grid-wrap"), axis=-1
        )
        unlikely = -np.log(np.maximum(scipy.special.gammaincc(seen.sum(axis=-1), strength), 1e-300))
        for _ in range(_PEAKS):
            i, j = np.unravel_index(np.argmax(unlikely), unlikely.shape)
            yield mirrored, float(_SCALES[i]), float(_ANGLES[j])
            unlikely[max(0, i - 6) : i + 7, max(0, j - 4) : j + 5] = 0


@dataclass(frozen=True)
class _Tiles:
    """The pilot's waves in every tile of a picture, near a scale and an angle.

    Attributes:
        frequencies: of the waves there, in periods a pixel: ``(4, 2)``.
        sums: of the picture times each wave, by tile: ``(4, rows, columns)``.
        y: of the tiles' middles, from the picture's: ``(rows,)``.
        x: likewise: ``(columns,)``.
    """

    frequencies: Floats
    sums: Complex
    y: Floats
    x: Floats

    @classmethod
    def of(cls, detail: Floats, placement: Placement) -> _Tiles:
        """Of a picture and a guess."""
        frequencies = _in_gray(placement)
        padded = np.pad(detail, [(0, -n % TILE) for n in detail.shape])
        y, x = (np.arange(n) - (m - 1) / 2 for n, m in zip(padded.shape, detail.shape, strict=True))
        down = np.exp(-2j * np.pi * np.outer(frequencies[:, 0], y))
        across = np.exp(-2j * np.pi * np.outer(frequencies[:, 1], x))
        parts = np.concatenate([down.real, down.imag]).astype(np.float32)
        parts = parts.reshape(len(parts), -1, TILE).transpose(1, 0, 2)
        rows = parts @ padded.reshape(-1, TILE, padded.shape[1])
        real, imaginary = np.split(rows.transpose(1, 0, 2), 2)
        found = (real + 1j * imaginary) * across[:, None]
        sums = found.reshape(*found.shape[:2], -1, TILE).sum(axis=-1)
        scale = np.sqrt(max(float(np.sum(detail**2)), 1e-9))
        middle = (TILE - 1) / 2
        return cls(frequencies, sums / scale, y[::TILE] + middle, x[::TILE] + middle)

    def waves(self, frequencies: Floats) -> Complex:
        """Amplitudes of waves close by, about the picture's middle: ``(..., 4)``.

        Args:
            frequencies: in periods a pixel: ``(..., 4, 2)``.

        Returns:
            In standard deviations of those of noise; 0 for waves that are too short for pixels.
        """
        off = frequencies - self.frequencies
        down = np.exp(-2j * np.pi * off[..., :1] * self.y)
        across = np.exp(-2j * np.pi * off[..., 1:] * self.x)
        rows = (down[..., None, :] @ self.sums)[..., 0, :]
        return np.where(np.abs(frequencies).max(axis=-1) < _HIGHEST, np.sum(rows * across, -1), 0)


def _waves(detail: Floats, placement: Placement) -> Complex:
    """Amplitudes of the pilot's waves where it is guessed to lie; see :meth:`_Tiles.waves`."""
    tiles = _Tiles.of(detail, placement)
    return tiles.waves(tiles.frequencies)


def _in_gray(placement: Placement) -> Floats:
    """Frequencies of the pilot's waves in a gray, in periods a pixel: ``(4, 2)``."""
    return np.asarray(_FREQUENCIES @ np.linalg.inv(placement.matrix))


def _measured(
    detail: Detail, signs: Collection[int], mirrored: bool, scale: float, angle: float
) -> Iterator[Registration]:
    """The pilot near a peak, turned by any right angle, and not resized or turned beyond that."""
    upright = Orientation(0, mirrored)
    tiles = _Tiles.of(detail.values, Placement((0, 0), upright, scale, angle))

    def strength(scale: float, angle: float) -> float:
        waves = tiles.waves(_in_gray(Placement((0, 0), upright, scale, angle)))
        return float(np.sum(np.abs(waves)) / _spread(waves))

    def best(start: list[float], steps: list[float]) -> tuple[float, float]:
        simplex = np.array(start) + np.vstack([np.zeros(len(start)), np.diag(steps)])
        options = {"initial_simplex": simplex, "xatol": 1e-6, "fatol": 1e-3}
        way = scipy.optimize.minimize(
            lambda v: -strength(np.exp(v[0]), *v[1:], *[0.0] * (2 - len(v))),
            start,
            method="Nelder-Mead",
            options=options,
        ).x
        return float(np.exp(way[0])), float(way[1]) if len(way) > 1 else 0.0

    log = float(np.log(scale))
    ways = [(1.0, 0.0)] if abs(log) < 0.01 and abs(angle) < 0.3 else []
    ways += [best([log], [0.001])] if abs(angle) < 0.3 else []
    ways.append(best([log, angle], [0.001, 0.05]))
    for orientation in ORIENTATIONS:
        for way in ways if orientation.mirrored == mirrored else ():
            yield from _at(detail, signs, Placement((0, 0), orientation, *way))


def _at(detail: Detail, signs: Collection[int], placement: Placement) -> Iterator[Registration]:
    """The pilot where it is resized and turned like that, wherever its blocks begin."""
    waves = _waves(detail.values, placement)
    even, complete = _even(waves), bool(np.all(waves != 0))
    for sign in signs:
        for middle, clarity in _middles(sign * waves, placement, detail.shape):
            found = replace(placement, middle=middle)
            yield Registration(found, clarity if even else 0.0, complete, sign)


def _even(waves: Complex) -> bool:
    """Whether no wave sticks out, as that of a fabric or a grille does.

    The first two of a pilot are as long as each other, and as strong, whatever happened to it.
    """
    strengths = np.abs(waves)
    return bool(strengths[:2].min() >= _EVEN * strengths.max())


_EVEN = 0.25
"""Least strength of the first two waves, beside the strongest."""


def _spread(waves: Complex) -> Floats:
    """Standard deviation of the sum of what noise makes of so many waves, ``(..., 4)``."""
    counts = np.maximum(np.count_nonzero(waves, axis=-1), 1)
    return np.asarray(np.sqrt(counts / 2))


def _fit(waves: Complex, places: Floats) -> Floats:
    """How clear a pilot is if a picture's middle is at places in a block.

    Args:
        waves: of all places, ``(4,)``, or of each, ``(..., 4)``.
        places: ``(..., 2)``.
    """
    turns = np.exp(-2j * np.pi * (places @ _FREQUENCIES.T))
    fit = np.sum(np.real(turns * waves / _PHASES), axis=-1)
    return np.asarray(fit / _spread(waves))


def _middles(
    waves: Complex, placement: Placement, shape: tuple[int, ...]
) -> Iterator[tuple[tuple[float, float], float]]:
    """Where a picture's middle may be in a block, by the waves' phases; and their clarity.

    The likeliest place, and that half a block away: the longest waves are the same there.
    """
    steps: Floats = np.arange(0, BLOCK, 1 / BLOCK)
    places = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)
    fit = _fit(waves, places)
    best = np.array(np.unravel_index(np.argmax(fit), fit.shape))
    for shift in (0, BLOCK**2 // 2):
        row, column = (best + shift) % BLOCK**2
        middle = places[row, column]
        if placement.scale == 1 and placement.angle == 0:
            corner = np.linalg.inv(placement.matrix) @ ((np.array(shape) - 1) / 2)
            middle = np.rint(middle - corner) + corner
        yield (float(middle[0]), float(middle[1])), float(fit[row, column])
