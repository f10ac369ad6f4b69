"""Colours of a gamut: quantised ab bins, their rebalancing, point estimates, and the way to sRGB.

After Zhang, Isola and Efros 2016, section 2; ab are those of CIE Lab, L is in [0, 100].
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import scipy  # its parts load when first used: commands that need none start faster

from invgray.color.lab import from_xyz, lab
from invgray.types import Floats, Mask


@cache
def bins(grid: int = 10, count: int | None = None) -> Floats:
    """Centres of the quantised ab colours: float32 ``(Q, 2)``, in order of a, then b.

    Args:
        grid: distance of neighbouring centres.
        count: take so many, those nearest to the sRGB gamut; None takes all whose cell has a part
            in it (261 on a grid of 10, 190 on a grid of 12).
    """
    gamut = _surface()
    if count is None:
        return np.unique(np.rint(gamut / grid), axis=0).astype(np.float32) * grid
    steps = np.arange(-160 // grid, 160 // grid + 1)
    centres = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2) * grid
    distances, _ = scipy.spatial.cKDTree(gamut).query(centres)
    nearest = np.sort(np.argsort(distances, kind="stable")[:count])
    return centres[nearest].astype(np.float32)


def nearest(ab: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    """Index of the nearest bin of each colour: ``(..., 2)`` to int ``(...)``."""
    found: npt.NDArray[np.intp] = scipy.spatial.cKDTree(centres).query(ab)[1]
    return found


def rebalancing(counts: Floats, centres: Floats, mix: float = 0.5, sigma: float = 5.0) -> Floats:
    """Weights of the bins by the rarity of their colours (Eq. 4): float32 ``(Q,)``.

    The distribution is smoothed, mixed with the uniform one, inverted, and scaled so that the
    expected weight of a pixel is one.

    Args:
        counts: how often each bin was the nearest one, ``(Q,)``.
        centres: of the bins.
        mix: lambda, the share of the uniform distribution.
        sigma: of the Gaussian that smoothes, in units of ab.
    """
    distribution = counts / counts.sum()
    squares = np.square(centres[:, None] - centres[None]).sum(axis=-1)
    kernel = np.exp(-squares / (2 * sigma**2))
    smooth = kernel / kernel.sum(axis=0) @ distribution
    weights = 1 / ((1 - mix) * smooth + mix / len(centres))
    return np.asarray(weights / (smooth @ weights), np.float32)


def annealed_mean(logits: Floats, centres: Floats, temperature: float) -> Floats:
    """Point estimate of predicted distributions (Eq. 5): ``(..., Q)`` to ab ``(..., 2)``.

    Args:
        logits: of the bins, up to a constant.
        centres: of the bins, ``(Q, 2)``.
        temperature: 1 is the mean of the distribution; towards 0 it becomes the mode, which 0 is.
    """
    excess = logits - logits.max(axis=-1, keepdims=True)
    if temperature < 1e-6:
        weights = (excess == 0).astype(np.float32)
    else:
        weights = np.exp(np.maximum(excess / temperature, -80))
    return np.asarray(weights @ centres / weights.sum(axis=-1, keepdims=True))


def to_srgb(lightness: Floats, ab: Floats) -> Floats:
    """Colours of given L and ab as float32 sRGB ``(..., 3)`` in [0, 1], those outside drawn in.

    A colour that sRGB does not have moves straight towards the neutral one of its own lightness,
    just as far as it must (to 1/256 of the way).

    Args:
        lightness: CIE L ``(...)`` in [0, 100].
        ab: ``(..., 2)``.
    """
    rgb = _linear(lightness, ab)
    outside = ~_displayable(rgb)
    if outside.any():
        lightness, ab = lightness[outside], ab[outside]
        chroma = np.zeros(len(ab), np.float32)  # the largest share known to be displayable
        for step in 0.5 ** np.arange(1, 9, dtype=np.float32):
            more = _displayable(_linear(lightness, (chroma + step)[:, None] * ab))
            chroma[more] += step
        rgb[outside] = _linear(lightness, chroma[:, None] * ab)
    rgb = np.clip(rgb, 0, 1)
    return np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** np.float32(1 / 2.4) - 0.055)


def _linear(lightness: Floats, ab: Floats) -> Floats:
    """CIE Lab (D65) to linear RGB with sRGB's primaries; outside [0, 1] what sRGB does not have."""
    y = (lightness + np.float32(16)) / np.float32(116)
    roots = np.stack([y + ab[..., 0] / 500, y, y - ab[..., 1] / 200], axis=-1)
    xyz = np.where(roots > 6 / 29, roots**3, (roots - np.float32(16 / 116)) / np.float32(7.787))
    return xyz @ from_xyz()


def _displayable(linear: Floats) -> Mask:
    return np.asarray(np.all((linear >= -1e-4) & (linear <= 1 + 1e-4), axis=-1))


@cache
def _surface() -> Floats:
    """The ab of colours all over the faces of the sRGB cube, which cover those of all within it."""
    levels = np.linspace(0, 1, 86)
    x, y = (grid.ravel() for grid in np.meshgrid(levels, levels))
    faces = [
        np.insert(np.stack([x, y], axis=-1), axis, end, axis=1)
        for axis in range(3)
        for end in (0, 1)
    ]
    return lab(np.concatenate(faces))[:, 1:]
