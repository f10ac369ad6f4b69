"""Figures of merit (paper section 7.2): 8-bit pictures in, floats out.

Colour pictures are ``uint8 (H, W, 3)``, gray ones ``uint8 (H, W)``; both of one pair the same size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.color import deltaE_ciede2000
from skimage.metrics import mean_squared_error, structural_similarity

from invgray.color import gamut
from invgray.color.lab import lab
from invgray.color.luminance import luminance
from invgray.color.visibility import visible
from invgray.types import Floats, Pixels


def mae(x: Pixels, y: Pixels) -> float:
    """Mean absolute error over all pixels and channels, in levels (0 to 255)."""
    return float(np.mean(np.abs(x.astype(np.float32) - y)))


def psnr(x: Pixels | Floats, y: Pixels | Floats) -> float:
    """Peak signal-to-noise ratio in dB, the mean over channels; infinite for equal pictures."""
    channels = zip(np.atleast_3d(x).T, np.atleast_3d(y).T, strict=True)
    errors = [mean_squared_error(a, b) for a, b in channels]
    with np.errstate(divide="ignore"):
        return float(np.mean(10 * np.log10(255.0**2 / np.array(errors))))


def ssim(x: Pixels, y: Pixels) -> float:
    """Structural similarity (11x11 Gaussian window, sigma 1.5), the mean over R, G and B."""
    return float(
        structural_similarity(
            x,
            y,
            channel_axis=-1,
            data_range=255,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def ciede2000(x: Pixels, y: Pixels) -> float:
    """Mean colour difference CIEDE2000; about 1 is just noticeable."""
    return float(np.mean(deltaE_ciede2000(lab(x), lab(y))))


def structure(gray: Pixels, rgb: Pixels) -> float:
    """Structure term of SSIM between a gray picture and the CIE L of a colour one, in [-1, 1].

    ``s = (cov(x, y) + C3) / (std(x) std(y) + C3)``, C3 = (0.03 * 255)^2 / 2, with L scaled to
    [0, 255] and an 11x11 Gaussian window of sigma 1.5, averaged where the window fits.
    """
    x = gray.astype(np.float64)
    y = lab(rgb)[..., 0] * 2.55
    mean_x, mean_y = _window(x), _window(y)
    variance_x = np.maximum(_window(x * x) - mean_x**2, 0)
    variance_y = np.maximum(_window(y * y) - mean_y**2, 0)
    covariance = _window(x * y) - mean_x * mean_y
    c3 = (0.03 * 255) ** 2 / 2
    s = (covariance + c3) / (np.sqrt(variance_x * variance_y) + c3)
    return float(np.mean(s[5:-5, 5:-5]))


def gray_psnr(gray: Pixels, rgb: Pixels) -> float:
    """PSNR in dB of a gray picture against the luminance of the colour one, unrounded."""
    return psnr(gray.astype(np.float64), luminance(rgb).round(9))


def visibility(gray: Pixels, rgb: Pixels) -> float:
    """Root mean square of what an eye sees in a gray beyond the luminance, in levels.

    See :mod:`invgray.color.visibility` for the eye and its distance.
    """
    plain = luminance(rgb)
    return float(np.sqrt(np.mean(visible(gray - plain, plain) ** 2)))


@dataclass(frozen=True)
class RoundTripFigures:
    """Figures of a picture that went to gray and back.

    Attributes:
        psnr: of the restored colours, in dB.
        ssim: of these.
        mae: of these, in levels.
        structure: of the gray; see :func:`structure`.
        gray_psnr: of the gray against the luminance, in dB.
        visibility: of the gray's pattern, in levels.
    """

    psnr: float
    ssim: float
    mae: float
    structure: float
    gray_psnr: float
    visibility: float


def round_trip(rgb: Pixels, gray: Pixels, restored: Pixels) -> RoundTripFigures:
    """Figures of one picture, the gray in between and the restored colours."""
    return RoundTripFigures(
        psnr=psnr(rgb, restored),
        ssim=ssim(rgb, restored),
        mae=mae(rgb, restored),
        structure=structure(gray, rgb),
        gray_psnr=gray_psnr(gray, rgb),
        visibility=visibility(gray, rgb),
    )


def colorfulness(rgb: Pixels) -> float:
    """Colourfulness M of Hasler and Süsstrunk (2003): 0 is gray, 109 extremely colourful."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    opponents = red - green, (red + green) / 2 - blue
    deviation = np.hypot(*(x.std() for x in opponents))
    return float(deviation + 0.3 * np.hypot(*(x.mean() for x in opponents)))


