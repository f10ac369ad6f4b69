"""What a benchmark ran on."""

from __future__ import annotations

import os
import platform

from invgray.benchmark import machine


def test_what_decides_speed_is_named():
    described = machine.describe()
    assert described.cores == os.cpu_count()
    assert described.processor
    assert described.python == platform.python_version()
    assert {"openvino", "numpy", "pillow"} <= described.libraries.keys()


def test_what_the_system_does_not_tell_is_null(monkeypatch):
    monkeypatch.setattr(machine, "_text", lambda path: "")
    described = machine.describe()
    assert described.memory_gb is None
    assert described.processor == (platform.processor() or platform.machine())
