"""Every write of every command that writes, failing, interrupted or killed at the n-th call.

Whatever happens, each result is the old one, none, or whole; what failed is one line.
"""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from invgray.cli import main
from invgray.errors import OutputError
from invgray.files import place, reading
from invgray.inference.machine import Machine
from invgray.models import sitting
from invgray.models.sitting import Sitting
from invgray.models.subpixel.settings import SubpixelSettings
from invgray.presets import card as cards
from invgray.presets import store
from invgray.serve import problems
from invgray.serve.limits import Limits
from invgray.serve.operations import DECODE, Setting
from invgray.serve.parameters import ColorFormat
from invgray.training import split
from invgray.training.length import Length, Unit
from invgray.training.split import Split
from invgray.watching import unwatched

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors")


@pytest.fixture
def commands(tmp_path, photo):
    """Arguments of every command that writes files, without an option for files that exist."""
    colors, grays = tmp_path / "colors", tmp_path / "grays"
    for folder in (colors, grays):
        folder.mkdir()
    for i in range(3):
        Image.fromarray(photo[i : 40 + i, :40]).save(colors / f"{i}.png")
        Image.fromarray(photo[i : 40 + i, :40, 1]).save(grays / f"{i}.png")
    out, luminance = tmp_path / "out", ("--preset", "luminance")
    calls = {
        "encode": ("encode", colors / "0.png", "-o", out / "a.png", *luminance),
        "encode a folder": ("encode", colors, "-o", out, "-q", *luminance),
        "decode": ("decode", grays / "0.png", "-o", out / "a.webp", *luminance),
        "decode a folder": ("decode", grays, "-o", out, "-q", *luminance),
        "colorize": ("colorize", grays / "0.png", "-o", out / "a.tiff"),
        "benchmark": ("benchmark", colors, "--json", out / "a.json", "-q", *luminance),
        "benchmark's page": ("benchmark", colors, "--html", out / "a.html", "-q", *luminance),
        "benchmark's rows": ("benchmark", colors, "--csv", out / "a.csv", "-q", *luminance),
    }
    return {name: tuple(map(str, call)) for name, call in calls.items()}


COMMANDS = (
    "encode",
    "encode a folder",
    "decode",
    "decode a folder",
    "colorize",
    "benchmark",
    "benchmark's page",
    "benchmark's rows",
)
SINGLE = tuple(name for name in COMMANDS if "folder" not in name)
BATCHES = tuple(name for name in COMMANDS if "folder" in name)


def target_of(call):
    """The file that a command of ``SINGLE`` writes."""
    return Path(call[3])


class Full(io.FileIO):
    """A file on a disk that is full after ten bytes."""

    def write(self, data):
        if self.tell() >= 10:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data)[:10])


@pytest.fixture
def fault(monkeypatch):
    """Has something happen at the n-th of the calls of a kind that writing makes."""

    def fault(kind, number, happens):
        calls = []

        def spoilt(call, *arguments, **options):
            calls.append(arguments)
            if len(calls) == number:
                happens()
            return call(*arguments, **options)

        if kind == "write":
            opened = Path.open

            def full(path, mode="r", *arguments, **options):
                ours = mode == "xb" and path.name.startswith(".invgray-")
                calls.extend([path] * ours)
                if ours and len(calls) == number:
                    return io.BufferedWriter(Full(path, mode))
                return opened(path, mode, *arguments, **options)

            monkeypatch.setattr(Path, "open", full)
        else:
            call = getattr(os, kind)
            monkeypatch.setattr(os, kind, lambda *a, **o: spoilt(call, *a, **o))
        return calls

    return fault


def failing(number):
    def happens():
        raise OSError(number, os.strerror(number))

    return happens


def whole(path):
    if path.suffix == ".json":
        return bool(json.loads(path.read_text()))
    if path.suffix == ".html":
        return path.read_text().rstrip().endswith("</html>")
    if path.suffix == ".csv":
        return path.read_text().endswith("\n")
    return reading.read(path).pixels.size > 0


