"""Standard streams that are slow, closed, full or gone, and signals that end the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invgray.files import reading

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors and signals")


def assert_one_line(errors, *words):
    assert errors.startswith(b"invgray: ")
    assert errors.count(b"\n") == 1, errors
    assert all(word.encode() in errors for word in words), errors


# Standard output


def test_a_picture_is_written_whole_or_not_where_python_does_not_buffer(command, tmp_path):
    """A file that may have 40 kB takes so much of a picture, and no more."""
    source = tmp_path / "a.png"
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(source)
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    line = [*command, "encode", str(source), "-o", "-"]
    whole = subprocess.run(line, env=environment, capture_output=True, check=True).stdout
    assert reading.read(whole).pixels.shape == (300, 300)
    with (tmp_path / "part.png").open("wb") as file:
        limited = subprocess.run(
            ["bash", "-c", 'ulimit -f 40; trap "" XFSZ; exec "$@"', "bash", *line],
            env=environment,
            stdout=file,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (tmp_path / "part.png").stat().st_size < len(whole)
    assert limited.returncode == 1
    assert_one_line(limited.stderr, "standard output: cannot be written (File too large)")


@pytest.mark.parametrize(
    ("words", "unbuffered"),
    [(["encode", "--json"], ""), (["inspect", "--json"], ""), (["encode", "-o-"], "1")],
)
def test_a_closed_pipe_is_one_line(command, tmp_path, photo, words, unbuffered):
    source = tmp_path / "a.png"
    Image.fromarray(photo[:20, :20, 0] if words[0] == "inspect" else photo[:20, :20]).save(source)
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [*command, *words, source],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        check=False,
    )
    os.close(writer)
    assert result.returncode == 1
    assert_one_line(result.stderr, "standard output: cannot be written (Broken pipe)")


def closed(command, descriptors, *words):
    """Run with streams that are closed, not redirected."""
    shut = " ".join(f"{n}>&-" for n in descriptors)
    line = ["bash", "-c", f'exec "$@" {shut}', "bash", *command, *map(str, words)]
    return subprocess.run(line, capture_output=True, check=False)


@pytest.mark.parametrize("descriptors", [(2,), (1, 2), (0, 1, 2)])
def test_a_batch_works_without_streams(command, folder, tmp_path, descriptors):
    out = tmp_path / "out"
    (folder / "bad.png").write_bytes(b"nonsense")
    result = closed(command, descriptors, "encode", folder, "-o", out)
    assert (result.returncode, result.stdout, result.stderr) == (1, b"", b"")
    grays = sorted(out.rglob("*.png"))
    assert [path.name for path in grays] == ["zwei.gray.png", "one.gray.png"]
    for path in grays:
        assert reading.read(path).record.preset == "standard"


def test_a_closed_standard_output_is_said_before_the_work(command, folder, tmp_path):
    result = closed(command, (1,), "encode", folder, "-o", tmp_path / "out", "--json")
    assert result.returncode == 2
    assert_one_line(result.stderr, "standard output is closed")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_batch_works_where_its_messages_find_no_room(command, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    line = [*command, "encode", str(folder), "-o", str(tmp_path / "out"), "--json"]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(line, stderr=full, stdout=subprocess.PIPE, check=False)
    assert result.returncode == 1
    rows = [json.loads(row) for row in result.stdout.splitlines()]
    assert sorted(row["status"] for row in rows) == ["done", "done", "failed"]


# Signals


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "in" / "pipe"
    path.parent.mkdir()
    os.mkfifo(path)
    return path


def wait_for(condition, process):
    for _ in range(600):
        if condition():
            return
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    raise AssertionError("nothing happened in twelve seconds")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_batch_is_ended_as_by_ctrl_c(command, many, tmp_path, number):
    out = tmp_path / "out"
    line = [*command, "encode", str(many), "-o", str(out)]
    process = subprocess.Popen(line, stderr=subprocess.PIPE)
    wait_for(lambda: list(out.glob("*.gray.png")), process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.endswith(b"invgray: interrupted\n")
    written = list(out.iterdir())
    assert 0 < len(written) < 60
    for path in written:
        assert path.name.endswith(".gray.png")
        reading.read(path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_single_picture_is_ended_as_by_ctrl_c(command, fifo, number):
    process = subprocess.Popen([*command, "encode", fifo], stderr=subprocess.PIPE)
    with fifo.open("wb"):  # once the process reads
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, b"invgray: interrupted\n")
    assert list(fifo.parent.iterdir()) == [fifo]


def test_a_hangup_that_is_to_be_ignored_is_ignored(command, fifo, photo_file):
    line = ["bash", "-c", 'trap "" HUP; exec "$@"', "bash", *command, "encode", "-q", str(fifo)]
    process = subprocess.Popen(line, stderr=subprocess.PIPE)
    with fifo.open("wb") as pipe:
        process.send_signal(signal.SIGHUP)
        pipe.write(photo_file.read_bytes())
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, b"")
    assert reading.read(fifo.with_name("pipe.gray.png")).record.preset == "standard"


# Several at once


def test_batches_share_the_work_and_each_picture_is_done_once(command, tmp_path, photo):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for i in range(40):
        Image.fromarray(photo[i : i + 80, i : i + 80]).save(source / f"{i}.png")
    line = [*command, "encode", str(source), "-o", str(out), "--skip-existing", "--json", "-q"]
    batches = [subprocess.Popen(line, stdout=subprocess.PIPE) for _ in range(2)]
    told = [batch.communicate()[0].splitlines() for batch in batches]
    assert [batch.returncode for batch in batches] == [0, 0]
    rows = [json.loads(row) for lines in told for row in lines]
    done = [row["output"] for row in rows if row["status"] == "done"]
    assert len(done) == 40
    assert sorted(done) == sorted(map(str, out.iterdir()))
    assert [len(lines) for lines in told] == [40, 40]
    assert all(b'"done"' in b"".join(lines) for lines in told)


def test_pillow_s_logger_is_silent(command, tmp_path, photo):
    """A tag that says 515 samples a pixel makes Pillow log an error."""
    source = tmp_path / "a.tiff"
    Image.fromarray(photo[:9, :9]).save(source)
    data = bytearray(source.read_bytes())
    at = data.index(b"\x15\x01\x03\x00\x01\x00\x00\x00\x03\x00")
    data[at + 8 : at + 10] = (515).to_bytes(2, "little")
    source.write_bytes(data)
    result = subprocess.run(
        [sys.executable, "-m", "invgray", "encode", source], capture_output=True, check=False
    )
    assert result.returncode == 3
    assert_one_line(result.stderr, "a.tiff: is")
