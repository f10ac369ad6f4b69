"""Files that arrive in a folder, and when each is complete."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "linux":
    import fcntl

_UNFINISHED = (
    *(".crdownload", ".download", ".filepart", ".opdownload", ".part", ".partial"),
    *(".temp", ".tmp", "~"),
)
"""What names end in of files that browsers, copying programs and editors have not finished."""


@dataclass(frozen=True)
class _State:
    """What tells whether a file has changed."""

    inode: int
    size: int
    modified: int


@dataclass
class _Waiting:
    """A file that may not be complete yet."""

    state: _State
    since: float


class Arrivals:
    """Files of a folder that are on their way.

    A file is complete once it has not changed for a while and no program has it open for writing,
    as far as the system tells. Hidden files and folders, and names of files that are not finished,
    are left out.

    Args:
        folder: that they arrive in.
        settle: seconds that a file must not change for.
        clock: tells the seconds.
    """

    def __init__(
        self, folder: Path, settle: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._settle, self._clock = folder, settle, clock
        self._waiting: dict[Path, _Waiting] = {}
        self._complete: dict[Path, _State] = {}

    def hear(self, path: Path) -> None:
        """Take note of a file in the folder that is there, is new, or has changed."""
        inner = path.relative_to(self._folder)
        hidden = any(part.startswith(".") for part in inner.parts)
        state = None if hidden or path.name.lower().endswith(_UNFINISHED) else _state(path)
        if state and path not in self._waiting and state != self._complete.get(path):
            self._waiting[path] = _Waiting(state, self._clock())

    def complete(self) -> list[Path]:
        """The files that have become complete since this was last asked."""
        found = []
        for path, waiting in list(self._waiting.items()):
            state, now = _state(path), self._clock()
            if state is None:
                del self._waiting[path]
            elif state != waiting.state:
                self._waiting[path] = _Waiting(state, now)
            elif now - waiting.since >= self._settle and not open_for_writing(path):
                del self._waiting[path]
                self._complete[path] = state
                found.append(path)
        return found


def open_for_writing(path: Path) -> bool:
    """Whether a program has a file open for writing; False where the system does not tell.

    Linux tells: it grants no lease on such a file. A program that wants to write while there is the
    lease makes the system send SIGIO, which the caller has to ignore.
    """
    if sys.platform != "linux":
        return False
    try:
        with path.open("rb") as file:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    return False


def _state(path: Path) -> _State | None:
    """The state of an ordinary file; None if it is none, or is gone."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return _State(found.st_ino, found.st_size, found.st_mtime_ns)
