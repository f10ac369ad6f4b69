"""Networks: loaded once, called from any thread, on what the machine has."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from invgray.errors import DeviceError, MissingExtraError
from invgray.inference import network, processor
from invgray.inference.machine import Device, Engine, Machine
from invgray.inference.network import Network


@pytest.fixture
def preset(codec):
    return codec.preset


@pytest.fixture
def without_working_gpu(monkeypatch):
    """An NVIDIA device is there, but TensorFlow finds none."""
    from invgray.tensorflow import tf

    monkeypatch.setattr(processor, "gpu_present", lambda: True)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [])


@pytest.fixture
def with_gpu(monkeypatch):
    """A GPU that TensorFlow finds, as far as one can tell without using it."""
    from invgray.tensorflow import tf

    monkeypatch.setattr(processor, "gpu_present", lambda: True)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: [kind])


# Threads


def test_a_network_is_loaded_once_and_called_by_one_thread_at_a_time(monkeypatch, preset):
    loaded, inside = [], threading.Lock()

    def load(*of):
        time.sleep(0.05)
        loaded.append(of)

        def forward(levels):
            assert inside.acquire(blocking=False), "two threads at once"
            time.sleep(0.005)
            inside.release()
            return levels

        return forward

    monkeypatch.setattr(network, "open_network", load)
    shared = Network(preset, "encoder", Machine())
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(shared, range(20)))
    assert results == list(range(20))
    assert loaded == [(preset, "encoder", Machine())]


def test_a_failure_does_not_block_other_threads(monkeypatch, preset):
    failing = Network(preset, "encoder", Machine(engine="openvino", device="gpu"))
    for _ in range(2):
        with pytest.raises(DeviceError, match="OpenVINO runs on the CPU only"):
            failing(np.zeros((1, 8, 8, 3)))


# Devices


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (Machine(), (Engine.OPENVINO, Device.CPU)),
        (Machine(device="cpu"), (Engine.OPENVINO, Device.CPU)),
        (Machine(engine="openvino"), (Engine.OPENVINO, Device.CPU)),
        (Machine(engine="tensorflow"), (Engine.TENSORFLOW, Device.CPU)),
    ],
)
def test_auto_is_the_cpu_where_tensorflow_finds_no_gpu(without_working_gpu, machine, expected):
    assert network._engine_and_device(machine) == expected


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (Machine(), (Engine.TENSORFLOW, Device.GPU)),
        (Machine(device="cpu"), (Engine.OPENVINO, Device.CPU)),
        (Machine(engine="openvino"), (Engine.OPENVINO, Device.CPU)),
        (Machine(engine="tensorflow"), (Engine.TENSORFLOW, Device.GPU)),
        (Machine(engine="tensorflow", device="cpu"), (Engine.TENSORFLOW, Device.CPU)),
    ],
)
def test_auto_is_a_gpu_that_works(with_gpu, machine, expected):
    assert network._engine_and_device(machine) == expected


@pytest.mark.parametrize("engine", ["auto", "tensorflow"])
def test_only_an_explicit_gpu_fails(without_working_gpu, preset, engine):
    levels = np.full((1, 8, 8, 3), 99, np.uint8)
    gray = Network(preset, "encoder", Machine(engine=engine))(levels)
    assert gray.shape == (1, 8, 8, 1)
    explicit = Network(preset, "encoder", Machine(engine=engine, device="gpu"))
    with pytest.raises(DeviceError, match="TensorFlow finds no GPU") as caught:
        explicit(levels)
    assert "--" not in str(caught.value)


def test_a_driver_that_does_not_answer_is_no_gpu(monkeypatch):
    from invgray.tensorflow import tf

    def broken(kind=None):
        raise RuntimeError("CUDA_ERROR_UNKNOWN")

    monkeypatch.setattr(processor, "gpu_present", lambda: True)
    monkeypatch.setattr(tf.config, "list_physical_devices", broken)
    assert network._engine_and_device(Machine()) == (Engine.OPENVINO, Device.CPU)


@pytest.mark.parametrize("broken", ["tensorflow", "keras"])
def test_a_gpu_without_tensorflow_is_left_alone(monkeypatch, preset, broken):
    """``auto`` does without; whoever asks for TensorFlow hears what is missing."""
    monkeypatch.setattr(processor, "gpu_present", lambda: True)
    monkeypatch.setitem(sys.modules, broken, None)
    for module in ("invgray.tensorflow", "invgray.inference.tensorflow"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.delattr("invgray.inference.tensorflow", raising=False)
    assert network._engine_and_device(Machine()) == (Engine.OPENVINO, Device.CPU)
    asked = Network(preset, "encoder", Machine(engine="tensorflow"))
    with pytest.raises(MissingExtraError, match=f"{broken} is not installed; pip install"):
        asked(np.zeros((1, 8, 8, 3)))


def test_without_a_gpu_tensorflow_is_not_asked(monkeypatch):
    monkeypatch.setattr(processor, "gpu_present", lambda: False)
    monkeypatch.setitem(sys.modules, "invgray.inference.tensorflow", None)
    assert network._engine_and_device(Machine()) == (Engine.OPENVINO, Device.CPU)


def test_openvino_runs_with_as_many_threads_as_are_asked_for(monkeypatch, preset):
    from invgray.inference import openvino as engine

    settings = []

    class Core(engine.openvino.Core):
        def compile_model(self, model, device, chosen):
            settings.append(chosen)
            compiled = super().compile_model(model, device, chosen)
            settings.append(compiled.get_property("INFERENCE_NUM_THREADS"))
            return compiled

    monkeypatch.setattr(engine, "_CORE", Core())
    name = preset.card.architecture.networks[0]
    for threads in (1, None):
        machine = Machine(device="cpu", precision="float32", threads=threads)
        network.open_network(preset, name, machine)
    assert settings[:2] == [settings[0] | {"INFERENCE_NUM_THREADS": 1}, 1]
    assert "INFERENCE_NUM_THREADS" not in settings[2]


INTERRUPTED = """
import gc, signal
from invgray.inference import network
from invgray.inference.machine import Engine, Machine
from invgray.presets import store
preset, machine = store.find("standard"), Machine(engine=Engine.OPENVINO)
first, second = (network.open_network(preset, "decoder", machine) for _ in range(2))
del first
gc.collect()
del second
gc.collect()
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_process_can_be_interrupted_after_its_networks_are_gone():
    program = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    assert done.stdout == "interrupted\n"


def test_tensorflow_runs_with_as_many_threads_as_are_asked_for(monkeypatch):
    from invgray.inference import tensorflow as engine

    threading, counts = engine.tf.config.threading, []
    for kind in ("intra", "inter"):
        monkeypatch.setattr(threading, f"set_{kind}_op_parallelism_threads", counts.append)
    engine.use_threads(3)
    assert counts == [3, 3]

    def late(count):
        raise RuntimeError

    monkeypatch.setattr(threading, "set_intra_op_parallelism_threads", late)
    with pytest.raises(DeviceError, match="begun to work with another number of threads"):
        engine.use_threads(2)
