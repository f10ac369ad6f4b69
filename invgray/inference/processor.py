"""What the processor can do, and whether there is a GPU; TensorFlow is not asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from invgray.inference.machine import Precision


def gpu_present() -> bool:
    """Whether the machine has an NVIDIA GPU; one that is there need not work."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


def processor_has(flag: str) -> bool:
    """Whether the processor lists a feature such as ``amx_bf16`` (known on Linux only)."""
    return flag in _description().split()


def fastest_precision() -> Precision:
    """The precision that convolutions are faster in on this processor.

    bfloat16 on processors with AMX, and on AMD's with AVX-512's bfloat16 (Zen 4 and later). Intel's
    without AMX list that too, but are slower in it than in float32; so are all that have neither.
    The guide has the measured figures.
    """
    amd = "AuthenticAMD" in _description() and processor_has("avx512_bf16")
    return Precision.BFLOAT16 if amd or processor_has("amx_bf16") else Precision.FLOAT32


@cache
def _description() -> str:
    try:
        return Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""
