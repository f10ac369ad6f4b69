"""Draw what an eye sees of the patterns of presets, where they hide worst.

    python docs/figures/pattern.py [PRESET]...

Skies, skin and plain strong colours are shown as plain luminance and as grays, at 100% and at 200%.
The figure under each is its visibility in levels (:func:`invgray.metrics.visibility`). Without
arguments, those that hide colours are shown, and the first ``standard``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from skimage import data

import invgray
from invgray import metrics
from invgray.types import Pixels

PRESETS = ("luminance", "standard-1", "standard", "robust")
TARGET = Path(__file__).parents[1] / "site" / "pattern.png"

SIDE, GAP, LINE = 160, 8, 16
"""Pixels of a crop's side, between crops, and of a line of text."""


def subjects() -> dict[str, Pixels]:
    """Pictures that a pattern hides badly in: uint8 ``(SIDE, SIDE, 3)`` each."""
    down, across = np.mgrid[:SIDE, :SIDE] / SIDE
    sky = np.stack([120 + 70 * down, 160 + 50 * down, 225 - 15 * across], axis=-1)
    colors = [(200, 40, 40), (40, 130, 60), (30, 80, 190), (240, 160, 30), (150, 60, 150)]
    plain = np.repeat(np.array(colors), SIDE // len(colors), axis=0)[None].repeat(SIDE, axis=0)
    flower = Image.fromarray(data.chelsea()).resize((900, 600), Image.Resampling.LANCZOS)
    return {
        "sky": np.rint(sky).astype(np.uint8),
        "plain colours": plain.astype(np.uint8),
        "skin": data.astronaut()[60 : 60 + SIDE, 150 : 150 + SIDE],
        "soft fur": np.asarray(flower)[20 : 20 + SIDE, 20 : 20 + SIDE],
    }


def drawn(presets: list[str]) -> Image.Image:
    """The page: a row for each subject at each size, a column for each preset."""
    pictures = subjects()
    rows = [(name, zoom) for name in pictures for zoom in (1, 2)]
    size = (SIDE + GAP) * len(presets) + GAP, (SIDE + 2 * LINE) * len(rows) + LINE
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for column, preset in enumerate(presets):
        left, codec = GAP + column * (SIDE + GAP), invgray.load(preset)
        draw.text((left, 2), preset, fill=0)
        grays = {name: codec.encode(rgb) for name, rgb in pictures.items()}
        for row, (name, zoom) in enumerate(rows):
            top = LINE + row * (SIDE + 2 * LINE)
            gray, rgb = grays[name], pictures[name]
            crop = Image.fromarray(gray).crop((0, 0, SIDE // zoom, SIDE // zoom))
            page.paste(crop.resize((SIDE, SIDE), Image.Resampling.NEAREST), (left, top))
            words = f"{name} {zoom}00%: {metrics.visibility(gray, rgb):.2f}"
            draw.text((left, top + SIDE + 2), words, fill=0)
    return page


if __name__ == "__main__":
    drawn(sys.argv[1:] or list(PRESETS)).save(TARGET, optimize=True)
