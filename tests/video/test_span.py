"""Parts of clips."""

from __future__ import annotations

import pytest

from invgray.errors import UsageError
from invgray.video.span import WHOLE, Span, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("90", 90), ("1.25", 1.25), ("1:30", 90), ("0:01:30.5", 90.5), ("2:00:00", 7200)],
)
def test_times_are_seconds(text, expected):
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "x", "-1", "1:-2", "1:2:3:4", "nan", "inf", "1:"])
def test_other_words_are_no_times(text):
    with pytest.raises(ValueError, match="is no time"):
        seconds(text)


@pytest.mark.parametrize(("start", "stop"), [(1, 1), (2, 1), (-1, 1), (float("nan"), 1)])
def test_empty_parts_are_refused(start, stop):
    with pytest.raises(UsageError, match="there is nothing from"):
        Span.between(start, stop)


def test_a_part_begins_with_its_start_and_ends_before_its_stop():
    part = Span.between(1, 2)
    assert (0.99 in part, 1 in part, 1.99 in part, 2 in part) == (False, True, True, False)
    assert 1e9 in Span.between(0, None)
    assert -0.02 in WHOLE
    assert WHOLE.whole
    assert not part.whole
