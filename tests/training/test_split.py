"""Which pictures are trained on, and that this never changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from invgray.errors import InputError, TrainingError
from invgray.training import split


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{i:02}.png" for i in range(41)]
    for path in paths:
        path.touch()
    return paths


def test_one_in_twenty_is_held_out(files):
    parts = split.draw(files, [])
    assert [Path(name).stem for name in parts.validation] == ["00", "20", "40"]
    assert len(parts.training) == 38
    assert not set(parts.training) & set(parts.validation)
    assert not parts.named


def test_pictures_named_for_validation_are_not_trained_on(files):
    """``train photos/ --validation photos/some/`` trained on both."""
    parts = split.draw(files, files[5:7])
    assert [Path(name).stem for name in parts.validation] == ["05", "06"]
    assert len(parts.training) == 39
    assert parts.named


def test_every_file_counts_once(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.png").symlink_to(files[3])
    parts = split.draw([*files[:5], Path("03.png"), tmp_path / "link.png"], [Path("04.png")])
    assert [Path(name).stem for name in parts.training] == ["00", "01", "02", "03"]


def test_a_split_is_read_as_it_was_written(files, tmp_path):
    parts = split.draw(files, [])
    split.write(tmp_path / "split.json", parts)
    assert split.read(tmp_path / "split.json") == parts


@pytest.mark.parametrize("text", ["", "[]", '{"training": ["a"]}', '{"training": 3}'])
def test_a_damaged_split_is_one_line(tmp_path, text):
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(TrainingError, match=r"split.json: is damaged.*; begin a new run"):
        split.read(tmp_path / "split.json")


def test_other_pictures_are_named_and_left_out(files):
    parts = split.draw(files[:30], [])
    lines = []
    split.resume(parts, files, files[1:3], lines.append)
    others, moved = lines
    assert others.endswith(f"left out: {files[30]} and 10 more")
    assert moved.startswith("trained on in this run, and not for its validation")
    assert moved.endswith(f"{files[1]} and 1 more")


def test_the_same_pictures_need_no_words(files):
    split.resume(split.draw(files, []), files, [files[20]], pytest.fail)


def test_pictures_that_are_gone_are_named(files):
    parts = split.draw(files, [])
    files[0].unlink()
    with pytest.raises(InputError, match=r"00.png: of this run, but not there any more"):
        split.resume(parts, files, [], pytest.fail)


def test_folders_are_looked_into(files, tmp_path):
    (tmp_path / "notes.txt").touch()
    assert split.listed([tmp_path], pytest.fail) == files
    assert split.listed([files[1], files[0]], pytest.fail) == [files[1], files[0]]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: has no pictures in it"):
        split.listed([tmp_path / "empty"], pytest.fail)


def test_folders_that_may_not_be_looked_into_are_named(files, tmp_path, monkeypatch):
    def scandir(folder, real=os.scandir):
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", str(folder))
        return real(folder)

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    lines = []
    assert split.listed([tmp_path], lines.append) == files
    assert "closed: the folder may not be read" in lines[0]
