"""Which mixed precision a machine trains fastest in."""

from __future__ import annotations

import tensorflow as tf

from invgray.engines import Device, Precision, processor_has
from invgray.errors import UsageError


def policy(device: Device = "auto", precision: Precision = "auto") -> str:
    """The Keras dtype policy for the hidden layers; hides the GPUs from TensorFlow for ``cpu``.

    ``auto`` is bfloat16 on a processor with AMX and on GPUs since Ampere, float16 on Volta and
    Turing, and float32 elsewhere.

    Raises:
        UsageError: ``gpu`` is asked for and TensorFlow finds none.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if device == "gpu" and not gpus:
        raise UsageError("TensorFlow finds no GPU", "install invgray[gpu], or use --device cpu")
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
        gpus = []
    if precision != "auto":
        return {"float32": "float32", "bfloat16": "mixed_bfloat16"}[precision]
    if gpus:
        capability = tf.config.experimental.get_device_details(gpus[0])["compute_capability"]
        if capability >= (8, 0):
            return "mixed_bfloat16"
        return "mixed_float16" if capability >= (7, 0) else "float32"
    return "mixed_bfloat16" if processor_has("amx_bf16") else "float32"