def assert_told(result, cause):
    """One line says what could not be written, and why."""
    assert result.exit_code == 1
    said = f"cannot be written ({os.strerror(cause)})"
    assert [said in line for line in result.stderr.splitlines()].count(True) == 1


def assert_sound(out, *before):
    """All that is there is whole, and nothing of it is unfinished."""
    found = set(out.iterdir()) if out.exists() else set()
    assert not [path for path in found if path.name.startswith(".")]
    assert all(whole(path) for path in found - set(before))
    return found


@pytest.mark.parametrize(
    ("kind", "number", "cause"),
    [
        ("write", 1, errno.ENOSPC),
        ("fsync", 1, errno.EIO),
        ("fsync", 2, errno.EIO),
        ("link", 1, errno.EACCES),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_write_that_fails_leaves_nothing_half(
    commands, fault, recwarn, tmp_path, command, kind, number, cause
):
    (tmp_path / "out").mkdir()
    calls = fault(kind, number, failing(cause))
    result = CliRunner().invoke(main, commands[command])
    assert len(calls) >= number
    assert_told(result, cause)
    assert "bug" not in result.stderr
    found = assert_sound(tmp_path / "out")
    named = kind == "fsync" and number == 2  # of the folder, unless others come in between
    assert len(found) in ({2, 2 + named} if "folder" in command else {0 + named})


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("write", errno.ENOSPC), ("fsync", errno.EIO), ("link", errno.EACCES)],
)
@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("command", BATCHES)
def test_the_nth_write_of_a_batch_that_fails_costs_that_result_only(
    commands, fault, recwarn, tmp_path, command, kind, number, cause
):
    calls = fault(kind, number, failing(cause))
    result = CliRunner().invoke(main, commands[command])
    assert len(calls) >= number
    assert_told(result, cause)
    assert len(assert_sound(tmp_path / "out")) in (2, 3)


@pytest.mark.parametrize(("kind", "number"), [("fsync", 1), ("fsync", 3), ("link", 2)])
@pytest.mark.parametrize("command", BATCHES)
def test_an_interruption_of_a_batch_leaves_whole_results(
    commands, fault, recwarn, tmp_path, command, kind, number
):
    calls = fault(kind, number, lambda: signal.raise_signal(signal.SIGINT))
    result = CliRunner().invoke(main, commands[command])
    assert len(calls) >= number
    assert result.exit_code == 130
    assert_sound(tmp_path / "out")


@pytest.mark.parametrize(("kind", "number"), [("fsync", 1), ("fsync", 2), ("replace", 1)])
@pytest.mark.parametrize("command", SINGLE)
def test_an_interruption_leaves_the_old_or_the_new(
    commands, fault, recwarn, tmp_path, command, kind, number
):
    target = target_of(commands[command])
    target.parent.mkdir()
    target.write_text("precious")
    calls = fault(kind, number, lambda: signal.raise_signal(signal.SIGINT))
    result = CliRunner().invoke(main, [*commands[command], "--overwrite"])
    assert len(calls) >= number
    assert result.exit_code == 130
    assert result.stderr.endswith("invgray: interrupted\n")
    replaced = (kind, number) == ("fsync", 2)
    assert_sound(target.parent, *([] if replaced else [target]))
    assert replaced or target.read_text() == "precious"


KILLED = """
import os, signal, sys, threading
calls, call, one_at_a_time = [], getattr(os, sys.argv[1]), threading.Lock()
def killing(*arguments, **options):
    with one_at_a_time:
        calls.append(arguments)
        if len(calls) == int(sys.argv[2]) and sys.argv[3] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*arguments, **options)
        if len(calls) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return result
setattr(os, sys.argv[1], killing)
from invgray.cli import main
from invgray.errors import OutputError
main(sys.argv[4:])
"""


