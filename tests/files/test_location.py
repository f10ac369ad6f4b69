"""Names lead to places on this machine or in stores, and credentials are not taken in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from invgray.errors import MissingExtraError, UsageError
from invgray.files import location
from invgray.files.location import Remote, lies_in, locate, way_to


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a/b.png", Path("a/b.png")),
        ("-", Path("-")),
        ("s3:/b/x.png", Path("s3:/b/x.png")),
        ("file:///tmp/a%20b.png", Path("/tmp/a%20b.png")),
        ("s3://b/a//c.png", Remote("s3://b/a//c.png")),
        ("S3://b/x/", Remote("s3://b/x")),
        ("s3://b/a?b#c.png", Remote("s3://b/a?b#c.png")),
        ("memory://b", Remote("memory://b")),
        ("s3://b/me@home.png", Remote("s3://b/me@home.png")),
    ],
)
def test_names_lead_to_places(name, place):
    assert locate(name) == place


@pytest.mark.parametrize(
    "name",
    [
        "s3://AKIA:hush@b/x.png",
        "s3://hush@b/x.png",
        "az://c/x.png?sv=1&sig=hush",
        "s3://b/x?X-Amz-Signature=hush",
    ],
)
def test_credentials_in_names_are_refused_and_not_repeated(name):
    with pytest.raises(UsageError, match="has credentials in it; leave them out, and set") as told:
        locate(name)
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ftp://b/x.png", "no stores of the kind ftp://"), ("s3:///x.png", "names no bucket")],
)
def test_what_leads_nowhere_is_refused(name, words):
    with pytest.raises(UsageError, match=words):
        locate(name)


def test_a_missing_library_is_named(monkeypatch):
    location._kind.cache_clear()
    monkeypatch.setattr(location, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match="gcsfs, which is not installed; pip install gcsfs"):
        locate("gs://b/x.png")


def test_a_missing_extra_is_named(monkeypatch):
    location._kind.cache_clear()
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(MissingExtraError, match=r"invgray\[cloud\]"):
        locate("s3://b/x.png")


def test_parts_of_names():
    place = Remote("s3://b/in/a.tar.jpg")
    assert (place.scheme, place.bucket, place.path) == ("s3", "b", "b/in/a.tar.jpg")
    assert (place.name, place.stem, place.suffix) == ("a.tar.jpg", "a.tar", ".jpg")
    assert place.parent == Remote("s3://b/in")
    assert place.parent.parent == place.parent.parent.parent == Remote("s3://b")
    assert Remote("s3://b").name == ""
    assert place.with_name("c.png") == place.parent / "c.png" == Remote("s3://b/in/c.png")
    assert Remote("s3://b") / PurePosixPath("x/y") == Remote("s3://b/x/y")


def test_what_lies_in_what(tmp_path):
    assert lies_in(Remote("s3://b/in/x.png"), Remote("s3://b/in"))
    assert not lies_in(Remote("s3://b/in2/x.png"), Remote("s3://b/in"))
    assert not lies_in(Remote("s3://b/in"), Remote("s3://b/in"))
    assert not lies_in(tmp_path, Remote("s3://b"))
    assert lies_in(tmp_path / "a", tmp_path)


def test_ways_never_lead_out(tmp_path):
    folder = Remote("s3://b/in")
    assert way_to(folder / "a/b", folder) == PurePosixPath("a/b")
    assert way_to(Remote("s3://b/in//etc/x"), folder) == PurePosixPath("etc/x")
    assert way_to(folder, folder) == PurePosixPath()
    assert way_to(tmp_path / "a", tmp_path) == Path("a")
    for outside in ("s3://b/in/../x", "s3://c/x", "s3://b/inner/x"):
        with pytest.raises(ValueError, match="does not lie in"):
            way_to(Remote(outside), folder)


def test_libraries_of_stores_are_imported_for_stores_only():
    code = (
        "import sys; from invgray.cli.encode import CONVERTER; "
        "from invgray.files.location import locate; "
        "locate('a.png'); print(*{'upath', 'fsspec', 's3fs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.split() == []
