"""Shares of a plan, by names."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invgray.cli.plan import Clash, Plan, Task
from invgray.cli.shard import Shard, ShardType
from invgray.errors import InputError


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1)), st.integers(1, 9))
def test_every_picture_is_in_one_share(names, count):
    tasks = [Task(Path(name), Path("out", name)) for name in names]
    unreadable = tuple((task, InputError("no")) for task in tasks)
    plan = Plan(tuple(tasks), unreadable, tuple(Clash(task, None) for task in tasks))
    shares = [Shard(number + 1, count).of(plan) for number in range(count)]
    for task in tasks:
        assert sum(task in share.tasks for share in shares) == 1
    for what in ("tasks", "unreadable", "clashes"):
        assert sum(len(getattr(share, what)) for share in shares) == len(tasks)


def test_shares_are_alike_everywhere_and_about_as_large():
    names = [Path(f"s3/{i}.jpg") for i in range(1000)]
    shares = [[n for n in names if Shard(i, 4).has(Task(n, None))] for i in (1, 2, 3, 4)]
    assert all(200 < len(share) < 300 for share in shares)
    assert Shard(1, 3).has(Task(Path("photo.jpg"), None))


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/3 ", "-1/3"])
def test_what_is_no_share(text):
    with pytest.raises(click.BadParameter, match="is no share, as 1/16 to 16/16"):
        ShardType().convert(text, None, None)


def test_shares_of_a_folder_make_the_whole(run, folder, tmp_path):
    told = []
    for share in ("1/2", "2/2"):
        result = run("encode", folder, "-o", tmp_path, "--shard", share, "-n", "--json")
        assert result.exit_code == 0
        told += [json.loads(line)["input"] for line in result.stdout.splitlines()]
    assert sorted(told) == sorted(map(str, (folder / "one.png", folder / "deep er" / "zwei.jpg")))


def test_clashes_are_those_of_the_whole(run, folder, tmp_path):
    (folder / "one.bmp").write_bytes(b"")
    for share in ("1/2", "2/2"):
        result = run("encode", folder, "-o", tmp_path / "out", "--shard", share)
        assert result.exit_code == 2
        assert "would both be written to" in result.stderr


def test_a_share_may_be_empty(run, photo_file):
    shares = [run("encode", photo_file, "-n", "--shard", f"{i}/2") for i in (1, 2)]
    assert [share.exit_code for share in shares] == [0, 0]
    assert sum(len(share.stdout.splitlines()) for share in shares) == 1
