"""A network of a preset, ready to be called from any thread."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy.typing as npt

from invgray.errors import DeviceError, MissingExtraError
from invgray.inference import processor
from invgray.inference.machine import Device, Engine, Machine
from invgray.presets.store import Preset
from invgray.types import Floats

Forward = Callable[[npt.NDArray[Any]], Floats]
"""Levels in [0, 255] ``(N, H, W, C)`` in, float32 ``(N, H, W, C')`` out; nominally in [0, 1]."""


class Network:
    """One network of a preset: loaded when first called, and by one thread at a time.

    Args:
        preset: whose network.
        name: one of its architecture's ``networks``.
        machine: what to run it on.
    """

    def __init__(self, preset: Preset, name: str, machine: Machine) -> None:
        self._preset, self._name, self._machine = preset, name, machine
        self._forward: Forward | None = None
        self._lock = Lock()

    def __call__(self, levels: npt.NDArray[Any]) -> Floats:
        """Run: levels in [0, 255] ``(N, H, W, C)`` to float32 ``(N, H, W, C')``.

        Raises:
            WeightsError: files are missing or altered.
            DeviceError: the engine cannot run on the device.
        """
        with self._lock:
            if self._forward is None:
                self._forward = open_network(self._preset, self._name, self._machine)
            return self._forward(levels)


def open_network(preset: Preset, name: str, machine: Machine) -> Forward:
    """Load one network of a preset; what is returned may be called by one thread at a time.

    Arguments and errors are those of :class:`Network`.
    """
    engine, device = _engine_and_device(machine)
    if engine is Engine.OPENVINO:
        from invgray.inference import openvino

        return openvino.load(preset, name, machine.precision, machine.threads)
    from invgray.inference import tensorflow

    if machine.threads is not None:
        tensorflow.use_threads(machine.threads)
    return tensorflow.load(preset, name, device, machine.precision)


def _engine_and_device(machine: Machine) -> tuple[Engine, Device]:
    engine, device = machine.engine, machine.device
    if engine is Engine.OPENVINO:
        if device is Device.GPU:
            raise DeviceError("OpenVINO runs on the CPU only", "choose the engine tensorflow")
        return engine, Device.CPU
    if device is Device.AUTO:
        device = Device.GPU if _gpu_works() else Device.CPU
    if engine is Engine.AUTO:
        here = importlib.util.find_spec("openvino") is not None
        engine = Engine.OPENVINO if device is Device.CPU and here else Engine.TENSORFLOW
    return engine, device


def _gpu_works() -> bool:
    """Whether TensorFlow finds a GPU; it is asked only where the machine has one."""
    if not processor.gpu_present():
        return False
    try:
        from invgray.inference import tensorflow
    except (ImportError, MissingExtraError):
        return False
    return tensorflow.gpu_works()
