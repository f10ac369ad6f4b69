"""What a benchmark ran on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from invgray.benchmark.results import Platform
from invgray.inference.processor import processor_has

_LIBRARIES = ("invgray", "numpy", "openvino", "tensorflow", "keras", "pillow", "scikit-image")
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "sve")
"""Features of processors that decide how fast networks run."""


def describe() -> Platform:
    """Processor, cores, memory, system and library versions."""
    model = re.search(r"^model name\s*: (.*)$", _text("/proc/cpuinfo"), re.M)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", _text("/proc/meminfo"), re.M)
    return Platform(
        processor=model[1] if model else platform.processor() or platform.machine(),
        cores=os.cpu_count(),
        memory_gb=round(int(memory[1]) / 2**20) if memory else None,
        flags=tuple(flag for flag in _FLAGS if processor_has(flag)),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        libraries={name: known for name in _LIBRARIES if (known := _version(name))},
    )


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
