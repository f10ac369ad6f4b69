"""Quality of a preset on pictures, through real 8-bit PNG files."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from invgray import images, metrics
from invgray.codec import Codec
from invgray.errors import InputError


def measure(
    codec: Codec, paths: list[Path], protocol: str, report: Callable[[str], None]
) -> list[dict]:
    """One row of figures a picture: encoded, written as PNG, read again, decoded, compared.

    Args:
        codec: what to measure.
        paths: colour pictures; unreadable ones are named through ``report`` and left out.
        protocol: ``"full"`` size, or the ``"paper"``'s centre square at 256x256.
        report: takes one line for each picture left out.
    """
    rows = []
    for path in paths:
        try:
            picture = images.read(path)
        except InputError as error:
            report(str(error))
            continue
        image = Image.fromarray(picture.pixels).convert("RGB")
        rgb = np.asarray(metrics.paper_protocol(image) if protocol == "paper" else image)
        original = images.Picture(rgb)
        file = BytesIO()
        images.write_gray(file, codec.encode(rgb), original, codec.preset.name, codec.preset.digest)
        file.seek(0)
        gray = images.read(file).pixels
        rows.append({"image": path.name} | metrics.round_trip(rgb, gray, codec.decode(gray)))
    return rows


def summary(rows: list[dict]) -> dict:
    """Mean and standard deviation over pictures of every figure, and their number.

    Infinite values (the PSNR of a picture without any error) have no part in these.
    """
    result: dict = {"images": len(rows)}
    for name in rows[0].keys() - {"image"}:
        values = np.array([row[name] for row in rows])
        finite = values[np.isfinite(values)]
        result[name] = {"mean": float(finite.mean()), "std": float(finite.std())}
    return result
