"""Run a trained network on a batch: OpenVINO on a CPU, TensorFlow on a GPU or on request.

TensorFlow takes seconds to import, so nothing here does so before it is known to be needed.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np

from invgray.errors import UsageError, WeightsError
from invgray.presets import Preset

Engine = Literal["auto", "openvino", "tensorflow"]
Device = Literal["auto", "cpu", "gpu"]
Precision = Literal["auto", "float32", "bfloat16"]
Network = Callable[[np.ndarray], np.ndarray]
"""Float32 ``(N, H, W, C)`` in, float32 ``(N, H, W, C')`` out."""


def open_network(
    preset: Preset,
    name: str,
    engine: Engine = "auto",
    device: Device = "auto",
    precision: Precision = "auto",
) -> Network:
    """Load one network of a preset, ready to be called.

    Args:
        preset: whose files to load.
        name: ``"encoder"``, ``"decoder"`` or ``"colorizer"``.
        engine: ``auto`` is TensorFlow on a GPU or where OpenVINO is missing, else OpenVINO.
        device: ``auto`` is a GPU if there is one.
        precision: ``auto`` is bfloat16 on a GPU or a processor with AMX, else float32.

    Raises:
        WeightsError: files are missing or altered.
        UsageError: the engine cannot run on the device.
    """
    if device == "auto":
        device = "gpu" if gpu_present() and engine != "openvino" else "cpu"
    if engine == "auto":
        missing = importlib.util.find_spec("openvino") is None
        engine = "tensorflow" if device == "gpu" or missing else "openvino"
    if engine == "openvino":
        if device == "gpu":
            raise UsageError("OpenVINO runs on the CPU only", "use --engine tensorflow")
        return _openvino(preset, name, precision)
    return _tensorflow(preset, name, device, precision)


def gpu_present() -> bool:
    """Whether the machine has an NVIDIA GPU, found out without importing TensorFlow."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


@contextmanager
def quietly() -> Iterator[None]:
    """Keep what TensorFlow's libraries print while they load off stderr."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def processor_has(flag: str) -> bool:
    """Whether the processor lists a feature such as ``amx_bf16`` (known on Linux only)."""
    try:
        return flag in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False


def _fastest_precision(device: Device) -> Precision:
    """Without AMX, processors are slower in bfloat16 (AVX-512) than in float32."""
    return "bfloat16" if device == "gpu" or processor_has("amx_bf16") else "float32"


def _openvino(preset: Preset, name: str, precision: Precision) -> Network:
    import openvino

    model, weights = preset.file(f"{name}.xml"), preset.file(f"{name}.bin")
    core = openvino.Core()
    if precision == "auto":
        precision = _fastest_precision("cpu")
    hint = {"float32": openvino.Type.f32, "bfloat16": openvino.Type.bf16}[precision]
    try:
        compiled = core.compile_model(
            core.read_model(model, weights), "CPU", {"INFERENCE_PRECISION_HINT": hint}
        )
    except RuntimeError as error:
        raise WeightsError(
            f"{model}: OpenVINO cannot load it", "reinstall invgray, or use --engine tensorflow"
        ) from error

    def run(x: np.ndarray) -> np.ndarray:
        return compiled(x, share_inputs=True, share_outputs=False)[0]

    return run


def _tensorflow(preset: Preset, name: str, device: Device, precision: Precision) -> Network:
    with quietly():
        import tensorflow as tf

        from invgray import networks

    gpus = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not gpus:
        raise UsageError(
            "TensorFlow finds no GPU", "use --device cpu, or install invgray[gpu] and a driver"
        )
    if precision == "auto":
        precision = _fastest_precision(device)
    policy = {"float32": "float32", "bfloat16": "mixed_bfloat16"}[precision]
    network = networks.build(preset.card, name, policy)
    preset.load_weights(network)
    forward = tf.function(lambda x: network(x, training=False), reduce_retracing=True)

    def run(x: np.ndarray) -> np.ndarray:
        with tf.device(f"/{device}:0"):
            return forward(tf.constant(x)).numpy()

    return run
