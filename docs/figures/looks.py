"""Measure what looks cost the restored colours.

    python docs/figures/looks.py [PICTURE]...

Means over the pictures of the PSNR in dB: of untouched grays, and of grays without fine layer after
JPEG of quality 75, with the mix and without. Without arguments, two of scikit-image's photographs
are taken. The table is printed; ``docs/guide.md`` says what it means.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path

import numpy as np
from skimage import data
from tabulate import tabulate

import invgray
from invgray.benchmark.handling import compressed
from invgray.color.looks import Look
from invgray.files import reading
from invgray.metrics import psnr
from invgray.types import Pixels

PLAIN, PATTERNED = "luminance", ("standard", "robust")
QUALITY = 75


def untouched(rgb: Pixels, preset: str, look: Look) -> float:
    """PSNR of the colours that an untouched gray gives back."""
    codec = invgray.load(preset)
    return psnr(rgb, codec.decode(codec.encode(rgb, mix=look.mix(rgb))))


def handled(rgb: Pixels, preset: str, look: Look) -> tuple[float, float]:
    """PSNR of those that a compressed one gives back by its pattern, its mix known and not."""
    codec, mix = invgray.load(preset), look.mix(rgb)
    gray = compressed(codec.encode(rgb, fine=False, mix=mix), "JPEG", QUALITY)
    return psnr(rgb, codec.read_pattern(gray, mix=mix)), psnr(rgb, codec.read_pattern(gray))


def main(names: list[str]) -> None:
    """Print the table, a look a line."""
    pictures = [reading.read(Path(name)).pixels for name in names]
    pictures = pictures or [data.astronaut(), data.coffee()]
    table = []
    for look in Look:
        rows = [
            [
                *(untouched(rgb, preset, look) for preset in (PLAIN, *PATTERNED)),
                *chain.from_iterable(handled(rgb, preset, look) for preset in PATTERNED),
            ]
            for rgb in pictures
        ]
        table.append([look, *np.mean(rows, axis=0)])
    jpeg = ((f"{preset}, JPEG {QUALITY}", "the same, mix lost") for preset in PATTERNED)
    whole = (f"{preset}, untouched" for preset in (PLAIN, *PATTERNED))
    headers = ["look", *whole, *chain.from_iterable(jpeg)]
    print(tabulate(table, headers, "github", floatfmt=".1f"))


if __name__ == "__main__":
    main(sys.argv[1:])
