"""Convert many pictures: what is written where, progress, and what became of each."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any, BinaryIO, TypeVar

from tqdm import tqdm

from invgray import interruption
from invgray.cli.messages import explained, say, show
from invgray.convert import PIPE, Options, Outcome, Source, Status, Target
from invgray.errors import (
    DONE,
    INTERRUPTED,
    SOME_FAILED,
    InputError,
    Interrupted,
    InvgrayError,
    OutputError,
    UsageError,
    WeightsError,
)
from invgray.files import place
from invgray.files.listing import pictures_in
from invgray.inference.tiling import Watch

GRAY = (".gray.png", ".gray.jpg", ".gray.jpeg")
"""Suffixes of the grays that 'encode' makes."""

_STDOUT = "/dev/stdout"


@dataclass(frozen=True)
class Request:
    """What a command is asked for, apart from the conversion's own options.

    Attributes:
        inputs: files and folders, or ``-``.
        output: a file, a folder or ``-``, if one is named.
        recursive: take folders with all that is in them.
        as_json: print one object a file on stdout.
        quiet: no progress bar and no summary.
        jobs: pictures in work at a time.
    """

    inputs: tuple[str, ...]
    output: str | None
    recursive: bool
    as_json: bool
    quiet: bool
    jobs: int


@dataclass(frozen=True)
class Naming:
    """How a command names its results: ``photo.jpg`` to ``photo.gray.png``, say.

    Attributes:
        suffix: of the results, in place of the input's.
        dropped: suffixes of the inputs that go first, if one is there.
        formats: suffixes that the results may have.
    """

    suffix: str
    dropped: tuple[str, ...]
    formats: Collection[str]

    def result(self, source: Path) -> str:
        """File name of the result for an input."""
        name = source.name
        stems = [name[: -len(end)] for end in self.dropped if name.lower().endswith(end)]
        return next(filter(None, stems), source.stem) + self.suffix


@dataclass(frozen=True)
class Task:
    """One picture to convert; None stands for standard input or output."""

    source: Path | None
    target: Path | None


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        tasks: the pictures to convert.
        unreadable: folders that may not be looked into, and why.
    """

    tasks: tuple[Task, ...]
    unreadable: tuple[tuple[Task, InputError], ...] = ()


O = TypeVar("O", bound=Options)  # noqa: E741
Convert = Callable[[Source, Target, O, Watch], Outcome]


def convert(request: Request, way: Convert[O], options: O, naming: Naming) -> int:
    """Do what a command is asked for, and return its exit code.

    Args:
        request: inputs, output, and how to report.
        way: converts one picture.
        options: of the conversion.
        naming: of the results.

    Raises:
        UsageError: see :func:`plan`; or image bytes are bound for a terminal.
        InputError: a folder has no pictures in it.
        WeightsError: the preset is missing or damaged.
        Interrupted: by Ctrl-C.
    """
    planned = plan(request, naming)
    to_stdout = any(task.target is None for task in planned.tasks)
    if to_stdout and request.as_json:
        raise UsageError("--json and the picture both want standard output", "name a file with -o")
    if request.as_json:
        standard_output()  # which may be closed
    if to_stdout and standard_output().isatty():
        raise UsageError(
            "will not write a picture to a terminal", "redirect it, or name a file with -o"
        )
    return _run(planned, way, options, request)


