"""Measure how often patterns are found where they lie in grays that were handled.

    python docs/figures/places.py [PICTURE]...

Grays without record and fine layer, of both presets, and plain ones: how many are found, to a pixel
at their corners; taken for another's, or found elsewhere; or not seen. Of plain grays, how many are
taken for anybody's. Every version of every preset is a candidate, as for ``decode``. Pictures are
scikit-image's, if none are named. The table is printed; ``docs/figures.md`` says what it means.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from skimage import data
from tabulate import tabulate

from invgray import detector
from invgray.benchmark.handling import blurred, compressed, shrunk, turned
from invgray.codec import Codec
from invgray.files import reading
from invgray.fine.orientation import Orientation
from invgray.inference.machine import Machine
from invgray.loading import load_codec
from invgray.placement import Placement
from invgray.presets import store
from invgray.registration import apart
from invgray.types import Pixels

PRESETS = ("standard", "robust")
COLUMNS = ("found", "wrong", "not seen")
OUT_OF_PLACE = 1.5
"""Pixels from which on a corner is not where it was found: sizes are rounded to whole ones."""


@dataclass(frozen=True)
class Way:
    """What is done to a gray: in this order, and compressed as JPEG at the end."""

    name: str
    quality: int
    blur: float = 0
    degrees: float = 0
    turns: int = 0
    scale: float = 1
    cut: tuple[int, int] = (0, 0)

    def apply(self, gray: Pixels) -> Pixels:
        """Do it."""
        gray = blurred(gray, self.blur) if self.blur else gray
        gray = turned(gray, self.degrees) if self.degrees else gray
        gray = shrunk(np.rot90(gray, self.turns), self.scale)
        top, left = self.cut
        return compressed(gray[top:, left:], "JPEG", self.quality)

    def placement(self, height: int, width: int) -> Placement:
        """Where a gray that was made so large lies then."""
        orientation = Orientation(self.turns, mirrored=False)
        lies = Placement((0, 0), orientation, self.scale, self.degrees)
        middle = np.array([height - 1, width - 1]) / 2
        middle += np.linalg.inv(lies.matrix) @ np.array(self.cut) / 2
        return Placement((middle[0], middle[1]), orientation, self.scale, self.degrees)


WAYS = (
    Way("JPEG 75", 75),
    Way("JPEG 50", 50),
    Way("cropped, JPEG 90", 90, cut=(13, 5)),
    Way("cropped, JPEG 75", 75, cut=(3, 18)),
    Way("cropped, JPEG 60", 60, cut=(22, 7)),
    Way("shrunk to 90%, JPEG 75", 75, scale=0.9),
    Way("shrunk to 75%, JPEG 85", 85, scale=0.75),
    Way("shrunk to 60%, JPEG 85", 85, scale=0.6),
    Way("shrunk to 50%, JPEG 95", 95, scale=0.5),
    Way("shrunk to 80%, cropped, JPEG 85", 85, scale=0.8, cut=(7, 4)),
    Way("turned left, JPEG 75", 75, turns=1),
    Way("turned left, cropped, JPEG 80", 80, turns=1, cut=(3, 6)),
    Way("turned by 1 degree, JPEG 90", 90, degrees=1),
    Way("blurred by 1 pixel, JPEG 90", 90, blur=1),
)


def found(sighting: detector.Sighting | None, codec: Codec, true: Placement, gray: Pixels) -> str:
    """Whether a codec's pattern is found in a gray where it truly lies: a column of the table."""
    if sighting is None:
        return "not seen"
    if sighting.codec is not codec:
        return "wrong"
    place = sighting.placement or Placement((true.middle[0], true.middle[1]))
    off = apart(place, true, gray.shape)
    near = place.orientation == true.orientation and off < OUT_OF_PLACE
    return "found" if near else "wrong"


def main(names: Sequence[str]) -> None:
    """Print the table, a way a line."""
    pictures = [reading.read(Path(name)).pixels for name in names] or [
        np.ascontiguousarray(rgb) for rgb in (data.astronaut(), data.coffee(), data.chelsea())
    ]
    candidates = [load_codec(preset, Machine()) for preset in store.codecs()]
    named = {codec.preset.name: codec for codec in candidates}
    codecs, plain = [named[name] for name in PRESETS], named["luminance"]
    counts = np.zeros((len(WAYS), len(PRESETS) * len(COLUMNS) + 1), int)
    for rgb in pictures:
        grays = [codec.encode(rgb, fine=False) for codec in codecs]
        bare = plain.encode(rgb, fine=False)
        for row, way in zip(counts, WAYS, strict=True):
            for number, (codec, made) in enumerate(zip(codecs, grays, strict=True)):
                gray, true = way.apply(made), way.placement(*made.shape)
                seen = found(detector.sight(candidates, gray), codec, true, gray)
                row[number * len(COLUMNS) + COLUMNS.index(seen)] += 1
            row[-1] += detector.sight(candidates, way.apply(bare)) is not None
    table = [[way.name, *row] for way, row in zip(WAYS, counts.tolist(), strict=True)]
    table.append([f"all, of {len(WAYS) * len(pictures)}", *counts.sum(axis=0).tolist()])
    heads = [f"`{preset}` {column}" for preset in PRESETS for column in COLUMNS]
    print(tabulate(table, ["gray", *heads, "plain taken for ours"], "github"))


if __name__ == "__main__":
    main(sys.argv[1:])
