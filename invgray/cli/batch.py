"""Convert pictures as a command is asked to: plan, run, report."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

from invgray.cli.messages import say, show
from invgray.cli.naming import Naming
from invgray.cli.plan import OnClash, Plan, Selection, Task, plan
from invgray.cli.progress import Progress
from invgray.cli.report import Report, failed
from invgray.cli.stopping import Stop
from invgray.cli.streams import send, standard_input, standard_output, tell_line
from invgray.convert import Conversion, Outcome, Status
from invgray.errors import (
    ExistsError,
    InputError,
    Interrupted,
    InvgrayError,
    UsageError,
    WeightsError,
)
from invgray.files import place
from invgray.files.ends import PIPE, Source, Target
from invgray.inference.tiling import Watch
from invgray.options import Options

O = TypeVar("O", bound=Options)  # noqa: E741


@dataclass(frozen=True)
class Way(Generic[O]):
    """What a command does with a picture.

    Attributes:
        conversion: the name of that.
        convert: converts one picture.
        options: what that can be told.
        naming: of the results.
    """

    conversion: Conversion
    convert: Callable[[Source, Target, O, Watch], Outcome]
    options: type[O]
    naming: Naming


@dataclass(frozen=True)
class Request:
    """What a command is asked for, apart from the conversion's own options.

    Attributes:
        selection: which pictures, and where their results go.
        naming: of the results.
        as_json: print one object a file on stdout.
        quiet: no progress, no result line and no summary.
        dry_run: tell what would be written, and write nothing.
        jobs: pictures in work at a time.
    """

    selection: Selection
    naming: Naming
    as_json: bool
    quiet: bool
    dry_run: bool
    jobs: int


def convert(request: Request, way: Way[O], options: O) -> int:
    """Do what a command is asked for, and return its exit code.

    Args:
        request: inputs, output, and how to report.
        way: what is done with a picture.
        options: of the conversion.

    Raises:
        UsageError: see :func:`invgray.cli.plan.plan`; names clash; or image bytes are bound for a
            terminal.
        InputError: there are no pictures.
        WeightsError: the preset is missing or damaged.
        Interrupted: by Ctrl-C.
    """
    planned = plan(request.selection, request.naming)
    to_stdout = any(task.target is None for task in planned.tasks)
    if to_stdout and request.as_json:
        raise UsageError("--json and the picture both want standard output", "name a file with -o")
    if request.as_json or request.dry_run:
        standard_output()  # which may be closed
    if to_stdout and standard_output().isatty():
        raise UsageError(
            "will not write a picture to a terminal", "redirect it, or name a file with -o"
        )
    if planned.clashes and request.selection.on_clash is OnClash.STOP:
        *others, last = (clash.error for clash in planned.clashes)
        for error in others if request.dry_run else ():
            say(error.cause)
        raise last if request.dry_run or not others else others[0]
    if request.dry_run:
        return _rehearse(planned, way, options, request)
    if len(planned.tasks) == 1 and not (planned.unreadable or planned.clashes):
        return _run_one(planned.tasks[0], way, options, request)
    return _run_many(planned, way, options, request)


def attempted(
    task: Task, way: Way[O], options: O, watch: Watch, *, form: str | None = None
) -> Outcome:
    """The outcome of a conversion, a failed one included.

    Args:
        task: the picture, and where its result goes.
        way: what is done with it.
        options: of the conversion.
        watch: hears of the progress, and may raise to stop.
        form: suffix of what standard output gets; None for a PNG.

    Raises:
        UsageError: no picture will fare better.
        WeightsError: likewise.
        Interrupted: by the watch.
    """
    try:
        source = task.source or standard_input()
        if task.target:
            return way.convert(source, task.target, options, watch)
        return _to_stdout(source, way, options, watch, form)
    except (Interrupted, UsageError, WeightsError):
        raise
    except InvgrayError as error:
        return failed(task, error)
    except Exception as error:  # one picture's surprise must not cost the others
        cause = f"{task.source or 'standard input'}: {type(error).__name__} ({error})"
        return failed(task, InvgrayError(cause, "this is a bug; please report it"))


def _to_stdout(source: Source, way: Way[O], options: O, watch: Watch, form: str | None) -> Outcome:
    if form in (None, ".png"):
        return way.convert(source, standard_output(), options, watch)
    with TemporaryDirectory() as folder:
        file = Path(folder, f"result{form}")
        outcome = way.convert(source, file, options, watch)
        send(file.read_bytes())
    return replace(outcome, output=PIPE)


def _run_one(task: Task, way: Way[O], options: O, request: Request) -> int:
    report = Report(as_json=request.as_json, each=None if request.quiet else say)
    begun, name = time.monotonic(), task.source.name if task.source else "standard input"
    with Progress(1, name, quiet=request.quiet) as progress, progress.picture() as watch:
        outcome = attempted(task, way, options, watch, form=request.naming.asked)
    report.add(outcome, time.monotonic() - begun)
    return report.exit_code


def _run_many(planned: Plan, way: Way[O], options: O, request: Request) -> int:
    report, stop = Report(as_json=request.as_json), Stop()
    tasks = list(planned.tasks)
    if options.skip_existing:  # several batches that begin at once then share the work
        random.shuffle(tasks)
    with Progress(len(tasks), quiet=request.quiet) as progress, stop.listening():
        for outcome in _left_out(planned, way.conversion):
            report.add(outcome)

        def attempt(task: Task) -> None:
            with suppress(Interrupted), progress.picture() as watch:
                stop.watch(0, 0)
                report.add(attempted(task, way, options, both(stop.watch, watch)))

        with ThreadPoolExecutor(request.jobs) as pool:
            waiting = [pool.submit(attempt, task) for task in tasks]
            try:
                for future in as_completed(waiting):
                    future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    if not request.quiet:
        show(report.summary(len(tasks) + len(planned.unreadable) + len(planned.clashes)))
    if stop.asked:
        raise Interrupted("interrupted")
    return report.exit_code


def both(first: Watch, second: Watch) -> Watch:
    """A watch for two."""

    def watch(done: int, total: int) -> None:
        first(done, total)
        second(done, total)

    return watch


def _left_out(planned: Plan, conversion: Conversion) -> Iterator[Outcome]:
    """Outcomes of what is not even tried."""
    for folder, error in planned.unreadable:
        yield failed(folder, error)
    for clash in planned.clashes:
        yield Outcome(
            input=str(clash.task.source),
            output=str(clash.task.target),
            status=Status.SKIPPED,
            conversion=conversion,
            notices=(f"{clash.error.cause}; skipped",),
        )


def _rehearse(planned: Plan, way: Way[O], options: O, request: Request) -> int:
    report = Report(as_json=request.as_json, each=tell_line)
    for outcome in _left_out(planned, way.conversion):
        report.add(outcome)
    for task in planned.tasks:
        report.add(_foreseen(task, way.conversion, options))
    if not request.quiet and report.told > 1:
        show(report.summary(report.told))
    return report.exit_code


def _foreseen(task: Task, conversion: Conversion, options: Options) -> Outcome:
    """What will become of a picture, as far as can be told without reading it."""
    source, target = task.source, task.target
    if source and not os.path.lexists(source):
        return failed(task, InputError(f"{source}: no such file", "check the name"))
    there = target is not None and not place.is_stream(target) and os.path.lexists(target)
    if there and not (options.overwrite or options.skip_existing):
        return failed(task, ExistsError(f"{target}: exists already"))
    return Outcome(
        input=str(source or PIPE),
        output=str(target or PIPE),
        status=Status.SKIPPED if there and options.skip_existing else Status.PLANNED,
        conversion=conversion,
    )
