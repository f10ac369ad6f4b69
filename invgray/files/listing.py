"""The pictures in a folder, and what in it cannot be looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from invgray.errors import InputError
from invgray.files.formats import is_picture


def pictures_in(
    folder: Path,
    recursive: bool = True,
    unreadable: Callable[[Path, InputError], None] | None = None,
) -> Iterator[Path]:
    """The files in a folder that are pictures, hidden ones left out, in order of their paths.

    Files in formats that cannot be read here are among them: they fail when they are read, with
    their name and the remedy.

    Args:
        folder: to look into.
        recursive: look into the folders in it, too.
        unreadable: takes each folder that may not be looked into, and an error that says so.

    Raises:
        InputError: a folder may not be looked into, and ``unreadable`` is None.
    """

    def failed(error: OSError) -> None:
        problem = InputError(
            f"{error.filename}: the folder may not be read ({error.strerror})",
            "check its permissions",
        )
        if unreadable is None:
            raise problem from error
        unreadable(Path(error.filename), problem)

    found = []
    for root, folders, files in os.walk(folder, onerror=failed):
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        found += [Path(root, name) for name in files if not name.startswith(".")]
    return (path for path in sorted(found) if path.is_file() and is_picture(path))
