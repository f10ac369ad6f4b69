"""Where results go: checked before the work, put in place whole after it."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from invgray.errors import ExistsError, OutputError

_unfinished: set[Path] = set()
"""Temporary files that are being written."""


def check(target: Path, overwrite: bool) -> None:
    """See to it that a result can be written, before any work is done for it.

    Args:
        target: the file to be written; its folder need not exist yet.
        overwrite: whether a file that exists may be replaced.

    Raises:
        ExistsError: there is a file already.
        OutputError: it is a folder, or its folder cannot be made or written to.
    """
    if is_stream(target):
        return
    if target.is_dir():
        raise OutputError(f"{target}: cannot be written (it is a folder)", "name a file")
    if os.path.lexists(target) and not overwrite:
        raise ExistsError(f"{target}: exists already", "choose another name, or overwrite it")
    folder = target.parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise _unwritable(target, f"{folder} is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(target, f"{folder} is not writable")


def is_stream(target: Path) -> bool:
    """Whether a path is written to as it is, as ``/dev/null`` or a named pipe, not replaced."""
    if os.fspath(target).startswith("/dev/fd/") or os.fspath(target) == "/dev/stdout":
        return True
    with suppress(OSError):
        mode = target.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


@contextmanager
def writing(target: Path) -> Iterator[IO[bytes]]:
    """A file for a result, which takes its place once all is written, or never.

    Raises:
        OSError: it cannot be written.
    """
    if is_stream(target):
        with target.open("wb") as stream:
            yield stream
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(target.suffix, ".invgray-", target.parent)
    temporary = Path(name)
    _unfinished.add(temporary)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        temporary.chmod(_permissions(target))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def abandon() -> None:
    """Remove what is being written, for a process that ends at once."""
    for temporary in list(_unfinished):
        with suppress(OSError):
            temporary.unlink()


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, or those that a new file gets."""
    with suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    return 0o666 & ~_umask()


def _umask() -> int:
    """The process's umask, without changing it under other threads where Linux tells it."""
    with suppress(OSError, StopIteration):
        with Path("/proc/self/status").open() as status:
            return int(next(line for line in status if line.startswith("Umask:")).split()[1], 8)
    return 0o022 if sys.platform != "win32" else 0


def _unwritable(target: Path, why: str) -> OutputError:
    return OutputError(
        f"{target}: cannot be written ({why})", "check the folder and its permissions"
    )
