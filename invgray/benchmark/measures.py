"""Figures of merit as people read them: headings, units, and what they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

from invgray.benchmark.results import Summary


@dataclass(frozen=True)
class Measure:
    """How a figure of merit is shown.

    Attributes:
        key: name of the figure in the results.
        label: of a column.
        unit: of the figure, if it has one.
        digits: after the point.
        higher_is_better: None if the best value lies at no end.
        meaning: one sentence or two for readers of a report.
    """

    key: str
    label: str
    unit: str
    digits: int
    higher_is_better: bool | None
    meaning: str

    @property
    def heading(self) -> str:
        """Label, unit, and an arrow to where better values lie, if they lie at an end."""
        unit = f" ({self.unit})" if self.unit else ""
        arrow = {True: "\N{NO-BREAK SPACE}↑", False: "\N{NO-BREAK SPACE}↓", None: ""}
        return f"{self.label}{unit}{arrow[self.higher_is_better]}"


MEASURES = (
    Measure(
        "psnr",
        "PSNR untouched",
        "dB",
        2,
        True,
        "Peak signal-to-noise ratio of the restored colours, averaged over R, G and B. 6 dB more "
        "is half the error; above 40 dB differences are hard to see. ∞ stands for no error "
        "at all; such pictures have no part in a mean, unless there are no others.",
    ),
    Measure(
        "psnr_jpeg_75",
        "PSNR after JPEG 75",
        "dB",
        2,
        True,
        "The same after the gray was saved as JPEG at quality 75.",
    ),
    Measure(
        "ssim",
        "SSIM",
        "",
        4,
        True,
        "Structural similarity of the restored colours to the original: 1 is best.",
    ),
    Measure(
        "mae",
        "MAE",
        "levels",
        2,
        False,
        "Mean absolute error of the restored colours, in levels from 0 to 255.",
    ),
    Measure(
        "ciede2000",
        "CIEDE2000",
        "ΔE",
        2,
        False,
        "Mean colour difference as people see it; about 1 is just noticeable.",
    ),
    Measure(
        "lpips",
        "LPIPS",
        "",
        4,
        False,
        "Perceptual distance of the restored colours from the original, judged by a network: "
        "0 is best.",
    ),
    Measure(
        "fine",
        "Fine layer",
        "",
        2,
        True,
        "Share of the picture that was restored from the fine layer, which untouched grays have: 1 "
        "is all of it.",
    ),
    Measure(
        "exact",
        "Exact",
        "",
        2,
        True,
        "Share of the pictures that are known to have come back bit for bit.",
    ),
    Measure(
        "structure",
        "Gray structure",
        "",
        4,
        True,
        "How well the gray keeps the local structure of the original's lightness (the structure "
        "term of SSIM against CIE L): 1 is best.",
    ),
    Measure(
        "gray_psnr",
        "Gray PSNR",
        "dB",
        2,
        True,
        "PSNR of the gray against the plain luminance of the original: the higher, the better the "
        "pattern hides.",
    ),
    Measure(
        "visibility",
        "Visible",
        "levels",
        2,
        False,
        "What an eye sees in the gray beyond the original's luminance, on a monitor of 96 pixels "
        "an inch from 60 cm: its root mean square after the eye's contrast sensitivity, where "
        "texture masks it. 0 is nothing.",
    ),
    Measure(
        "idn_psnr",
        "IDN PSNR",
        "dB",
        2,
        True,
        "Peak signal-to-noise ratio of the restored colours as IDN's log has it: of the errors of "
        "R, G and B together.",
    ),
    Measure(
        "idn_gray_psnr",
        "IDN gray PSNR",
        "dB",
        2,
        True,
        "PSNR of the gray as IDN's log has it: against the CIE L that OpenCV computes in 8 bits. "
        "Plain luminance (ITU-R BT.601), which our grays are near to, is another gray.",
    ),
)
"""Every known figure of a way to gray and back, in the order of the columns."""

COLORIZATION = (
    Measure(
        "auc",
        "AuC",
        "%",
        1,
        True,
        "Raw accuracy of made-up colours: the area under the curve of the share of pixels whose ab "
        "colours are within a distance of the true ones, over distances from 0 to 150.",
    ),
    Measure(
        "auc_rebalanced",
        "AuC, rebalanced",
        "%",
        1,
        True,
        "The same with pixels weighted by the rarity of their true colours, all pictures together.",
    ),
    Measure("psnr", "PSNR", "dB", 2, True, "Of the colours against the original's."),
    Measure("lpips", "LPIPS", "", 4, False, "Perceptual distance from the original: 0 is best."),
    Measure(
        "colorfulness",
        "Colourfulness",
        "",
        1,
        None,
        "Hasler and Süsstrunk's: 0 is gray; best is as much as the originals have.",
    ),
    Measure("colorfulness_original", "of the originals", "", 1, None, "Their colourfulness."),
    Measure(
        "recognised",
        "Recognised",
        "",
        2,
        True,
        "Share of pictures that VGG-16 takes for the same thing as the original.",
    ),
)
"""Every known figure of made-up colours."""

HINTED = (
    Measure("mae", "MAE", "levels", 2, False, "Mean absolute error, in levels from 0 to 255."),
    Measure("psnr", "PSNR", "dB", 2, True, "Of the colours, averaged over R, G and B."),
    Measure("ssim", "SSIM", "", 4, True, "Structural similarity to the original: 1 is best."),
)
"""Figures of colours from hints, and of restored ones beside them."""


def number(value: float | None, digits: int) -> str:
    """Text of a figure, which may be infinite or missing."""
    if value is None:
        return _MISSING
    return "∞" if math.isinf(value) else f"{value:.{digits}f}"


def mean(summary: Summary | None, digits: int) -> str:
    """Text of mean ± standard deviation."""
    if summary is None:
        return _MISSING
    average = number(summary.mean, digits)
    return average if math.isinf(summary.mean) else f"{average} ± {number(summary.std, digits)}"


_MISSING = "\N{EN DASH}"
