"""Objects in a store: read, written whole, listed."""

from __future__ import annotations

import pytest

from invgray.errors import InputError
from invgray.files import store
from invgray.files.location import Remote


def test_round_trip(s3, bucket):
    place = Remote(f"s3://{bucket}/a/b.png")
    store.put(place, memoryview(b"data"), overwrite=False)
    with store.opened(place) as file:
        assert file.read() == b"data"
    assert s3.get(bucket, "a/b.png") == b"data"
    print(s3.asked)


def test_nothing_is_replaced_unless_it_may_be(s3, bucket):
    place = Remote(f"s3://{bucket}/b.png")
    s3.put(bucket, "b.png", b"old")
    with pytest.raises(FileExistsError):
        store.put(place, memoryview(b"new"), overwrite=False)
    assert s3.get(bucket, "b.png") == b"old"
    store.put(place, memoryview(b"new"), overwrite=True)
    assert s3.get(bucket, "b.png") == b"new"
    print(s3.asked)


def test_missing(s3, bucket):
    with pytest.raises(InputError) as e, store.opened(Remote(f"s3://{bucket}/none.png")) as file:
        file.read()
    print(e.value)
    with pytest.raises(InputError) as e:
        store.names(Remote("s3://none/x"))
    print(e.value)
    print(s3.asked)
    print(store.existing([Remote(f"s3://{bucket}/none.png")]), s3.asked[-2:])
