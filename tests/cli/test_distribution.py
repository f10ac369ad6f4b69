"""Batches on Ray: as those of one process, whatever is killed."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from invgray.convert import encode_file
from invgray.options import EncodeOptions

pytestmark = pytest.mark.skipif(
    not (find_spec("ray") and find_spec("pyarrow")), reason="needs the extra 'cluster'"
)

RAY = Path(sys.executable).with_name("ray")


@pytest.fixture
def nodes(tmp_path):
    """Starts nodes of a core each; returns the environment of what the cluster is ``auto`` for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = os.environ | {
        "RAY_ADDRESS": address,
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    started = []

    def start(folder):
        """A node that works in a folder of its own."""
        where = ["--address", address] if started else ["--head", "--port", address.split(":")[1]]
        line = [RAY, "start", *where, "--num-cpus=1", "--object-store-memory=80000000", "--block"]
        folder.mkdir()
        for _ in range(3):  # a busy machine may exceed the time that Ray gives itself
            with (folder / "log").open("wb") as log:
                node = subprocess.Popen(
                    line, cwd=folder, env=environment, stdout=log, stderr=log, text=True
                )
            while node.poll() is None:
                if "--block" in (folder / "log").read_text():
                    started.append(node)
                    return environment
                time.sleep(0.2)
        raise AssertionError((folder / "log").read_text())

    yield start
    for node in reversed(started):
        node.send_signal(signal.SIGTERM)
        node.wait(60)


def tree(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def rows(path):
    from pyarrow import parquet

    return {row["input"]: row for row in parquet.read_table(path).to_pylist()}


@pytest.fixture
def started(command, tmp_path):
    """Starts the command line in a process of the test's folder; its output is text."""
    processes = []

    def start(*arguments, env=None, cwd=tmp_path):
        process = subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def begun(process, out, results=3):
    """Wait until some results are written."""
    while len(list(out.glob("*.gray.png"))) < results:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)


@pytest.fixture
def plain(many, run, tmp_path):
    """What a batch in one process makes of sixty pictures."""
    assert run("encode", many, "-o", tmp_path / "plain", "-q").exit_code == 0
    return tree(tmp_path / "plain")


@pytest.mark.long
def test_a_batch_on_ray_is_that_of_one_process(started, folder, tmp_path):
    (folder / "bad.png").write_bytes(b"nonsense")
    line = ("encode", "in", "-o", "out", "--ray", "local", "--json", "--rows", "kept.parquet")
    output, errors = started(*line, "--verify").communicate(timeout=300)
    said = errors.splitlines()
    assert len([words for words in said if ": verified: its colours come back" in words]) == 2
    bad, counts = (words for words in said if "verified" not in words)
    assert bad.startswith("invgray: in/bad.png: is not a picture; ")
    assert counts == "2 done, 0 skipped, 1 failed"
    told = {row["input"]: row for row in map(json.loads, output.splitlines())}
    kept = rows(tmp_path / "kept.parquet")
    assert told.keys() == kept.keys() == {"in/one.png", "in/deep er/zwei.jpg", "in/bad.png"}
    for name, row in kept.items():
        facts = {key: row[key] for key in ("output", "status", "psnr", "exact", "error")}
        assert {k: v for k, v in facts.items() if v is not None}.items() <= told[name].items()
    options = EncodeOptions(verify=True)
    for name, gray in (("one.png", "one"), ("deep er/zwei.jpg", "deep er/zwei")):
        encode_file(folder / name, tmp_path / "same.png", replace(options, overwrite=True))
        made = tmp_path / "out" / f"{gray}.gray.png"
        assert made.read_bytes() == (tmp_path / "same.png").read_bytes()
    assert kept["in/one.png"]["seconds"] > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-", "-o", "x.gray.png"], "standard input and output are not there on a cluster"),
        (["one.png", "-o", "-"], "standard input and output are not there on a cluster"),
        (["one.png", "-o", "a.gray.png", "--ray", "nowhere://"], "nowhere://: no session with Ray"),
    ],
)
def test_what_a_cluster_cannot_do_is_one_line(run, folder, monkeypatch, arguments, words):
    monkeypatch.chdir(folder)
    result = run("encode", "--ray", "local", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def workers(folder):
    """Actors that work in a folder, by their processes."""
    for proc in Path("/proc").iterdir():
        try:
            if (proc / "cmdline").read_bytes().startswith(b"ray::_Worker") and (
                (proc / "cwd").readlink() == folder
            ):
                yield int(proc.name)
        except (OSError, ValueError):
            continue


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_worker_that_is_killed_costs_nothing(started, many, plain, tmp_path):
    line = ("encode", "many", "-o", "out", "--ray", "local", "--rows", "kept.parquet")
    process = started(*line)
    begun(process, tmp_path / "out")
    os.kill(next(workers(tmp_path)), signal.SIGKILL)
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, output) == (0, "")
    assert re.fullmatch(r"(60 done, 0|59 done, 1) skipped, 0 failed\n", errors)
    assert tree(tmp_path / "out") == plain
    assert len(rows(tmp_path / "kept.parquet")) == 60


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_command_that_is_killed_goes_on_where_it_was(started, many, plain, tmp_path):
    line = ("encode", "many", "-o", "out", "--ray", "local", "--rows", "kept.parquet")
    process = started(*line)
    begun(process, tmp_path / "out", 10)
    process.kill()
    process.wait()
    while list(workers(tmp_path)):
        time.sleep(0.1)
    journal = (tmp_path / "kept.parquet.journal").read_text().splitlines()
    written = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.gray.png")}
    process = started(*line)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0
    assert f"{60 - len(written)} done, {len(written)} skipped, 0 failed" in errors
    assert tree(tmp_path / "out") == plain
    assert all((tmp_path / "out" / name).stat().st_mtime_ns == at for name, at in written.items())
    statuses = [row["status"] for row in rows(tmp_path / "kept.parquet").values()]
    assert len(statuses) == 60
    assert statuses.count("done") >= 60 - len(written) + len(journal) - 1
    assert not (tmp_path / "kept.parquet.journal").exists()


@pytest.mark.long
def test_an_interruption_stops_after_the_tiles_in_work(started, many, tmp_path):
    process = started("encode", "many", "-o", "out", "--ray", "local", "--rows", "kept.parquet")
    begun(process, tmp_path / "out")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    done = len(list((tmp_path / "out").iterdir()))
    assert f"{done} done, 0 skipped, 0 failed, {60 - done} not begun or stopped" in errors
    assert errors.endswith("invgray: interrupted\n")
    assert len(rows(tmp_path / "kept.parquet")) == done < 60


@pytest.mark.long
def test_two_nodes_share_a_batch(nodes, started, many, plain, tmp_path):
    nodes(tmp_path / "a")
    environment = nodes(tmp_path / "b")
    out = tmp_path / "out"
    process = started("encode", many, "-o", out, "--ray", "auto", env=environment)
    seen = set()
    while process.poll() is None:
        seen |= set(workers(tmp_path / "a")) | set(workers(tmp_path / "b"))
        time.sleep(0.2)
    assert process.communicate() == ("", "60 done, 0 skipped, 0 failed\n")
    assert tree(out) == plain
    assert len(seen) == 2
