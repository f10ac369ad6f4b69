"""Places of results: looked at before the work, and never half filled."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from invgray.errors import ExistsError, OutputError
from invgray.files import place


@pytest.fixture
def umask():
    """Sets the umask for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o7777


def test_free_places_are_fine(tmp_path):
    place.check(tmp_path / "a.png", overwrite=False)
    place.check(tmp_path / "new" / "folder" / "a.png", overwrite=False)
    place.check(Path("a.png"), overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_occupied_places_are_found(tmp_path):
    file, folder, link = (tmp_path / name for name in ("a.png", "folder.png", "link.png"))
    file.write_text("precious")
    folder.mkdir()
    link.symlink_to("nowhere")
    for target in (file, link):
        with pytest.raises(ExistsError, match=f"{target.name}: exists already"):
            place.check(target, overwrite=False)
        place.check(target, overwrite=True)
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="it is a folder"):
            place.check(folder, overwrite)
        with pytest.raises(OutputError, match=r"a\.png is not a folder"):
            place.check(file / "b.png", overwrite)
        with pytest.raises(OutputError, match=r"a\.png is not a folder"):
            place.check(file / "deep" / "b.png", overwrite)


def test_impossible_places_are_found(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="File name too long"):
        place.check(tmp_path / ("n" * 300 + ".png"), overwrite=False)
    with pytest.raises(OutputError, match="cannot be written"):
        place.check(tmp_path / "loop" / "a.png", overwrite=False)


def test_unwritable_places_are_found(tmp_path, monkeypatch):
    allowed = os.access
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    if allowed(locked, os.W_OK):  # as root, who may write anywhere
        monkeypatch.setattr(os, "access", lambda path, how: path != locked and allowed(path, how))
    for target in (locked / "a.png", locked / "new" / "a.png"):
        with pytest.raises(OutputError, match="locked is not writable"):
            place.check(target, overwrite=False)


def test_devices_are_places(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (Path("/dev/null"), Path("/dev/stdout"), Path("/dev/fd/1"), pipe):
        assert place.is_stream(target)
        place.check(target, overwrite=False)
    assert not place.is_stream(tmp_path)
    assert not place.is_stream(tmp_path / "a.png")


def test_standard_output_is_a_place_when_it_is_a_file(tmp_path):
    out = tmp_path / "out"
    program = (
        "from pathlib import Path\n"
        "from invgray.files import place\n"
        "place.check(Path('/dev/stdout'), False)\n"
        "with place.writing(Path('/dev/stdout'), overwrite=False) as file: file.write(b'whole')"
    )
    with out.open("wb") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True)
    assert out.read_bytes() == b"whole"


