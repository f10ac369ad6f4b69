"""Batches: names, trees, files that exist, interruptions, and what is told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from PIL import Image

from invgray.cli import batch
from invgray.cli.encode import NAMING
from invgray.errors import InputError, UsageError
from invgray.files import listing, reading


def plan(*inputs, output=None):
    request = batch.Request(
        tuple(map(str, inputs)), output and str(output), True, as_json=False, quiet=True, jobs=1
    )
    tasks = batch.plan(request, NAMING).tasks
    return [(t.source and t.source.name, t.target and t.target.name) for t in tasks]


def test_names(tmp_path):
    assert plan("a.b.JPG") == [("a.b.JPG", "a.b.gray.png")]
    assert plan("photo") == [("photo", "photo.gray.png")]
    assert plan("-") == [(None, None)]
    assert plan("a.jpg", output="-") == [("a.jpg", None)]
    assert plan("a.jpg", output=tmp_path) == [("a.jpg", "a.gray.png")]
    assert plan("a.jpg", output=tmp_path / "x.PNG") == [("a.jpg", "x.PNG")]
    assert plan("a.jpg", "b.png") == [("a.jpg", "a.gray.png"), ("b.png", "b.gray.png")]
    with pytest.raises(UsageError, match="name a folder for the results"):
        plan(tmp_path)
    with pytest.raises(InputError, match="no pictures in it"):
        plan(tmp_path, output=tmp_path / "out")


def test_results_are_no_inputs(folder):
    assert len(plan(folder, output=folder / "out")) == 2
    (folder / "out").mkdir()
    shutil.copy(folder / "one.png", folder / "out" / "x.png")
    shutil.copy(folder / "one.png", folder / "one.gray.png")
    assert len(plan(folder, output=folder / "out")) == 2


def test_a_tree_is_mirrored(run, folder, tmp_path):
    out = tmp_path / "out"
    result = run("encode", folder, "-o", out)
    assert result.exit_code == 0, result.output
    assert "2 done, 0 skipped, 0 failed" in result.stderr
    names = sorted(str(p.relative_to(out)) for p in out.rglob("*.png"))
    assert names == ["deep er/zwei.gray.png", "one.gray.png"]
    result = run("decode", out, "-o", tmp_path / "back", "--json")
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["status"] for row in rows} == {"done"}
    assert {Path(row["output"]).name for row in rows} == {"one.color.png", "zwei.color.png"}


def test_not_recursive(run, folder, tmp_path):
    assert run("encode", folder, "-o", tmp_path / "out", "--no-recursive").exit_code == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["one.gray.png"]


def test_a_bad_picture_does_not_stop_the_rest(run, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    result = run("encode", folder, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "bad.png: is not a picture; " in result.stderr
    assert "2 done, 0 skipped, 1 failed" in result.stderr


def test_existing_files(run, photo_file, tmp_path):
    target = tmp_path / "photo.gray.png"
    target.write_text("precious")
    result = run("encode", photo_file)
    assert result.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in result.stderr
    assert run("encode", photo_file, "--skip-existing").exit_code == 0
    assert target.read_text() == "precious"
    assert run("encode", photo_file, "--overwrite").exit_code == 0
    assert reading.read(target).record.preset == "standard"
    assert run("encode", photo_file, "--overwrite", "--skip-existing").exit_code == 2


def test_results_into_a_parent_of_the_input(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert run("encode", "deep er", "-o", ".").exit_code == 0
    assert (folder / "zwei.gray.png").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interruption_while_waiting_for_input(command):
    process = subprocess.Popen(
        [*command, "encode", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (130, b"", b"invgray: interrupted\n")


def begun(process, out):
    """Wait until a batch has written its first result."""
    for _ in range(600):
        if list(out.glob("*.gray.png")):
            return
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    raise AssertionError("nothing was written in twelve seconds")


def assert_whole(out):
    """No file is half-written, and none is left behind."""
    written = list(out.iterdir())
    assert all(path.name.endswith(".gray.png") for path in written)
    for path in written:
        reading.read(path)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_first_interruption_stops_after_the_tiles_in_work(command, many, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*command, "encode", many, "-o", out, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    begun(process, out)
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - start < 10
    assert b"stopping after the tiles in work; Ctrl-C again ends at once" in errors
    rows = [json.loads(line) for line in output.splitlines()]
    done = len(list(out.iterdir()))
    assert f"{done} done, 0 skipped, 0 failed, {60 - done} not begun or stopped" in errors.decode()
    assert errors.endswith(b"invgray: interrupted\n")
    assert len(rows) == done < 60
    assert_whole(out)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_second_interruption_ends_at_once(command, tmp_path, photo):
    source, out = tmp_path / "large", tmp_path / "out"
    source.mkdir()
    Image.fromarray(photo).resize((32, 32)).save(source / "0.png")
    for i in range(1, 4):
        Image.fromarray(photo).resize((4000, 3000)).save(source / f"{i}.png", compress_level=1)
    line = [*command, "encode", source, "-o", out, "--preset", "paper", "--tile", "2048"]
    process = subprocess.Popen(line, stderr=subprocess.PIPE)
    begun(process, out)
    time.sleep(1.5)  # large pictures have been read, and their first tiles are in work
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)
    assert process.returncode == 130
    assert_whole(out)


def test_an_interruption_is_heard_again_after_a_batch(run, folder, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    assert run("encode", folder, "-o", tmp_path / "out").exit_code == 0
    assert signal.getsignal(signal.SIGINT) is before


def test_what_cannot_be_looked_at_is_named_and_counted(run, folder, tmp_path, monkeypatch):
    (folder / "phone.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "wrong.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "new").write_bytes(b"\xff\x0a and more of it, which nothing here can read")
    walk = os.walk

    def locked(top, onerror):
        yield from walk(top, onerror=onerror)
        onerror(PermissionError(13, "Permission denied", str(folder / "locked")))

    monkeypatch.setattr(listing.os, "walk", locked)
    result = run("encode", folder, "-o", tmp_path / "out", "--json")
    assert result.exit_code == 1
    for name, kind in (("phone.HEIC", "HEIC"), ("wrong.jpg", "HEIC"), ("new", "JPEG XL")):
        assert f"{name}: is a {kind} picture, which cannot be read here; save it" in result.stderr
    locked_line = "locked: the folder may not be read (Permission denied); check its permissions"
    assert locked_line in result.stderr
    assert "2 done, 0 skipped, 4 failed" in result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert sorted(Path(row["input"]).name for row in rows if row["status"] == "failed") == [
        "locked",
        "new",
        "phone.HEIC",
        "wrong.jpg",
    ]


def test_results_are_checked_before_the_work(run, photo_file, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("invgray.codec.Codec.encode", lambda *_: pytest.fail("work was done"))
    result = run("encode", photo_file, "-o", tmp_path / "file" / "a.png")
    assert result.exit_code == 1
    assert "file is not a folder" in result.stderr
    (tmp_path / "photo.gray.png").write_text("precious")
    assert run("encode", photo_file).exit_code == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_json_to_a_full_disk_is_one_line(command, photo_file, folder, tmp_path):
    for arguments in ([photo_file], [folder, "-o", tmp_path / "out", "-q"]):
        with Path("/dev/full").open("wb") as full:
            result = subprocess.run(
                [*command, "encode", *arguments, "--json"],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert result.returncode == 1
        assert result.stderr.startswith(b"invgray: standard output: cannot be written (No space")
        assert result.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev")
def test_devices_are_written_to(invgray, photo_file, tmp_path):
    assert invgray("encode", photo_file, "-o", "/dev/null").returncode == 0
    piped = invgray("encode", photo_file, "-o", "/dev/stdout")
    assert invgray("encode", photo_file, "-o", "-").stdout == piped.stdout
    assert piped.stdout.startswith(b"\x89PNG")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photo.png"]
