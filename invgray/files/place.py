"""Where results go: checked before the work, put in place whole after it."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from invgray.errors import ExistsError, OutputError
from invgray.files import store
from invgray.files.location import Location, Remote

if sys.platform != "win32":
    import fcntl

_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")
"""Names of what is open already, which may be an ordinary file."""

_PREFIX = ".invgray-"
"""What temporary files are called, before 16 hexadecimal digits and their suffix."""

_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What links fail of on file systems without them."""

_unfinished: set[Path] = set()
"""Temporary files that are being written."""

_swept: set[str] = set()
"""Folders in which strays have been looked for."""


def check(target: Location, overwrite: bool) -> None:
    """See to it that a result can be written, before any work is done for it.

    What killed processes have left in its folder is removed.

    Args:
        target: the file to be written; its folder need not exist yet.
        overwrite: whether a file that exists may be replaced.

    Raises:
        ExistsError: there is a file already.
        OutputError: it is a folder, or its folder cannot be made or written to; or its store cannot
            be reached.
    """
    if isinstance(target, Remote):
        if not overwrite and store.existing((target,)):
            raise _exists(target)
        return
    if is_stream(target):
        return
    try:
        present, is_folder = _present(target), target.is_dir()
        folder = target.parent
        while not _present(folder) and folder != folder.parent:
            folder = folder.parent
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error
    _remove_strays(folder)
    if is_folder:
        raise OutputError(f"{target}: cannot be written (it is a folder)", "name a file")
    if present and not overwrite:
        raise _exists(target)
    if not folder.is_dir():
        raise _unwritable(target, f"{folder} is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(target, f"{folder} is not writable")


def is_folder(location: Location) -> bool:
    """Whether there is a folder of that name.

    Stores are not asked about names that end as those of pictures.

    Raises:
        InputError: the store cannot be asked.
    """
    return store.is_folder(location) if isinstance(location, Remote) else os.path.isdir(location)


def is_stream(target: Location) -> bool:
    """Whether a path is written to as it is, as ``/dev/null`` or a named pipe, not replaced."""
    if isinstance(target, Remote):
        return False
    if os.fspath(target).startswith(_STREAMS):
        return True
    with suppress(OSError):
        mode = target.stat().st_mode
        return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    return False


def put(
    target: Location, data: memoryview, *, overwrite: bool, like: os.stat_result | None = None
) -> None:
    """Put a result in its place, whole or not at all.

    Args:
        target: the file to be written; its folder is made if it does not exist yet.
        data: of the file.
        overwrite: whether a file that exists, or has come to be, may be replaced.
        like: a file's status, of which the result gets the permissions and times; not in stores.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        OutputError: its store does not take it.
        OSError: it cannot be written.
    """
    if isinstance(target, Path):
        with writing(target, overwrite=overwrite, like=like) as file:
            file.write(data)
        return
    try:
        store.put(target, data, overwrite=overwrite)
    except FileExistsError as error:
        raise _exists(target) from error


@contextmanager
def writing(
    target: Path, *, overwrite: bool, like: os.stat_result | None = None
) -> Iterator[IO[bytes]]:
    """A file for a result, which takes its place once all is written, or never.

    It is on the disk before this ends, and outlives a power cut. It gets the permissions of the
    file that it replaces, unless it is to be like another one.

    Args:
        target: the file to be written; its folder is made if it does not exist yet.
        overwrite: whether a file that exists, or has come to be, may be replaced.
        like: a file's status, of which the result gets the permissions and times.

    Raises:
        ExistsError: there is a file already, and it may not be replaced.
        OSError: it cannot be written.
    """
    if is_stream(target):
        with target.open("wb") as stream:
            yield stream
        return
    folder = target.parent
    _make(folder)
    _remove_strays(folder)
    temporary, file = _begun(folder, target.suffix)
    try:
        with file:
            with suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE((like or target.stat()).st_mode))
            yield file
            file.flush()
            if like:
                os.utime(temporary, ns=(like.st_atime_ns, like.st_mtime_ns))
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(target)
        else:
            _give_free_name(temporary, target)
        _sync(folder)
    finally:
        temporary.unlink(missing_ok=True)
        _unfinished.discard(temporary)


def send(stream: BinaryIO, data: bytes | memoryview) -> None:
    """Write all data to a stream, whatever part of it is taken at a time.

    Unbuffered ones, as standard output may be, often take less than all.

    Raises:
        OSError: it cannot be written.
    """
    left = memoryview(data)
    while left:
        taken: int | None = stream.write(left)
        if taken is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        left = left[taken:]
    stream.flush()


def abandon() -> None:
    """Remove what is being written, for a process that ends at once."""
    for temporary in list(_unfinished):
        with suppress(OSError):
            temporary.unlink()


def _make(folder: Path) -> None:
    """Make a folder, and those that it lies in, so that they outlive a power cut."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    if sys.platform == "win32":  # there they are without that
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # the file system cannot
            raise
    finally:
        os.close(descriptor)


def _begun(folder: Path, suffix: str) -> tuple[Path, IO[bytes]]:
    """A new temporary file, which is locked as long as this process writes it."""
    while True:
        temporary = folder / f"{_PREFIX}{secrets.token_hex(8)}{suffix}"
        file = temporary.open("xb")
        _unfinished.add(temporary)
        if sys.platform != "win32":
            with suppress(OSError):  # the file system has no locks: nobody else gets one either
                fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return temporary, file
        file.close()  # it was taken for a stray before it was locked
        _unfinished.discard(temporary)


def _remove_strays(folder: Path) -> None:
    """Remove what killed processes have left: temporary files that no process has locked."""
    if sys.platform == "win32" or (name := os.path.realpath(folder)) in _swept:
        return
    _swept.add(name)
    for path in folder.glob(f"{_PREFIX}{'[0-9a-f]' * 16}*"):
        if path.is_file():
            with suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _give_free_name(temporary: Path, target: Path) -> None:
    """Name a file, unless there is one of that name by now.

    Raises:
        ExistsError: there is one.
    """
    try:
        os.link(temporary, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        if error.errno not in _NO_LINKS or sys.platform != "linux":
            raise
        _rename_exclusively(temporary, target)


def _rename_exclusively(temporary: Path, target: Path) -> None:
    """What :func:`_give_free_name` does, on file systems without links."""
    libc, here, exclusively = ctypes.CDLL(None, use_errno=True), -100, 1  # as Linux defines them
    old, new = os.fsencode(temporary), os.fsencode(target)
    if libc.renameat2(here, old, here, new, exclusively):
        number = ctypes.get_errno()
        if number == errno.EEXIST:
            raise _exists(target)
        raise OSError(number, os.strerror(number), str(target))


def _exists(target: Location) -> ExistsError:
    return ExistsError(f"{target}: exists already", "choose another name, or overwrite it")


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
