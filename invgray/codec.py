"""Arrays in, arrays out: a preset's encoder and decoder, run by an engine, tile by tile."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np

from invgray import engines, tiling
from invgray.images import to_8_bits, without_color
from invgray.presets import Preset


class Codec:
    """Turns colour pictures into gray ones that can be turned back.

    Networks are loaded when first used; a codec may be shared between threads.

    Args:
        preset: the trained networks.
        engine: ``"auto"``, ``"openvino"`` or ``"tensorflow"``.
        device: ``"auto"``, ``"cpu"`` or ``"gpu"``.
        precision: ``"auto"``, ``"float32"`` or ``"bfloat16"``.
        tile: side of the tiles that large pictures are cut into, in pixels; None chooses by memory.
    """

    def __init__(
        self,
        preset: Preset,
        *,
        engine: engines.Engine = "auto",
        device: engines.Device = "auto",
        precision: engines.Precision = "auto",
        tile: int | None = None,
    ):
        self.preset = preset
        self._open = partial(
            engines.open_network, preset, engine=engine, device=device, precision=precision
        )
        self._tile = tile

    def encode(self, rgb: np.ndarray) -> np.ndarray:
        """Colour to gray: uint8 ``(H, W, 3)`` to float32 ``(H, W)`` in [0, 255], not yet rounded.

        A picture without colour (R = G = B everywhere, or ``(H, W)``) comes back as it is.

        Raises:
            ValueError: the array has another shape or type.
            WeightsError: the preset's files are missing or altered.
        """
        _expect(rgb, "rgb", np.uint8, color=rgb.ndim != 2)
        pixels = without_color(rgb)
        if pixels.ndim == 2:
            return pixels.astype(np.float32)
        gray = np.empty((*rgb.shape[:2], 1), np.float32)
        self._run(self._encoder, rgb, gray, lambda x: np.clip(255 * x, 0, 255))
        return gray[..., 0]

    def decode(self, gray: np.ndarray) -> np.ndarray:
        """Gray to colour: ``(H, W)`` in [0, 255] to uint8 ``(H, W, 3)``.

        Raises:
            ValueError: the array has another shape.
            WeightsError: the preset's files are missing or altered.
        """
        _expect(gray, "gray", None, color=False)
        rgb = np.empty((*gray.shape, 3), np.uint8)
        self._run(self._decoder, gray[..., None], rgb, lambda x: to_8_bits(255 * x))
        return rgb

    def _run(self, network, image, output, after):
        tiling.run(
            network,
            image,
            output,
            tile=self._tile or tiling.default_tile(),
            halo=self.preset.card["receptive_radius"],
            multiple=self.preset.card["ratio"],
            before=lambda x: np.divide(x, 255, dtype=np.float32),
            after=after,
        )

    @cached_property
    def _encoder(self) -> engines.Network:
        return self._open("encoder")

    @cached_property
    def _decoder(self) -> engines.Network:
        return self._open("decoder")


def _expect(array, name, dtype, color):
    shape = "(H, W, 3)" if color else "(H, W)"
    fits = array.ndim == (3 if color else 2) and (not color or array.shape[-1] == 3)
    if not fits or 0 in array.shape or (dtype and array.dtype != dtype):
        wanted = f"{np.dtype(dtype).name} " if dtype else ""
        raise ValueError(f"{name} must be {wanted}{shape}, not {array.dtype} {array.shape}")
