"""Places of results: looked at before the work, and never half filled."""

from __future__ import annotations

import os
import subprocess
import sys
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
        "with place.writing(Path('/dev/stdout')) as file: file.write(b'whole')"
    )
    with out.open("wb") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True)
    assert out.read_bytes() == b"whole"


def test_a_result_takes_its_place_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "a.png"
    with place.writing(target) as file:
        file.write(b"half")
        assert not target.exists()
    assert target.read_bytes() == b"half"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("failure", [RuntimeError, OSError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(tmp_path, failure):
    target = tmp_path / "a.png"
    target.write_text("precious")

    def fail():
        with place.writing(target) as file:
            file.write(b"half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert target.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [target]


def test_what_is_being_written_can_be_abandoned(tmp_path):

    def write():
        with place.writing(tmp_path / "a.png") as file:
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
    with place.writing(tmp_path / "a.png") as file:
        file.write(b"whole")
    assert mode(tmp_path / "a.png") == permissions


@pytest.mark.parametrize("permissions", [0o600, 0o664, 0o444])
def test_a_replaced_file_keeps_its_permissions(tmp_path, umask, permissions):
    target = tmp_path / "a.png"
    target.write_text("old")
    target.chmod(permissions)
    with place.writing(target) as file:
        (unfinished,) = set(tmp_path.iterdir()) - {target}
        assert mode(unfinished) == permissions  # no one else sees it before it is in place
        file.write(b"new")
    assert target.read_text() == "new"
    assert mode(target) == permissions
