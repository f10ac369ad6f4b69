"""TensorFlow as the engine: on a GPU, or on request."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from invgray.errors import DeviceError
from invgray.inference.machine import Device, Precision
from invgray.inference.network import Forward
from invgray.inference.processor import fastest_precision
from invgray.models import MODELS
from invgray.presets import export
from invgray.presets.store import Preset
from invgray.tensorflow import tf
from invgray.types import Floats


def gpu_works() -> bool:
    """Whether TensorFlow finds a GPU."""
    try:
        return bool(tf.config.list_physical_devices("GPU"))
    except RuntimeError:  # a driver that does not answer
        return False


def use_threads(count: int) -> None:
    """Let the whole process run networks with so many threads on a CPU.

    Raises:
        DeviceError: TensorFlow has begun to work with another number.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)
    except RuntimeError as error:
        raise DeviceError(
            "TensorFlow has begun to work with another number of threads",
            "choose it before anything is converted",
        ) from error


def load(preset: Preset, name: str, device: Device, precision: Precision) -> Forward:
    """One network of a preset.

    Args:
        preset: whose network.
        name: of the network.
        device: the CPU or the GPU.
        precision: ``auto`` is bfloat16 on a GPU.

    Raises:
        WeightsError: files are missing or altered.
        DeviceError: there is no GPU that works.
    """
    if device is Device.GPU and not gpu_works():
        raise DeviceError("TensorFlow finds no GPU", "choose the device cpu, or install a driver")
    if precision is Precision.AUTO:
        precision = Precision.BFLOAT16 if device is Device.GPU else fastest_precision()
    policy = {Precision.FLOAT32: "float32", Precision.BFLOAT16: "mixed_bfloat16"}[precision]
    network = MODELS[preset.card.network].build(preset.card.architecture, name, policy)
    export.load_weights(preset, network)
    return forward(network, device)


def forward(network: Any, device: Device) -> Forward:  # noqa: ANN401 - Keras has no types
    """A Keras network, compiled for a device."""
    compiled = tf.function(lambda x: network(x, training=False), reduce_retracing=True)

    def run(levels: npt.NDArray[Any]) -> Floats:
        x = np.divide(levels, 255, dtype=np.float32)
        with tf.device(f"/{device}:0"):
            result: Floats = compiled(tf.constant(x)).numpy()
        return result

    return run
