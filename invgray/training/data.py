"""Training patches: pictures are decoded once, then cropped, scaled and flipped at random."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from invgray.errors import InputError
from invgray.files import reading
from invgray.training.augmentation import Augmentation
from invgray.training.settings import Settings
from invgray.types import Floats

AHEAD = 4
"""Batches that are drawn while the networks learn from another."""


def load(
    paths: Sequence[Path], smallest: int, report: Callable[[str], None]
) -> tuple[Image.Image, ...]:
    """Decode pictures once, as RGB; bad and small ones are named and left out.

    Args:
        paths: picture files.
        smallest: least height and width in pixels.
        report: takes one line for each picture left out.
    """

    def attempt(path: Path) -> Image.Image | None:
        try:
            pixels = reading.read(path).pixels
        except InputError as error:
            report(f"{error}; left out")
            return None
        if min(pixels.shape[:2]) < smallest:
            report(f"{path}: is smaller than {smallest} pixels; left out")
            return None
        return Image.fromarray(pixels).convert("RGB")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return tuple(picture for picture in pool.map(attempt, paths) if picture)


def patches(pictures: Sequence[Image.Image], settings: Settings, steps: range) -> Iterator[Floats]:
    """Batches of random patches, one for each step: float32 ``(batch, patch, patch, 3)`` in [0, 1].

    Every step draws from a generator of its own, seeded by ``(seed, step)``: a run resumed at any
    step sees what an unbroken one would have seen. Threads draw a few steps ahead.

    Args:
        pictures: RGB pictures, no side shorter than a patch's.
        settings: sizes, seed and augmentation.
        steps: the steps to make batches for.
    """

    def draw(step: int) -> Floats:
        random = np.random.default_rng([settings.seed, step])
        drawn = [
            _patch(pictures, settings.patch, settings.augmentation, random)
            for _ in range(settings.batch)
        ]
        return np.stack(drawn)

    with ThreadPoolExecutor(AHEAD) as pool:
        ahead = deque(pool.submit(draw, step) for step in steps[:AHEAD])
        for step in steps:
            if step + AHEAD in steps:
                ahead.append(pool.submit(draw, step + AHEAD))
            yield ahead.popleft().result()


def _patch(
    pictures: Sequence[Image.Image],
    size: int,
    augmentation: Augmentation,
    random: np.random.Generator,
) -> Floats:
    picture = pictures[int(random.integers(len(pictures)))]
    native = random.random() < augmentation.native
    scale = 1.0 if native else np.exp(random.uniform(0.0, np.log(augmentation.scale)))
    side = min(scale * size, *picture.size)
    if side == size:
        left, top = (int(random.integers(n - size + 1)) for n in picture.size)
        patch = picture.crop((left, top, left + size, top + size))
    else:
        x, y = (random.uniform(0, n - side) for n in picture.size)
        box = (x, y, x + side, y + side)
        patch = picture.resize((size, size), Image.Resampling.LANCZOS, box)
    if random.random() < augmentation.colorless:
        patch = patch.convert("L").convert("RGB")
    values = np.asarray(patch) / np.float32(255)
    if random.random() < 0.5:
        values = values[:, ::-1]
    if augmentation.turned and random.random() < 0.5:
        values = values[::-1]
    if augmentation.turned and random.random() < 0.5:
        values = values.transpose(1, 0, 2)
    if augmentation.exposure:
        values = values ** np.float32(np.exp(random.normal(0.0, augmentation.exposure)))
    return values
