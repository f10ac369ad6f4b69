"""Put the figures that ``invgray benchmark`` measured into the README and the pages of the docs.

    python docs/figures/tables.py

Each ``<!-- figures: NAME -->`` in them is followed by a table made from JSON files in this folder,
up to ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from invgray.benchmark import results, tables
from invgray.benchmark.measures import number
from invgray.benchmark.methods import LAST_BIT, LUMINANCE
from invgray.benchmark.results import Benchmark
from invgray.benchmark.robustness import TYPICAL
from invgray.inference.machine import Engine

FOLDER = Path(__file__).parent
DOCS = FOLDER.parent
STYLE = "github"

IDN = ["IDN, best of its log", "42.76", "43.11", "43.11"]
"""What others have published."""


@dataclass(frozen=True)
class Table:
    """A table of the docs.

    Attributes:
        files: that it is made from.
        make: takes what was measured, a file each.
    """

    files: tuple[str, ...]
    make: Callable[..., str]


def pages() -> list[Path]:
    """The README and every page of the docs."""
    return [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]


def render(page: str) -> str:
    """A page with all its tables made anew.

    Raises:
        ValueError: there is no table of a name, or it does not end.
    """
    rendered = re.sub(
        r"(?P<begin><!-- figures: (?P<name>[^>]*?) -->).*?(?P<end><!-- end -->)",
        lambda match: f"{match['begin']}\n{_table(match['name'])}\n{match['end']}",
        page,
        flags=re.S,
    )
    if page.count("<!-- figures:") != page.count("<!-- end -->"):
        raise ValueError("a table has no end")
    return rendered


def summary(untouched: Benchmark, handled: Benchmark) -> str:
    """What counts most: colours, untouched and after JPEG, and grays.

    Of each preset, and of what takes no networks.
    """
    rows = []
    for name, method in untouched.methods.items():
        if method.quality is None or name not in {*untouched.presets, LAST_BIT.name}:
            continue
        compressed = handled.methods[name].robustness if name in handled.methods else {}
        rows.append(
            [
                name,
                number(method.quality.psnr.mean, 1),
                number(compressed[TYPICAL].psnr.mean if compressed else None, 1),
                number(method.quality.gray_psnr.mean, 1),
                number(method.quality.structure.mean, 3),
            ]
        )
    headings = ["preset", "colours (dB) ↑", "after JPEG 75 (dB) ↑", "gray (dB) ↑", "structure ↑"]
    return tables.table(headings, rows, STYLE)


def beside_idn(benchmark: Benchmark) -> str:
    """What IDN's published log says, and the same figures of presets and of plain luminance."""
    names = [*benchmark.presets, LUMINANCE.name]
    qualities = {name: benchmark.methods[name].quality for name in names}
    shown = ("idn_psnr", "idn_gray_psnr", "gray_psnr")
    rows = [
        [name, *(number(getattr(figures, key).mean, 2) for key in shown)]
        for name, figures in qualities.items()
        if figures is not None
    ]
    headings = ["", "IDN PSNR (dB) ↑", "IDN gray PSNR (dB) ↑", "gray PSNR, own target (dB) ↑"]
    return tables.table(headings, [IDN, *rows], STYLE)


def speed(benchmark: Benchmark) -> str:
    """The rows for pictures of 512x512 pixels; those of presets with the engine that CPUs use."""
    shown = {}
    for kind, engine in (("presets", Engine.OPENVINO), ("baselines", Engine.TENSORFLOW)):
        methods = getattr(benchmark, kind)
        shown[kind] = {
            name: replace(
                method,
                timing=tuple(r for r in method.timing if (r.size, r.engine) == (512, engine)),
            )
            for name, method in methods.items()
        }
    return tables.timing(replace(benchmark, **shown), STYLE)


TABLES = {
    "summary": Table(("kodak24.json", "kodak24-handled.json"), summary),
    "kodak24": Table(("kodak24.json",), lambda b: tables.quality(b, STYLE)),
    "photographs": Table(("photographs.json",), lambda b: tables.quality(b, STYLE)),
    "robustness": Table(("photographs.json",), lambda b: tables.robustness(b, STYLE)),
    "robustness_kodak24": Table(("kodak24-handled.json",), lambda b: tables.robustness(b, STYLE)),
    "recognition": Table(("kodak24-handled.json",), lambda b: tables.recognition(b, STYLE)),
    "colorization": Table(("colorization.json",), lambda b: tables.colorization(b, STYLE)),
    "idn": Table(("idn.json",), beside_idn),
    "hints": Table(("hints.json",), lambda b: tables.hinted(b, STYLE)),
    "speed": Table(("speed.json",), speed),
}
"""Every table by its name."""


def _table(name: str) -> str:
    if name not in TABLES:
        raise ValueError(f"there is no table '{name}' (there are {', '.join(TABLES)})")
    table = TABLES[name]
    return table.make(*(results.load(FOLDER / file) for file in table.files))


if __name__ == "__main__":
    for path in pages():
        path.write_text(render(path.read_text("utf-8")), "utf-8")
