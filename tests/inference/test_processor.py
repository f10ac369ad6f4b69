"""The precision that a processor is faster in, by what it lists."""

from __future__ import annotations

import pytest

from invgray.inference import processor
from invgray.inference.machine import Precision

PLAIN = "fpu sse2 avx2 avx512f avx512_vnni"


def cpuinfo(vendor, flags):
    """What Linux tells of two cores."""
    core = f"vendor_id\t: {vendor}\nmodel name\t: a processor\nflags\t\t: {flags}\nbugs\t\t:\n"
    return "\n".join([core, core])


@pytest.mark.parametrize(
    ("vendor", "flags", "expected"),
    [
        ("GenuineIntel", f"{PLAIN} avx512_bf16 amx_bf16 amx_tile", Precision.BFLOAT16),
        ("AuthenticAMD", f"{PLAIN} avx512_bf16 amx_bf16", Precision.BFLOAT16),
        ("GenuineIntel", f"{PLAIN} amx_bf16", Precision.BFLOAT16),
        ("AuthenticAMD", f"{PLAIN} avx512_bf16", Precision.BFLOAT16),
        ("GenuineIntel", f"{PLAIN} avx512_bf16", Precision.FLOAT32),
        ("GenuineIntel", PLAIN, Precision.FLOAT32),
        ("AuthenticAMD", PLAIN, Precision.FLOAT32),
        ("AuthenticAMD", f"{PLAIN} avx512_bf16_like", Precision.FLOAT32),
    ],
)
def test_the_fastest_precision(monkeypatch, vendor, flags, expected):
    monkeypatch.setattr(processor, "_description", lambda: cpuinfo(vendor, flags))
    assert processor.fastest_precision() is expected


def test_a_machine_that_tells_nothing_gets_float32(monkeypatch):
    monkeypatch.setattr(processor, "_description", lambda: "")
    assert processor.fastest_precision() is Precision.FLOAT32
    assert not processor.processor_has("amx_bf16")
