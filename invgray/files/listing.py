"""The pictures in folders, and what in these cannot be looked at; names in a list of files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from invgray.errors import InputError
from invgray.files import place, store
from invgray.files.ends import PIPE
from invgray.files.formats import is_picture, readable_suffixes
from invgray.files.location import Location, Remote, locate


def is_folder(name: str) -> bool:
    """Whether an input is one; a slash at the end of a URL says so.

    Raises:
        UsageError: see :func:`invgray.files.location.locate`.
        InputError: the store may not be looked into.
    """
    if name == PIPE:
        return False
    location = locate(name)
    return (isinstance(location, Remote) and name.endswith("/")) or place.is_folder(location)


def found_in(
    folder: Location,
    recursive: bool = True,
    unreadable: Callable[[Path, InputError], None] | None = None,
) -> Iterator[Location]:
    """See :func:`pictures_in`, and :func:`objects_in` for a folder in a store."""
    if isinstance(folder, Remote):
        return objects_in(folder, recursive)
    return pictures_in(folder, recursive, unreadable)


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


def objects_in(folder: Remote, recursive: bool = True) -> Iterator[Remote]:
    """Likewise of a store, whose pictures are told by their suffixes alone.

    Raises:
        InputError: the store may not be looked into.
    """
    suffixes = readable_suffixes()
    found = sorted(store.names(folder, recursive=recursive))
    return (
        each
        for each in found
        if each.suffix.lower() in suffixes
        and not any(part.startswith(".") for part in each.url[len(folder.url) :].split("/"))
    )


def names_in(source: Path | BinaryIO, *, null: bool = False) -> tuple[str, ...]:
    """The names of files in a list, as they are; empty ones are left out.

    Args:
        source: the list.
        null: names end in NUL; else they are lines, which may end in CR LF, too.

    Raises:
        InputError: the list cannot be read.
    """
    try:
        data = source.read_bytes() if isinstance(source, Path) else source.read()
    except OSError as error:
        raise InputError(
            f"{source}: the list of files may not be read ({error.strerror})", "check its name"
        ) from error
    names = data.split(b"\0") if null else (x.removesuffix(b"\r") for x in data.split(b"\n"))
    return tuple(os.fsdecode(name) for name in names if name)
