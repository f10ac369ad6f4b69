"""The charts of Xia et al. 2018, Fig. 11, and a table of what they show."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from invgray.benchmark.answers import SCALE, Better, Estimate, Findings, Ratings
from invgray.benchmark.tables import table

FORMATS = (".svg", ".png")
"""Suffixes of charts."""

_GRAY, _OURS, _BOTH = "#8a8d92", "#1f88d2", "#c9ccd1"


def text(findings: Findings, style: str = "simple") -> str:
    """Means and 95% confidence intervals."""
    rows = [
        *(
            [f"gray that stands better: {one}", _interval(share, 100, 1, " %")]
            for one, share in findings.better.items()
        ),
        ["rating of luminance, 0 to 5", _interval(findings.luminance.mean)],
        ["rating of our gray, 0 to 5", _interval(findings.ours.mean)],
        ["rating of restored colours, 0 to 5", _interval(findings.restored.mean)],
        ["median seconds of an answer", f"{findings.seconds:.1f}"],
    ]
    return table(["", "mean (95% confidence interval)"], rows, style)


def chart(findings: Findings, form: str) -> bytes:
    """The three charts side by side.

    Args:
        findings: of a study.
        form: ``svg`` or ``png``.
    """
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    with matplotlib.rc_context({"svg.hashsalt": "invgray", "text.parse_math": False}):
        better, grays, colors = figure.subplots(1, 3)
        _preferences(better, findings)
        plain, ours = findings.luminance, findings.ours
        _rated(grays, "(b) Similarity of grays", {"luminance": plain, findings.preset: ours})
        _rated(colors, "(c) Similarity of restored colours", {findings.preset: findings.restored})
        file = BytesIO()
        plain_file = {"Date": None} if form == "svg" else {}
        figure.savefig(file, format=form, dpi=150, metadata=plain_file)
    return file.getvalue()


def _preferences(axes: Axes, findings: Findings) -> None:
    names = {Better.LUMINANCE: "luminance", Better.BOTH: "both", Better.OURS: findings.preset}
    shares = [findings.better[one] for one in names]
    colors = [_GRAY, _BOTH, _OURS]
    axes.bar(list(names.values()), [100 * s.mean for s in shares], color=colors, width=0.6)
    _whiskers(axes, range(len(shares)), shares)
    axes.set(title="(a) Gray that stands better", ylabel="answers (%)", ylim=(0, 100))


def _rated(axes: Axes, title: str, rated: dict[str, Ratings]) -> None:
    width = 0.8 / len(rated)
    colors = [_GRAY, _OURS][-len(rated) :]
    for i, (name, ratings) in enumerate(rated.items()):
        place = np.array(SCALE) + (i - (len(rated) - 1) / 2) * width
        heights = [100 * share.mean for share in ratings.shares]
        label = f"{name}: {_interval(ratings.mean)}"
        axes.bar(place, heights, width, color=colors[i], label=label)
        _whiskers(axes, list(place), ratings.shares)
    axes.set(title=title, xlabel="rating", ylabel="answers (%)", xticks=SCALE, ylim=(0, 100))
    axes.legend(loc="upper left")


def _whiskers(axes: Axes, places: Sequence[float], shares: Sequence[Estimate]) -> None:
    """The intervals of bars."""
    means = [100 * share.mean for share in shares]
    below = [max(0.0, 100 * (share.mean - share.low)) for share in shares]
    above = [max(0.0, 100 * (share.high - share.mean)) for share in shares]
    axes.errorbar(places, means, [below, above], fmt="none", ecolor="black", capsize=3)


def _interval(estimate: Estimate, factor: float = 1, digits: int = 2, unit: str = "") -> str:
    mean, low, high = (factor * n for n in (estimate.mean, estimate.low, estimate.high))
    return f"{mean:.{digits}f}{unit} ({low:.{digits}f} to {high:.{digits}f})"
