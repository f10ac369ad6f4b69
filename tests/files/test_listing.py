"""Pictures in folders: all that are some, and what cannot be looked at; names in lists."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from invgray.errors import InputError
from invgray.files import listing
from invgray.files.listing import pictures_in

HEIC = b"\0\0\0\x18ftypheic"


def names(folder, **options):
    return [str(path.relative_to(folder)) for path in pictures_in(folder, **options)]


def fill(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def test_pictures_by_suffix_in_order(tmp_path):
    hidden = {".hidden.png": b"", ".git/d.png": b""}
    fill(tmp_path, {"b.png": b"", "a.JPG": b"", "notes.txt": b"", "sub/c.png": b""} | hidden)
    assert names(tmp_path) == ["a.JPG", "b.png", "sub/c.png"]
    assert names(tmp_path, recursive=False) == ["a.JPG", "b.png"]


def test_pictures_by_content(tmp_path):
    pictures = {"a": b"\xff\xd8\xff", "b.dat": b"\x89PNG\r\n\x1a\n", "c.bak": b"RIFF\0\0\0\0WEBP"}
    fill(tmp_path, pictures | {"d.bin": b"nonsense", "e": b""})
    assert names(tmp_path) == ["a", "b.dat", "c.bak"]


def test_pictures_that_cannot_be_read_count(tmp_path):
    foreign = {
        "a.heic": b"",
        "b.jxl": b"",
        "c.HIF": b"",
        "d.jpg": HEIC,
        "e": HEIC,
        "f": b"\xff\x0a",
    }
    fill(tmp_path, foreign)
    assert names(tmp_path) == sorted(foreign)


def test_pipes_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    assert names(tmp_path) == []


@pytest.fixture
def album(tmp_path, monkeypatch):
    """A folder with a folder that may not be looked into, even by root."""
    fill(tmp_path, {"a.png": b"", "open/b.png": b"", "shut/c.png": b""})
    shut, scandir = tmp_path / "shut", os.scandir
    shut.chmod(0)

    def refusing(path):
        if Path(path) == shut:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    if os.access(shut, os.R_OK):
        monkeypatch.setattr(os, "scandir", refusing)
    yield tmp_path
    shut.chmod(0o700)


def test_a_folder_that_may_not_be_read_is_named(album):
    with pytest.raises(InputError) as caught:
        names(album)
    assert str(caught.value) == (
        f"{album / 'shut'}: the folder may not be read (Permission denied); check its permissions"
    )


def test_the_rest_is_found_all_the_same(album):
    told = []
    found = names(album, unreadable=lambda folder, error: told.append((folder, error)))
    assert found == ["a.png", "open/b.png"]
    ((folder, error),) = told
    assert folder == album / "shut"
    assert "may not be read" in str(error)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone: the folder may not be read \(No such file"):
        names(tmp_path / "gone")


def test_names_in_a_list(tmp_path):
    path = tmp_path / "list"
    path.write_bytes(b"a b.png\r\n\n -c\xff.png \nd.png")
    assert listing.names_in(path) == ("a b.png", os.fsdecode(b" -c\xff.png "), "d.png")
    assert listing.names_in(io.BytesIO(b"a\nb\0\0c\r"), null=True) == ("a\nb", "c\r")
    assert listing.names_in(io.BytesIO(b"")) == ()
    with pytest.raises(InputError, match=r"gone: the list of files may not be read \(No such"):
        listing.names_in(tmp_path / "gone")
