"""Actors on Ray: what kills one costs no other thing."""

from __future__ import annotations

import os
import signal
import time
from threading import Event, Timer

import pytest

from invgray.cluster import actors
from invgray.cluster.actors import Force
from invgray.cluster.session import connected
from invgray.errors import Interrupted, InvgrayError, UsageError

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::FutureWarning")]
FORCE = Force(cores=1, most=None, folder=None)


@pytest.fixture(scope="module")
def session():
    with connected("local"):
        yield


def test_things_are_worked_on_by_all(session):
    def work(thing, stop):
        time.sleep(0.2)
        return thing**2, os.getpid(), os.environ["OMP_NUM_THREADS"]

    fates = list(actors.run(work, work, range(20), FORCE, Event()))
    assert sorted(fate.thing for fate in fates) == list(range(20))
    assert all(fate.result[0] == fate.thing**2 for fate in fates)
    assert {fate.result[2] for fate in fates} == {"1"}
    assert len({fate.result[1] for fate in fates}) == 2


def test_what_kills_its_actor_is_tried_again_alone(session, tmp_path):
    def work(thing, stop):
        if thing in (3, 4, 11):
            os.kill(os.getpid(), signal.SIGKILL)
        return "first"

    def again(thing, stop):
        if thing == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return "alone"

    fates = list(actors.run(work, again, range(20), FORCE, Event()))
    results = {fate.thing: fate.result for fate in fates}
    assert len(fates) == len(results) == 20
    assert (results[3], results[4], results[11]) == ("alone", None, "alone")
    assert {results[i] for i in set(range(20)) - {3, 4, 11}} <= {"first", "alone"}


def test_what_no_thing_would_survive_ends_all(session):
    def work(thing, stop):
        raise UsageError("nothing can be done so", "do it otherwise")

    with pytest.raises(UsageError, match="nothing can be done so; do it otherwise"):
        list(actors.run(work, work, range(9), FORCE, Event()))


def test_a_stop_is_heard(session):
    def work(thing, stop):
        assert stop.wait(60)
        raise Interrupted("interrupted")

    stop = Event()
    timer = Timer(5, stop.set)
    timer.start()
    assert list(actors.run(work, work, range(9), FORCE, stop)) == []
    timer.join()


def test_folders_and_cores_that_no_node_has(session):
    with pytest.raises(UsageError, match=r"/gone: cannot be worked in on node .*No such file"):
        list(actors.run(print, print, [1], Force(1, None, "/gone"), Event()))
    with pytest.raises(UsageError, match="no node has 64 cores for an actor"):
        list(actors.run(print, print, [1], Force(64, None, None), Event()))


def test_processes_that_do_not_start_are_told_of(session, tmp_path):
    """As on nodes without invgray."""
    code = "import os; os._exit(1)"

    class Bomb:
        def __reduce__(self):
            return exec, (code,)

    bomb = Bomb()

    def work(thing, stop):
        return bomb

    with pytest.raises(
        InvgrayError, match=r"an actor of Ray's failed .*; install the same version"
    ):
        list(actors.run(work, work, range(3), FORCE, Event()))
