"""From a gray picture and hints to ab colours by the ``hinted`` network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from invgray import propagation
from invgray.color.quantized import UNIT
from invgray.hints import Hints, small
from invgray.models.model import Architecture
from invgray.types import Floats, Pixels

SIDE = 256
"""Pictures of more pixels than such a square are made smaller before the network sees them."""

MIDDLE = 128
"""Level of the hints' a and b that stands for 0."""


def predict(
    network: Callable[[Floats], Floats], gray: Pixels, hints: Hints, architecture: Architecture
) -> tuple[Pixels, Floats]:
    """The smaller picture that the network sees, ``(h, w)``, and its ab: float32 ``(h, w, 2)``.

    Args:
        network: from levels ``(1, H, W, 4)``, see :func:`levels`, to ab ``(1, H, W, 2)`` in
            ``UNIT``.
        gray: the picture, uint8 ``(H, W)``.
        hints: of the picture; without any, the network makes up all colours.
        architecture: of the network.
    """
    smaller, told = small(gray, hints, SIDE)
    height, width = smaller.shape
    seen = levels(smaller, replace(told, ab=propagation.propagate(smaller, told)))
    missing = [(0, -n % architecture.ratio) for n in (height, width)]
    seen = np.concatenate(
        [
            np.pad(seen[..., :1], [*missing, (0, 0)], mode="edge"),
            np.pad(seen[..., 1:3], [*missing, (0, 0)], constant_values=MIDDLE),
            np.pad(seen[..., 3:], [*missing, (0, 0)]),
        ],
        axis=-1,
    )
    return smaller, UNIT * np.asarray(network(seen[None]))[0, :height, :width]


def levels(gray: Pixels, hints: Hints) -> Floats:
    """What the network sees: the gray, the hints' a and b from ``MIDDLE`` on, 255 where they are.

    Args:
        gray: uint8 ``(H, W)``.
        hints: of the same size; their ab spread over all of it.

    Returns:
        Float32 ``(H, W, 4)`` in [0, 255].
    """
    given = hints.given[..., None]
    planes = [gray[..., None], MIDDLE + hints.ab, 255 * given]
    return np.concatenate(planes, axis=-1).astype(np.float32)
