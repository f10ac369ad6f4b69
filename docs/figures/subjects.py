"""Measure what pictures of many kinds give back.

    python docs/figures/subjects.py [PICTURE]...

PSNR in dB of untouched grays, and of grays without fine layer after JPEG of quality 75. Photographs
are scikit-image's, graphics are drawn; pictures that are named make another line, of their means.
The table is printed; ``docs/guide.md`` says what it means.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from skimage import color, data
from tabulate import tabulate

import invgray
from invgray.benchmark.handling import compressed
from invgray.files import reading
from invgray.metrics import psnr
from invgray.types import Pixels

PLAIN, PATTERNED = "luminance", ("standard", "robust")
QUALITY = 75
PURE = ("red", "lime", "blue", "cyan", "magenta", "yellow", "black", "orange")
LARGE = 20
WORDS = sorted(set((__doc__ or "").split()))


def photographs() -> dict[str, Pixels]:
    """Of scikit-image; the larger ones made smaller."""
    retina = Image.fromarray(data.retina()).resize((800, 800), Image.Resampling.LANCZOS)
    return {
        "photograph of a cat": data.chelsea(),
        "medical photograph (retina)": np.asarray(retina),
        "photograph with neon lights on black (rocket at night)": data.rocket(),
        "part of the cat, small": data.chelsea()[100:164, 150:214],
        "part of the cat, tiny": data.chelsea()[100:124, 150:174],
    }


def page(width: int, height: int, ground: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty picture to draw on."""
    picture = Image.new("RGB", (width, height), ground)
    return picture, ImageDraw.Draw(picture)


def text(width: int, height: int, ground: str, inks: tuple[str, ...], size: int) -> Pixels:
    """Lines of words, in one ink after the other; small ones with smooth edges."""
    random = np.random.default_rng(0)
    picture, draw = page(width, height, ground)
    draw.fontmode = "L" if size < LARGE else "1"
    for number, top in enumerate(range(size, height - 2 * size, size * 4 // 3)):
        words, ink = " ".join(random.choice(WORDS, 40)), inks[number % len(inks)]
        draw.text((size, top), words, fill=ink, font=ImageFont.load_default(size))
    return np.asarray(picture)


def bars() -> Pixels:
    """A chart of eight bars on white."""
    picture, draw = page(800, 600, "white")
    for number, ink in enumerate(PURE):
        left, top = 40 + 92 * number, 60 + 47 * (number * 5 % 8)
        draw.rectangle((left, top, left + 70, 560), fill=ink)
    draw.line((30, 560, 770, 560), fill="black", width=2)
    return np.asarray(picture)


def lines() -> Pixels:
    """Crossing lines of one to three pixels."""
    picture, draw = page(800, 600, "white")
    for number in range(40):
        ends = (number * 97 % 800, 0, number * 61 % 800, 599)
        draw.line(ends, fill=PURE[number % len(PURE)], width=1 + number % 3)
        draw.line((0, number * 83 % 600, 799, number * 47 % 600), fill=PURE[number * 3 % 8])
    return np.asarray(picture)


def fields() -> Pixels:
    """Twenty-four plain fields in colours of all kinds on dark gray."""
    random = np.random.default_rng(0)
    picture, draw = page(600, 400, "#202020")
    for number, ink in enumerate(random.integers(20, 236, (24, 3)).tolist()):
        left, top = 10 + 98 * (number % 6), 10 + 97 * (number // 6)
        draw.rectangle((left, top, left + 86, top + 85), fill=tuple(ink))
    return np.asarray(picture)


def hues(height: int, width: int, wheel: bool) -> Pixels:
    """All hues: from left to right, paler towards the bottom; or round a wheel on white."""
    down, across = np.mgrid[:height, :width] / height
    if not wheel:
        hsv = np.stack([across * height / width, 1 - down, np.ones_like(down)], axis=-1)
        return np.rint(255 * color.hsv2rgb(hsv)).astype(np.uint8)
    x, y = 2 * across - 1, 2 * down - 1
    radius = np.hypot(x, y)
    hsv = np.stack([np.arctan2(y, x) / (2 * np.pi) % 1, radius.clip(0, 1), radius**0], axis=-1)
    hsv[radius > 1] = (0, 0, 1)
    return np.rint(255 * color.hsv2rgb(hsv)).astype(np.uint8)


def graphics() -> dict[str, Pixels]:
    """Drawn ones."""
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::2], stripes[:, 1::2] = (200, 60, 60), (30, 137, 90)
    random = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    return {
        "smooth gradient through all hues": hues(600, 800, wheel=False),
        "wheel of all hues without smooth edges": hues(512, 512, wheel=True),
        "text in near black on cream": text(800, 600, "#fdf6e3", ("#1a1a1a",), LARGE),
        "bar chart in eight pure colours": bars(),
        "chart of 24 colour fields": fields(),
        "crossing lines in pure colours, one to three pixels wide": lines(),
        "stripes of one pixel in two colours of nearly equal luminance": stripes,
        "small text in red, blue and green on white, with smooth edges": text(
            1200, 900, "white", ("red", "blue", "green"), 13
        ),
        "random colours in every pixel": random,
    }


def row(rgb: Pixels) -> list[float]:
    """What is measured of a picture: untouched with each preset, compressed with each pattern."""
    untouched, handled = [], []
    for preset in (PLAIN, *PATTERNED):
        codec = invgray.load(preset)
        untouched.append(psnr(rgb, codec.decode(codec.encode(rgb))))
    for preset in PATTERNED:
        codec = invgray.load(preset)
        gray = compressed(codec.encode(rgb, fine=False), "JPEG", QUALITY)
        handled.append(psnr(rgb, codec.read_pattern(gray)))
    return [*untouched, *handled]


def main(names: list[str]) -> None:
    """Print the table, a picture a line."""
    table: list[list[str]] = []

    def add(name: str, figures: list[float]) -> None:
        table.append([name, *("exact" if np.isinf(x) else f"{x:.1f}" for x in figures)])

    if names:
        rows = [row(reading.read(Path(name)).pixels) for name in names]
        add(f"the pictures named (mean of {len(names)})", np.mean(rows, axis=0).tolist())
    for name, rgb in (photographs() | graphics()).items():
        height, width = rgb.shape[:2]
        add(f"{name}, {width}\u00d7{height}", row(np.ascontiguousarray(rgb)))
    whole = (f"`{preset}`" for preset in (PLAIN, *PATTERNED))
    jpeg = (f"`{preset}`, JPEG {QUALITY}" for preset in PATTERNED)
    print(tabulate(table, ["picture", *whole, *jpeg], "github", disable_numparse=True))


if __name__ == "__main__":
    main(sys.argv[1:])
