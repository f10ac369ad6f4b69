"""A bar on a terminal that advances by pixels."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest
from tqdm import tqdm

from invgray.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal():
    return Terminal()


@pytest.fixture
def bars(monkeypatch, terminal):
    """Bars that are drawn at each step."""
    made = []

    def bar(**options):
        made.append(tqdm(**options, mininterval=0, miniters=0, file=terminal, ascii=True))
        return made[-1]

    monkeypatch.setattr("invgray.cli.progress.tqdm", bar)
    return made


def percentages(text):
    return [int(x) for x in re.findall(r"(\d+)%\|", text)]


def test_a_batch_advances_by_pixels_within_pictures(terminal, bars):
    with Progress(4) as progress:
        with progress.picture() as first, progress.picture() as second:
            first(0, 1000)
            first(500, 1000)
            assert bars[0].n == pytest.approx(0.5)
            second(20, 80)
            assert bars[0].n == pytest.approx(0.75)
            first(250, 1000)  # never backwards
            assert bars[0].n == pytest.approx(0.75)
        assert bars[0].n == pytest.approx(2)
        third = progress.picture()
        third.__enter__()(3, 4)
        assert not third.__exit__(KeyError, KeyError(), None)  # a stopped one is not done
    said = terminal.getvalue()
    assert "0 of 4 pictures:  19%|" in said
    assert "2 of 4 pictures:  50%|" in said
    assert percentages(said)[-1] == 69
    assert percentages(said) == sorted(percentages(said))


def test_a_single_picture_s_bar_is_shown_after_a_second_and_goes_away(terminal, bars, monkeypatch):
    with Progress(1, "a\nb.png") as progress, progress.picture() as watch:
        watch(1, 4)
        assert terminal.getvalue() == ""
        later = time.time() + 2
        monkeypatch.setattr(bars[0], "_time", lambda: later)
        watch(2, 4)
        assert "a?b.png:  50%|" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_shown_where_there_is_no_terminal_or_no_wish(monkeypatch, quiet):
    stream = Terminal() if quiet else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(2, quiet=quiet) as progress, progress.picture() as watch:
        watch(1, 2)
    assert stream.getvalue() == ""
