"""Quality of a method on pictures, through real 8-bit files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import fields
from PIL import Image

from invgray import metrics
from invgray.benchmark import idn
from invgray.benchmark.methods import Method
from invgray.benchmark.results import (
    ImageColorization,
    ImageHinted,
    ImageQuality,
    Number,
    Protocol,
    Quality,
    Summary,
)
from invgray.errors import InputError
from invgray.files import reading
from invgray.types import Pixels

Distance = Callable[[Pixels, Pixels], float | None]
"""How far two pictures are apart; None if that cannot be told."""

SMALLEST = 11
"""Pixels a side that the windows of SSIM and of the structure term need."""


@dataclass(frozen=True)
class RoundTrip:
    """A picture on its way to gray and back.

    Attributes:
        method: name of the way that it went.
        rgb: the original, uint8 ``(H, W, 3)``.
        stored: the file with the gray, padded if the protocol asks for it.
        gray: what is in it, uint8 ``(H, W)``.
        restored: uint8 ``(H, W, 3)``.
        figures: of merit.
    """

    method: str
    rgb: Pixels
    stored: bytes
    gray: Pixels
    restored: Pixels
    figures: ImageQuality


def load(path: Path, protocol: Protocol) -> Pixels:
    """A picture as uint8 ``(H, W, 3)``, as the protocol has it.

    Raises:
        InputError: it cannot be read, or is too small to be measured.
    """
    image = Image.fromarray(reading.read(path).pixels).convert("RGB")
    match protocol:
        case Protocol.PAPER:
            image = metrics.paper_protocol(image)
        case Protocol.IDN:
            image = idn.centre(image)
    if min(image.size) < SMALLEST:
        raise InputError(
            f"{path}: is too small to be measured ({image.width}x{image.height} pixels)",
            f"{SMALLEST} pixels a side are needed",
        )
    return np.asarray(image)


def measure(
    method: Method,
    image: str,
    rgb: Pixels,
    lpips: Distance | None,
    protocol: Protocol = Protocol.FULL,
) -> RoundTrip:
    """Encode to a file, decode the file, compare.

    Args:
        method: what to measure.
        image: name of the picture.
        rgb: uint8 ``(H, W, 3)``.
        lpips: perceptual distance, if it can be measured.
        protocol: whether the picture is padded while it is converted, and scored as IDN is.
    """
    as_idn, (height, width) = protocol is Protocol.IDN, rgb.shape[:2]
    stored = method.encode(idn.padded(rgb) if as_idn else rgb)
    decoded = method.decode(stored)
    gray = reading.read(stored).pixels[:height, :width]
    restored = decoded.rgb[:height, :width]
    of_pictures = metrics.round_trip(rgb, gray, restored)
    figures = ImageQuality(
        image=image,
        **{name: Number(value) for name, value in asdict(of_pictures).items()},
        idn_psnr=Number(idn.psnr(rgb, restored)) if as_idn else None,
        idn_gray_psnr=Number(idn.psnr(idn.opencv_lightness(rgb), gray)) if as_idn else None,
        ciede2000=metrics.ciede2000(rgb, restored),
        lpips=lpips(rgb, restored) if lpips else None,
        fine=decoded.fine,
        exact=None if decoded.exact is None else float(decoded.exact),
    )
    return RoundTrip(method.name, rgb, stored, gray, restored, figures)


def over_pictures(rows: Sequence[ImageQuality]) -> Quality:
    """The figures of all pictures together."""
    return Quality(images=len(rows), **summaries(rows))


def summaries(rows: Sequence[ImageQuality | ImageColorization | ImageHinted]) -> dict[str, Any]:
    """Mean and standard deviation of every figure, by name; None where no picture has one."""
    names = [field.name for field in fields(rows[0]) if field.name != "image"]
    return {name: summary([getattr(row, name) for row in rows]) for name in names}


def summary(values: Sequence[float | None]) -> Summary | None:
    """Mean and standard deviation; None if no value is known.

    Infinite values (the PSNR of a picture without any error) have no part in these, unless there
    are no others.
    """
    known = np.array([value for value in values if value is not None])
    if not known.size:
        return None
    finite = known[np.isfinite(known)]
    mean, std = (finite.mean(), finite.std()) if finite.size else (known.mean(), 0.0)
    return Summary(mean=Number(mean), std=float(std))
