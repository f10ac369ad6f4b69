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
from invgray.color.mix import Mix
from invgray.files import reading
from invgray.metrics import psnr
from invgray.types import Pixels

PLAIN, PATTERNED = "luminance", ("standard", "robust")
QUALITY = 75


def untouched(rgb: Pixels, preset: str, mix: Mix) -> float:
    """PSNR of the colours that an untouched gray gives back."""
    codec = invgray.load(preset)
    return psnr(rgb, codec.decode(codec.encode(rgb, mix=mix)))


def handled(rgb: Pixels, preset: str, mix: Mix) -> tuple[float, float]:
    """PSNR of those that a compressed one gives back by its pattern, its mix known and not."""
    codec = invgray.load(preset)
    gray = compressed(codec.encode(rgb, fine=False, mix=mix), "JPEG", QUALITY)
    return psnr(rgb, codec.read_pattern(gray, mix=mix)), psnr(rgb, codec.read_pattern(gray))


def row(rgb: Pixels, mix: Mix) -> list[float]:
    """What is measured of a picture's grays of a mix."""
    return [
        *(untouched(rgb, preset, mix) for preset in (PLAIN, *PATTERNED)),
        *chain.from_iterable(handled(rgb, preset, mix) for preset in PATTERNED),
    ]


def main(names: list[str]) -> None:
    """Print the table, a look a line."""
    pictures = [reading.read(Path(name)).pixels for name in names]
    pictures = pictures or [data.astronaut(), data.coffee()]
    table = []
    for look in Look:
        mean = np.mean([row(rgb, look.mix(rgb)) for rgb in pictures], axis=0)
        table.append([look, *mean])
    jpeg = ((f"{preset}, JPEG {QUALITY}", "the same, mix lost") for preset in PATTERNED)
    whole = (f"{preset}, untouched" for preset in (PLAIN, *PATTERNED))
    headers = ["look", *whole, *chain.from_iterable(jpeg)]
    print(tabulate(table, headers, "github", floatfmt=".1f"))


if __name__ == "__main__":
    main(sys.argv[1:])
