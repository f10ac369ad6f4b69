"""The content of files that are ours and small: cards, weights, settings."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

LARGEST = 2**30
"""Bytes that such a file may have."""


def read(path: Path) -> bytes:
    """All that is in a file.

    Raises:
        OSError: it cannot be read, is no ordinary file (a pipe or a device would not end), or is
            larger than ``LARGEST``.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    if status.st_size > LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST // 2**20} MB", str(path))
    return path.read_bytes()
