"""Where results go: checked before the work, put in place whole after it."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from invgray.errors import ExistsError, OutputError

_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""Names of what is open already, which may be an ordinary file."""

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
    try:
        present, is_folder = _present(target), target.is_dir()
        folder = target.parent
        while not _present(folder) and folder != folder.parent:
            folder = folder.parent
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error
    if is_folder:
        raise OutputError(f"{target}: cannot be written (it is a folder)", "name a file")
    if present and not overwrite:
        raise ExistsError(f"{target}: exists already", "choose another name, or overwrite it")
    if not folder.is_dir():
        raise _unwritable(target, f"{folder} is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(target, f"{folder} is not writable")


def is_stream(target: Path) -> bool:
    """Whether a path is written to as it is, as ``/dev/null`` or a named pipe, not replaced."""
    if os.fspath(target).startswith(_STREAMS):
        return True
    with suppress(OSError):
        mode = target.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


@contextmanager
def writing(target: Path) -> Iterator[IO[bytes]]:
    """A file for a result, which takes its place once all is written, or never.

    It gets the permissions of the file that it replaces.

    Raises:
        OSError: it cannot be written.
    """
    if is_stream(target):
        with target.open("wb") as stream:
            yield stream
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".invgray-{secrets.token_hex(8)}{target.suffix}"
    _unfinished.add(temporary)
    try:
        with temporary.open("xb") as file:
            with suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            yield file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def abandon() -> None:
    """Remove what is being written, for a process that ends at once."""
    for temporary in list(_unfinished):
        with suppress(OSError):
            temporary.unlink()


def _present(path: Path) -> bool:
    """Whether there is something of that name, a dangling link included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _unwritable(target: Path, why: str) -> OutputError:
    return OutputError(
        f"{target}: cannot be written ({why})", "check the folder and its permissions"
    )
