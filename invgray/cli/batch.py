"""Convert many pictures: what is written where, progress, and what became of each."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import click
from tqdm import tqdm

from invgray import images
from invgray.cli.messages import say
from invgray.errors import (
    SOME_FAILED,
    InputError,
    InvgrayError,
    OutputError,
    UsageError,
    WeightsError,
)

PIPE = "-"


@dataclass(frozen=True)
class Task:
    """One picture to convert; None stands for standard input or output."""

    source: Path | None
    target: Path | None


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
    formats: tuple[str, ...]

    def result(self, source: Path) -> str:
        """File name of the result for an input."""
        name = source.name
        stems = [name[: -len(end)] for end in self.dropped if name.lower().endswith(end)]
        return next(filter(None, stems), source.stem) + self.suffix


GRAY = (".gray.png", ".gray.jpg", ".gray.jpeg")
"""Suffixes of the grays that 'encode' makes."""


def plan(
    inputs: tuple[str, ...], output: str | None, naming: Naming, recursive: bool = True
) -> list[Task]:
    """Decide what is written where, before anything is read.

    Raises:
        UsageError: a folder without ``-o``, ``-`` among several inputs, a result's format that
            cannot be written, or results that would overwrite each other or an input.
        InputError: a folder has no pictures in it.
    """
    if "" in (*inputs, output):
        raise UsageError("a file name is empty", "check the quotes and variables in the call")
    folders = [name for name in inputs if name != PIPE and os.path.isdir(name)]
    many = len(inputs) > 1 or bool(folders)
    if many and PIPE in (*inputs, output):
        raise UsageError("'-' stands for one picture", "convert it in a call of its own")
    if folders and not output:
        raise UsageError(f"{folders[0]} is a folder", "name a folder for the results with -o")
    if many:
        root = Path(output) if output else None
        if root and os.path.lexists(root) and not os.path.isdir(root):
            raise UsageError(f"{root} is a file", "name a folder for several results with -o")
        tasks = [task for name in inputs for task in _expand(Path(name), root, naming, recursive)]
    else:
        tasks = [_single(inputs[0], output, naming)]
    if not tasks:
        raise InputError(f"{folders[0]}: has no pictures in it", "name another folder")
    _refuse_collisions(tasks)
    return tasks


def run(
    tasks: list[Task],
    convert: Callable[[Task], tuple[dict, list[str]]],
    *,
    overwrite: bool,
    skip_existing: bool,
    as_json: bool,
    quiet: bool,
    jobs: int,
) -> int:
    """Convert every task, report on stderr (or as JSON on stdout), and return the exit code.

    Args:
        tasks: from :func:`plan`.
        convert: does one task; returns facts for ``--json`` and notices for stderr.
        overwrite: replace results that exist.
        skip_existing: leave results that exist, and count them as skipped.
        as_json: print one object a file on stdout.
        quiet: no progress bar and no summary.
        jobs: tasks in work at a time.

    Raises:
        UsageError: options that contradict each other, or image bytes bound for a terminal.
    """
    if overwrite and skip_existing:
        raise UsageError("--overwrite and --skip-existing exclude each other", "choose one")
    to_stdout = any(task.target is None for task in tasks)
    if to_stdout and as_json:
        raise UsageError("--json and the picture both want standard output", "name a file with -o")
    if to_stdout and standard_output().isatty():
        raise UsageError(
            "will not write a picture to a terminal", "redirect it, or name a file with -o"
        )
    report = Report(as_json)

    def attempt(task: Task) -> None:
        try:
            if task.target and os.path.lexists(task.target) and not overwrite:
                if not skip_existing:
                    raise OutputError(
                        f"{task.target}: exists already", "use --overwrite or --skip-existing"
                    )
                report.add(task, "skipped", {}, [])
            else:
                report.add(task, "done", *convert(task))
        except (UsageError, WeightsError):
            raise  # nothing will fare better
        except InvgrayError as error:
            report.fail(task, error)
        except Exception as error:  # one picture's surprise must not cost the others
            cause = f"{task.source or 'standard input'}: {type(error).__name__} ({error})"
            report.fail(task, InvgrayError(cause, "this is a bug; please report it"))

    if len(tasks) == 1:
        attempt(tasks[0])
        return report.exit_code
    bar = tqdm(total=len(tasks), unit="picture", disable=quiet or None)
    with bar, ThreadPoolExecutor(jobs) as pool:
        try:
            for future in as_completed([pool.submit(attempt, task) for task in tasks]):
                future.result()
                bar.update()
        except BaseException:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is being written gets finished
            pool.shutdown(cancel_futures=True)
            raise
    if not quiet:
        click.echo(report.summary, err=True)
    return report.exit_code


@dataclass
class Report:
    """What became of each picture; threads may add to it."""

    as_json: bool = False
    done: list[Task] = field(default_factory=list)
    skipped: list[Task] = field(default_factory=list)
    failures: list[InvgrayError] = field(default_factory=list)

    def add(self, task: Task, status: str, facts: dict, notices: list[str]) -> None:
        """Count a picture that is done or skipped."""
        (self.done if status == "done" else self.skipped).append(task)
        for notice in notices:
            say(f"{task.source or 'standard input'}: {notice}")
        self._object(task, status, facts | ({"notices": notices} if notices else {}))

    def fail(self, task: Task, error: InvgrayError) -> None:
        """Count a picture that failed, and say why."""
        self.failures.append(error)
        say(str(error))
        self._object(task, "failed", {"error": str(error), "exit_code": error.exit_code})

    def _object(self, task, status, facts):
        if self.as_json:
            names = {"input": str(task.source or PIPE), "output": str(task.target or PIPE)}
            with tqdm.external_write_mode(sys.stdout):
                click.echo(json.dumps(names | {"status": status} | facts))

    @property
    def summary(self) -> str:
        """One line with the counts."""
        return f"{len(self.done)} done, {len(self.skipped)} skipped, {len(self.failures)} failed"

    @property
    def exit_code(self) -> int:
        """0; or what all failed of, if nothing was done; or 1."""
        codes = {error.exit_code for error in self.failures}
        if len(codes) == 1 and not self.done and not self.skipped:
            return codes.pop()
        return SOME_FAILED if codes else 0


def standard_input() -> BinaryIO:
    """Bytes that are piped in."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped in", "name a file, or pipe a picture in")
    return sys.stdin.buffer