def plan(request: Request, naming: Naming) -> Plan:
    """Decide what is written where, before any picture is read.

    Raises:
        UsageError: a folder without ``-o``, ``-`` among several inputs, a result's format that
            cannot be written, or results that would overwrite each other or an input.
        InputError: a folder has no pictures in it.
    """
    inputs, output = request.inputs, request.output
    if "" in (*inputs, output):
        raise UsageError("a file name is empty", "check the quotes and variables in the call")
    folders = [name for name in inputs if name != PIPE and os.path.isdir(name)]
    many = len(inputs) > 1 or bool(folders)
    if many and PIPE in (*inputs, output):
        raise UsageError("'-' stands for one picture", "convert it in a call of its own")
    if folders and not output:
        raise UsageError(f"{folders[0]} is a folder", "name a folder for the results with -o")
    unreadable: list[tuple[Task, InputError]] = []
    if many:
        root = Path(output) if output else None
        if root and os.path.lexists(root) and not root.is_dir():
            raise UsageError(f"{root} is a file", "name a folder for several results with -o")
        tasks = tuple(
            task
            for name in inputs
            for task in _expand(Path(name), root, naming, request.recursive, unreadable)
        )
    else:
        tasks = (_single(inputs[0], output, naming),)
    if not tasks and not unreadable:
        raise InputError(f"{folders[0]}: has no pictures in it", "name another folder")
    _refuse_collisions(tasks)
    return Plan(tasks, tuple(unreadable))


