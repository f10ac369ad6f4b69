"""Where pictures come from and where results go."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

PIPE = "-"
"""Name of a stream."""

Source = str | Path | bytes | BinaryIO
"""A picture: a path, the bytes of a file, or a binary stream."""

Target = str | Path | BinaryIO
"""Where a result goes: a path, written whole or not at all, or a stream, which gets a PNG."""