def test_a_result_takes_its_place_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "a.png"
    with place.writing(target, overwrite=False) as file:
        file.write(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("failure", [RuntimeError, OSError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(tmp_path, failure):
    target = tmp_path / "a.png"
    target.write_text("precious")

    def fail():
        with place.writing(target, overwrite=True) as file:
            file.write(b"half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert target.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [target]


def test_what_is_being_written_can_be_abandoned(tmp_path):

    def write():
        with place.writing(tmp_path / "a.png", overwrite=False) as file:
            file.write(b"half")
            place.abandon()
            assert list(tmp_path.iterdir()) == []

    with pytest.raises(FileNotFoundError):
        write()
    place.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("mask", "permissions"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_the_umask_decides_the_permissions_of_new_files(tmp_path, umask, mask, permissions):
    umask(mask)
    with place.writing(tmp_path / "a.png", overwrite=False) as file:
        file.write(b"whole")
    assert mode(tmp_path / "a.png") == permissions


@pytest.mark.parametrize("permissions", [0o600, 0o664, 0o444])
def test_a_replaced_file_keeps_its_permissions(tmp_path, umask, permissions):
    target = tmp_path / "a.png"
    target.write_text("old")
    target.chmod(permissions)
    with place.writing(target, overwrite=True) as file:
        (unfinished,) = set(tmp_path.iterdir()) - {target}
        assert mode(unfinished) == permissions  # no one else sees it before it is in place
        file.write(b"new")
    assert target.read_text() == "new"
    assert mode(target) == permissions


# Other processes


def test_a_name_is_given_once_however_many_want_it(tmp_path):
    """Three threads, a hundred targets: each is written by one, and the others are told."""
    targets = [tmp_path / f"{i}.png" for i in range(100)]

    def write(target, who):
        try:
            with place.writing(target, overwrite=False) as file:
                file.write(who)
        except ExistsError:
            return 0
        return 1

    with ThreadPoolExecutor(3) as pool:
        written = list(pool.map(write, 3 * targets, 100 * [b"a"] + 100 * [b"b"] + 100 * [b"c"]))
    assert sum(written) == 100
    assert sorted(tmp_path.iterdir()) == sorted(targets)
    for i, target in enumerate(targets):
        (winner,) = (b"abc"[k : k + 1] for k in range(3) if written[i + 100 * k])
        assert target.read_bytes() == winner


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_name_is_given_once_without_links_too(tmp_path, monkeypatch, number):
    def link(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", link)
    target = tmp_path / "a.png"
    with place.writing(target, overwrite=False) as file:
        file.write(b"first")
    with pytest.raises(ExistsError, match=r"a\.png: exists already"):  # noqa: SIM117
        with place.writing(target, overwrite=False) as file:
            file.write(b"second")
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


WRITER = """
import sys, time
from pathlib import Path
from invgray.files import place
with place.writing(Path(sys.argv[1]), overwrite=False) as file:
    file.write(b"half"); file.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path):
    """A process that has begun to write a result, and goes on until it is killed."""
    line = [sys.executable, "-c", WRITER, str(tmp_path / "theirs.png")]
    process = subprocess.Popen(line, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"writing\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def unfinished(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".invgray-")]


def test_strays_of_a_killed_process_are_removed_and_never_those_of_a_live_one(
    tmp_path, writer, monkeypatch
):
    def write(name):
        monkeypatch.setattr(place, "_swept", set())  # as a new process would
        with place.writing(tmp_path / name, overwrite=False) as file:
            file.write(b"whole")

    (tmp_path / ".invgray-notes.txt").write_text("no temporary file of ours")
    write("a.png")
    assert len(unfinished(tmp_path)) == 2
    writer.kill()
    writer.wait()
    write("b.png")
    assert unfinished(tmp_path) == [".invgray-notes.txt"]
    assert not (tmp_path / "theirs.png").exists()


def test_a_file_that_was_taken_for_a_stray_is_begun_again(tmp_path, monkeypatch):
    """Another process came between its beginning and its lock."""
    lock, removed = fcntl.flock, []

    def late(file, how):
        if not removed:
            (stray,) = tmp_path.glob(".invgray-*")
            stray.unlink()
            removed.append(stray)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with place.writing(tmp_path / "a.png", overwrite=False) as file:
        file.write(b"whole")
    assert removed
    assert (tmp_path / "a.png").read_bytes() == b"whole"


# Durability


def test_a_result_is_on_the_disk_before_it_has_its_name_and_then_the_name(tmp_path, monkeypatch):
    done, sync, link = [], os.fsync, os.link

    def synced(descriptor):
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        done.append((kind, os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    def linked(source, target):
        done.append(("name", str(target)))
        link(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    target = tmp_path / "new" / "er" / "a.png"
    with place.writing(target, overwrite=False) as file:
        file.write(b"whole")
    assert [kind for kind, _ in done] == ["folder", "folder", "file", "name", "folder"]
    assert {path for kind, path in done[:2]} == {str(tmp_path), str(tmp_path / "new")}
    assert done[-1] == ("folder", str(target.parent))


# Streams


class Slow(io.RawIOBase):
    """A stream that takes three bytes at a time, as an unbuffered pipe may."""

    def __init__(self):
        self.taken = b""

    def writable(self):
        return True

    def write(self, data):
        self.taken += bytes(data[:3])
        return len(data[:3])


def test_all_is_sent_however_little_is_taken():
    stream = Slow()
    place.send(stream, b"0123456789")
    assert stream.taken == b"0123456789"


def test_a_stream_that_takes_nothing_is_an_error(tmp_path):
    stream = Slow()
    stream.write = lambda data: None
    with pytest.raises(BlockingIOError):
        place.send(stream, b"0123456789")
