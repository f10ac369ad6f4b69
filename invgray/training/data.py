"""Training patches: pictures are decoded once, then cropped, scaled and flipped at random."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from invgray import images
from invgray.errors import InputError

AHEAD = 4
"""Batches that are drawn while the networks learn from another."""


def load(paths: list[Path], smallest: int, report: Callable[[str], None]) -> list[Image.Image]:
    """Decode pictures once, as RGB; bad and small ones are named through ``report`` and left out.

    Args:
        paths: picture files.
        smallest: least height and width in pixels.
        report: takes one line for each picture left out.
    """

    def attempt(path):
        try:
            pixels = images.read(path).pixels
        except InputError as error:
            return report(str(error))
        if min(pixels.shape[:2]) < smallest:
            return report(f"{path}: is smaller than {smallest} pixels; left out")
        return Image.fromarray(pixels).convert("RGB")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [picture for picture in pool.map(attempt, paths) if picture]


def patches(
    pictures: list[Image.Image],
    batch: int,
    size: int,
    seed: int,
    steps: range,
    colorless: float = 0.05,
) -> Iterator[np.ndarray]:
    """Batches of random patches, one for each step: float32 ``(batch, size, size, 3)`` in [0, 1].

    Every step draws from a generator of its own, seeded by ``(seed, step)``: a run resumed at any
    step sees what an unbroken one would have seen. Threads draw a few steps ahead.

    Args:
        pictures: RGB pictures.
        batch: patches in a batch.
        size: side of a patch in pixels.
        seed: of all random choices.
        steps: the steps to make batches for.
        colorless: share of patches with their colour taken out (R = G = B).
    """

    def draw(step):
        random = np.random.default_rng([seed, step])
        drawn = [_patch(pictures, size, colorless, random) for _ in range(batch)]
        return np.stack(drawn) / np.float32(255)

    with ThreadPoolExecutor(AHEAD) as pool:
        ahead = deque(pool.submit(draw, step) for step in steps[:AHEAD])
        for step in steps:
            if step + AHEAD in steps:
                ahead.append(pool.submit(draw, step + AHEAD))
            yield ahead.popleft().result()


def _patch(pictures, size, colorless, random):
    picture = pictures[random.integers(len(pictures))]
    scale = 1.0 if random.random() < 0.3 else np.exp(random.uniform(0.0, np.log(2.5)))
    side = min(scale * size, *picture.size)
    if side == size:
        left, top = (int(random.integers(n - size + 1)) for n in picture.size)
        patch = picture.crop((left, top, left + size, top + size))
    else:
        left, top = (random.uniform(0, n - side) for n in picture.size)
        box = (left, top, left + side, top + side)
        patch = picture.resize((size, size), Image.Resampling.LANCZOS, box)
    if random.random() < colorless:
        patch = patch.convert("L").convert("RGB")
    x = np.asarray(patch)
    if random.random() < 0.5:
        x = x[:, ::-1]
    if random.random() < 0.5:
        x = x[::-1]
    if random.random() < 0.5:
        x = x.transpose(1, 0, 2)
    return x
