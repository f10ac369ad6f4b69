"""Quality of a method on pictures, through real 8-bit PNG files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from invgray import images, metrics
from invgray.benchmark.methods import Method

Distance = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class RoundTrip:
    """A picture on its way to gray and back.

    Attributes:
        image: name of its file.
        method: the way it went.
        rgb: the original, uint8 ``(H, W, 3)``.
        gray: as stored in a PNG, uint8 ``(H, W)``.
        restored: uint8 ``(H, W, 3)``.
        figures: of merit, by name.
    """

    image: str
    method: str
    rgb: np.ndarray
    gray: np.ndarray
    restored: np.ndarray
    figures: dict[str, float]


def load(path: Path, protocol: str) -> np.ndarray:
    """A picture as uint8 ``(H, W, 3)``: ``full`` size, or ``paper``, the centre square at 256x256.

    Raises:
        InputError: it cannot be read.
    """
    image = Image.fromarray(images.read(path).pixels).convert("RGB")
    return np.asarray(metrics.paper_protocol(image) if protocol == "paper" else image)


def measure(method: Method, image: str, rgb: np.ndarray, lpips: Distance | None) -> RoundTrip:
    """Encode, write as PNG, read again, decode, compare.

    Args:
        method: what to measure.
        image: name of the picture.
        rgb: uint8 ``(H, W, 3)``.
        lpips: perceptual distance, if it can be measured.
    """
    file = BytesIO()
    images.write_gray(file, method.encode(rgb), images.Picture(rgb), method.name, method.digest)
    file.seek(0)
    gray = images.read(file).pixels
    restored = method.decode(gray)
    figures = metrics.round_trip(rgb, gray, restored)
    figures["ciede2000"] = metrics.ciede2000(rgb, restored)
    if lpips:
        figures["lpips"] = lpips(rgb, restored)
    return RoundTrip(image, method.name, rgb, gray, restored, figures)


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation over pictures of every figure.

    Infinite values (the PSNR of a picture without any error) have no part in these, unless there
    are no others.
    """
    result = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        finite = values[np.isfinite(values)]
        mean, std = (finite.mean(), finite.std()) if finite.size else (values.mean(), 0.0)
        result[name] = {"mean": float(mean), "std": float(std)}
    return result
