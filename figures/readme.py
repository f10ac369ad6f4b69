"""Put the figures that ``invgray benchmark`` measured into the README.

    python figures/readme.py

Each ``<!-- figures: NAME -->`` in it is followed by a table made from a JSON file in this folder,
up to ``<!-- end -->``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from invgray.benchmark import tables

FOLDER = Path(__file__).parent
README = FOLDER.parent / "README.md"


def speed(result: dict, style: str) -> str:
    """The rows for pictures of 512x512 pixels; those of presets with the engine that CPUs use."""
    for name, entry in (result["presets"] | result["baselines"]).items():
        engine = "openvino" if name in result["presets"] else "tensorflow"
        shown = (512, engine)
        entry["timing"] = [r for r in entry["timing"] if (r["size"], r["engine"]) == shown]
    return tables.timing(result, style)


TABLES = {
    "kodak24": ("kodak24.json", tables.quality),
    "photographs": ("photographs.json", tables.quality),
    "robustness": ("photographs.json", tables.robustness),
    "robustness_kodak24": ("kodak24-handled.json", tables.robustness),
    "recognition": ("photographs.json", tables.recognition),
    "colorization": ("colorization.json", tables.colorization),
    "speed": ("speed.json", speed),
}


def render(readme: str) -> str:
    """The README with all its tables made anew."""

    def table(match: re.Match) -> str:
        file, make = TABLES[match["name"]]
        result = json.loads((FOLDER / file).read_text("utf-8"))
        return f"{match['begin']}\n{make(result, 'github')}\n{match['end']}"

    pattern = r"(?P<begin><!-- figures: (?P<name>\w+) -->).*?(?P<end><!-- end -->)"
    return re.sub(pattern, table, readme, flags=re.S)


if __name__ == "__main__":
    README.write_text(render(README.read_text("utf-8")), "utf-8")
