"""A conversion speaks to nobody, and leaves nothing behind but its results."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, sys

seen = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove", "os.truncate"}

def hear(event, arguments):
    name = event.partition(".")[0]
    if name in ("socket", "subprocess", "urllib", "http", "ftplib", "smtplib"):
        seen.append([event, str(arguments)])
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        seen.append(["write", os.path.abspath(os.fsdecode(arguments[0]))])
    elif event in CHANGES:
        seen.append(["write", os.path.abspath(os.fsdecode(arguments[0]))])

sys.addaudithook(hear)
from invgray.cli import main

for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments)
    except SystemExit as end:
        assert not end.code, (arguments, end.code)
print(json.dumps(seen))
"""


@pytest.fixture
def nowhere(tmp_path):
    """An environment whose home and temporary folders are new."""
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for folder in folders.values():
        folder.mkdir()
    return folders


def test_conversions_open_no_socket_and_write_only_their_results(tmp_path, photo_file, nowhere):
    out = tmp_path / "out"
    gray, color, made_up = (str(out / f"a{x}.png") for x in ("", ".color", ".colorized"))
    calls = [
        ["encode", str(photo_file), "-o", gray],
        ["encode", str(photo_file), "-o", str(out / "a.jpg"), "--preset", "robust"],
        ["inspect", gray],
        ["decode", gray, "-o", color],
        ["colorize", gray, "-o", made_up],
    ]
    environment = os.environ | {name: str(folder) for name, folder in nowhere.items()}
    result = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, json.dumps(calls)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    events = json.loads(result.stdout.splitlines()[-1])
    written = {path for event, path in events if event == "write"}
    assert [event for event in events if event[0] != "write"] == []
    assert {path for path in written if not path.startswith(str(out))} <= {os.devnull}
    assert sorted(path.name for path in out.iterdir()) == [
        "a.color.png",
        "a.colorized.png",
        "a.jpg",
        "a.png",
    ]
    for folder in nowhere.values():
        assert list(folder.rglob("*")) == []
