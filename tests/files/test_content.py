"""Files of ours, read only where they are ordinary ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from invgray.files import content


def test_an_ordinary_file_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"all of it")
    (tmp_path / "link").symlink_to("a")
    assert content.read(tmp_path / "a") == content.read(tmp_path / "link") == b"all of it"


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices")
def test_what_would_not_end_is_no_ordinary_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="it is no ordinary file"):
            content.read(path)


def test_what_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(content.LARGEST + 1)
    with pytest.raises(OSError, match="it has more than 1024 MB"):
        content.read(tmp_path / "a")
