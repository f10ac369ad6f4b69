"""Draw the layers of the package as the table of ``docs/architecture.md`` tells them.

python docs/figures/architecture.py
"""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1]
PAGE, TARGET = DOCS / "architecture.md", DOCS / "site" / "architecture.svg"

GROUPS = {
    "cli": "commands",
    "inspection": "files in, files out",
    "maker": "whose gray it is",
    "colorizer": "arrays in, arrays out",
    "inference": "networks",
    "metrics": "pictures and colours",
    "tensorflow": "below all",
}
"""What layers are for, by the first one of each group."""

WIDTH, LEFT, ROW, BOX, APART = 640, 150, 36, 30, 8
"""Pixels: of the picture, left of the boxes, of a row and its boxes, and between groups."""

STYLE = """
.p{fill:#fff}.b{fill:#eceff1;stroke:#546e7a}.g{font:13px sans-serif;text-anchor:end;fill:#546e7a}
.n{font:13px ui-monospace,monospace;text-anchor:middle;fill:#263238}
.l{stroke:#90a4ae;stroke-width:2}.a{stroke:#546e7a;stroke-width:2}.h{fill:#546e7a}
"""


def layers(page: str) -> list[list[str]]:
    """The names in each layer, from the top."""
    table = page[page.index("| layer |") :].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [re.findall(r"`(\w+)`", cell) for cell in cells]


def drawn(rows: list[list[str]]) -> str:
    """The picture."""
    parts, top, begun = [], 14, []
    for names in rows:
        if names[0] in GROUPS:
            top += APART if begun else 0
            begun.append((GROUPS[names[0]], top))
        width = (WIDTH - LEFT - 130 - 10 * (len(names) - 1)) / len(names)
        for place, name in enumerate(names):
            left = LEFT + place * (width + 10)
            parts.append(
                f'<rect class="b" x="{left:g}" y="{top}" width="{width:g}" height="{BOX}" rx="4"/>'
                f'<text class="n" x="{left + width / 2:g}" y="{top + 20}">{name}</text>'
            )
        top += ROW
    ends = [start - APART for _, start in begun[1:]] + [top]
    for (label, start), end in zip(begun, ends, strict=True):
        middle, bottom = (start + end) // 2, end - ROW + BOX
        parts.append(f'<text class="g" x="{LEFT - 14}" y="{middle}">{label}</text>')
        parts.append(f'<path class="l" d="M{LEFT - 7} {start}V{bottom}"/>')
    across = WIDTH - 90
    parts += [
        f'<path class="a" d="M{across} 14V{top - 20}"/>',
        f'<path class="h" d="M{across - 6} {top - 22}h12l-6 14z"/>',
        f'<text class="n" x="{across + 45}" y="{top // 2}">imports</text>',
    ]
    title = "Packages of invgray in layers; imports lead from a layer to one below it"
    size = f'viewBox="0 0 {WIDTH} {top + 8}" width="{WIDTH}" height="{top + 8}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="p" width="{WIDTH}" height="{top + 8}" rx="8"/>',
    )
    return "\n".join([*head, *parts, "</svg>", ""])


if __name__ == "__main__":
    TARGET.write_text(drawn(layers(PAGE.read_text("utf-8"))), "utf-8")
