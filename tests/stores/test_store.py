"""Objects in a store: read, written whole, listed; and what is told when that fails."""

from __future__ import annotations

import pytest
import s3fs
from fsspec.implementations.memory import MemoryFileSystem

from invgray.errors import InputError, OutputError
from invgray.files import store
from invgray.files.location import Remote

DATA = memoryview(b"data")


@pytest.fixture
def place(bucket):
    return Remote(f"s3://{bucket}/a/b.png")


@pytest.fixture
def impatient(monkeypatch):
    """Stores are asked twice at most."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 2)


def read(place):
    with store.opened(place) as file:
        return file.read()


def test_what_is_written_is_read(s3, bucket, place):
    store.put(place, DATA, overwrite=False)
    assert s3.get(bucket, "a/b.png") == read(place) == DATA
    assert s3.kinds == ["PUT", "HEAD", "GET"]


def test_the_store_itself_sees_to_it_that_nothing_is_replaced(s3, bucket, place):
    s3.put(bucket, "a/b.png", b"old")
    with pytest.raises(FileExistsError):
        store.put(place, DATA, overwrite=False)
    assert s3.get(bucket, "a/b.png") == b"old"
    store.put(place, DATA, overwrite=True)
    assert s3.get(bucket, "a/b.png") == DATA


def test_an_answer_that_was_lost_is_no_conflict(s3, bucket, place):
    s3.put(bucket, "a/b.png", bytes(DATA))  # as a first try did, whose answer never came
    store.put(place, DATA, overwrite=False)


def test_results_are_looked_for_by_one_listing(s3, bucket):
    places = [Remote(f"s3://{bucket}/out/{i:03}.png") for i in range(1500)]
    for i in range(0, 1500, 2):
        s3.put(bucket, f"out/{i:03}.png", b"x")
    s3.put(bucket, "in/000.png", b"x")
    assert store.existing(places) == frozenset(places[::2])
    assert s3.kinds == ["LIST"]
    assert store.existing(places[1:2]) == store.existing(()) == frozenset()


def test_listings_have_several_pages(s3, bucket):
    for i in range(1001):
        s3.put(bucket, f"in/{i}.png", b"x")
    assert len(list(store.names(Remote(f"s3://{bucket}/in")))) == 1001
    assert s3.kinds == ["LIST", "LIST"]


def test_folders_are_listed_with_and_without_what_lies_deeper(s3, bucket):
    for key in ("in/a.png", "in/b/c.png", "in2/d.png", "in.png"):
        s3.put(bucket, key, b"x")
    folder = Remote(f"s3://{bucket}/in")
    assert set(store.names(folder)) == {folder / "a.png", folder / "b/c.png"}
    assert set(store.names(folder, recursive=False)) == {folder / "a.png"}


def test_folders_are_told_from_objects(s3, bucket):
    s3.put(bucket, "in/a.png", b"x")
    root = Remote(f"s3://{bucket}")
    assert store.is_folder(root)
    assert not store.is_folder(root / "in" / "a.png")
    assert s3.kinds == []
    assert store.is_folder(root / "in")
    assert not store.is_folder(root / "i")


@pytest.mark.parametrize("how", ["busy", "reset"])
def test_passing_failures_are_tried_again(s3, bucket, place, how):
    with s3.failing(how, "PUT", times=2):
        store.put(place, DATA, overwrite=False)
    with s3.failing(how, "GET", times=2):
        assert read(place) == DATA
    with s3.failing(how, "LIST", times=2):
        assert store.existing([place]) == {place}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("busy", r"\(the store is busy, after several tries: SlowDown\); try again later"),
        ("reset", r"\(the store cannot be reached, after several tries: .*; check the network"),
        ("forbidden", r"\(access is refused: AccessDenied\); check what AWS_ACCESS_KEY_ID"),
    ],
)
def test_lasting_failures_are_one_line(s3, bucket, place, impatient, how, words):
    with s3.failing(how, "PUT"), pytest.raises(OutputError, match=f"b.png: .*{words}") as told:
        store.put(place, DATA, overwrite=False)
    assert "\n" not in str(told.value)
    s3.put(bucket, "a/b.png", b"x")
    with s3.failing(how, "GET"), pytest.raises(InputError, match=f"b.png: .*{words}"):
        read(place)
    assert s3.get(bucket, "a/b.png") == b"x"


def test_what_is_missing_is_named(s3, bucket):
    with pytest.raises(InputError, match=r"none.png: cannot be read \(there is no such object"):
        read(Remote(f"s3://{bucket}/none.png"))
    with pytest.raises(
        InputError, match=r"there is no such bucket: NoSuchBucket\); check its name"
    ):
        store.names(Remote("s3://nowhere/in"))
    with pytest.raises(OutputError, match="there is no such bucket"):
        store.existing([Remote("s3://nowhere/in/a.png")])
    with pytest.raises(InputError, match="does not take such names"):
        store.names(Remote("s3://No Bucket/in"))


def test_missing_credentials_are_named(s3, bucket, place, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(OutputError, match=r"there are no credentials: .*; set AWS_ACCESS_KEY_ID"):
        store.put(place, DATA, overwrite=False)


def test_who_may_only_write_may_write(s3, bucket, place):
    with s3.failing("forbidden", "LIST"):
        assert store.existing([place]) == frozenset()
        store.put(place, DATA, overwrite=False)
    assert s3.get(bucket, "a/b.png") == DATA


def test_an_upload_in_parts_that_is_cut_off_leaves_nothing(
    s3, bucket, place, impatient, monkeypatch
):
    whole, part = s3fs.S3FileSystem._pipe_file, 5 * 2**20

    async def in_parts(self, path, data, **options):
        return await whole(self, path, data, chunksize=part, max_concurrency=1, **options)

    monkeypatch.setattr(s3fs.S3FileSystem, "_pipe_file", in_parts)
    data = memoryview(bytes(2 * part + 1))
    with (
        s3.failing("reset", "PART", times=2),
        pytest.raises(OutputError, match="cannot be reached"),
    ):
        store.put(place, data, overwrite=False)
    assert s3.keys(bucket) == []
    assert s3.uploads(bucket) == []
    store.put(place, data, overwrite=False)
    assert s3.get(bucket, "a/b.png") == data
    with pytest.raises(FileExistsError):
        store.put(place, memoryview(bytes(2 * part + 2)), overwrite=False)
    assert s3.get(bucket, "a/b.png") == data


def test_other_stores_are_reached_likewise(monkeypatch):
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    place = Remote("memory://b/deep/er.png")
    store.put(place, DATA, overwrite=False)
    assert read(place) == DATA
    with pytest.raises(FileExistsError):
        store.put(place, memoryview(b"new"), overwrite=False)
    assert list(store.names(Remote("memory://b"))) == [place]
    assert list(store.names(Remote("memory://b"), recursive=False)) == []
    assert store.existing([place, Remote("memory://b/none.png")]) == {place}
