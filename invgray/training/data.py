"""Training patches: pictures are decoded once, then cropped, scaled and flipped at random."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from invgray.errors import InputError
from invgray.files import reading

AHEAD = 4
"""Batches that are drawn while the networks learn from another."""


@dataclass(frozen=True)
class Augmentation:
    """How patches are drawn from pictures.

    Attributes:
        native: share of patches at the pictures' own resolution.
        scale: the others shrink by up to this factor, drawn on a log scale.
        turned: patches are turned by right angles and upside down, too; mirrored they always are.
        colorless: share of patches with their colour taken out (R = G = B).
        exposure: standard deviation of the logarithm of a gamma.
    """

    native: float = 0.3
    scale: float = 2.5
    turned: bool = True
    colorless: float = 0.0
    exposure: float = 0.0


def load(paths: list[Path], smallest: int, report: Callable[[str], None]) -> list[Image.Image]:
    """Decode pictures once, as RGB; bad and small ones are named through ``report`` and left out.

    Args:
        paths: picture files.
        smallest: least height and width in pixels.
        report: takes one line for each picture left out.
    """

    def attempt(path):
        try:
            pixels = reading.read(path).pixels
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
    augmentation: Augmentation,
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
        augmentation: how they are drawn.
    """

    def draw(step):
        random = np.random.default_rng([seed, step])
        return np.stack([_patch(pictures, size, augmentation, random) for _ in range(batch)])

    with ThreadPoolExecutor(AHEAD) as pool:
        ahead = deque(pool.submit(draw, step) for step in steps[:AHEAD])
        for step in steps:
            if step + AHEAD in steps:
                ahead.append(pool.submit(draw, step + AHEAD))
            yield ahead.popleft().result()


def _patch(pictures, size, augmentation, random):
    picture = pictures[random.integers(len(pictures))]
    native = random.random() < augmentation.native
    scale = 1.0 if native else np.exp(random.uniform(0.0, np.log(augmentation.scale)))
    side = min(scale * size, *picture.size)
    if side == size:
        left, top = (int(random.integers(n - size + 1)) for n in picture.size)
        patch = picture.crop((left, top, left + size, top + size))
    else:
        left, top = (random.uniform(0, n - side) for n in picture.size)
        box = (left, top, left + side, top + side)
        patch = picture.resize((size, size), Image.Resampling.LANCZOS, box)
    if random.random() < augmentation.colorless:
        patch = patch.convert("L").convert("RGB")
    x = np.asarray(patch) / np.float32(255)
    if random.random() < 0.5:
        x = x[:, ::-1]
    if augmentation.turned and random.random() < 0.5:
        x = x[::-1]
    if augmentation.turned and random.random() < 0.5:
        x = x.transpose(1, 0, 2)
    if augmentation.exposure:
        x = x ** np.float32(np.exp(random.normal(0.0, augmentation.exposure)))
    return x