def ab_accuracy(rgb: Pixels, colorized: Pixels) -> Floats:
    """Raw accuracy of every pixel's ab colours: ``(H, W)`` in [0, 1].

    The area under the curve (AuC) of the share of pixels within a distance in ab, over distances
    from 0 to 150, is the mean of this (Zhang et al. 2016, section 3.1).
    """
    difference = lab(rgb)[..., 1:] - lab(colorized)[..., 1:]
    accuracy: Floats = np.clip(1 - np.linalg.norm(difference, axis=-1) / 150, 0, 1)
    return accuracy


@dataclass(frozen=True)
class Colorization:
    """Figures of a picture with made-up colours; accuracies are in percent.

    Attributes:
        auc: mean of :func:`ab_accuracy` over the pixels.
        auc_rebalanced: the same with pixels weighted by the rarity of their true colours.
        psnr: of the colours against the original's, in dB.
        colorfulness: of the made-up colours.
        colorfulness_original: of the original.
        rarity: sum of the pixels' weights, which is what the picture's ``auc_rebalanced`` counts in
            a mean over pictures.
    """

    auc: float
    auc_rebalanced: float
    psnr: float
    colorfulness: float
    colorfulness_original: float
    rarity: float


def colorization(rgb: Pixels, colorized: Pixels, centres: Floats, weights: Floats) -> Colorization:
    """Figures of a picture with made-up colours.

    Args:
        rgb: the original.
        colorized: the same with other ab colours.
        centres: ab of quantised colours, ``(Q, 2)``.
        weights: of these, the rarer the higher, ``(Q,)``; see
            :attr:`invgray.color.quantized.QuantizedColors.rarity`.
    """
    accuracy = ab_accuracy(rgb, colorized)
    rarity = weights[gamut.nearest(lab(rgb)[..., 1:], centres)]
    return Colorization(
        auc=100 * float(accuracy.mean()),
        auc_rebalanced=100 * float(np.average(accuracy, weights=rarity)),
        psnr=psnr(rgb, colorized),
        colorfulness=colorfulness(colorized),
        colorfulness_original=colorfulness(rgb),
        rarity=float(rarity.sum()),
    )


def mean_of_colorizations(rows: Sequence[Colorization]) -> dict[str, float]:
    """Means over pictures, by name; see :func:`pooled_auc` for the rebalanced accuracy."""
    names = ("auc", "psnr", "colorfulness", "colorfulness_original")
    means = {name: float(np.mean([getattr(row, name) for row in rows])) for name in names}
    return {"auc": means.pop("auc"), "auc_rebalanced": pooled_auc(rows), **means}


def pooled_auc(rows: Sequence[Colorization]) -> float:
    """Rebalanced accuracy in percent of the pixels of all pictures together."""
    accuracies = [row.auc_rebalanced for row in rows]
    return float(np.average(accuracies, weights=[row.rarity for row in rows]))


def paper_protocol(picture: Image.Image) -> Image.Image:
    """The centre square of a picture, resized to 256x256 (Lanczos)."""
    side = min(picture.size)
    left, top = ((n - side) // 2 for n in picture.size)
    square = picture.crop((left, top, left + side, top + side))
    return square.resize((256, 256), Image.Resampling.LANCZOS)


def _window(x: Floats) -> Floats:
    return np.asarray(gaussian_filter(x, sigma=1.5, truncate=3.5))
