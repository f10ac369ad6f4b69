"""``invgray watch``."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from invgray.cli import colorize, decode, encode
from invgray.cli.arrivals import Arrivals
from invgray.cli.attempt import Converter, O, attempted
from invgray.cli.batch import JOBS, Request
from invgray.cli.messages import say, show
from invgray.cli.options import requested
from invgray.cli.plan import OnClash, Output, Task, in_folder
from invgray.cli.report import Report, failed
from invgray.cli.stopping import Stop
from invgray.cli.streams import standard_output
from invgray.convert import Conversion
from invgray.errors import DONE, InputError, Interrupted, extra_installed
from invgray.files.formats import is_picture
from invgray.files.listing import pictures_in
from invgray.files.location import real_name

with extra_installed("watch"):
    import watchfiles

_LOOK = 0.2
"""Seconds between looks at files that are not complete yet."""


_COMMANDS: dict[Conversion, tuple[click.Command, Converter[Any]]] = {
    Conversion.ENCODE: (encode.encode, encode.CONVERTER),
    Conversion.DECODE: (decode.decode, decode.CONVERTER),
    Conversion.COLORIZE: (colorize.colorize, colorize.CONVERTER),
}

_SET_HERE = (
    *("inputs", "output", "files_from", "null", "on_clash", "dry_run", "skip_existing"),
    *("manifest", "rows", "shard", "ray"),
)
"""Parameters of these commands that a folder which is watched decides."""

_OF_ONE = ("hints", "points", "hint_engine")
"""Parameters that are for one picture."""

_OF_CLIPS = ("start", "stop", "codec", "crf")
"""Parameters that are for clips, which are not watched for."""


@click.command()
@click.argument("folder", metavar="IN", type=click.Path(exists=True, file_okay=False))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(readable=False),
    metavar="OUT",
    help="A folder, in which the tree of IN is mirrored, or a name with {stem}, {suffix}, {parent} "
    "and {folder} of the input's.",
)
@click.option("--encode", "conversion", flag_value=Conversion.ENCODE, default=True, help="To gray.")
@click.option("--decode", "conversion", flag_value=Conversion.DECODE, help="To colour.")
@click.option(
    "--colorize", "conversion", flag_value=Conversion.COLORIZE, help="To made-up colours."
)
@click.option(
    "--settle",
    type=click.FloatRange(0, 3600),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="A file is complete once it has not changed for so long.",
)
@click.pass_context
def watch(
    context: click.Context,
    /,
    folder: str,
    output: str,
    conversion: Conversion,
    settle: float,
    **values: Any,  # noqa: ANN401
) -> None:
    """Convert what arrives in a folder, once it is complete.

    \b
        invgray watch inbox/ -o grays/                      to gray
        invgray watch inbox/ -o grays/ --preset robust      as 'encode' would
        invgray watch --decode grays/ -o colours/           to colour, as 'decode' would

    Pictures that lie in IN at the start are converted, too; results that exist are left, unless
    --overwrite is given. Hidden files, and names of unfinished downloads, are left out. A picture
    that cannot be converted is named, and tried again when it changes. Ctrl-C or TERM ends this.

    Options are those of the command that is meant; see its help.
    """
    command, converter = _COMMANDS[conversion]
    known = {parameter.name for parameter in command.params}
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if given and parameter.name in values and parameter.name not in known:
            raise click.UsageError(f"{parameter.opts[0]} is no option of {conversion}")
    values = {name: value for name, value in values.items() if name in known} | {
        "inputs": (folder,),
        "output": output,
        "files_from": None,
        "null": False,
        "on_clash": OnClash.STOP,
        "dry_run": False,
        "skip_existing": not values["overwrite"],
        **dict.fromkeys(("manifest", "rows", "shard", "ray")),
    }
    request, options = requested(converter, values)
    if not request.quiet:
        say(f"watching {folder} for pictures to {conversion}; Ctrl-C ends it")
    context.exit(_follow(Path(folder), settle, request, converter, options))


def _options() -> Iterator[click.Parameter]:
    """Options of all three commands, each once; those of 'decode' know the most formats."""
    seen = {parameter.name for parameter in watch.params} | {*_SET_HERE, *_OF_ONE, *_OF_CLIPS}
    for conversion in (Conversion.DECODE, Conversion.ENCODE, Conversion.COLORIZE):
        for parameter in _COMMANDS[conversion][0].params:
            if parameter.name not in seen:
                seen.add(parameter.name)
                yield parameter


watch.params += list(_options())


def _follow(
    folder: Path, settle: float, request: Request, converter: Converter[O], options: O
) -> int:
    """Convert what arrives, until a signal ends this.

    Raises:
        UsageError: no picture can be converted with such options.
        WeightsError: the preset is missing or damaged.
    """
    output = Output.parsed(str(request.selection.output))
    output.check_folder()
    if request.as_json:
        standard_output()  # which may be closed
    task_of = in_folder(folder, output, request.naming)
    report = Report(as_json=request.as_json, each=None if request.quiet else say)
    stop, results = Stop(), _results(folder, task_of, request.selection.recursive)
    working: set[Future[None]] = set()

    def attempt(task: Task) -> None:
        begun = time.monotonic()
        with suppress(Interrupted):
            stop.watch(0, 0)
            report.add(attempted(task, converter, options, stop.watch), time.monotonic() - begun)

    with stop.listening(), _leases(), ThreadPoolExecutor(request.jobs or JOBS) as pool:
        try:
            for path in _complete(folder, settle, request.selection.recursive, stop, report):
                if os.path.realpath(path) in results or not is_picture(path):
                    continue
                if (task := task_of(path)) and task.target:
                    results.add(real_name(task.target))
                    working.add(pool.submit(attempt, task))
                ended = {future for future in working if future.done()}
                working -= ended
                for future in ended:
                    future.result()
            stop.event.set()
        except BaseException:
            stop.event.set()
            pool.shutdown(cancel_futures=True)
            raise
    for future in working:
        future.result()
    if not request.quiet:
        show(report.summary(report.told))
    return DONE


def _results(folder: Path, task_of: Callable[[Path], Task | None], recursive: bool) -> set[str]:
    """Results of an earlier run, or of this one, that may lie in a folder: no inputs."""
    files = pictures_in(folder, recursive, lambda _folder, _error: None)
    tasks = filter(None, map(task_of, files))
    return {real_name(task.target) for task in tasks if task.target}


def _complete(
    folder: Path, settle: float, recursive: bool, stop: Stop, report: Report
) -> Iterator[Path]:
    """Files of a folder as they are complete, until the stop is asked for."""
    arrivals, watched = Arrivals(folder, settle), os.path.realpath(folder)

    def unreadable(path: Path, error: InputError) -> None:
        report.add(failed(Task(path, None), error))

    def hear(path: Path) -> None:
        inside = pictures_in(path, recursive, unreadable) if path.is_dir() else (path,)
        for file in inside:
            arrivals.hear(file)

    begun = False
    for changes in watchfiles.watch(
        watched,
        watch_filter=None,
        debounce=round(1000 * _LOOK),
        rust_timeout=round(1000 * _LOOK),
        yield_on_timeout=True,
        stop_event=stop.event,
        recursive=recursive,
    ):
        if not begun:  # from here on changes are heard
            begun = True
            hear(folder)
        for _, name in changes:
            path = folder / Path(name).relative_to(watched)
            if recursive or path.parent == folder:
                hear(path)
        yield from arrivals.complete()


@contextmanager
def _leases() -> Iterator[None]:
    """Ignore the signal by which Linux says that a lease on a file is at its end."""
    if sys.platform != "linux":
        yield
        return
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGIO, before)
