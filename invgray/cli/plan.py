"""What is to be done: from the names of inputs to pictures, each with the place of its result.

Nothing is read, written or reported here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from pathlib import PurePath

from invgray.cli import template
from invgray.cli.naming import Naming
from invgray.errors import InputError, UsageError
from invgray.files import place
from invgray.files.ends import PIPE
from invgray.files.listing import found_in, is_folder
from invgray.files.location import Location, Remote, lies_in, locate, real_name, way_to

_STDOUT = "/dev/stdout"


class OnClash(StrEnum):
    """What is done about a result whose name is that of another one, or of an input."""

    STOP = "stop"
    SKIP = "skip"
    NUMBER = "number"


@dataclass(frozen=True)
class Selection:
    """Which pictures are to be converted, and where their results go.

    Attributes:
        inputs: files and folders, or ``-``.
        output: a file, a folder, a template of names or ``-``, if one is named.
        recursive: take folders with all that is in them.
        on_clash: what is done about names that are taken.
        listed: whether inputs come from a list, so that the output is a folder even for one.
        paired: further pictures, each with the name of its result.
    """

    inputs: tuple[str, ...]
    output: str | None = None
    recursive: bool = True
    on_clash: OnClash = OnClash.STOP
    listed: bool = False
    paired: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One picture to convert; None stands for standard input or output."""

    source: Location | None
    target: Location | None


