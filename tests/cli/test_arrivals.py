"""When a file that arrives is complete."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from invgray.cli.arrivals import Arrivals, open_for_writing


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def arrivals(tmp_path, clock):
    return Arrivals(tmp_path, 2, clock)


@pytest.fixture
def _leases():
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGIO, before)


def test_a_file_is_complete_once_it_has_not_changed_for_a_while(tmp_path, arrivals, clock):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    arrivals.hear(path)
    clock.now = 1.9
    assert arrivals.complete() == []
    path.write_bytes(b"12")
    clock.now = 2.1
    arrivals.hear(path)
    assert arrivals.complete() == []
    clock.now = 4.0
    assert arrivals.complete() == []
    clock.now = 4.2
    assert arrivals.complete() == [path]
    assert arrivals.complete() == []


def test_what_was_complete_is_told_again_only_when_it_changes(tmp_path, arrivals, clock):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    arrivals.hear(path)
    clock.now = 3
    assert arrivals.complete() == [path]
    arrivals.hear(path)
    clock.now = 6
    assert arrivals.complete() == []
    path.write_bytes(b"123")
    arrivals.hear(path)
    clock.now = 9
    assert arrivals.complete() == [path]


def test_a_file_that_keeps_its_size_and_changes_its_time_is_not_complete(tmp_path, arrivals, clock):
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    arrivals.hear(path)
    os.utime(path, ns=(1, 1))
    clock.now = 3
    assert arrivals.complete() == []
    clock.now = 6
    assert arrivals.complete() == [path]


def test_names_of_unfinished_files_are_left_out_until_they_are_renamed(tmp_path, arrivals, clock):
    names = (".a.png.Xy3", "a.png.part", "b.jpg.crdownload", "c.PNG.TMP", "d.png~", ".h/e.png")
    (tmp_path / ".h").mkdir()
    for name in names:
        (tmp_path / name).write_bytes(b"1")
        arrivals.hear(tmp_path / name)
    clock.now = 3
    assert arrivals.complete() == []
    (tmp_path / "a.png.part").rename(tmp_path / "a.png")
    arrivals.hear(tmp_path / "a.png")
    clock.now = 6
    assert arrivals.complete() == [tmp_path / "a.png"]


def test_what_is_gone_or_no_file_is_forgotten(tmp_path, arrivals, clock):
    (tmp_path / "a.png").write_bytes(b"1")
    (tmp_path / "folder.png").mkdir()
    arrivals.hear(tmp_path / "a.png")
    arrivals.hear(tmp_path / "folder.png")
    arrivals.hear(tmp_path / "never.png")
    (tmp_path / "a.png").unlink()
    clock.now = 3
    assert arrivals.complete() == []


@pytest.mark.skipif(sys.platform != "linux", reason="leases")
@pytest.mark.usefixtures("_leases")
def test_a_file_that_is_open_for_writing_is_not_complete(tmp_path, arrivals, clock):
    path = tmp_path / "a.png"
    with path.open("wb") as file:
        file.write(b"half")
        file.flush()
        arrivals.hear(path)
        clock.now = 100
        assert open_for_writing(path)
        assert arrivals.complete() == []
    assert not open_for_writing(path)
    assert arrivals.complete() == [path]
    with path.open("rb"):
        assert not open_for_writing(path)
    assert not open_for_writing(tmp_path / "missing")
