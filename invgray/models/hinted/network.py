"""The ``hinted`` network: what it sees of a picture betters the hints' colours as they were spread.

As in the local hints network of Zhang et al. 2017, the ab of the hints and a mask of where they are
go in with the luminance, and ab themselves come out. Unlike theirs, this network sees the hints
spread over the whole picture (:mod:`invgray.propagation`), and what it computes is added to that:
fresh weights do what optimisation does, and training betters it.
"""

from __future__ import annotations

from invgray.color.quantized import UNIT
from invgray.models.hinted.architecture import HintedArchitecture
from invgray.models.hinted.prediction import MIDDLE
from invgray.models.subpixel.network import trunk
from invgray.tensorflow import keras, layers


def colorizer(architecture: HintedArchitecture, dtype: str | None = None) -> keras.Model:
    """Gray and hints to colours: float ``(N, H, W, 4)`` to ab ``(N, H, W, 2)``, in ``UNIT``.

    The input has the gray, ``MIDDLE`` + a and ``MIDDLE`` + b of the hints as spread, and 255 where
    there is one, all divided by 255. H and W are multiples of the architecture's ``ratio``.

    Args:
        architecture: what to build.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    seen = keras.Input((None, None, 4), name="gray_and_hints")
    gray, spread, mask = seen[..., :1], seen[..., 1:3], seen[..., 3:]
    gray = layers.Rescaling(4.0, offset=-2.0, dtype="float32")(gray)
    spread = layers.Rescaling(255 / UNIT, offset=-MIDDLE / UNIT, dtype="float32")(spread)
    x = layers.Concatenate(dtype="float32")([gray, spread, mask])
    change = trunk(x, 2, architecture.trunk, dtype, last="zeros")
    ab = layers.Add(dtype="float32", name="ab")([spread, change])
    return keras.Model(seen, ab, name="colorizer")