class _Stop:
    """Ctrl-C in a batch: the first stops after the tiles in work, the second ends at once."""

    def __init__(self) -> None:
        self._event = Event()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def watch(self, done: int, total: int) -> None:
        """Stop a conversion between two tiles."""
        if self.asked:
            raise Interrupted("interrupted")

    def hear(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        if self.asked:
            place.abandon()
            os._exit(INTERRUPTED)
        self._event.set()
        with suppress(OSError):  # the terminal may be gone
            os.write(2, b"\ninvgray: stopping after the tiles in work; Ctrl-C again ends at once\n")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear all signals that would interrupt the process, as Ctrl-C does."""
        heard = interruption.signals()
        for number in heard:
            signal.signal(number, self.hear)
        try:
            yield
        finally:
            if not self.asked:  # what is left of a stopped process still ends at once
                for number in heard:
                    signal.signal(number, interruption.INTERRUPT)


def _run(planned: Plan, way: Convert[O], options: O, request: Request) -> int:
    report, stop = _Report(request.as_json), _Stop()
    for folder, error in planned.unreadable:
        report.add(_failed(folder, error))

    def attempt(task: Task) -> None:
        try:
            stop.watch(0, 0)
            source = task.source or standard_input()
            outcome = way(source, task.target or standard_output(), options, stop.watch)
        except Interrupted:
            return
        except (UsageError, WeightsError):
            raise  # nothing will fare better
        except InvgrayError as error:
            outcome = _failed(task, error)
        except Exception as error:  # one picture's surprise must not cost the others
            cause = f"{task.source or 'standard input'}: {type(error).__name__} ({error})"
            outcome = _failed(task, InvgrayError(cause, "this is a bug; please report it"))
        report.add(outcome)

    if len(planned.tasks) == 1 and not planned.unreadable:
        attempt(planned.tasks[0])
        return report.exit_code
    bar = tqdm(total=len(planned.tasks), unit="picture", disable=request.quiet or None)
    tasks = list(planned.tasks)
    if options.skip_existing:  # several batches that begin at once then share the work
        random.shuffle(tasks)
    with stop.listening(), bar, ThreadPoolExecutor(request.jobs) as pool:
        waiting = [pool.submit(attempt, task) for task in tasks]
        try:
            for future in as_completed(waiting):
                future.result()
                bar.update()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    if not request.quiet:
        show(report.summary(len(planned.tasks)))
    if stop.asked:
        raise Interrupted("interrupted")
    return report.exit_code


def _failed(task: Task, error: InvgrayError) -> Outcome:
    return Outcome(
        input=str(task.source or PIPE),
        output=str(task.target or PIPE),
        status=Status.FAILED,
        error=explained(error),
        exit_code=error.exit_code,
    )


@dataclass
class _Report:
    """What became of each picture; threads may add to it."""

    as_json: bool
    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a picture, and tell what is worth knowing."""
        self.outcomes.append(outcome)
        for notice in outcome.notices:
            say(f"{'standard input' if outcome.input == PIPE else outcome.input}: {notice}")
        if outcome.error:
            say(outcome.error)
        if self.as_json:
            tell({k: v for k, v in asdict(outcome).items() if v not in (None, ())})

    def _count(self, status: Status) -> int:
        return sum(outcome.status is status for outcome in self.outcomes)

    def summary(self, tasks: int) -> str:
        """One line with the counts."""
        counts = [f"{self._count(status)} {status}" for status in Status]
        left = tasks - len(self.outcomes)
        return ", ".join(counts + ([f"{left} not begun or stopped"] if left > 0 else []))

    @property
    def exit_code(self) -> int:
        """0; or what all failed of, if nothing was done; or 1."""
        codes = [o.exit_code for o in self.outcomes if o.exit_code is not None]
        return exit_code(codes, len(self.outcomes))


def exit_code(failures: Sequence[int], inputs: int) -> int:
    """Of a command: 0, or what all inputs failed of, or 1.

    Args:
        failures: the exit code of each input that failed.
        inputs: number of all of them.
    """
    if len(set(failures)) == 1 and len(failures) == inputs:
        return failures[0]
    return SOME_FAILED if failures else DONE


def tell(facts: dict[str, Any]) -> None:
    """One JSON object in a line on standard output, above any progress bar.

    Raises:
        UsageError: standard output is closed.
        OutputError: it cannot be written to.
    """
    stream = standard_output()
    try:
        with tqdm.external_write_mode(sys.stdout):
            place.send(stream, json.dumps(facts).encode() + b"\n")
    except OSError as error:
        raise OutputError(
            f"standard output: cannot be written ({error.strerror})",
            "check the free space and where it leads",
        ) from error


def standard_input() -> BinaryIO:
    """What is piped in.

    Raises:
        UsageError: nothing is.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped in", "name a file, or pipe a picture in")
    return sys.stdin.buffer


def standard_output() -> BinaryIO:
    """What is piped or shown.

    Raises:
        UsageError: it is closed.
    """
    if sys.stdout is None:
        raise UsageError("standard output is closed", "name a file with -o")
    return sys.stdout.buffer


def _single(name: str, output: str | None, naming: Naming) -> Task:
    source = None if name == PIPE else Path(name)
    if output in (PIPE, _STDOUT) or (output is None and source is None):
        return Task(source, None)
    if output is None:
        assert source is not None
        return Task(source, source.with_name(naming.result(source)))
    target = Path(output)
    if target.is_dir() or output.endswith("/"):
        if source is None:
            raise UsageError(f"{output} is a folder", "name a file for standard input's result")
        return Task(source, target / naming.result(source))
    if target.suffix.lower() not in naming.formats and not place.is_stream(target):
        raise UsageError(
            f"{output}: cannot be written in this format",
            f"name a file that ends in {', '.join(naming.formats)}",
        )
    return Task(source, target)


def _expand(
    path: Path,
    root: Path | None,
    naming: Naming,
    recursive: bool,
    unreadable: list[tuple[Task, InputError]],
) -> Iterator[Task]:
    if not path.is_dir():
        name = naming.result(path)
        yield Task(path, root / name if root else path.with_name(name))
        return
    assert root is not None
    results = Path(os.path.realpath(root))
    nested = Path(os.path.realpath(path)) in results.parents

    def skip(folder: Path, error: InputError) -> None:
        unreadable.append((Task(folder, root / folder.relative_to(path)), error))

    for file in pictures_in(path, recursive, skip):
        earlier = nested and results in Path(os.path.realpath(file)).parents
        if not earlier and not file.name.endswith(naming.suffix):
            yield Task(file, root / file.relative_to(path).with_name(naming.result(file)))


def _refuse_collisions(tasks: tuple[Task, ...]) -> None:
    sources = {os.path.realpath(task.source) for task in tasks if task.source}
    targets: dict[str, Path | None] = {}
    for task in tasks:
        if not task.target or place.is_stream(task.target):
            continue
        target = os.path.realpath(task.target)
        if target in targets:
            raise UsageError(
                f"{targets[target]} and {task.source} would both be written to {task.target}",
                "convert one of them with an -o of its own",
            )
        if target in sources:
            raise UsageError(f"{task.target} is an input itself", "name another result with -o")
        targets[target] = task.source
