"""What a conversion may take."""

from __future__ import annotations

import pytest

from invgray import memory
from invgray.errors import TooLargeError
from invgray.inference.machine import Machine
from invgray.serve.limits import Limits
from invgray.serve.operations import COLORIZE, DECODE, ENCODE, MEDIA_TYPES, Setting
from invgray.serve.parameters import ColorFormat
from invgray.watching import unwatched


@pytest.mark.parametrize("operation", [ENCODE, DECODE, COLORIZE])
def test_memory_has_a_limit(operation, small):
    setting = Setting(Machine(), Limits(memory=100_000_000))
    with pytest.raises(TooLargeError, match=r"of memory, and may have 0\.1; cut it into parts"):
        operation.run(small, operation.query(), setting, unwatched)


def test_jobs_share_what_is_free(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 9_000)
    assert Setting(Machine(), Limits(jobs=3)).max_memory == 3_000
    assert Setting(Machine(), Limits(jobs=3, memory=7)).max_memory == 7
    monkeypatch.setattr(memory, "available", lambda: None)
    assert Setting(Machine(), Limits()).max_memory is None


def test_every_format_has_a_media_type():
    assert set(MEDIA_TYPES) == set(ColorFormat)
