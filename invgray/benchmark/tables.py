"""A benchmark's figures as tables: for the terminal, the README, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math

from tabulate import tabulate

from invgray.benchmark.measures import COLORIZATION, MEASURES, Measure, mean


def quality(result: dict, style: str = "simple") -> str:
    """Table 2 of the paper: mean and standard deviation of every figure, a method a row."""
    return _figures(_methods(result), MEASURES, style)


def colorization(result: dict, style: str = "simple") -> str:
    """Mean and standard deviation of the figures of made-up colours, a method a row."""
    return _figures(result["colorization"], COLORIZATION, style)


def recognition(result: dict, style: str = "simple") -> str:
    """Shares of grays by what made them and by the preset that they were taken for."""
    found = result["recognition"]
    names = sorted({name for makers in found.values() for row in makers.values() for name in row})
    rows = [
        [handling, maker, *(f"{100 * shares.get(name, 0):.0f}%" for name in names)]
        for handling, makers in found.items()
        for maker, shares in makers.items()
    ]
    return _table(["gray after", "made by", *(f"taken for {name}" for name in names)], rows, style)


def robustness(result: dict, style: str = "simple") -> str:
    """PSNR of the restored colours in dB after each handling of the gray."""
    methods = {n: m["robustness"] for n, m in _methods(result).items() if "robustness" in m}
    handlings = next(iter(methods.values()))
    rows = [
        [name, *(f"{figures[name]['psnr']['mean']:.1f}" for figures in methods.values())]
        for name in handlings
    ]
    return _table(["gray after", *methods], rows, style)


def timing(result: dict, style: str = "simple") -> str:
    """Table 3 of the paper: seconds, throughput, memory."""
    rows = [
        [
            f"{method}, {row['stage']}",
            f"{row['size']}",
            row["engine"],
            row["precision"],
            row["scope"],
            f"{row['median_s']:.4f}",
            f"{row['spread_s']:.4f}",
            row["runs"],
            f"{row['megapixels_per_s']:.2f}",
            f"{row['ratio_to_paper']:.1f}",
            "" if row["peak_mb"] is None else f"{row['peak_mb']:.0f}",
        ]
        for method, entry in _methods(result).items()
        for row in entry.get("timing", [])
    ]
    headings = ["", "size", "engine", "precision", "scope", "median s", "spread s", "runs"]
    return _table([*headings, "MP/s", "ratio", "peak MB"], rows, style)


def to_json(result: dict) -> str:
    """Standard JSON: infinities are the string ``"inf"``, what is not a number is ``null``."""
    return json.dumps(_safe(result), indent=2, allow_nan=False) + "\n"


def to_csv(result: dict) -> str:
    """One row a method and picture."""
    rows = [
        {"method": method} | row
        for methods in (_methods(result), result.get("colorization", {}))
        for method, entry in methods.items()
        for row in entry.get("per_image", [])
    ]
    text = io.StringIO()
    names = dict.fromkeys(name for row in rows for name in row) or ["method"]
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _methods(result: dict) -> dict[str, dict]:
    return result["presets"] | result["baselines"]


def _figures(methods: dict[str, dict], measures: tuple[Measure, ...], style: str) -> str:
    figures = {name: m["quality"] for name, m in methods.items() if "quality" in m}
    shown = [m for m in measures if any(m.key in values for values in figures.values())]
    rows = [
        [name, *(mean(values[m.key], m.digits) for m in shown)] for name, values in figures.items()
    ]
    return _table(["", *(m.heading for m in shown)], rows, style)


def _table(headings: list[str], rows: list[list], style: str) -> str:
    aligned = ["left"] + ["right"] * (len(headings) - 1)
    return tabulate(rows, headings, tablefmt=style, disable_numparse=True, colalign=aligned)


def _safe(value):
    if isinstance(value, dict):
        return {key: _safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_safe(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
