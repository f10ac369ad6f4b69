"""Places, time, and what ends a conversion."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from invgray.errors import InputError, Interrupted, UsageError
from invgray.serve.limits import Limits
from invgray.serve.problems import Kind, Refusal
from invgray.serve.work import Gone, State, Workshop


async def never():
    await asyncio.Event().wait()


async def at_once():
    return


def until_stopped(ended):
    """A conversion without an end, that looks after its watch."""

    def work(watch):
        try:
            while True:
                watch(1, 2)
                Event().wait(0.005)
        except Interrupted:
            ended.set()
            raise

    return work


def run(limits, scenario):
    async def main():
        workshop = Workshop(limits)
        try:
            return await asyncio.wait_for(scenario(workshop), 20)
        finally:
            await workshop.close()

    return asyncio.run(main())


def test_results_and_errors_come_through():
    async def scenario(workshop):
        with workshop.ticket(None) as ticket:
            assert await workshop.do(ticket, lambda watch: 7, never()) == 7
        with workshop.ticket(None) as ticket, pytest.raises(InputError, match="bad"):
            await workshop.do(ticket, fail, never())
        await asyncio.sleep(0)
        return workshop.count(State.WORKING) + workshop.count(State.WAITING)

    def fail(watch):
        raise InputError("bad")

    assert run(Limits(), scenario) == 0


def test_places_are_jobs_and_queue():
    async def scenario(workshop):
        with workshop.ticket(None), workshop.ticket(None), workshop.ticket("a"):
            with pytest.raises(Refusal) as refused, workshop.ticket(None):
                pass
            assert refused.value.kind is Kind.BUSY
        with workshop.ticket("a"), pytest.raises(UsageError), workshop.ticket("a"):
            pass
        assert workshop.count(State.RECEIVING) == 0

    run(Limits(jobs=1, queue=2), scenario)


@pytest.mark.parametrize(
    ("limits", "gone", "error"),
    [
        (Limits(seconds=0.05), never, Refusal),
        (Limits(), at_once, Gone),
    ],
)
def test_what_is_not_waited_for_stops_and_frees_its_place(limits, gone, error):
    ended = Event()

    async def scenario(workshop):
        with pytest.raises(error), workshop.ticket(None) as ticket:
            await workshop.do(ticket, until_stopped(ended), gone())
        while workshop.count(State.WORKING) + workshop.count(State.WAITING):
            await asyncio.sleep(0.005)

    run(limits, scenario)


def test_a_place_is_taken_until_its_thread_ends():
    go_on = Event()

    async def scenario(workshop):
        with pytest.raises(Refusal), workshop.ticket(None) as ticket:
            await workshop.do(ticket, lambda watch: go_on.wait(10), never())
        with pytest.raises(Refusal) as refused, workshop.ticket(None):
            pass
        assert refused.value.kind is Kind.BUSY
        go_on.set()
        while workshop.count(State.WAITING) + workshop.count(State.WORKING):
            await asyncio.sleep(0.005)
        with workshop.ticket(None):
            pass

    run(Limits(jobs=1, queue=0, seconds=0.05), scenario)


def test_time_counts_from_the_start_of_the_work():
    async def one(workshop, seconds):
        with workshop.ticket(None) as ticket:
            return await workshop.do(ticket, lambda watch: Event().wait(seconds), never())

    async def scenario(workshop):
        return await asyncio.gather(*(one(workshop, 0.4) for _ in range(3)))

    assert run(Limits(jobs=1, seconds=1.0), scenario) == [False] * 3


def test_who_waits_and_goes_never_begins():
    begun, ended = [], Event()

    async def scenario(workshop):
        async def busy():
            with workshop.ticket(None) as ticket:
                await workshop.do(ticket, until_stopped(ended), never())

        first = asyncio.create_task(busy())
        while not workshop.count(State.WORKING):
            await asyncio.sleep(0.005)
        with workshop.ticket("second") as ticket:
            assert workshop.progress("second").state is State.RECEIVING
            with pytest.raises(Gone):
                await workshop.do(ticket, begun.append, at_once())
        await asyncio.sleep(0)
        assert workshop.count(State.WAITING) == 0
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    run(Limits(jobs=1), scenario)
    assert begun == []
    assert ended.is_set()


def test_progress_is_what_the_watch_hears():
    async def scenario(workshop):
        heard = Event()

        def work(watch):
            watch(30, 120)
            heard.wait(10)

        with workshop.ticket("mine") as ticket:
            task = asyncio.create_task(workshop.do(ticket, work, never()))
            while not workshop.progress("mine").total:
                await asyncio.sleep(0.005)
            progress = workshop.progress("mine")
            heard.set()
            await task
        return progress

    progress = run(Limits(), scenario)
    assert (progress.state, progress.done, progress.total) == (State.WORKING, 30, 120)


def test_stopping_answers_all():
    ended = Event()

    async def scenario(workshop):
        asyncio.get_running_loop().call_later(0.05, workshop.stop)
        with pytest.raises(Refusal) as refused, workshop.ticket(None) as ticket:
            await workshop.do(ticket, until_stopped(ended), never())
        assert refused.value.kind is Kind.STOPPING
        with pytest.raises(Refusal) as refused, workshop.ticket(None):
            pass
        assert refused.value.kind is Kind.STOPPING

    run(Limits(), scenario)
    assert ended.is_set()
