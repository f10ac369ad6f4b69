"""OpenVINO, imported by everything from here: without the telemetry that it would start.

Its telemetry, an optional package, writes an identifier into the home folder and reports to its
maker that OpenVINO was imported. OpenVINO does without what cannot be imported.
"""

from __future__ import annotations

import sys

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino import opset13 as operations  # noqa: E402

__all__ = ["openvino", "operations"]
