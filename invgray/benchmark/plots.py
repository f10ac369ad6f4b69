"""Plots on a page, as SVG that takes the page's font and colours."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import matplotlib
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from invgray.benchmark.results import Handled, Scope, Stage, Timing

_INK = "#010203"
"""Stands for the text colour of the page while a plot is drawn."""

_STYLE: dict[Any, Any] = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "grid.color"), _INK),
    **dict.fromkeys(("xtick.color", "ytick.color"), _INK),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.alpha": 0.2,
    "svg.fonttype": "none",
    "svg.hashsalt": "invgray",
    "text.parse_math": False,
}
_COLORS = ("#1f88d2", "#e8710a", "#1d9e63", "#c8428f", "#8a6fd1", "#a8871a", "#d6403a", "#2a9d9d")
_MARKERS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼"}


@dataclass(frozen=True)
class Line:
    """How a line, or a set of points, looks.

    Attributes:
        name: in the legend.
        color: of line and marker.
        marker: matplotlib's.
    """

    name: str
    color: str
    marker: str

    @property
    def sign(self) -> str:
        """The marker as a character, for the legend."""
        return _MARKERS[self.marker]


def lines(names: Sequence[str]) -> list[Line]:
    """Lines told apart by colour and marker."""
    markers = list(_MARKERS)
    return [
        Line(name, _COLORS[i % len(_COLORS)], markers[i % len(markers)])
        for i, name in enumerate(names)
    ]


def robustness(methods: Mapping[str, Mapping[str, Handled]], handlings: Sequence[str]) -> Markup:
    """PSNR after each handling: points in the look of :func:`lines` of the methods' names.

    Args:
        methods: what is left of the colours, by the names of the method and of the handling.
        handlings: in the order from top to bottom.
    """
    figure = Figure(figsize=(4.6, 0.7 + 0.24 * len(handlings)), layout="constrained")
    with _drawing(figure) as axes:
        for line, handled in zip(lines(list(methods)), methods.values(), strict=True):
            means = [_finite(handled.get(name)) for name in handlings]
            axes.plot(means, range(len(handlings)), **_look(line), linestyle="")
        axes.set(xlabel="PSNR (dB)", yticks=range(len(handlings)), yticklabels=handlings)
        axes.invert_yaxis()
        return _svg(figure, "robustness", "PSNR of the restored colours after each handling")


def speed(rows: Sequence[tuple[str, Timing]]) -> list[Markup]:
    """Throughput by size, a plot for each scope and stage, in the look of :func:`lines`.

    Args:
        rows: names of lines, and their points.
    """
    names = list(dict.fromkeys(name for name, _ in rows))
    panels = sorted({(row.scope, row.stage) for _, row in rows}, reverse=True)
    top = 1.1 * max(row.megapixels_per_s for _, row in rows)
    return [
        _speed_plot(
            f"timing-{i}",
            panel,
            [(name, row) for name, row in rows if (row.scope, row.stage) == panel],
            lines(names),
            top,
        )
        for i, panel in enumerate(panels)
    ]


def _speed_plot(
    identifier: str,
    panel: tuple[Scope, Stage],
    rows: Sequence[tuple[str, Timing]],
    looks: Sequence[Line],
    top: float,
) -> Markup:
    figure = Figure(figsize=(4.6, 3), layout="constrained")
    sizes = sorted({row.size for _, row in rows})
    with _drawing(figure) as axes:
        for line in looks:
            points = sorted(
                (row.size, row.megapixels_per_s) for name, row in rows if name == line.name
            )
            if points:
                axes.plot(*zip(*points, strict=True), **_look(line), linewidth=1.5)
        axes.set_xscale("log", base=2)
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.set(title=", ".join(panel), xlabel="side (pixels)", ylabel="megapixels a second")
        axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)
        axes.set_ylim(0, top)
        return _svg(figure, identifier, f"Speed by size: {', '.join(panel)}")


def _look(line: Line) -> dict[str, Any]:
    return {"color": line.color, "marker": line.marker, "markersize": 6, "alpha": 0.9}


def _finite(handled: Handled | None) -> float:
    mean = handled.psnr.mean if handled else math.nan
    return mean if math.isfinite(mean) else math.nan


@contextmanager
def _drawing(figure: Figure) -> Iterator[Axes]:
    """Axes in the style of the page."""
    with matplotlib.rc_context(_STYLE):
        axes = figure.subplots()
        axes.grid()
        axes.set_axisbelow(True)
        yield axes


def _svg(figure: Figure, name: str, label: str) -> Markup:
    """A figure to be put into HTML; ``name`` sets its identifiers apart from those of others."""
    file = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    text = file.getvalue()
    text = text[text.index("<svg") :].replace(_INK, "currentColor")
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\1{name}-", text)
    return Markup(text.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1))
