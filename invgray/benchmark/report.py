"""A benchmark as one HTML page: pictures, tables and plots, with nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from msgspec.structs import asdict

from invgray.benchmark import gallery, plots
from invgray.benchmark.measures import COLORIZATION, HINTED, MEASURES, Measure, number
from invgray.benchmark.page import template
from invgray.benchmark.plots import Line
from invgray.benchmark.quality import RoundTrip
from invgray.benchmark.results import (
    Benchmark,
    ColorizationQuality,
    Handled,
    HintedQuality,
    ImageColorization,
    ImageHinted,
    ImageQuality,
    Platform,
    Quality,
    Summary,
    Timing,
)
from invgray.types import Pixels

COLORIZED = 6
"""Pictures with made-up colours that are shown."""


@dataclass(frozen=True)
class _Row:
    """A method in a table of figures."""

    name: str
    baseline: bool
    quality: Quality | ColorizationQuality | HintedQuality


@dataclass(frozen=True)
class _Figures:
    """A table of figures over all pictures; ``best`` has the text of each column's best mean."""

    rows: list[_Row]
    measures: list[Measure]
    best: dict[str, str | None]


@dataclass(frozen=True)
class _Robustness:
    """Tables and plot of what is left when the gray is handled."""

    methods: Mapping[str, Mapping[str, Handled]]
    handlings: list[str]
    lines: list[Line]
    plot: Markup


@dataclass(frozen=True)
class _Speed:
    """Tables and plots of the timing."""

    rows: list[tuple[str, Timing]]
    lines: list[Line]
    plots: list[Markup]
    fresh: dict[str, float]


@dataclass(frozen=True)
class _Pictures:
    """A table of a method's figures of each picture."""

    name: str
    rows: Sequence[ImageQuality | ImageColorization | ImageHinted]
    measures: list[Measure]


def render(
    benchmark: Benchmark,
    examples: Sequence[RoundTrip] = (),
    colorized: Sequence[tuple[Pixels, Pixels]] = (),
) -> str:
    """The page; it tells most of the first preset. What was not measured is left out.

    Args:
        benchmark: what was measured.
        examples: rows of the gallery.
        colorized: originals and what a colorizer made of their lightness, uint8 ``(H, W, 3)``.
    """
    return template("report.html").render(
        benchmark=benchmark,
        examples=[gallery.example(trip) for trip in examples],
        scale=gallery.scale(),
        worst=gallery.WORST,
        quality=_quality(benchmark),
        colorization=_colorization(benchmark),
        hinted=_hinted(benchmark),
        colorized=[
            {
                "original": gallery.as_jpeg(rgb),
                "colorized": gallery.as_jpeg(made),
                "shape": rgb.shape,
            }
            for rgb, made in colorized[:COLORIZED]
        ],
        taken_for=sorted({name for row in benchmark.recognition for name in row.taken_for}),
        robustness=_robustness(benchmark),
        speed=_speed(benchmark),
        pictures=_pictures(benchmark),
        machine=_machine(benchmark.machine),
    )


def _quality(benchmark: Benchmark) -> _Figures | None:
    methods = benchmark.methods.items()
    rows = [
        _Row(name, method.digest is None, method.quality)
        for name, method in methods
        if method.quality
    ]
    return _figures(rows, MEASURES)


def _colorization(benchmark: Benchmark) -> _Figures | None:
    rows = [
        _Row(name, name not in benchmark.presets, made.quality)
        for name, made in benchmark.colorization.items()
    ]
    return _figures(rows, COLORIZATION)


def _hinted(benchmark: Benchmark) -> _Figures | None:
    if not benchmark.hinted:
        return None
    led = [_Row(name, False, made.quality) for name, made in benchmark.hinted.items()]
    restored = [
        _Row(name, False, method.quality)
        for name, method in benchmark.presets.items()
        if method.quality
    ]
    return _figures(led + restored, HINTED)


def _figures(rows: list[_Row], known: Sequence[Measure]) -> _Figures | None:
    if not rows:
        return None
    measures = [m for m in known if any(getattr(row.quality, m.key) for row in rows)]
    return _Figures(rows, measures, {m.key: _best(m, rows) for m in measures})


def _best(measure: Measure, rows: Sequence[_Row]) -> str | None:
    """Text of the best mean of a column, which more than one row may share."""
    if measure.higher_is_better is None:
        return None
    summaries: list[Summary | None] = [getattr(row.quality, measure.key) for row in rows]
    best = max if measure.higher_is_better else min
    return number(best(summary.mean for summary in summaries if summary), measure.digits)


def _robustness(benchmark: Benchmark) -> _Robustness | None:
    methods = {n: m.robustness for n, m in benchmark.methods.items() if m.robustness}
    if not methods:
        return None
    handlings = list(dict.fromkeys(name for handled in methods.values() for name in handled))
    plot = plots.robustness(methods, handlings)
    return _Robustness(methods, handlings, plots.lines(list(methods)), plot)


def _speed(benchmark: Benchmark) -> _Speed | None:
    rows = [(name, row) for name, method in benchmark.methods.items() for row in method.timing]
    if not rows:
        return None
    points = [(f"{name} {row.engine} {row.precision}", row) for name, row in rows]
    lines = plots.lines(list(dict.fromkeys(name for name, _ in points)))
    fresh = {
        name: preset.fresh_process_s
        for name, preset in benchmark.presets.items()
        if preset.fresh_process_s is not None
    }
    return _Speed(rows, lines, plots.speed(points), fresh)


def _pictures(benchmark: Benchmark) -> list[_Pictures]:
    tables: list[
        tuple[str, Sequence[ImageQuality | ImageColorization | ImageHinted], Sequence[Measure]]
    ] = [
        *((name, method.per_image, MEASURES) for name, method in benchmark.methods.items()),
        *((name, made.per_image, COLORIZATION) for name, made in benchmark.colorization.items()),
        *((name, made.per_image, HINTED) for name, made in benchmark.hinted.items()),
    ]
    return [
        _Pictures(
            name, rows, [m for m in known if any(getattr(r, m.key) is not None for r in rows)]
        )
        for name, rows, known in tables
        if rows
    ]


def _machine(platform: Platform) -> list[tuple[str, str]]:
    labels = {"memory_gb": "Memory (GB)", "flags": "Processor features"}
    facts = asdict(platform) | {
        "flags": ", ".join(platform.flags),
        "libraries": ", ".join(f"{name} {version}" for name, version in platform.libraries.items()),
    }
    return [(labels.get(k, k.capitalize()), str(value)) for k, value in facts.items() if value]
