"""What is written where, and which names are taken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from invgray.cli import plan as plans
from invgray.cli.encode import CONVERTER
from invgray.cli.plan import OnClash, Output, Selection
from invgray.errors import InputError, UsageError


def planned(*inputs, output=None, form=None, **more):
    selection = Selection(tuple(map(str, inputs)), output and str(output), **more)
    return plans.plan(selection, CONVERTER.naming.of_format(form))


def plan(*inputs, output=None, **more):
    tasks = planned(*inputs, output=output, **more).tasks
    return [(t.source and t.source.name, t.target and t.target.name) for t in tasks]


def targets(*inputs, **more):
    return [str(task.target) for task in planned(*inputs, **more).tasks]


def test_names(tmp_path):
    assert plan("a.b.JPG") == [("a.b.JPG", "a.b.gray.png")]
    assert plan("-") == [(None, None)]
    assert plan("a.jpg", output="-") == [("a.jpg", None)]
    assert plan("a.jpg", output=tmp_path) == [("a.jpg", "a.gray.png")]
    assert plan("a.jpg", output=tmp_path / "x.PNG") == [("a.jpg", "x.PNG")]
    assert plan("a.jpg", "b.png") == [("a.jpg", "a.gray.png"), ("b.png", "b.gray.png")]
    assert plan("a.jpg", form="jpg") == [("a.jpg", "a.gray.jpg")]
    with pytest.raises(UsageError, match="name a folder for the results"):
        plan(tmp_path)
    with pytest.raises(InputError, match="no pictures in it"):
        plan(tmp_path, output=tmp_path / "out")
    with pytest.raises(InputError, match="the list of files is empty"):
        plan(listed=True)


def test_a_list_of_one_is_a_list(tmp_path):
    assert targets("a.jpg", output=tmp_path / "out.d", listed=True) == [
        str(tmp_path / "out.d" / "a.gray.png")
    ]


def test_results_are_no_inputs(folder):
    assert len(plan(folder, output=folder / "out")) == 2
    (folder / "out").mkdir()
    shutil.copy(folder / "one.png", folder / "out" / "x.png")
    shutil.copy(folder / "one.png", folder / "one.gray.png")
    assert len(plan(folder, output=folder / "out")) == 2
    assert len(plan(folder, output=folder / "out", form="jpg")) == 2


def test_templates_in_folders_and_for_files(folder, tmp_path):
    assert targets("x/a.jpg", output="out/{folder}-{stem}.png") == ["out/x-a.png"]
    assert targets("x/a.jpg", "y/a.jpg", output="{parent}/g/") == [
        "x/g/a.gray.png",
        "y/g/a.gray.png",
    ]
    assert targets(folder, output=f"{tmp_path}/o/{{folder}}/{{stem}}{{suffix}}.jpg") == [
        f"{tmp_path}/o/deep er/zwei.jpg.jpg",
        f"{tmp_path}/o/in/one.png.jpg",
    ]
    assert targets("a.jpg", output="o{{1}}.png") == ["o{1}.png"]
    assert targets("a.jpg", "b.jpg", output="{{o}}") == ["{o}/a.gray.png", "{o}/b.gray.png"]
    with pytest.raises(UsageError, match="a: cannot be written in this format"):
        targets("a.jpg", output="{stem}")
    with pytest.raises(UsageError, match="of another format than jpg"):
        targets("a.jpg", "b.jpg", output="{stem}.png", form="jpg")
    with pytest.raises(UsageError, match=r"\{stem\}.png: standard input has no name"):
        targets("-", output="{stem}.png")


def test_names_that_are_taken_are_left_out_and_told():
    found = planned("a.jpg", "b.jpg", "a.png", "a.bmp")
    assert [str(task.source) for task in found.tasks] == ["a.jpg", "b.jpg"]
    assert [clash.error.cause for clash in found.clashes] == [
        "a.jpg and a.png would both be written to a.gray.png",
        "a.jpg and a.bmp would both be written to a.gray.png",
    ]
    [clash] = planned("a.jpg", "a.gray.png").clashes[:1]
    assert "a.gray.png is an input itself" in clash.error.cause
    assert planned("a.jpg", "a.png", on_clash=OnClash.SKIP) == planned("a.jpg", "a.png")


def test_numbers_are_given_in_order_and_take_no_other_s_name():
    found = planned("a.jpg", "a.png", "a-2.jpg", "a.bmp", on_clash=OnClash.NUMBER)
    assert [(str(task.source), str(task.target)) for task in found.tasks] == [
        ("a.jpg", "a.gray.png"),
        ("a.png", "a-3.gray.png"),
        ("a-2.jpg", "a-2.gray.png"),
        ("a.bmp", "a-4.gray.png"),
    ]
    assert found.clashes == ()
    again = planned("a.gray.png", "a-2.gray.png", on_clash=OnClash.NUMBER)
    assert [str(task.target) for task in again.tasks] == ["a-3.gray.png", "a-2-2.gray.png"]


def test_two_names_of_one_file_clash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    assert len(planned("a.jpg", "link/a.png").clashes) == 1


def test_files_of_a_folder_one_at_a_time(folder):
    task = plans.in_folder(folder, Output.parsed(str(folder / "out")), CONVERTER.naming)
    assert task(folder / "deep er" / "zwei.jpg").target == folder / "out/deep er/zwei.gray.png"
    (folder / "out").mkdir()
    assert task(folder / "out" / "x.png") is None
    assert task(folder / "x.gray.png") is None
    beside = plans.in_folder(folder, Output.parsed("{parent}/"), CONVERTER.naming)
    assert beside(Path(folder, "one.png")).target == folder / "one.gray.png"
