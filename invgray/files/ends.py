"""Where pictures come from and where results go."""

from __future__ import annotations

from typing import BinaryIO

from invgray.files.location import Location

PIPE = "-"
"""Name of a stream."""

Source = str | Location | bytes | BinaryIO
"""A picture: a path or URL, the bytes of a file, or a binary stream."""

Target = str | Location | BinaryIO
"""Where a result goes: a path or URL, written whole or not at all, or a stream: it gets a PNG."""
