"""A benchmark's figures as tables: for the terminal, the documents, and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from msgspec.structs import asdict
from tabulate import tabulate

from invgray.benchmark.measures import COLORIZATION, HINTED, MEASURES, Measure, mean, number
from invgray.benchmark.results import (
    Benchmark,
    ColorizationQuality,
    Handled,
    HintedQuality,
    Quality,
)


def quality(benchmark: Benchmark, style: str = "simple") -> str:
    """Mean and standard deviation of every figure, a method a row."""
    qualities = {n: method.quality for n, method in benchmark.methods.items() if method.quality}
    return _figures(qualities, MEASURES, style)


def colorization(benchmark: Benchmark, style: str = "simple") -> str:
    """Mean and standard deviation of the figures of made-up colours, a method a row."""
    qualities = {name: method.quality for name, method in benchmark.colorization.items()}
    return _figures(qualities, COLORIZATION, style)


def hinted(benchmark: Benchmark, style: str = "simple") -> str:
    """Table 2 of the paper: colours from random hints, and those that grays hide."""
    restored = {n: method.quality for n, method in benchmark.presets.items() if method.quality}
    led = {name: made.quality for name, made in benchmark.hinted.items()}
    return _figures({**led, **restored}, HINTED, style)


def recognition(benchmark: Benchmark, style: str = "simple") -> str:
    """Shares of grays by what made them and by the preset that they were taken for."""
    found = benchmark.recognition
    names = sorted({name for row in found for name in row.taken_for})
    rows = [
        [row.handling, row.maker, *(f"{100 * row.taken_for.get(name, 0):.0f}%" for name in names)]
        for row in found
    ]
    return table(["gray after", "made by", *(f"taken for {name}" for name in names)], rows, style)


def robustness(benchmark: Benchmark, style: str = "simple") -> str:
    """PSNR of the restored colours in dB after each handling of the gray."""
    methods = {n: m.robustness for n, m in benchmark.methods.items() if m.robustness}
    handlings = dict.fromkeys(name for handled in methods.values() for name in handled)
    rows = [
        [name, *(_decibels(handled.get(name)) for handled in methods.values())]
        for name in handlings
    ]
    return table(["gray after", *methods], rows, style)


def timing(benchmark: Benchmark, style: str = "simple") -> str:
    """Table 3 of the paper: seconds, throughput, memory."""
    rows = [
        [
            f"{name}, {row.stage}",
            f"{row.size}",
            row.engine,
            row.precision,
            row.scope,
            f"{row.median_s:.4f}",
            f"{row.spread_s:.4f}",
            f"{row.runs}",
            f"{row.megapixels_per_s:.2f}",
            "" if row.ratio_to_paper is None else f"{row.ratio_to_paper:.1f}",
            "" if row.peak_mb is None else f"{row.peak_mb:.0f}",
        ]
        for name, method in benchmark.methods.items()
        for row in method.timing
    ]
    headings = ["", "size", "engine", "precision", "scope", "median s", "spread s", "runs"]
    return table([*headings, "MP/s", "ratio", "peak MB"], rows, style)


def to_csv(benchmark: Benchmark) -> str:
    """One row a method and picture; figures that no picture has are left out."""
    rows = [
        {"method": name} | asdict(row)
        for methods in (benchmark.methods, benchmark.colorization, benchmark.hinted)
        for name, method in methods.items()
        for row in method.per_image
    ]
    columns = dict.fromkeys(k for row in rows for k, value in row.items() if value is not None)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(columns) or ["method"], extrasaction="ignore", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], style: str) -> str:
    """Text, the first column aligned to the left; styles are those of tabulate."""
    aligned = ["left"] + ["right"] * (len(headings) - 1)
    text: str = tabulate(rows, headings, tablefmt=style, disable_numparse=True, colalign=aligned)
    return text


def _decibels(handled: Handled | None) -> str:
    return number(handled.psnr.mean if handled else None, 1)


def _figures(
    methods: Mapping[str, Quality | ColorizationQuality | HintedQuality],
    measures: Sequence[Measure],
    style: str,
) -> str:
    shown = [m for m in measures if any(getattr(figures, m.key) for figures in methods.values())]
    rows = [
        [name, *(mean(getattr(figures, m.key), m.digits) for m in shown)]
        for name, figures in methods.items()
    ]
    return table(["", *(m.heading for m in shown)], rows, style)
