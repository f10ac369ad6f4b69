"""OpenVINO as the engine: what CPUs use."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from invgray.errors import WeightsError
from invgray.inference.levels import UNIT, feed_with_levels
from invgray.inference.machine import Precision
from invgray.inference.network import Forward
from invgray.inference.processor import fastest_precision
from invgray.openvino import openvino
from invgray.presets.store import Preset
from invgray.types import Floats

_CORE = openvino.Core()
"""The only one of the process.

Each core changes the stack on which its thread handles signals, and frees that stack with itself.
With two, freed in the order in which they were made, the next Ctrl-C was a segmentation fault.
"""


def load(preset: Preset, name: str, precision: Precision, threads: int | None = None) -> Forward:
    """One network of a preset, on the CPU.

    Args:
        preset: whose network.
        name: of the network.
        precision: ``auto`` is the one that the processor is faster in.
        threads: to run it with; None is one for each core.

    Raises:
        WeightsError: files are missing or altered.
    """
    path, weights = preset.file(f"{name}.xml"), preset.file(f"{name}.bin")
    if precision is Precision.AUTO:
        precision = fastest_precision()
    hint = {Precision.FLOAT32: openvino.Type.f32, Precision.BFLOAT16: openvino.Type.bf16}[precision]
    try:
        model, unit = _CORE.read_model(path, weights), 255
        if precision is Precision.BFLOAT16:
            feed_with_levels(model)
            unit = UNIT
        settings = {"INFERENCE_PRECISION_HINT": hint}
        if threads is not None:
            settings["INFERENCE_NUM_THREADS"] = threads
        compiled = _CORE.compile_model(model, "CPU", settings)
    except RuntimeError as error:
        raise WeightsError(
            f"{path}: OpenVINO cannot load it", "reinstall invgray, or choose the engine tensorflow"
        ) from error

    def run(levels: npt.NDArray[Any]) -> Floats:
        x = np.divide(levels, unit, dtype=np.float32)
        result: Floats = compiled(x, share_inputs=True, share_outputs=False)[0]
        return result

    return run
