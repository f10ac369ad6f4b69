"""Conversions in threads: how many at a time, who waits, and what stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Any, TypeVar

from invgray.errors import Interrupted, UsageError
from invgray.serve.limits import Limits
from invgray.serve.problems import Kind, Refusal
from invgray.watching import Watch

T = TypeVar("T")


class Gone(Exception):  # noqa: N818 - nobody's error
    """The client went away."""


class State(StrEnum):
    """How far a request is."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    WORKING = "working"


@dataclass(frozen=True)
class Progress:
    """How far a request is.

    Attributes:
        state: what it is about.
        done: pixels that are done; they count from 0 again for each network.
        total: pixels that there are; 0 while it is not known.
    """

    state: State
    done: int = 0
    total: int = 0


class Ticket:
    """The place of a request among all those that wait or are in work."""

    def __init__(self) -> None:
        self.progress = Progress(State.RECEIVING)
        self.future: Future[Any] | None = None
        self._stopped = Event()

    def stop(self) -> None:
        """Let the conversion end at the next tile, or not begin."""
        self._stopped.set()
        if self.future:
            self.future.cancel()

    def watch(self, done: int, total: int) -> None:
        """Hear of the conversion's progress, and stop it if that is asked for."""
        self.progress = Progress(State.WORKING, done, total)
        if self._stopped.is_set():
            raise Interrupted("interrupted")


class Workshop:
    """Converts within limits; all but the threads themselves belongs to one event loop.

    Args:
        limits: how many conversions are in work and wait, and how long each may take.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool = ThreadPoolExecutor(limits.jobs, "conversion")
        self._tickets: set[Ticket] = set()
        self._names: dict[str, Ticket] = {}
        self._stopping = asyncio.Event()

    def count(self, state: State) -> int:
        """Number of requests in a state."""
        return sum(ticket.progress.state is state for ticket in self._tickets)

    def progress(self, name: str) -> Progress:
        """How far the request is that has named its ticket so.

        Raises:
            Refusal: there is none, or it has been answered.
        """
        if name not in self._names:
            raise Refusal(Kind.NOT_FOUND, f"no request is in work by the ticket '{name}'")
        return self._names[name].progress

    @contextmanager
    def ticket(self, name: str | None) -> Iterator[Ticket]:
        """A place for a request; its thread gives it back when it ends.

        Args:
            name: by which its progress is told.

        Raises:
            Refusal: all places are taken, or the server is stopping.
            UsageError: the name is taken.
        """
        if self._stopping.is_set():
            raise _stopping()
        if len(self._tickets) >= self._limits.jobs + self._limits.queue:
            raise Refusal(Kind.BUSY, "too many requests are waiting", "try again in a moment")
        if name in self._names:
            raise UsageError(f"the ticket '{name}' is in use", "name another one")
        ticket = Ticket()
        self._tickets.add(ticket)
        if name:
            self._names[name] = ticket
        try:
            yield ticket
        finally:
            ticket.stop()
            if name:
                del self._names[name]
            if ticket.future is None:
                self._tickets.discard(ticket)

    async def received(self, body: Coroutine[Any, Any, T]) -> T:
        """What a client sends.

        Args:
            body: reads it.

        Raises:
            Refusal: the server is stopping.
        """
        reading = asyncio.ensure_future(body)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return reading.result()
            raise _stopping()
        finally:
            stopping.cancel()
            reading.cancel()
            await asyncio.wait({reading})

    async def do(self, ticket: Ticket, work: Callable[[Watch], T], gone: Awaitable[None]) -> T:
        """Convert in a thread.

        Args:
            ticket: the request's.
            work: the conversion.
            gone: ends when the client goes away.

        Raises:
            Gone: the client went away.
            Refusal: it took too long, or the server is stopping.
            InvgrayError: the conversion's own.
        """
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def tell(what: Callable[[], object]) -> None:
            with suppress(RuntimeError):  # the loop may have ended before the thread
                loop.call_soon_threadsafe(what)

        def run() -> T:
            tell(begun.set)
            ticket.watch(0, 0)
            return work(ticket.watch)

        def end(_future: Future[T]) -> None:
            tell(lambda: self._tickets.discard(ticket))

        ticket.progress = Progress(State.WAITING)
        ticket.future = future = self._pool.submit(run)
        future.add_done_callback(end)
        done = asyncio.wrap_future(future)
        leaving = asyncio.ensure_future(gone)
        stopping = asyncio.ensure_future(self._stopping.wait())
        beginning = asyncio.ensure_future(begun.wait())
        ends: set[asyncio.Future[Any]] = {done, leaving, stopping}
        try:
            await asyncio.wait({*ends, beginning}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(
                ends, timeout=self._limits.seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if done.done() and not done.cancelled():
                return done.result()
        finally:
            for task in (leaving, stopping, beginning):
                task.cancel()
            done.add_done_callback(_forget)
        if leaving.done():
            raise Gone
        if stopping.done():
            raise _stopping()
        raise Refusal(
            Kind.TIME,
            f"the conversion took longer than {self._limits.seconds:g} seconds",
            "send a smaller picture",
        )

    def stop(self) -> None:
        """Answer all requests that they are stopped."""
        self._stopping.set()

    def abandon(self) -> None:
        """Let all conversions end at the next tile."""
        for ticket in self._tickets.copy():
            ticket.stop()

    async def close(self) -> None:
        """Stop everything, and wait for the threads to end."""
        self.stop()
        self.abandon()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)


def _stopping() -> Refusal:
    return Refusal(Kind.STOPPING, "the server is stopping", "try again in a moment")


def _forget(done: asyncio.Future[Any]) -> None:
    """Take note of what nobody waits for any more."""
    if not done.cancelled():
        done.exception()