@dataclass(frozen=True)
class Clash:
    """A picture whose result has no name of its own.

    Attributes:
        task: the picture, and the name that is taken.
        other: the picture whose result has that name; None if it is an input's own.
    """

    task: Task
    other: Location | None

    @property
    def error(self) -> UsageError:
        """What there is to say about it."""
        task = self.task
        if self.other is None:
            return UsageError(f"{task.target} is an input itself", "name another result with -o")
        return UsageError(
            f"{self.other} and {task.source} would both be written to {task.target}",
            "convert one of them with an -o of its own, or choose with --on-clash",
        )


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        tasks: the pictures to convert; no two have one target, and no target is an input.
        unreadable: folders that may not be looked into, and why.
        clashes: pictures that are left out, as the names of their results are taken.
    """

    tasks: tuple[Task, ...]
    unreadable: tuple[tuple[Task, InputError], ...] = ()
    clashes: tuple[Clash, ...] = ()


def plan(selection: Selection, naming: Naming) -> Plan:
    """Decide what is written where, before any picture is read.

    Raises:
        UsageError: a folder without an output, ``-`` among several inputs, a template with unknown
            fields, or a result's format that cannot be written or is not the one asked for.
        InputError: there are no pictures.
    """
    inputs = selection.inputs
    if "" in (*inputs, selection.output):
        raise UsageError("a file name is empty", "check the quotes and variables in the call")
    output = None if selection.output is None else Output.parsed(selection.output)
    folders = [name for name in inputs if is_folder(name)]
    many = len(inputs) > 1 or bool(folders) or selection.listed
    if many and PIPE in (*inputs, selection.output):
        raise UsageError("'-' stands for one picture", "convert it in a call of its own")
    if folders and not output:
        raise UsageError(f"{folders[0]} is a folder", "name a folder for the results with -o")
    unreadable: list[tuple[Task, InputError]] = []
    if many:
        if output:
            output.check_folder()
        tasks = tuple(_several(selection, frozenset(folders), output, naming, unreadable))
    else:
        tasks = (_single(inputs[0], output, naming),)
    if not tasks and not unreadable:
        if folders:
            raise InputError(f"{folders[0]}: has no pictures in it", "name another folder")
        raise InputError("the list of files is empty", "check what makes it")
    kept, clashes = _told_apart(tasks, naming, selection.on_clash)
    return Plan(kept, tuple(unreadable), clashes)


@dataclass(frozen=True)
class Output:
    """Where results go: a name, or a template of names.

    Attributes:
        name: of a file or folder, or a template.
        templated: whether it is one.
    """

    name: str
    templated: bool

    @classmethod
    def parsed(cls, text: str) -> Output:
        """What a user means.

        Raises:
            UsageError: it is a template with an unknown field, or with a brace that stands alone.
        """
        templated = bool(template.fields(text))
        return cls(text if templated else template.filled(text, {}), templated)

    @property
    def place(self) -> Location:
        """Of the file or folder."""
        return locate(self.name)

    def check_folder(self) -> None:
        """See to it that several results can go there.

        Raises:
            UsageError: it is a file.
        """
        if self.templated or isinstance(self.place, Remote):
            return
        if os.path.lexists(self.place) and not self.place.is_dir():
            raise UsageError(f"{self.place} is a file", "name a folder for several results with -o")

    def task(self, source: Location, naming: Naming, folder: Location | None = None) -> Task:
        """Where the result of one of several pictures goes.

        Args:
            source: the picture.
            naming: of the results.
            folder: whose tree is mirrored; None if the picture itself was named.

        Raises:
            UsageError: a template names a format that cannot be written, or not the one asked for.
        """
        if self.templated:
            target = naming.filled(self.name, source)
            naming.check(target)
            return Task(source, target)
        inner = way_to(source.parent, folder) if folder else PurePath()
        return Task(source, self.place / inner / naming.result(source))


def in_folder(
    folder: Location, output: Output, naming: Naming
) -> Callable[[Location], Task | None]:
    """What is to be done about each file in a folder; nothing about results of earlier runs.

    Args:
        folder: that is converted as a whole.
        output: where results go; its tree is the folder's.
        naming: of the results.
    """
    nested = not output.templated and lies_in(output.place, folder)

    def task(file: Location) -> Task | None:
        earlier = nested and lies_in(file, output.place)
        return None if earlier or naming.made(file.name) else output.task(file, naming, folder)

    return task


def _single(name: str, output: Output | None, naming: Naming) -> Task:
    source = None if name == PIPE else locate(name)
    if output is None:
        return Task(source, source and source.with_name(naming.result(source)))
    if output.name in (PIPE, _STDOUT):
        return Task(source, None)
    named = output.templated or output.name.endswith("/") or place.is_folder(output.place)
    if named and source is None:
        raise UsageError(
            f"{output.name}: standard input has no name", "name a file for its result with -o"
        )
    if named and source:
        return output.task(source, naming)
    naming.check(output.place)
    return Task(source, output.place)


def _several(
    selection: Selection,
    folders: Set[str],
    output: Output | None,
    naming: Naming,
    unreadable: list[tuple[Task, InputError]],
) -> Iterator[Task]:
    """Pictures with their results beside them, or where they are wanted."""
    for name, result in selection.paired:
        target = locate(result)
        naming.check(target)
        yield Task(locate(name), target)
    for name in selection.inputs:
        source = locate(name)
        if output is None:
            yield Task(source, source.with_name(naming.result(source)))
        elif name in folders:
            yield from _inside(source, output, selection.recursive, naming, unreadable)
        else:
            yield output.task(source, naming)


def _inside(
    folder: Location,
    output: Output,
    recursive: bool,
    naming: Naming,
    unreadable: list[tuple[Task, InputError]],
) -> Iterator[Task]:
    def skip(path: Location, error: InputError) -> None:
        unreadable.append((Task(path, output.place / way_to(path, folder)), error))

    task = in_folder(folder, output, naming)
    yield from filter(None, map(task, found_in(folder, recursive, skip)))


def _told_apart(
    tasks: tuple[Task, ...], naming: Naming, on_clash: OnClash
) -> tuple[tuple[Task, ...], tuple[Clash, ...]]:
    """Tasks without those whose results have no name of their own, unless they get a number.

    The first picture that wants a name gets it, before any number is given.
    """
    inputs = {real_name(task.source) for task in tasks if task.source}
    taken: dict[str, Location | None] = dict.fromkeys(inputs)
    kept: dict[int, Task] = {}
    clashes: dict[int, Clash] = {}
    for place_in_line, task in enumerate(tasks):
        name = _written(task)
        if name in taken:
            clashes[place_in_line] = Clash(task, taken[name])
            continue
        kept[place_in_line] = task
        if name:
            taken[name] = task.source
    if on_clash is not OnClash.NUMBER:
        return tuple(kept.values()), tuple(clashes.values())
    for place_in_line, clash in clashes.items():
        task = _numbered(clash.task, naming, taken)
        kept[place_in_line] = task
        taken[str(_written(task))] = task.source
    return tuple(kept[i] for i in sorted(kept)), ()


def _numbered(task: Task, naming: Naming, taken: Container[str]) -> Task:
    """A task whose result has the first number from 2 on that gives it a name of its own."""
    for number in count(2):
        again = replace(task, target=task.target and naming.numbered(task.target, number))
        if _written(again) not in taken:
            return again
    raise AssertionError


def _written(task: Task) -> str | None:
    """The file that a task writes; None for streams."""
    if task.target is None or place.is_stream(task.target):
        return None
    return real_name(task.target)
