"""A folder that is watched: what arrives is converted once it is complete, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
from PIL import Image

from invgray.files import reading

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")
pytest.importorskip("watchfiles", reason="needs the extra 'watch'")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def png(tmp_path, photo):
    """Bytes of different small pictures."""

    def made(number):
        path = tmp_path / "made.png"
        Image.fromarray(np.roll(photo, 9 * number, axis=0)[:48, :40]).save(path)
        return path.read_bytes()

    return made


@pytest.fixture
def watching(command):
    """Start to watch; yields a function, and ends what it started."""
    begun = []

    def start(*arguments):
        line = [*command, "watch", "--settle", "0.5", *map(str, arguments)]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
            process.communicate()


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)


def ended(process, number=signal.SIGTERM):
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output, errors


def test_what_lies_there_and_what_arrives_is_converted(watching, inbox, tmp_path, png):
    out = tmp_path / "out"
    (out / "deep").mkdir(parents=True)
    (inbox / "there.png").write_bytes(png(1))
    (inbox / "done.png").write_bytes(png(2))
    (out / "done.gray.png").write_bytes(b"precious")
    process = watching(inbox, "-o", out, "--preset", "luminance", "--json")
    wait_for((out / "there.gray.png").exists, process)
    (inbox / "bad.png").write_bytes(b"nonsense")
    (inbox / "notes.txt").write_bytes(b"no picture")
    (inbox / "deep").mkdir()
    (inbox / "deep" / "a.png").write_bytes(png(3))
    outside = tmp_path / "moved"
    outside.mkdir()
    (outside / "b.png").write_bytes(png(4))
    outside.rename(inbox / "moved")
    (inbox / ".hidden.png").write_bytes(png(5))
    (inbox / "c.png.part").write_bytes(png(6))
    wait_for((out / "deep" / "a.gray.png").exists, process)
    wait_for((out / "moved" / "b.gray.png").exists, process)
    (inbox / "c.png.part").rename(inbox / "c.png")
    wait_for((out / "c.gray.png").exists, process)
    output, errors = ended(process)
    rows = {os.path.relpath(r["input"], inbox): r for r in map(json.loads, output.splitlines())}
    assert {name: row["status"] for name, row in rows.items()} == {
        "there.png": "done",
        "done.png": "skipped",
        "bad.png": "failed",
        "deep/a.png": "done",
        "moved/b.png": "done",
        "c.png": "done",
    }
    assert "bad.png: is not a picture" in errors
    assert errors.endswith("4 done, 1 skipped, 1 failed\n")
    assert (out / "done.gray.png").read_bytes() == b"precious"
    assert reading.read(out / "c.gray.png").record.preset == "luminance"


def test_a_slow_writer_is_waited_for(watching, inbox, tmp_path, png):
    """One that keeps its file open, for longer than a file settles in."""
    process = watching(inbox, "-o", tmp_path / "out", "--preset", "luminance")
    data = png(1)
    with (inbox / "a.png").open("wb") as file:
        for part in (data[:100], data[100:2000], data[2000:]):
            file.write(part)
            file.flush()
            time.sleep(1)
    wait_for((tmp_path / "out" / "a.gray.png").exists, process)
    _, errors = ended(process, signal.SIGINT)
    assert "1 done, 0 skipped, 0 failed" in errors
    assert "a.gray.png: 40x48, " in errors


def test_a_picture_that_failed_is_tried_again_when_it_changes(watching, inbox, tmp_path, png):
    process = watching(inbox, "-o", tmp_path / "out", "--preset", "luminance")
    (inbox / "a.png").write_bytes(png(1)[:500])
    assert "a.png" in process.stderr.readline() + process.stderr.readline()
    (inbox / "a.png").write_bytes(png(1))
    wait_for((tmp_path / "out" / "a.gray.png").exists, process)
    assert "1 done, 0 skipped, 1 failed" in ended(process)[1]


@pytest.mark.parametrize(
    "where", ["out", *(pytest.param(each, marks=pytest.mark.long) for each in ("", "template"))]
)
def test_results_in_the_folder_itself_are_not_converted(watching, inbox, png, where):
    (inbox / "a.png").write_bytes(png(1))
    output = f"{inbox}/{{stem}}.bw.png" if where == "template" else inbox / where
    process = watching(inbox, "-o", output, "--preset", "luminance", "--json")
    name = "a.bw.png" if where == "template" else "a.gray.png"
    wait_for((inbox / where / name if where == "out" else inbox / name).exists, process)
    (inbox / "b.png").write_bytes(png(2))
    second = name.replace("a", "b", 1)
    wait_for((inbox / where / second if where == "out" else inbox / second).exists, process)
    time.sleep(1.5)
    rows = [json.loads(line) for line in ended(process)[0].splitlines()]
    assert sorted(os.path.basename(row["input"]) for row in rows) == ["a.png", "b.png"]
    again = watching(inbox, "-o", output, "--preset", "luminance", "--json")
    rows = [json.loads(again.stdout.readline()) for _ in range(2)]
    time.sleep(1)
    assert {row["status"] for row in rows} == {"skipped"}
    assert ended(again)[0] == ""


def test_the_other_directions_have_their_own_options(watching, run, inbox, tmp_path, png):
    (tmp_path / "a.png").write_bytes(png(1))
    run("encode", tmp_path / "a.png", "--preset", "luminance", "-o", inbox / "a.gray.png")
    out = tmp_path / "out"
    process = watching("--decode", inbox, "-o", out, "--format", "webp", "-q")
    wait_for((out / "a.color.webp").exists, process)
    shutil.copy(inbox / "a.gray.png", inbox / "b.gray.png")
    wait_for((out / "b.color.webp").exists, process)
    _, errors = ended(process)
    assert "done" not in errors


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["in"], 2, "Missing option '-o'"),
        (["gone", "-o", "out"], 2, "'gone' does not exist"),
        (["in", "-o", "out", "--rectify"], 2, "--rectify is no option of encode"),
        (["--decode", "in", "-o", "out", "--border"], 2, "--border is no option of decode"),
        (["--decode", "in", "-o", "out", "--crf", "20"], 2, "No such option '--crf'"),
        (["in", "-o", "out", "--to", "9"], 2, "No such option '--to'"),
        (["in", "-o", "out", "--format", "heic"], 2, "gray pictures are not written as heic"),
        (["in", "-o", "made.png"], 2, "made.png is a file"),
        (["in", "-o", "{x}.png"], 2, "there is no field {x}"),
    ],
)
def test_wrong_usage(run, inbox, png, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    png(1)
    result = run("watch", *arguments, "-q")
    assert result.exit_code == code
    assert words in result.stderr
