"""A plan's tasks on Ray: names go out to the actors, and facts come back, never pixels."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event

from PIL import Image

from invgray.cli.attempt import Converter, O, attempted
from invgray.cli.plan import Task
from invgray.cli.progress import Progress
from invgray.cli.report import Report, failed
from invgray.cli.stopping import Stop
from invgray.cluster import actors
from invgray.cluster.actors import Force
from invgray.cluster.session import connected
from invgray.convert import Outcome
from invgray.errors import InvgrayError, UsageError
from invgray.files.formats import LIMIT
from invgray.files.location import locate


@dataclass(frozen=True, slots=True)
class Named:
    """A task, by names alone.

    Attributes:
        source: of the picture.
        target: of the result.
    """

    source: str
    target: str

    @property
    def task(self) -> Task:
        """The task that is meant, in the process that asks."""
        return Task(locate(self.source), locate(self.target))


@dataclass(frozen=True)
class Told:
    """What an actor tells of a picture.

    Attributes:
        outcome: of it.
        seconds: that it took.
    """

    outcome: Outcome
    seconds: float


@dataclass(frozen=True)
class Cluster:
    """Where tasks are run.

    Attributes:
        address: of the cluster.
        most: pictures in work at a time; None for as many as there is room for.
    """

    address: str
    most: int | None


def run(
    tasks: Sequence[Task],
    converter: Converter[O],
    options: O,
    cluster: Cluster,
    report: Report,
    progress: Progress,
    stop: Stop,
) -> None:
    """Run tasks in actors of as many cores as networks have threads: one, if that is not said.

    Args:
        tasks: that there are.
        converter: what is done with a picture.
        options: of the conversion.
        cluster: where they are run.
        report: hears what became of each picture.
        progress: hears that a picture is done.
        stop: whether to stop.

    Raises:
        UsageError: a task has no names; there is no such cluster; or no picture can be converted
            with such options.
        WeightsError: the preset is missing or damaged.
        InvgrayError: actors cannot be started.
    """
    named = tuple(_named(task) for task in tasks)
    if not named:
        return
    cores = options.machine.threads or 1
    options = replace(options, machine=replace(options.machine, threads=cores))
    left = replace(options, skip_existing=not options.overwrite)
    force = Force(
        cores=cores,
        most=min(len(named), cluster.most or len(named)),
        folder=os.getcwd() if any(map(_relative, tasks)) else None,
    )
    work, again = partial(_convert, converter, options), partial(_convert, converter, left)
    with connected(cluster.address):
        for fate in actors.run(work, again, named, force, stop.event):
            with progress.picture():
                if fate.result is None:
                    report.add(failed(fate.thing.task, _killer(fate.thing)))
                else:
                    report.add(fate.result.outcome, fate.result.seconds)


def _named(task: Task) -> Named:
    if task.source is None or task.target is None:
        raise UsageError(
            "standard input and output are not there on a cluster", "name files, or leave Ray out"
        )
    return Named(str(task.source), str(task.target))


def _relative(task: Task) -> bool:
    """Whether a name means something in the working directory only."""
    return any(
        isinstance(end, Path) and not end.is_absolute() for end in (task.source, task.target)
    )


def _killer(named: Named) -> InvgrayError:
    return InvgrayError(
        f"{named.source}: both processes that worked on it were killed or crashed",
        "free memory, or refuse such pictures with --max-pixels or --max-memory",
    )


def _convert(converter: Converter[O], options: O, named: Named, stop: Event) -> Told:
    """Convert a picture in an actor.

    Raises:
        UsageError: no picture will fare better.
        WeightsError: likewise.
        Interrupted: it is to stop.
    """
    if options.max_pixels > LIMIT:
        Image.MAX_IMAGE_PIXELS = options.max_pixels
    begun, watch = time.monotonic(), Stop(stop).watch
    watch(0, 0)
    outcome = attempted(named.task, converter, options, watch)
    return Told(outcome, time.monotonic() - begun)
