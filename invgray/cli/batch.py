"""Convert pictures as a command is asked to: plan, run, report."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from invgray.cli.attempt import Converter, O, attempted
from invgray.cli.messages import say, show
from invgray.cli.naming import Naming
from invgray.cli.plan import OnClash, Plan, Selection, Task, plan
from invgray.cli.progress import Progress
from invgray.cli.report import Report, failed
from invgray.cli.shard import Shard
from invgray.cli.stopping import Stop
from invgray.cli.streams import standard_output, tell_line
from invgray.convert import Conversion, Outcome, Status
from invgray.errors import ExistsError, InputError, Interrupted, UsageError
from invgray.files import place, store
from invgray.files.ends import PIPE
from invgray.files.location import Location, Remote
from invgray.options import Options
from invgray.watching import Watch

if TYPE_CHECKING:
    from invgray.cluster.rows import Rows

JOBS = 2
"""Pictures in work at a time on this machine, if it is not said."""


@dataclass(frozen=True)
class Request:
    """What a command is asked for, apart from the conversion's own options.

    Attributes:
        selection: which pictures, and where their results go.
        naming: of the results.
        as_json: print one object a file on stdout.
        quiet: no progress, no result line and no summary.
        dry_run: tell what would be written, and write nothing.
        jobs: pictures in work at a time; None for two, or on Ray for as many as there is room for.
        shard: the share of the pictures that is meant; None for all of them.
        rows: file of what became of each picture, in this run and those before; None for none.
        ray: address of the Ray cluster that does the work; None for this process.
    """

    selection: Selection
    naming: Naming
    as_json: bool
    quiet: bool
    dry_run: bool
    jobs: int | None
    shard: Shard | None = None
    rows: Path | None = None
    ray: str | None = None


def convert(request: Request, converter: Converter[O], options: O) -> int:
    """Do what a command is asked for, and return its exit code.

    Args:
        request: inputs, output, and how to report.
        converter: what is done with a picture.
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
    single = len(planned.tasks) == 1 and not (planned.unreadable or planned.clashes)
    if request.shard:
        planned = request.shard.of(planned)
    if request.dry_run:
        return _rehearse(planned, converter, options, request)
    with _rows_of(request) as rows:
        if rows and rows.continued and not options.overwrite:
            options = replace(options, skip_existing=True)
        if single and planned.tasks and not (request.ray or rows):
            return _run_one(planned.tasks[0], converter, options, request)
        return _run_many(planned, converter, options, request, rows)


def _rows_of(request: Request) -> AbstractContextManager[Rows | None]:
    if request.rows is None:
        return nullcontext()
    from invgray.cluster.rows import kept_in

    return kept_in(request.rows)


def _run_one(task: Task, converter: Converter[O], options: O, request: Request) -> int:
    report = Report(as_json=request.as_json, each=None if request.quiet else say)
    begun, name = time.monotonic(), task.source.name if task.source else "standard input"
    with Progress(1, name, quiet=request.quiet) as progress, progress.picture() as watch:
        outcome = attempted(task, converter, options, watch, form=request.naming.asked)
    report.add(outcome, time.monotonic() - begun)
    return report.exit_code


def _run_many(
    planned: Plan, converter: Converter[O], options: O, request: Request, rows: Rows | None
) -> int:
    report, stop = Report(as_json=request.as_json, rows=rows), Stop()
    ended = dict.fromkeys(task for task in planned.tasks if rows and rows.has(*_names(task)))
    tasks = [task for task in planned.tasks if task not in ended]
    there = _stored(tasks, options)
    left = [task for task in tasks if task.target in there]
    tasks = [task for task in tasks if task.target not in there]
    if options.skip_existing:  # several batches that begin at once then share the work
        random.shuffle(tasks)
    with Progress(len(tasks), quiet=request.quiet) as progress, stop.listening():
        for outcome in _left_out(planned, ended, converter.conversion):
            report.add(outcome)
        for task in left:
            report.add(_foreseen(task, converter.conversion, options, there))
        if request.ray:
            from invgray.cli import distribution

            cluster = distribution.Cluster(request.ray, request.jobs)
            distribution.run(tasks, converter, options, cluster, report, progress, stop)
        else:
            _in_threads(tasks, converter, options, request.jobs or JOBS, report, progress, stop)
    if not request.quiet:
        show(report.summary(len(planned.tasks) + len(planned.unreadable) + len(planned.clashes)))
    if stop.asked:
        raise Interrupted("interrupted")
    return report.exit_code


def _in_threads(
    tasks: Sequence[Task],
    converter: Converter[O],
    options: O,
    jobs: int,
    report: Report,
    progress: Progress,
    stop: Stop,
) -> None:
    def attempt(task: Task) -> None:
        with suppress(Interrupted), progress.picture() as watch:
            begun = time.monotonic()
            stop.watch(0, 0)
            outcome = attempted(task, converter, options, both(stop.watch, watch))
            report.add(outcome, time.monotonic() - begun)

    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(attempt, task) for task in tasks]
        try:
            for future in as_completed(waiting):
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def both(first: Watch, second: Watch) -> Watch:
    """A watch for two."""

    def watch(done: int, total: int) -> None:
        first(done, total)
        second(done, total)

    return watch


def _left_out(planned: Plan, ended: Iterable[Task], conversion: Conversion) -> Iterator[Outcome]:
    """Outcomes of what is not even tried: what cannot be, and what a run before has ended with."""
    for task in ended:
        source, target = _names(task)
        yield Outcome(input=source, output=target, status=Status.SKIPPED, conversion=conversion)
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


def _rehearse(planned: Plan, converter: Converter[O], options: O, request: Request) -> int:
    report = Report(as_json=request.as_json, each=tell_line)
    for outcome in _left_out(planned, (), converter.conversion):
        report.add(outcome)
    there = _stored(planned.tasks, options)
    for task in planned.tasks:
        report.add(_foreseen(task, converter.conversion, options, there))
    if not request.quiet and report.told > 1:
        show(report.summary(report.told))
    return report.exit_code


def _stored(tasks: Iterable[Task], options: Options) -> frozenset[Location]:
    """The results that are in stores already, as far as that matters."""
    targets = () if options.overwrite else (task.target for task in tasks)
    return frozenset(store.existing(each for each in targets if isinstance(each, Remote)))


def _foreseen(
    task: Task, conversion: Conversion, options: Options, stored: Set[Location]
) -> Outcome:
    """What will become of a picture, as far as can be told without reading it."""
    source, target = task.source, task.target
    if isinstance(source, Path) and not os.path.lexists(source):
        return failed(task, InputError(f"{source}: no such file", "check the name"))
    there = target in stored or (
        isinstance(target, Path) and not place.is_stream(target) and os.path.lexists(target)
    )
    if there and not (options.overwrite or options.skip_existing):
        return failed(task, ExistsError(f"{target}: exists already"))
    input_, output = _names(task)
    return Outcome(
        input=input_,
        output=output,
        status=Status.SKIPPED if there and options.skip_existing else Status.PLANNED,
        conversion=conversion,
    )


def _names(task: Task) -> tuple[str, str]:
    """Of a picture and its result, as an outcome has them."""
    return str(task.source or PIPE), str(task.target or PIPE)
