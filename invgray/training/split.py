"""Which pictures a run trains on and which it validates on: fixed when it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from invgray.errors import DamagedRunError, InputError
from invgray.files import content, place
from invgray.files.listing import pictures_in

HELD_OUT = 20
"""One in so many pictures is held out for validation, where none are named."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """The pictures of a run, by their absolute paths; none is in both parts.

    Attributes:
        training: pictures that patches are cut from.
        validation: pictures that pick the best weights.
        named: whether those for validation were named, not held out.
    """

    training: tuple[str, ...]
    validation: tuple[str, ...]
    named: bool


def draw(pictures: Sequence[Path], validation: Sequence[Path]) -> Split:
    """Split the pictures of a new run.

    Args:
        pictures: to train on, apart from those to validate on.
        validation: to validate on; if there are none, one in twenty of the others is held out.
    """
    held_out = _names(validation) or _names(pictures)[::HELD_OUT]
    apart = set(held_out)
    training = tuple(name for name in _names(pictures) if name not in apart)
    return Split(training=training, validation=held_out, named=bool(validation))


def resume(
    split: Split,
    pictures: Sequence[Path],
    validation: Sequence[Path],
    report: Callable[[str], None],
) -> None:
    """Say which of the pictures that are named anew a run does not take.

    Args:
        split: of the run.
        pictures: named to train on.
        validation: named to validate on.
        report: takes one line of news.

    Raises:
        InputError: a picture of the run is not there any more.
    """
    missing = [name for name in (*split.training, *split.validation) if not Path(name).is_file()]
    if missing:
        raise InputError(
            f"{_some(missing)}: of this run, but not there any more",
            "put back what is missing, or begin a new run",
        )
    own = {*split.training, *split.validation}
    others = [name for name in _names((*pictures, *validation)) if name not in own]
    if others:
        report(f"not of this run, whose pictures are fixed, and left out: {_some(others)}")
    trained = [name for name in _names(validation) if name in set(split.training)]
    if trained:
        report(f"trained on in this run, and not for its validation: {_some(trained)}")


def read(path: Path) -> Split:
    """The split in a file.

    Raises:
        DamagedRunError: the file is missing or damaged.
    """
    try:
        return msgspec.json.decode(content.read(path), type=Split)
    except (OSError, msgspec.MsgspecError) as error:
        raise DamagedRunError(f"{path}: is damaged ({error})", "begin a new run") from error


def write(path: Path, split: Split) -> None:
    """Write a split as JSON."""
    with place.writing(path, overwrite=True) as file:
        file.write(msgspec.json.format(msgspec.json.encode(split), indent=1))


def listed(paths: Sequence[Path], report: Callable[[str], None]) -> list[Path]:
    """Files, and the pictures in folders.

    Args:
        paths: of files and folders.
        report: takes one line for each folder that may not be looked into.

    Raises:
        InputError: a folder has no pictures in it.
    """
    files = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = list(pictures_in(path, unreadable=lambda _, error: report(str(error))))
        if not found:
            raise InputError(f"{path}: has no pictures in it", "name another folder")
        files += found
    return files


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Absolute paths, each file once."""
    return tuple(dict.fromkeys(str(path.resolve()) for path in paths))


def _some(names: Sequence[str]) -> str:
    """The first name, and how many there are beside it."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
