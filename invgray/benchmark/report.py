"""A benchmark as one HTML page: pictures, tables and plots, with nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any

import matplotlib
import numpy as np
from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from invgray.benchmark.measures import COLORIZATION, MEASURES, Measure, mean, number
from invgray.benchmark.quality import RoundTrip
from invgray.images import to_8_bits
from invgray.luminance import luminance

WORST = 32
"""Difference, in levels, that difference maps show in the last colour of their scale."""

CROP = 64
"""Side, in pixels, of the crops that are shown enlarged."""

COLORIZED = 6
"""Pictures with made-up colours that are shown."""


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


def render(
    results: dict,
    examples: list[RoundTrip],
    colorized: Sequence[tuple[np.ndarray, np.ndarray]] = (),
) -> str:
    """The page.

    Args:
        results: what ``invgray benchmark --json`` writes; parts that are missing are left out.
        examples: rows of the gallery.
        colorized: originals and what a colorizer made of their grays, uint8 ``(H, W, 3)``.
    """
    series = _series(results)
    colorings = [
        {"name": name, "baseline": name not in results["presets"]} | entry
        for name, entry in results.get("colorization", {}).items()
    ]
    page = template("report.html").render(
        results=results,
        series=series,
        examples=[_gallery_row(example) for example in examples],
        scale=_png(_in_colors(np.arange(256, dtype=np.uint8)[None])),
        worst=WORST,
        quality=_quality(series, MEASURES),
        colorization=_quality(colorings, COLORIZATION),
        colorized=[
            {"original": as_jpeg(original), "colorized": as_jpeg(result), "shape": original.shape}
            for original, result in colorized[:COLORIZED]
        ],
        recognition=_recognition(results.get("recognition", {})),
        robustness=_robustness(series),
        timing=_timing(series),
        pictures=[
            _pictures(entry, measures)
            for entries, measures in ((series, MEASURES), (colorings, COLORIZATION))
            for entry in entries
            if entry.get("per_image")
        ],
        machine=_machine(results.get("machine", {})),
    )
    return page.encode("utf-8", "replace").decode()  # names of files need not be valid Unicode


def difference_map(rgb: np.ndarray, restored: np.ndarray) -> Image.Image:
    """Mean absolute difference over R, G and B in colour, from 0 to at least :data:`WORST` levels.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        restored: likewise.
    """
    difference = np.abs(rgb.astype(np.float32) - restored).mean(axis=-1)
    return _in_colors(to_8_bits(difference * (255 / WORST)))


def most_colorful(rgb: np.ndarray, size: int = CROP) -> tuple[slice, slice]:
    """Rows and columns of the most saturated square (max - min of R, G, B) of a picture.

    Args:
        rgb: uint8 ``(H, W, 3)``.
        size: side of the square; no more than the picture has.
    """
    height, width = (min(size, n) for n in rgb.shape[:2])
    sums = np.pad(np.ptp(rgb, axis=-1).cumsum(0, np.int64).cumsum(1), ((1, 0), (1, 0)))
    columns = sums[:, width:] - sums[:, :-width]
    squares = columns[height:] - columns[:-height]
    top, left = (int(n) for n in np.unravel_index(squares.argmax(), squares.shape))
    return slice(top, top + height), slice(left, left + width)


def template(name: str) -> Template:
    """A page of this folder, to be filled in."""
    environment = Environment(
        loader=PackageLoader("invgray", "benchmark"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "mean": mean}
    return environment.get_template(name)


def _series(results: dict) -> list[dict]:
    """Presets, then baselines, each with its name."""
    return [
        {"name": name, "baseline": kind == "baselines"} | entry
        for kind in ("presets", "baselines")
        for name, entry in results.get(kind, {}).items()
    ]


# Pictures


def _gallery_row(example: RoundTrip) -> dict:
    rows, columns = crop = most_colorful(example.rgb)
    return {
        "image": example.image,
        "preset": example.method,
        "figures": example.figures,
        "original": as_jpeg(example.rgb),
        "gray": _png(Image.fromarray(example.gray)),
        "restored": as_jpeg(example.restored),
        "difference": _png(difference_map(example.rgb, example.restored)),
        "width": example.rgb.shape[1],
        "height": example.rgb.shape[0],
        "top": rows.start,
        "left": columns.start,
        "crop_width": columns.stop - columns.start,
        "crop_height": rows.stop - rows.start,
        "crop": _png(Image.fromarray(example.gray[crop])),
        "luminance": _png(Image.fromarray(to_8_bits(luminance(example.rgb[crop])))),
    }


def _in_colors(levels: np.ndarray) -> Image.Image:
    """Levels 0 to 255 in the colours of difference maps."""
    image = Image.fromarray(levels).convert("P")
    colors = matplotlib.colormaps["inferno"](np.arange(256), bytes=True)[:, :3]
    image.putpalette(colors.tobytes())
    return image


def _png(image: Image.Image) -> str:
    return _data_uri(image, "png", optimize=True)


def as_jpeg(rgb: np.ndarray) -> str:
    """A data URI of uint8 ``(H, W, 3)``, at quality 95 without chroma subsampling."""
    return _data_uri(Image.fromarray(rgb), "jpeg", quality=95, subsampling=0)


def _data_uri(image: Image.Image, form: str, **options) -> str:
    file = BytesIO()
    image.save(file, form, **options)
    return f"data:image/{form};base64,{base64.b64encode(file.getvalue()).decode()}"


# Tables


def _quality(series: list[dict], known: tuple[Measure, ...]) -> dict | None:
    rows = [entry for entry in series if entry.get("quality")]
    measures = [m for m in known if any(m.key in entry["quality"] for entry in rows)]
    best = {m.key: _best(m, rows) for m in measures}
    return {"rows": rows, "measures": measures, "best": best} if rows else None


def _best(measure: Measure, rows: list[dict]) -> str | None:
    """Text of the best mean of a column, which more than one row may share."""
    figures = [entry["quality"].get(measure.key) or {} for entry in rows]
    means = [float(figure["mean"]) for figure in figures if figure.get("mean") is not None]
    known = [value for value in means if not math.isnan(value)]
    best = max if measure.higher_is_better else min
    comparable = known and measure.higher_is_better is not None
    return number(best(known), measure.digits) if comparable else None


def _recognition(found: dict) -> dict | None:
    names = sorted({name for makers in found.values() for row in makers.values() for name in row})
    rows = [(handling, *row) for handling, makers in found.items() for row in makers.items()]
    return {"names": names, "rows": rows} if rows else None


def _pictures(entry: dict, known: tuple[Measure, ...]) -> dict:
    rows = entry["per_image"]
    measures = [m for m in known if any(m.key in row for row in rows)]
    return {"name": entry["name"], "rows": rows, "measures": measures}


def _machine(machine: dict) -> list[tuple[str, str]]:
    labels = {"memory_gb": "Memory (GB)", "flags": "Processor features"}
    return [(labels.get(key, key.capitalize()), _listed(value)) for key, value in machine.items()]


def _listed(value) -> str:
    if isinstance(value, dict):
        value = [f"{key} {what}" for key, what in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# Plots


def _robustness(series: list[dict]) -> dict | None:
    rows = [entry for entry in series if entry.get("robustness")]
    handlings = list(dict.fromkeys(name for entry in rows for name in entry["robustness"]))
    if not handlings:
        return None
    lines = [_line(i, entry["name"]) for i, entry in enumerate(rows)]
    means = [
        [_finite(entry["robustness"].get(name, {}).get("psnr")) for name in handlings]
        for entry in rows
    ]
    figure = Figure(figsize=(4.6, 0.7 + 0.24 * len(handlings)), layout="constrained")
    with _drawing(figure) as axes:
        for line, values in zip(lines, means, strict=True):
            axes.plot(values, range(len(handlings)), **_look(line), linestyle="")
        axes.set(xlabel="PSNR (dB)", yticks=range(len(handlings)), yticklabels=handlings)
        axes.invert_yaxis()
        plot = _svg(figure, "robustness", "PSNR of the restored colours after each handling")
    return {"rows": rows, "handlings": handlings, "lines": lines, "plot": plot}


def _timing(series: list[dict]) -> dict | None:
    rows = [{"name": e["name"]} | row for e in series for row in e.get("timing", ())]
    if not rows:
        return None
    keys = list(dict.fromkeys(_variant(row) for row in rows))
    lines = {key: _line(i, " ".join(key)) for i, key in enumerate(keys)}
    panels = sorted({(row["scope"], row["stage"]) for row in rows}, reverse=True)
    top = 1.1 * max(row["megapixels_per_s"] for row in rows)
    plots = [
        _speed_plot(i, panel, [r for r in rows if (r["scope"], r["stage"]) == panel], lines, top)
        for i, panel in enumerate(panels)
    ]
    return {"rows": rows, "lines": list(lines.values()), "plots": plots}


def _variant(row: dict) -> tuple[str, str, str]:
    return row["name"], row["engine"], row["precision"]


def _speed_plot(
    index: int, panel: tuple[str, str], rows: list[dict], lines: dict, top: float
) -> Markup:
    figure = Figure(figsize=(4.6, 3), layout="constrained")
    sizes = sorted({row["size"] for row in rows})
    with _drawing(figure) as axes:
        for key, line in lines.items():
            points = sorted(
                (row["size"], row["megapixels_per_s"]) for row in rows if _variant(row) == key
            )
            if points:
                axes.plot(*zip(*points, strict=True), **_look(line), linewidth=1.5)
        axes.set_xscale("log", base=2)
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.set(title=", ".join(panel), xlabel="side (pixels)", ylabel="megapixels a second")
        axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)
        axes.set_ylim(0, top)
        return _svg(figure, f"timing-{index}", f"Speed by size: {', '.join(panel)}")


def _line(index: int, name: str) -> dict[str, str]:
    """Colour and marker of a line or a set of points, and its sign in the legend."""
    marker = list(_MARKERS)[index % len(_MARKERS)]
    color = _COLORS[index % len(_COLORS)]
    return {"name": name, "color": color, "marker": marker, "sign": _MARKERS[marker]}


def _look(line: dict[str, str]) -> dict:
    return {"color": line["color"], "marker": line["marker"], "markersize": 6, "alpha": 0.9}


def _finite(figure: dict | None) -> float:
    value = figure["mean"] if figure else None
    return float(value) if value is not None and math.isfinite(float(value)) else math.nan


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
