"""Actors on Ray that work on things, one at a time each; what kills one costs no other thing.

An actor that dies is replaced by a new one, not restarted: Ray refuses what is sent to an actor
while it restarts, and a thing that was refused could not be told from one that killed its actor.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Generic, TypeVar

from invgray.cluster.session import first_line
from invgray.errors import Interrupted, InvgrayError, UsageError, extra_installed

with extra_installed("cluster"):
    import ray
    from ray.exceptions import RayError, RayTaskError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[T, Event], R]
"""What is done with a thing; once the event is set, it stops by raising Interrupted."""

_LOOK = 0.2
"""Seconds between looks at whether all is to stop."""

_STARTS = 3
"""Actors that may die in a row before they have begun."""

_Seat = str | NodeAffinitySchedulingStrategy
"""Where an actor is started, as Ray wants it said."""


@dataclass(frozen=True)
class Fate(Generic[T, R]):
    """What became of a thing.

    Attributes:
        thing: that was worked on.
        result: of the work; None if the actor died, and again when the thing was tried alone.
    """

    thing: T
    result: R | None


@dataclass(frozen=True)
class Force:
    """How many actors work, and with what.

    Attributes:
        cores: of each actor.
        most: actors; None for as many as there is room for.
        folder: that names are relative to; None if there are no relative names.
    """

    cores: int
    most: int | None
    folder: str | None


def run(
    work: Work[T, R], again: Work[T, R], things: Iterable[T], force: Force, stop: Event
) -> Iterator[Fate[T, R]]:
    """Work on things in actors, and tell what became of each, as it is known.

    A thing whose actor died is tried once more when all others are done: with no other in its
    actor, and no other actor on its node.

    Args:
        work: is done with each thing.
        again: is done with one whose actor has died.
        things: that are there, which Ray can send.
        force: the actors.
        stop: once it is set, no thing is begun, and those in work are stopped. What becomes of
            things that were not done is not told.

    Raises:
        UsageError: no node has the cores or the folder; or the work raises it.
        InvgrayError: actors cannot be started; or the work raises it.
    """
    rooms = _rooms(force.cores)
    seats: list[_Seat] = ["SPREAD"] * sum(rooms.values())
    suspects: list[T] = []
    for fate in _Crew(work, force, seats[: force.most], ahead=2).worked(things, stop):
        if fate.result is None:
            suspects.append(fate.thing)
        else:
            yield fate
    if suspects and not stop.is_set():
        alone = [NodeAffinitySchedulingStrategy(node, soft=True) for node in _rooms(force.cores)]
        yield from _Crew(again, force, alone[: force.most], ahead=1).worked(suspects, stop)


def _rooms(cores: int) -> dict[str, int]:
    """How many actors each node has room for, where it has any, by the nodes' names.

    Raises:
        UsageError: there is none.
    """
    alive = [node for node in ray.nodes() if node["Alive"]]
    rooms = {node["NodeID"]: int(node["Resources"].get("CPU", 0) // cores) for node in alive}
    rooms = {node: room for node, room in rooms.items() if room}
    if not rooms:
        raise UsageError(f"no node has {cores} cores for an actor", "let actors have fewer threads")
    return rooms


class _Worker(Generic[T, R]):
    """The actor: it works on what it is sent, until it is told to stop."""

    def __init__(self, cores: int) -> None:
        os.environ["OMP_NUM_THREADS"] = str(cores)
        self._stop = Event()

    def begin(self, work: Work[T, R], folder: str | None) -> None:
        """Learn what to do."""
        self._work = work
        if folder is not None:
            try:
                os.chdir(folder)
            except OSError as error:
                raise UsageError(
                    f"{folder}: cannot be worked in on node {os.uname().nodename} "
                    f"({error.strerror})",
                    "name pictures and results absolutely, where all nodes find them",
                ) from error

    def do(self, thing: T) -> R:
        """Work on a thing."""
        return self._work(thing, self._stop)

    @ray.method(concurrency_group="control")
    def halt(self) -> None:
        """Stop the work, also that which was sent already."""
        self._stop.set()


_Actor: Any = ray.remote(concurrency_groups={"control": 1})(_Worker)  # type: ignore[call-overload]


@dataclass(eq=False)
class _Member(Generic[T]):
    """An actor, and what it was sent.

    Attributes:
        handle: Ray's.
        seat: where it was started.
        beginning: what Ray tells once it has begun; None from then on.
        tasks: what Ray tells once a thing is done, and the thing; the first one is in work.
    """

    handle: Any
    seat: _Seat
    beginning: ray.ObjectRef[None] | None
    tasks: deque[tuple[ray.ObjectRef[Any], T]] = field(default_factory=deque)

    @property
    def awaited(self) -> Iterator[ray.ObjectRef[Any]]:
        """All that Ray has not told yet."""
        if self.beginning is not None:
            yield self.beginning
        for told, _ in self.tasks:
            yield told


class _Crew(Generic[T, R]):
    """Actors that do one kind of work.

    Args:
        work: that they do.
        force: cores and folder of each.
        seats: where they are started, one each.
        ahead: things that an actor is sent at a time: one to work on, others to wait for it.
    """

    def __init__(self, work: Work[T, R], force: Force, seats: Sequence[_Seat], ahead: int) -> None:
        self._work, self._force, self._seats, self._ahead = ray.put(work), force, seats, ahead
        self._members: list[_Member[T]] = []
        self._waiting: deque[T] = deque()
        self._failed_starts = 0
        self._halted = False

    def worked(self, things: Iterable[T], stop: Event) -> Iterator[Fate[T, R]]:
        """What became of each thing; without a result if its actor died."""
        self._waiting.extend(things)
        try:
            for seat in self._seats[: len(self._waiting)]:
                self._hire(seat)
            while True:
                if stop.is_set():
                    self._halt()
                else:
                    self._feed()
                if not any(member.tasks for member in self._members) and not self._waiting:
                    return
                for member in self._heard():
                    yield from self._told(member)
        finally:
            for member in self._members:
                ray.kill(member.handle)

    def _hire(self, seat: _Seat) -> None:
        cores = self._force.cores
        handle = _Actor.options(num_cpus=cores, scheduling_strategy=seat).remote(cores)
        beginning = handle.begin.remote(self._work, self._force.folder)
        self._members.append(_Member(handle, seat, beginning))

    def _feed(self) -> None:
        """Send what waits to those who have begun, a thing each before anyone gets two."""
        for depth in range(self._ahead):
            for member in self._members:
                if self._waiting and member.beginning is None and len(member.tasks) == depth:
                    thing = self._waiting.popleft()
                    member.tasks.append((member.handle.do.remote(thing), thing))

    def _halt(self) -> None:
        """Begin nothing, and let what is in work stop."""
        self._waiting.clear()
        if not self._halted:
            self._halted = True
            for member in self._members:
                member.handle.halt.remote()

    def _heard(self) -> Iterable[_Member[T]]:
        """Those of whom Ray tells something now, or soon."""
        owners = {told: member for member in self._members for told in member.awaited}
        heard, _ = ray.wait(list(owners), timeout=_LOOK)
        if heard:  # there may be more
            heard, _ = ray.wait(list(owners), num_returns=len(owners), timeout=0)
        return dict.fromkeys(owners[told] for told in heard)

    def _told(self, member: _Member[T]) -> Iterator[Fate[T, R]]:
        """What became of the things of an actor that Ray tells of."""
        if member.beginning is not None:
            self._begin(member, member.beginning)
        while member.tasks and ray.wait([member.tasks[0][0]], timeout=0)[0]:
            told, thing = member.tasks.popleft()
            try:
                yield Fate(thing, ray.get(told))
            except Interrupted:
                continue
            except RayTaskError as error:
                raise _refusal(error) from error
            except RayError:
                self._replace(member)
                yield Fate(thing, None)
                return

    def _begin(self, member: _Member[T], beginning: ray.ObjectRef[None]) -> None:
        try:
            ray.get(beginning)
        except RayTaskError as error:
            raise _refusal(error) from error
        except RayError as error:
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                raise _refusal(error) from error
            self._replace(member)
        else:
            self._failed_starts, member.beginning = 0, None

    def _replace(self, member: _Member[T]) -> None:
        """Take back what an actor that died was sent, and start another one in its seat."""
        self._members.remove(member)
        ray.kill(member.handle)  # it may only be out of reach
        self._waiting.extendleft(thing for _, thing in reversed(member.tasks))
        if self._waiting:
            self._hire(member.seat)


def _refusal(error: RayError) -> InvgrayError:
    """What an actor raised that is no matter of a single thing."""
    cause = error.cause if isinstance(error, RayTaskError) else error
    if isinstance(cause, InvgrayError):
        return cause
    return InvgrayError(
        f"an actor of Ray's failed ({first_line(cause)})",
        "install the same version of invgray and its extras on all nodes",
    )