def standard_output() -> BinaryIO:
    """Where piped-out bytes go."""
    if sys.stdout is None:
        raise UsageError("standard output is closed", "name a file with -o")
    return sys.stdout.buffer


def _single(name: str, output: str | None, naming: Naming) -> Task:
    source = None if name == PIPE else Path(name)
    if output == PIPE or (output is None and source is None):
        return Task(source, None)
    if output is None:
        assert source is not None
        return Task(source, source.with_name(naming.result(source)))
    target = Path(output)
    if os.path.isdir(target) or output.endswith("/"):
        if source is None:
            raise UsageError(f"{output} is a folder", "name a file for standard input's result")
        return Task(source, target / naming.result(source))
    if target.suffix.lower() not in naming.formats:
        raise UsageError(
            f"{output}: cannot be written in this format",
            f"name a file that ends in {', '.join(naming.formats)}",
        )
    return Task(source, target)


def _expand(path: Path, root: Path | None, naming: Naming, recursive: bool) -> Iterator[Task]:
    if not os.path.isdir(path):
        name = naming.result(path)
        yield Task(path, root / name if root else path.with_name(name))
        return
    assert root is not None
    results = Path(os.path.realpath(root))
    nested = Path(os.path.realpath(path)) in results.parents
    for file in images.pictures_in(path, recursive):
        earlier = nested and results in Path(os.path.realpath(file)).parents
        if not earlier and not file.name.endswith(naming.suffix):
            yield Task(file, root / file.relative_to(path).with_name(naming.result(file)))


def _refuse_collisions(tasks: list[Task]) -> None:
    sources = {os.path.realpath(task.source) for task in tasks if task.source}
    targets: dict[str, Path | None] = {}
    for task in tasks:
        if not task.target:
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