@pytest.mark.parametrize(
    ("command", "number", "when"),
    [
        ("encode a folder", 2, "before"),
        ("encode a folder", 2, "after"),
        ("decode a folder", 3, "before"),
        ("colorize", 1, "after"),
        ("benchmark", 1, "before"),
    ],
)
def test_a_killed_command_can_be_run_again(
    commands, recwarn, tmp_path, monkeypatch, command, number, when
):
    call, out = commands[command], tmp_path / "out"
    line = [sys.executable, "-c", KILLED, "link", str(number), when, *call]
    killed = subprocess.run(line, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    strays = [path for path in out.iterdir() if path.name.startswith(".invgray-")]
    done = set(out.iterdir()) - set(strays)
    assert strays
    assert len(done) >= number - (when == "before")
    assert all(whole(path) for path in done)
    monkeypatch.setattr(place, "_swept", set())  # as in a process of its own
    option = "--overwrite" if command == "benchmark" else "--skip-existing"
    again = CliRunner().invoke(main, [*call, option])
    assert again.exit_code == 0, again.stderr
    assert_sound(out)
    assert len(list(out.iterdir())) == (3 if "folder" in command else 1)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("command", ["encode", "decode"])
def test_a_command_that_is_killed_at_a_rename_leaves_the_old_or_the_new(
    commands, tmp_path, command, when
):
    target = target_of(commands[command])
    target.parent.mkdir()
    target.write_text("precious")
    line = [sys.executable, "-c", KILLED, "replace", "1", when, *commands[command], "--overwrite"]
    killed = subprocess.run(line, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert whole(target) if when == "after" else target.read_text() == "precious"


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("command", "options"),
    [
        *((name, ("-o", "-")) for name in ("encode", "decode", "colorize")),
        *((name, ("--json",)) for name in ("inspect", "encode a folder")),
        ("benchmark", ("--json", "-")),
    ],
)
def test_a_standard_output_without_room_is_one_line(commands, command, options):
    known = commands | {"inspect": ("inspect", commands["decode"][1])}
    line = [sys.executable, "-m", "invgray", *known[command], *options]
    with FULL.open("wb") as full:
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if os.strerror(errno.ENOSPC) in line]
    assert len(said) == 1
    assert said[0].startswith("invgray: standard output: cannot be written (")
    assert "Traceback" not in done.stderr


WRITERS = {
    "card.json": lambda path: cards.write(path, store.find("luminance").card),
    "settings.json": lambda path: sitting.write(
        path, Sitting(SubpixelSettings(length=Length(1, Unit.MINUTES)))
    ),
    "split.json": lambda path: split.write(
        path, Split(training=("a",), validation=("b",), named=True)
    ),
}
"""What 'train' writes of its own; for checkpoints see ``test_training.py``."""


@pytest.mark.parametrize(
    ("kind", "number", "happens"),
    [
        ("write", 1, failing(errno.ENOSPC)),
        ("fsync", 1, failing(errno.EIO)),
        ("replace", 1, failing(errno.EIO)),
        ("fsync", 1, lambda: signal.raise_signal(signal.SIGINT)),
    ],
)
@pytest.mark.parametrize("name", WRITERS)
def test_what_a_run_keeps_is_replaced_whole_or_not(tmp_path, fault, name, kind, number, happens):
    path = tmp_path / name
    path.write_text("precious")
    fault(kind, number, happens)
    with pytest.raises((OSError, KeyboardInterrupt)):
        WRITERS[name](path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


# The server


@pytest.mark.parametrize(
    ("kind", "number", "cause"), [("write", 1, errno.ENOSPC), ("fsync", 1, errno.EIO)]
)
@pytest.mark.parametrize("form", ["webp", "tif", "jpg"])
def test_a_result_that_a_server_cannot_write_is_its_fault(
    commands, fault, tmp_path, monkeypatch, form, kind, number, cause
):
    """It writes only what is no PNG, to a folder of its own, and leaves nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    fault(kind, number, failing(cause))
    body = Path(commands["decode"][1]).read_bytes()
    query = DECODE.query(format=ColorFormat(form), preset="luminance")
    with pytest.raises(OutputError, match="cannot be written") as raised:
        DECODE.run(body, query, Setting(Machine(), Limits()), unwatched)
    assert problems.answer(raised.value).status_code == 500
    assert list((tmp_path / "temporary").iterdir()) == []
