"""Measure how far the gray and the restored colours of moving pictures flicker.

    python docs/figures/temporal.py [PICTURE OR CLIP]...

Pictures are moved: a pan by whole pixels and by half ones, a zoom, a still with and without noise.
The motion of clips is estimated (iterative Lucas-Kanade). Without arguments, two of scikit-image's
photographs are taken. The table is printed; ``docs/video.md`` says what its columns mean.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from scipy.ndimage import map_coordinates
from skimage import data
from skimage.registration import optical_flow_ilk
from tabulate import tabulate

import invgray
from invgray.color.luminance import luminance
from invgray.files import reading
from invgray.types import Floats, Pixels
from invgray.video import clip as clips
from invgray.video import colors
from invgray.video.consistency import flicker
from invgray.video.formats import is_clip
from invgray.video.span import WHOLE

PRESETS = ("luminance", "standard", "robust")
FRAMES, HEIGHT, WIDTH, NOISE = 5, 256, 384, 2.0


@dataclass(frozen=True)
class Moving:
    """Frames, and the motion between neighbours; see :func:`invgray.video.consistency.flicker`."""

    name: str
    frames: list[Pixels]
    flows: list[Floats]


def moved(picture: Pixels) -> Iterator[Moving]:
    """A picture in every kind of motion."""
    middle = np.array(picture.shape[:2]) / 2
    size = np.minimum((HEIGHT, WIDTH), np.array(picture.shape[:2]) - 40) // 8 * 8
    grid = np.indices(size) - (size[:, None, None] - 1) / 2

    def frame(scale: float, shift: float, noise: float, seed: int) -> Pixels:
        rows, columns = grid * scale + middle[:, None, None]
        rgb = [
            map_coordinates(picture[..., i].astype(float), [rows, columns + shift], order=3)
            for i in range(3)
        ]
        grain = np.random.default_rng(seed).normal(0, noise, (*size, 3)) if noise else 0
        return np.clip(np.rint(np.stack(rgb, axis=-1) + grain), 0, 255).astype(np.uint8)

    for name, zoom, step, noise in (
        ("still", 1.0, 0.0, 0.0),
        ("still, noise of 2 levels", 1.0, 0.0, NOISE),
        ("pan, 3 pixels a frame", 1.0, 3.0, 0.0),
        ("pan, half a pixel", 1.0, 0.5, 0.0),
        ("zoom, 1% a frame", 0.99, 0.0, 0.0),
    ):
        frames = [frame(zoom**i, step * i, noise, i) for i in range(FRAMES)]
        flow = grid * (zoom - 1) + np.array([0.0, step])[:, None, None]
        yield Moving(name, frames, [flow] * (FRAMES - 1))


def filmed(path: Path) -> Moving:
    """The first frames of a clip, with the motion that is seen in them."""
    with clips.opened(path) as clip:
        frames = [colors.to_rgb(frame) for _, frame in islice(clip.frames(WHOLE), FRAMES)]
    shown = [luminance(rgb) / 255 for rgb in frames]
    flows = [np.asarray(optical_flow_ilk(after, before)) for before, after in pairwise(shown)]
    return Moving(path.name, frames, flows)


def row(moving: Moving, preset: str) -> list[object]:
    """What is measured of a moving picture."""
    codec = invgray.load(preset)
    grays = [codec.encode(rgb) for rgb in moving.frames]
    bare = [codec.encode(rgb, fine=False) for rgb in moving.frames]
    restored = [codec.decode(gray) for gray in grays]
    shown = [luminance(rgb) for rgb in moving.frames]
    patterns = [gray - y for gray, y in zip(bare, shown, strict=True)]
    added = [gray - y for gray, y in zip(grays, shown, strict=True)]
    return [
        flicker(shown, moving.flows),
        flicker(grays, moving.flows),
        flicker(patterns, moving.flows),
        float(np.sqrt(2 * np.mean(np.square(patterns)))),
        flicker(added, moving.flows),
        flicker(moving.frames, moving.flows),
        flicker(restored, moving.flows),
    ]


HEADERS = ["preset", "motion", "luminance", "gray", "pattern", "unrelated", "with layer"]
HEADERS += ["colours", "restored"]


def main(names: list[str]) -> None:
    """Print the table: pictures together, every clip by itself."""
    paths = [Path(name) for name in names]
    pictures = [reading.read(path).pixels for path in paths if not is_clip(path)]
    if not paths:
        pictures = [data.astronaut(), data.coffee()]
    motions = zip(*(moved(picture) for picture in pictures), strict=True)
    motions = [*motions, *([filmed(path)] for path in paths if is_clip(path))]
    table = []
    for preset in PRESETS:
        for kinds in motions:
            mean = np.mean([row(moving, preset) for moving in kinds], axis=0)
            table.append([preset, kinds[0].name, *mean])
    print(tabulate(table, HEADERS, "github", floatfmt=".2f"))


if __name__ == "__main__":
    main(sys.argv[1:])
